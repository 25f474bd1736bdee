"""`triage review CASE`: decide on findings in their conversations, on a page that only this machine can open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from triage.review.server import Sitting

HELP = """Open CASE for review on a page of this machine (loopback, one-time address): findings in their whole
conversation, filters, full-text search, keyboard. Every decision is a custody event; Ctrl-C ends and seals.

Without a browser: write a workbook with --export, fill its column `decision`, read it back with --import.

Examples:

  triage review triage-case-phone --author "J. Doe"

  triage review triage-case-phone --author "J. Doe" --export review.xlsx
"""


def register(app: typer.Typer) -> None:
    app.command(name="review", help=HELP)(review)


def review(
    case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None,
    author: Annotated[str, typer.Option(help="Who decides. Default: the examiner of case.toml.")] = "",
    role: Annotated[str, typer.Option(help="examiner, filter or prosecution.")] = "examiner",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0 = any free one.")] = 0,
    filter_key: Annotated[Path | None, typer.Option(help="Public key (PEM) for what is marked privileged.")] = None,
    export: Annotated[Path | None, typer.Option("--export", help="Write a workbook to fill in, and stop.")] = None,
    read: Annotated[Path | None, typer.Option("--import", help="Read a filled workbook, and stop.")] = None,
) -> None:
    from triage.cli import privileged, terminal
    from triage.cli.options import case_path
    from triage.errors import UsageError
    from triage.pipeline.reviewing import sitting
    from triage.review.decisions import ROLES

    if role not in ROLES:
        raise UsageError(f"{role!r} is no role.", where="--role", remedy="Use " + ", ".join(ROLES) + ".")
    folder = case_path(case)
    if export is not None:
        _export(folder, export)
        terminal.words([f"Written: {export}. Fill the column `decision`, then: triage review … --import {export}"])
        return
    key, secret = privileged.read(filter_key) if filter_key else "", privileged.from_environment()
    with sitting(folder, author=author, role=role, filter_key=key, passphrase=secret) as made:
        if read is not None:
            _import(made, read)
        else:
            _serve(made, port)
        terminal.words([f"{made.made} decisions recorded"])


def _export(folder: Path, out: Path) -> None:
    from triage.errors import UsageError
    from triage.index import schema
    from triage.review import workbook

    if out.exists():
        raise UsageError("exists already.", where=str(out), remedy="Name another file.")
    db = schema.open_readonly(folder / "evidence.sqlite")
    try:
        with out.open("xb") as stream:
            workbook.write(db, stream)
    finally:
        db.close()


def _import(made: Sitting, path: Path) -> None:
    from triage.review import workbook
    from triage.review.server import decided

    with path.open("rb") as stream:
        listed = workbook.read(made.db, stream, author=made.author, role=made.role)
    for one in listed:
        decided(made, one)


def _serve(made: Sitting, port: int) -> None:
    import socket

    import uvicorn

    from triage.cli import terminal
    from triage.review.server import application

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        made.port = listener.getsockname()[1]
        terminal.words([
            f"Open once, in a browser of this machine: http://127.0.0.1:{made.port}/enter?token={made.entry}",
            "Ctrl-C ends the review and seals the case.",
        ])  # fmt: skip
        config = uvicorn.Config(application(made), log_level="critical", access_log=False, lifespan="off",
                                server_header=False, timeout_graceful_shutdown=2)  # fmt: skip
        server = uvicorn.Server(config)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has ended in order; the interrupt is how a review ends
            return
