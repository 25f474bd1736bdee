"""`triage show CASE ID`: one finding in its conversation, with file, hash and locator."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

HELP = """Show the unit that ID stands for (EX-00007, or an id of a finding, unit or item), with what was found in it
and the messages around it.

Example:

  triage show triage-case-phone EX-00007 --context 5
"""


def register(app: typer.Typer) -> None:
    app.command(name="show", help=HELP)(show)


def show(
    case: Annotated[Path, typer.Argument(help="Case folder.")],
    id: Annotated[str, typer.Argument(help="EX-…, f_…, u_… or i_….")],
    context: Annotated[int, typer.Option(min=0, help="Messages before and after.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    from triage.cli import terminal
    from triage.cli.options import case_path
    from triage.errors import UsageError
    from triage.index import queries, schema

    db = schema.open_readonly(case_path(case) / "evidence.sqlite")
    unit, found = queries.find(db, id)
    if unit is None:
        raise UsageError("no exhibit, finding, unit or item has this id.", where=id, remedy="See `triage findings`.")
    around = queries.neighbours(db, unit, context, context)
    if as_json:
        terminal.json_line({
            "unit": _plain(unit), "findings": [queries.public(f) for f in found],
            "context": [_plain(u) for u in around],
        })  # fmt: skip
        return
    terminal.text(_lines(unit, found, around))


def _plain(row: sqlite3.Row) -> dict[str, object]:
    made = {key: row[key] for key in row.keys() if key != "n"}  # noqa: SIM118 - a Row is no mapping
    for key in ("flags", "recipients", "detail"):
        made[key] = json.loads(made[key])
    return made


def _lines(unit: sqlite3.Row, found: list[sqlite3.Row], around: list[sqlite3.Row]) -> Iterator[str]:
    from triage.analysis.exhibits import label

    if found and found[0]["exhibit"]:
        yield label(found[0]["exhibit"])
    yield f"  source   {unit['source']}"
    yield f"  file     {unit['path']}"
    yield f"  SHA-256  {unit['item_sha256']}"
    yield f"  locator  {unit['locator']}"
    if unit["conversation"]:
        yield f"  chat     {unit['app']} {unit['conversation']}"
    yield f"  time     {_time(unit)}"
    if unit["deleted"]:
        yield "  state    marked as deleted in the evidence"
    yield ""
    for row in around:
        mark = ">" if row["id"] == unit["id"] else " "
        when = f"{row['sent_at'][:19]} UTC" if row["sent_at"] else f"{(row['sent_at_local'] or '')[:19]:19} local"
        yield f"{mark} {when if when.strip() != 'local' else '':25}  {row['sender_name'] or row['sender']}"
        yield from (f"{mark}     {line}" for line in row["text"].split("\n"))
    yield ""
    for f in found:
        shown = "" if f["reported"] else "  (not in the report)"
        toward = f", {f['toward']}" if f["toward"] else ""
        yield f"  {f['kind']} {f['type']}: {f['value']}  [{f['grade']}{toward}]{shown}"
        yield f"      «{f['quote']}»  characters {f['start']}–{f['end']}  rule {f['rule']}"
        if claim := json.loads(f["detail"]).get("claim"):
            yield f"      {claim}"


def _time(unit: sqlite3.Row) -> str:
    known = unit["sent_at"] or "not known as an instant"
    local = f"; local {unit['sent_at_local']}" if unit["sent_at_local"] else ""
    return f"{known}{local}; as written {unit['sent_at_source']!r}; basis {unit['time_basis']}"
