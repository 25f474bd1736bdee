"""`triage demo`: the shipped sample, from extraction to report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

HELP = """Run the main job on the sample extraction that ships with the tool: one invented case over three devices.

Writes the sample and the case to FOLDER (default ./triage-demo) and says what to open.
"""


def register(app: typer.Typer) -> None:
    app.command(name="demo", help=HELP)(demo)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write the sample and the case.")] = Path("triage-demo"),
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = os.cpu_count() or 1,
) -> None:
    from triage.bench.demo import demo_request
    from triage.cli import closing
    from triage.cli.progress import progress_for
    from triage.pipeline.run import run as run_case

    request = demo_request(folder.resolve(), jobs)
    with progress_for(False) as progress:
        outcome = run_case(request, progress)
    closing.print_outcome(outcome, as_json=False, quiet=False)
