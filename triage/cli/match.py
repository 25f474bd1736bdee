"""`triage match A B`: numbers, accounts, documents and pictures that two cases share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """List the selectors that two cases share: phone numbers, payment references, documents, handles and links in
their normal form, pictures by hash. Names, places and sums are not compared; masked values cannot be.

Example:

  triage match case-17 case-22 --json
"""


def register(app: typer.Typer) -> None:
    app.command(name="match", help=HELP)(match)


def match(
    a: Annotated[Path, typer.Argument(help="A case folder.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
    as_json: Annotated[bool, typer.Option("--json", help="One object a selector.")] = False,
) -> None:
    from triage.case import open_case
    from triage.cli import terminal
    from triage.exports.match import incomparable
    from triage.exports.match import match as matched
    from triage.index import schema

    first, second = (schema.open_readonly(open_case(path.resolve()).index) for path in (a, b))
    count = 0
    for one in matched(first, second):
        count += 1
        if as_json:
            terminal.json_line(one.to_json())
        else:
            terminal.text([f"{one.kind:9} {one.type:18} {one.value}  A: {_side(one.a)}  B: {_side(one.b)}"])
    masked = incomparable(first) + incomparable(second)
    first.close()
    second.close()
    terminal.words([f"{count} selectors in both cases"])
    if masked:
        terminal.words([f"{masked} masked values (cards, codes) cannot be compared across cases"])


def _side(side: dict[str, object]) -> str:
    from triage.analysis.exhibits import label

    exhibit = label(int(str(side["exhibit"]))) if side["exhibit"] else "no exhibit"
    sources = side["sources"]
    listed = ", ".join(map(str, sources)) if isinstance(sources, list) else ""
    return f"{side['count']}× ({listed}; {exhibit})"
