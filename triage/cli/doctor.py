"""`triage doctor`: is everything here that a run needs? Each line that is not green ends with the remedy."""

from __future__ import annotations

from typing import Annotated

import typer

HELP = """Check this machine: Tesseract and its languages, spaCy, fonts for the report's scripts, disk, isolation
layers, ssh-keygen and openssl for signatures and time stamps. Each line says what to do where something is missing.
Exit 5 where a run would not work at all.
"""


def register(app: typer.Typer) -> None:
    app.command(name="doctor", help=HELP)(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    from triage.cli import terminal
    from triage.errors import Exit
    from triage.prerequisites import check

    fatal = False
    for finding in check():
        fatal |= finding.state == "missing" and finding.needed
        if as_json:
            terminal.json_line({
                "name": finding.name, "state": finding.state, "detail": finding.detail, "remedy": finding.remedy,
                "needed": finding.needed,
            })  # fmt: skip
        else:
            remedy = f"  → {finding.remedy}" if finding.remedy else ""
            terminal.text([f"{finding.state:8} {finding.name}: {finding.detail}{remedy}"])
    raise typer.Exit(int(Exit.PREREQUISITE if fatal else Exit.DONE))
