"""`triage report CASE`: write the report anew from the index."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

HELP = """Write the report anew from the index, record it in the custody log and seal the case.

For the examiner it is CASE/report/index.html. `--audience prosecution` writes CASE/report/prosecution.html, which also
holds the elements of offences, cues of roles and "up the chain".

`--format pdf,xlsx` writes report.pdf (PDF/A, for print) and report.xlsx beside it; `--exhibit EX-00007` writes one
sheet for one record, with its conversation and room for a certified translation.

Examples:

  triage report triage-case-phone --audience prosecution

  triage report triage-case-phone --format html,pdf,xlsx

  triage report triage-case-phone --exhibit EX-00007
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
    form: Annotated[str, typer.Option("--format", help="html, pdf, xlsx, or several with commas.")] = "html",
    exhibit: Annotated[str, typer.Option(help="One sheet (PDF) for this exhibit: EX-00007.")] = "",
) -> None:
    from triage.case import open_case
    from triage.cli import terminal
    from triage.cli.options import case_path, split_list
    from triage.errors import UsageError
    from triage.pipeline.outputs import rewrite_report

    forms = split_list(form)
    if not forms or set(forms) - {"html", "pdf", "xlsx"}:
        raise UsageError(f"{form!r} is no format.", where="--format", remedy="Use html, pdf, xlsx, or html,pdf.")
    written = rewrite_report(open_case(case_path(case)), audience.value, forms, exhibit)
    terminal.text([str(path) for path in written])
