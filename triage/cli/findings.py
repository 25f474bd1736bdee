"""`triage findings CASE`: every finding, for a person or for a program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """List the findings of CASE, in the order of source, file and place.

By default what the report shows; --all adds weak indicators and candidates. With --json one object a line, every
finding unless --reported.

Examples:

  triage findings triage-case-phone --kind payment

  triage findings triage-case-phone --json | jq -r .value
"""


def register(app: typer.Typer) -> None:
    app.command(name="findings", help=HELP)(findings)


def findings(
    case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None,
    kind: Annotated[str | None, typer.Option(help="phone, payment, amount, location, document, link, …")] = None,
    type: Annotated[str | None, typer.Option(help="Type such as IBAN or debt_bondage.")] = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    reported: Annotated[bool, typer.Option("--reported", help="With --json: only what the report shows.")] = False,
    withheld: Annotated[bool, typer.Option("--withheld", help="Only what the report does not show.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Everything, weak and candidates too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    from triage.cli import terminal
    from triage.cli.options import case_path
    from triage.index import queries, schema

    shown = False if withheld else None if everything or (as_json and not reported) else True
    db = schema.open_readonly(case_path(case) / "evidence.sqlite")
    count = 0
    for row in queries.findings(db, kind=kind, type=type, reported=shown, source=source):
        count += 1
        if as_json:
            terminal.json_line(queries.public(row))
        else:
            terminal.text([_line(row)])
    if not as_json:
        terminal.words([f"{count} findings. `triage show CASE EX-…` shows one in its conversation."])


def _line(row: object) -> str:
    from triage.analysis.exhibits import label

    r: dict[str, object] = dict(row)  # type: ignore[call-overload]
    exhibit = label(int(str(r["exhibit"]))) if r["exhibit"] else "        "
    when = str(r["sent_at"] or r["sent_at_local"] or "")[:16]
    quote = " ".join(str(r["quote"]).split())[:80]
    return (
        f"{exhibit}  {when:16}  {r['type']!s:22} {r['grade']!s:8} {r['value']}  «{quote}»  {r['source']}: {r['path']}"
    )
