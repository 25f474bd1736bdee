"""`triage report CASE`: write the report anew from the index."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """Write CASE/report/index.html anew from the index, record it in the custody log and seal the case.

Example:

  triage report triage-case-phone
"""


def register(app: typer.Typer) -> None:
    app.command(name="report", help=HELP)(report)


def report(case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None) -> None:
    from triage.case import open_case
    from triage.cli import terminal
    from triage.cli.options import case_path
    from triage.pipeline.outputs import rewrite_report

    written = rewrite_report(open_case(case_path(case)))
    terminal.text([str(path) for path in written])
