"""What an interrupted process left behind, and the events that record it.

* A torn tail: bytes after the last LF. Kept in `.work/torn/<sha256>.bin`, cut off, recorded as `log.recovered`. The
  copy is made before the cut, so that a second crash in between loses nothing: copies not yet recorded are recorded
  at the next opening.
* A `checkpoint.made` as the very last line without its file: the process stopped between the two. Recorded as
  `checkpoint.void`, which must follow directly; anywhere else a missing checkpoint is a removed one. What had already
  been written for it (its leaves) is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from triage.custody import checkpoint
from triage.custody.events import Event
from triage.custody.files import place, sync, work_folder
from triage.custody.scan import Scan

_TORN = re.compile(r"([0-9a-f]{64})\.bin")


def leftovers(case_dir: Path, fd: int, found: Scan) -> list[Event]:
    """Cut the torn tail of the log open as `fd`; the events that must come first in this session."""
    if found.torn:
        digest = hashlib.sha256(found.torn).hexdigest()
        place(case_dir, work_folder(case_dir) / "torn" / f"{digest}.bin", found.torn)
        os.ftruncate(fd, found.state.size)
        sync(fd)
    return [*_void(case_dir, found), *_recoveries(case_dir, found)]


def _recoveries(case_dir: Path, found: Scan) -> list[Event]:
    folder = work_folder(case_dir) / "torn"
    if not folder.is_dir():
        return []
    kept = sorted((entry.name, entry) for entry in folder.iterdir())
    return [
        ("log.recovered", {"bytes": entry.stat().st_size, "sha256": match[1]})
        for name, entry in kept
        if (match := _TORN.fullmatch(name)) and match[1] not in found.state.recovered
    ]


def _void(case_dir: Path, found: Scan) -> list[Event]:
    if b'"type":"checkpoint.made"' not in found.state.last_line:
        return []
    event = json.loads(found.state.last_line)
    number = event["data"].get("number") if event.get("type") == "checkpoint.made" else None
    if type(number) is not int or checkpoint.body_path(case_dir, number).exists():
        return []
    checkpoint.leaves_path(case_dir, number).unlink(missing_ok=True)
    return [("checkpoint.void", {"number": number})]
