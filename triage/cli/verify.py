"""`triage verify CASE`: does the record still hold, and is the evidence still the same?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

HELP = """Verify a case: log, accounts, checkpoints, signatures, stamps, every file of the folder, the index, and with
--source the evidence itself. Names the first thing wrong. Exit code 4 when something does not hold.

Examples:

  triage verify triage-case-phone --source /evidence/phone --allowed-signers ~/keys/allowed_signers
  triage verify triage-case-phone --checkpoint kept-by-the-court.txt
  triage verify triage-case-phone --source phone=/evidence/phone --replay
"""


def register(app: typer.Typer) -> None:
    app.command(name="verify", help=HELP)(verify)


def verify(
    case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="[LABEL=]PATH", help="Hash this evidence again; repeatable.")
    ] = None,
    allowed_signers: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Whose signatures count: allowed_signers from outside the case."
        ),
    ] = None,
    tsa_ca: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Roots of the time-stamping authorities (PEM).")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A checkpoint kept elsewhere, against rollback.")
    ] = None,
    replayed: Annotated[
        bool, typer.Option("--replay", help="Derive every row anew from the evidence and compare.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the verdict.")] = False,
) -> None:
    from triage.cli import terminal
    from triage.cli.options import case_path
    from triage.custody.handling import labelled_path
    from triage.custody.verify import require_case, verify_case
    from triage.errors import Exit
    from triage.index.live import live_root

    folder = case_path(case)
    require_case(folder)
    verdict = verify_case(
        folder,
        allowed_signers=allowed_signers,
        tsa_roots=tsa_ca,
        outside=checkpoint,
        sources=[labelled_path(given) for given in source or ()],
        index_root_of=live_root if (folder / "evidence.sqlite").is_file() else None,
    )
    again = None
    if replayed:
        from triage.pipeline.replay import replay

        again = replay(folder, [labelled_path(given) for given in source or ()], os.cpu_count() or 1)
    if as_json:
        terminal.json_line(verdict.to_json() | ({"replay": again.to_json()} if again else {}))
    else:
        terminal.text([] if quiet else verdict.lines())
        terminal.text(again.lines() if again else [])
        terminal.text([verdict.summary])
    raise typer.Exit(int(Exit.DONE if verdict.ok and (again is None or again.same) else Exit.INTEGRITY))
