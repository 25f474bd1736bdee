"""The sample that ships with the tool, copied out and run: what `triage demo` and `make demo` do."""

from __future__ import annotations

import shutil
from pathlib import Path

import triage
from triage.bench.end_to_end import request_for
from triage.errors import PrerequisiteError
from triage.pipeline.request import Request

SAMPLE = "debt-house"


def samples_root() -> Path:
    """The samples beside the package: inside an installed wheel, or in the checkout."""
    package = Path(triage.__file__).resolve().parent
    for root in (package / "_samples", package.parent / "samples"):
        if (root / SAMPLE).is_dir():
            return root
    raise PrerequisiteError("the sample extraction is missing.", remedy="Install the tool again.")


def demo_request(folder: Path, jobs: int) -> Request:
    """Copy the sample to FOLDER/sources once, and ask for a run over it into FOLDER/case."""
    sources = folder / "sources"
    if not sources.exists():
        sources.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(samples_root() / SAMPLE, sources)
    return request_for(sources, folder / "case", jobs)
