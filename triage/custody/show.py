"""The log for people: one line an event, newest last, with who and where at the start of each session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from triage.custody import checkpoint
from triage.custody.log import NAME
from triage.custody.reading import parse_line
from triage.custody.scan import LINE_LIMIT
from triage.errors import CaseError

_LEFT_OUT = frozenset({"previous", "dependencies"})


def raw_events(case_dir: Path) -> Iterator[bytes]:
    """The lines as they stand. CaseError where there is no log."""
    path = case_dir / NAME
    if not path.is_file():
        raise CaseError("is not a case folder (it has no custody log).", where=str(case_dir))
    with path.open("rb") as stream:
        while raw := stream.readline(LINE_LIMIT):
            yield raw.rstrip(b"\n")


def events(case_dir: Path, *, items: bool = False) -> Iterator[str]:
    """Lines for a person; item events are summed up unless `items`. Print them through `triage.display`."""
    skipped = 0
    for number, raw in enumerate(raw_events(case_dir)):
        event, why = parse_line(raw)
        if event.get("type") == "item" and not items:
            skipped += 1
            continue
        if skipped:
            yield f"{'':>8}  {skipped} item events (--items lists them)"
            skipped = 0
        yield from [f"{number:>8}  UNREADABLE: {why}"] if why else _shown(event)
    if skipped:
        yield f"{'':>8}  {skipped} item events (--items lists them)"


def _shown(event: dict[str, object]) -> Iterator[str]:
    actor, data = event.get("actor"), event["data"]
    if isinstance(actor, dict):
        who = " ".join(str(actor.get(key)) for key in ("declared_name", "role", "os_user") if actor.get(key))
        host = event.get("host")
        where = host.get("label", "") if isinstance(host, dict) else ""
        yield f"{'':>8}  — {who or 'unknown'} on {where}, run {event.get('run_id')}"
    said = {key: value for key, value in data.items() if key not in _LEFT_OUT} if isinstance(data, dict) else {}
    words = " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in said.items())
    yield f"{event['seq']:>8}  {str(event['time'])[:19]}Z  {event['type']:18} {words[:400]}"


def checkpoints(case_dir: Path) -> Iterator[str]:
    """One line a checkpoint, with its signatures and stamps."""
    folder = case_dir / checkpoint.FOLDER
    for number in checkpoint.numbers(case_dir):
        marks = sorted(path.name for path in folder.glob(f"{number:06d}.txt.*"))
        yield f"checkpoint {number:06d}  {', '.join(marks) or 'not signed, not stamped'}"
