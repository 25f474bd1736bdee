"""`triage export CASE --to FORMAT`: a filtered derivative of the index for another tool, recorded in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """Write findings of CASE for another tool: jsonl, csv, xlsx, case (CASE/UCO), timesketch, kml, geojson, graphml,
country-leads. Says what the filter left out; hash, filter and counts go into the custody log.

Examples:

  triage export triage-case-phone --to xlsx --out findings.xlsx

  triage export triage-case-phone --to country-leads --country RO --out romania.json

  triage export triage-case-phone --to jsonl --kind payment | jq -r .value
"""


def register(app: typer.Typer) -> None:
    app.command(name="export", help=HELP)(export)


def export(
    to: Annotated[str, typer.Option(help="The format.")],
    case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to; standard output for text formats.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; repeatable.")] = None,
    type: Annotated[list[str] | None, typer.Option(help="Only this type; repeatable.")] = None,
    source: Annotated[str, typer.Option(help="Only this source.")] = "",
    since: Annotated[str, typer.Option(help="First day, YYYY-MM-DD.")] = "",
    until: Annotated[str, typer.Option(help="Last day, inclusive.")] = "",
    country: Annotated[str, typer.Option(help="For country-leads: CC.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Weak indicators and candidates too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="What was written, as one object (with --out).")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No summary.")] = False,
) -> None:
    from triage.cli import terminal
    from triage.cli.options import case_path, day
    from triage.exports.selection import Selection
    from triage.pipeline.exporting import export_case

    selection = Selection(
        kinds=tuple(kind or ()), types=tuple(type or ()), source=source, since=day(since, "--since"),
        until=day(until, "--until"), everything=everything,
    )  # fmt: skip
    made = export_case(case_path(case), to, selection, out, country, terminal.stdout_bytes)
    if as_json and out is not None:
        terminal.json_line({"format": made.format, "out": str(out), "sha256": made.root, "size": made.size,
                            "index_root": made.index_root, **made.account})  # fmt: skip
    if not quiet:
        terminal.words(_said(made.account, made.root))


def _said(account: dict[str, object], root: str) -> list[str]:
    withheld = account["withheld"]
    left = withheld.items() if isinstance(withheld, dict) else ()
    return [
        f"{account['shown']} findings written; SHA-256 {root}",
        *(f"left out: {n} {why}" for why, n in left),
    ]
