"""One run in a process of its own, for tests that kill it: SOURCES CASE JOBS [plain]."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from triage.bench.end_to_end import request_for
from triage.pipeline.run import run

if __name__ == "__main__":
    request = request_for(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
    run(replace(request, ocr="plain" not in sys.argv[4:]))
