"""The index root as the live database gives it now: does `evidence.sqlite` still say what `index.jsonl` says?"""

from __future__ import annotations

import hashlib
from pathlib import Path

from triage.index import schema, stream


def live_root(case_dir: Path) -> str:
    """SHA-256 of the stream the database would write; nothing is written."""
    digest = hashlib.sha256()
    db = schema.open_readonly(case_dir / "evidence.sqlite")
    try:
        for line in stream.lines(db):
            digest.update(line.encode() + b"\n")
    finally:
        db.close()
    return digest.hexdigest()
