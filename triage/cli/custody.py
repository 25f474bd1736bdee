"""`triage custody …`: look into the log, sign and stamp its checkpoints, note, hand over, prove, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli import custody_held

if TYPE_CHECKING:
    from triage.custody.log import CustodyLog

HELP = "The custody log of a case: show, sign, stamp, note, transfer, prove one event, export; held records."
Case = Annotated[Path, typer.Argument(help="Case folder.")]
Number = Annotated[int | None, typer.Option("--checkpoint", help="Its number; the newest by default.")]


def register(app: typer.Typer) -> None:
    verbs = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)
    verbs.command(name="show")(show)
    verbs.command(name="sign")(sign)
    verbs.command(name="note")(note)
    verbs.command(name="transfer")(transfer)
    verbs.command(name="prove")(prove)
    verbs.command(name="stamp-request")(stamp_request)
    verbs.command(name="stamp-import")(stamp_import)
    verbs.command(name="export")(export)
    custody_held.register(verbs)
    app.add_typer(verbs, name="custody")


def _open(case: Path) -> CustodyLog:
    from triage.case import open_case, read_settings
    from triage.custody.log import CustodyLog
    from triage.custody.session import this_actor, this_host

    folder = open_case(case.resolve())
    actor = this_actor(declared_name=str(read_settings(folder).get("examiner", "")))
    return CustodyLog.open(folder.root, actor=actor, host=this_host())


def show(
    case: Case,
    items: Annotated[bool, typer.Option("--items", help="List item events too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The lines as they stand.")] = False,
) -> None:
    """Print the log for people."""
    from triage.cli import terminal
    from triage.custody import show as shown

    if as_json:
        terminal.text(raw.decode("utf-8", "replace") for raw in shown.raw_events(case))
        return
    terminal.text(shown.events(case, items=items))
    terminal.text(shown.checkpoints(case))


def sign(
    case: Case,
    key: Annotated[Path, typer.Option(help="Private key, public key (agent), or handle of a FIDO token.")],
    checkpoint: Number = None,
) -> None:
    """Sign a checkpoint with ssh-keygen; several people may sign the same one."""
    from triage.cli import terminal
    from triage.custody import proof, signature

    number, _, _ = proof.load(case, checkpoint)
    terminal.text([str(signature.sign(case, number, key))])


def note(case: Case, text: Annotated[str, typer.Argument(help="What happened; its hash is logged.")]) -> None:
    """Keep a note with the case and seal it."""
    from triage.cli import terminal
    from triage.custody.handling import add_note

    with _open(case) as log:
        terminal.text([str(add_note(log, text))])


def transfer(
    case: Case,
    giver: Annotated[str, typer.Option("--from", help="Who hands over.")],
    taker: Annotated[str, typer.Option("--to", help="Who receives.")],
    means: Annotated[str, typer.Option(help="How: in person, courier, upload.")],
    seal_no: Annotated[str, typer.Option("--seal", help="Number of the seal.")] = "",
    received: Annotated[bool, typer.Option("--received", help="It came in (default: it goes out).")] = False,
) -> None:
    """Record that the case changes hands, and seal it."""
    from triage.cli import terminal
    from triage.custody.handling import record_transfer

    with _open(case) as log:
        seq = record_transfer(log, received=received, giver=giver, taker=taker, means=means, seal_no=seal_no)
    terminal.text([f"recorded as event {seq}"])


def prove(
    case: Annotated[Path | None, typer.Argument(help="Case folder.")] = None,
    event: Annotated[str, typer.Argument(help="seq of an event, or an item id (i_…).")] = "",
    checkpoint: Number = None,
    since: Annotated[int | None, typer.Option(help="Prove that nothing before this checkpoint changed.")] = None,
    check: Annotated[Path | None, typer.Option(help="Check a proof document instead.")] = None,
) -> None:
    """Print a proof that one event stands in the log, disclosing no other; or check one."""
    from triage.cli import terminal
    from triage.custody import proof

    if check is not None:
        terminal.text([proof.check_file(check)])
        return
    terminal.json_line(proof.prove(case, event, checkpoint, since))


def stamp_request(case: Case, checkpoint: Number = None) -> None:
    """Write a request (.tsq) to carry to a time-stamping authority."""
    from triage.cli import terminal
    from triage.custody import proof, stamp

    terminal.text([str(stamp.write_request(case, proof.load(case, checkpoint)[0]))])


def stamp_import(
    case: Case,
    answer: Annotated[Path, typer.Argument(help="The authority's whole answer (.tsr).")],
    tsa_ca: Annotated[
        Path | None, typer.Option(help="Its roots (PEM); without them only the imprint is checked.")
    ] = None,
    chain: Annotated[Path | None, typer.Option(help="Intermediate certificates (PEM).")] = None,
    checkpoint: Number = None,
) -> None:
    """Verify an authority's answer and keep it beside the checkpoint."""
    from triage.cli import terminal
    from triage.custody import proof, stamp

    terminal.text([str(stamp.import_answer(case, proof.load(case, checkpoint)[0], answer, tsa_ca, chain))])


def export(
    case: Case,
    to: Annotated[Path, typer.Argument(help="New folder to hand over.")],
    with_tool: Annotated[bool, typer.Option("--with-tool", help="Add the tool, its wheels and language data.")] = False,
    wheels: Annotated[Path | None, typer.Option(help="Folder of wheels to use instead of the installed ones.")] = None,
) -> None:
    """Copy a case without caches, key and live database, to hand over; the copy verifies by itself."""
    from triage.cli import terminal
    from triage.custody.export import export_case

    terminal.text(export_case(case, to, with_tool=with_tool, wheels=wheels))
