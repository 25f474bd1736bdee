"""`triage search CASE QUERY`: full-text search over everything that was read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """Search every text of CASE: messages, contacts, text in pictures, notes.

Words are joined by AND; "…" is a phrase, wor* a prefix, OR and NOT work between words. Accents and case do not
matter; Chinese and Japanese words of any length are found.

Examples:

  triage search triage-case-phone pasaporte

  triage search triage-case-phone '"till you pay" OR deuda*' --json
"""


def register(app: typer.Typer) -> None:
    app.command(name="search", help=HELP)(search)


def search(
    case: Annotated[Path, typer.Argument(help="Case folder.")],
    query: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    from triage.cli import terminal
    from triage.cli.options import case_path
    from triage.index import schema
    from triage.index.search import search as find

    db = schema.open_readonly(case_path(case) / "evidence.sqlite")
    found = find(db, query, limit)
    for row in found:
        if as_json:
            terminal.json_line({key: row[key] for key in FIELDS})
        else:
            when = str(row["sent_at"] or row["sent_at_local"] or "")[:16]
            text = " ".join(row["text"].split())[:120]
            terminal.text(
                [f"{row['id']}  {when:16}  {row['sender'] or row['origin']}: {text}  {row['source']}: {row['path']}"]
            )
    if not as_json:
        more = " (the limit; raise it with --limit)" if len(found) == limit else ""
        terminal.words([f"{len(found)} units{more}."])


FIELDS = (
    "id", "origin", "app", "conversation", "sender", "sent_at", "sent_at_local", "lang", "text", "source", "path",
    "item_sha256", "locator",
)  # fmt: skip
