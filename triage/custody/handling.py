"""What people do with a case between runs: notes, and handing it from one person to another.

A note is typed text and may name people, so it is a file, `notes/000001.txt`; the log holds its digest. A transfer
names the two custodians, the means and the seal, which belong into a custody log. Both end with a checkpoint.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from triage.custody import checkpoint
from triage.custody.files import keep
from triage.custody.log import CustodyLog
from triage.custody.seal import seal
from triage.errors import UsageError

_FOLDER = "notes"


def add_note(log: CustodyLog, text: str) -> Path:
    """Keep a note with the case, record and seal it; gives its file."""
    if not text.strip():
        raise UsageError("the note is empty.")
    folder = log.case_dir / _FOLDER
    number = 1 + max((int(path.stem) for path in folder.glob("[0-9]*.txt") if path.stem.isdigit()), default=0)
    target = folder / f"{number:06d}.txt"
    data = text.rstrip().encode("utf-8", "replace") + b"\n"
    keep(log.case_dir, target, data)
    name = f"{_FOLDER}/{target.name}"
    log.append("note.added", {"path": name, "sha256": hashlib.sha256(data).hexdigest()})
    seal(log)
    return target


def record_transfer(
    log: CustodyLog, *, giver: str, taker: str, means: str, seal_no: str, received: bool = False
) -> int:
    """Record that the case went out, or was received, with the checkpoint it had; gives the event's seq."""
    known = checkpoint.numbers(log.case_dir)
    data = {
        "from": giver,
        "to": taker,
        "means": means,
        "seal": seal_no,
        "checkpoint": known[-1] if known else None,
        "head_before": log.head,
    }
    seq = log.append("transfer.in" if received else "transfer.out", data)
    seal(log)
    return seq


def labelled_path(text: str) -> tuple[str | None, Path]:
    """`LABEL=PATH`, or a path alone; a path that exists is taken as it is, whatever it contains.

    UsageError where there is nothing.
    """
    label, equals, path = text.partition("=")
    chosen = (label, Path(path)) if equals and not Path(text).exists() else (None, Path(text))
    if not chosen[1].exists():
        raise UsageError("there is nothing there.", where=str(chosen[1]), remedy="Give the evidence as [LABEL=]PATH.")
    return chosen
