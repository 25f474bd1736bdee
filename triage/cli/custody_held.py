"""`triage custody held|open-held|release`: the sealed store, for the filter reviewer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Case = Annotated[Path, typer.Argument(help="Case folder.")]
Reviewer = Annotated[str, typer.Option(help="Name of the filter reviewer; it stands in the log.")]
Key = Annotated[Path | None, typer.Option(help="Private key (PEM), where the store was sealed to one.")]


def register(verbs: typer.Typer) -> None:
    verbs.command(name="held")(held)
    verbs.command(name="open-held")(open_held)
    verbs.command(name="release")(release)


def held(case: Case, as_json: Annotated[bool, typer.Option("--json", help="One object a line.")] = False) -> None:
    """Count what a privilege list holds, file by file; nothing of its content."""
    from triage.cli import terminal
    from triage.pipeline.privilege import held_counts

    rows = held_counts(case.resolve())
    if as_json:
        for row in rows:
            terminal.json_line(row)
        return
    terminal.text(f"{row['held']:>7}  {row['status']:<5}  {row['source']}/{row['path']}" for row in rows)


def open_held(case: Case, reviewer: Reviewer, key: Key = None) -> None:
    """Print every held record, one JSON object a line. The opening is recorded first."""
    from triage.cli import privileged, terminal
    from triage.pipeline.privilege import open_held as opened

    pem = privileged.read(key) if key else None
    for one in opened(case.resolve(), reviewer=reviewer, key=pem, passphrase=privileged.passphrase()):
        unit = one.unit
        terminal.json_line({
            "id": one.unit_id, "item": one.item_id, "locator": unit.locator, "origin": unit.origin, "app": unit.app,
            "conversation": unit.conversation, "sender": unit.sender, "sender_name": unit.sender_name,
            "recipients": list(unit.recipients), "sent_at": unit.when.at, "sent_at_local": unit.when.local,
            "text": unit.text,
        })  # fmt: skip


def release(
    case: Case,
    reviewer: Reviewer,
    reason: Annotated[str, typer.Option(help="Why it is not privileged; it stands in the log: no content, please.")],
    units: Annotated[list[str] | None, typer.Argument(metavar="UNIT...", help="Ids of held units (u_…).")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Release all that is held.")] = False,
    key: Key = None,
) -> None:
    """Give held records back to the index: what was held by mistake. Recorded, searched, reported, sealed."""
    from triage.cli import privileged, terminal
    from triage.errors import UsageError
    from triage.pipeline.privilege import release as released

    if bool(units) == everything:
        raise UsageError("name the units, or use --all.", remedy="List them with `triage custody open-held`.")
    pem = privileged.read(key) if key else None
    n = released(
        case.resolve(), None if everything else units, reviewer=reviewer, reason=reason, key=pem,
        passphrase=privileged.passphrase(),
    )  # fmt: skip
    terminal.text([f"released: {n}"])
