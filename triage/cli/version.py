"""`triage version`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command(name="version", help="Print the version of the tool and of what it stands on.")(version)


def version(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    import platform
    import sqlite3
    from importlib.metadata import version as installed

    from triage import __version__
    from triage.cli import terminal

    parts = {"evidence-triage": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    parts |= {name: installed(name) for name in ("spacy", "phonenumbers", "exifread", "pytesseract")}
    if as_json:
        terminal.json_line(parts)
    else:
        terminal.text(f"{name} {number}" for name, number in parts.items())
