"""`triage report CASE`: write the report anew from the index."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

HELP = """Write the report anew from the index, record it in the custody log and seal the case.

For the examiner it is CASE/report/index.html. `--audience prosecution` writes CASE/report/prosecution.html, which also
holds the elements of offences, cues of roles and "up the chain".

Example:

  triage report triage-case-phone --audience prosecution
"""


class Audience(StrEnum):
    """Who the report is for."""

    EXAMINER = "examiner"
    PROSECUTION = "prosecution"


def register(app: typer.Typer) -> None:
    app.command(name="report", help=HELP)(report)


def report(
    case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None,
    audience: Annotated[Audience, typer.Option(help="Who the report is for.")] = Audience.EXAMINER,
) -> None:
    from triage.case import open_case
    from triage.cli import terminal
    from triage.cli.options import case_path
    from triage.pipeline.outputs import rewrite_report

    written = rewrite_report(open_case(case_path(case)), audience.value)
    terminal.text([str(path) for path in written])
