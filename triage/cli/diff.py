"""`triage diff A B`: what changed between two runs or two versions, each finding with its cause."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELP = """Compare the findings of two cases over the same evidence: added, removed, changed, each with its cause (rule,
packs, reader, source, settings, tool). Exit code 1 with --fail when anything differs.

Example:

  triage diff case-with-old-version case-with-new-version
"""


def register(app: typer.Typer) -> None:
    app.command(name="diff", help=HELP)(diff)


def diff(
    a: Annotated[Path, typer.Argument(help="A case folder.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
    fail: Annotated[bool, typer.Option("--fail", help="Exit code 1 when anything differs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One object a change.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only the counts.")] = False,
) -> None:
    from triage.case import open_case
    from triage.cli import terminal
    from triage.errors import Exit
    from triage.exports.diff import Diff
    from triage.index import schema

    first, second = (schema.open_readonly(open_case(path.resolve()).index) for path in (a, b))
    found = Diff(first, second)
    for change in found:
        if as_json:
            terminal.json_line(change.to_json())
        elif not quiet:
            terminal.text([
                f"{change.what:8} {change.cause:9} {change.type:24} {change.value}  {change.source}/{change.path} "
                f"{change.locator}  {change.rule}"
            ])  # fmt: skip
    terminal.words([f"{found.same} findings are the same"])
    terminal.words(f"{n} {what}: {cause}" for (what, cause), n in sorted(found.counts.items()))
    terminal.words(f"differs: {said}" for said in found.conditions())
    terminal.words(f"setting {key}: {old} → {new}" for key, (old, new) in found.settings().items())
    first.close()
    second.close()
    raise typer.Exit(int(Exit.CONDITION if fail and found.counts else Exit.DONE))
