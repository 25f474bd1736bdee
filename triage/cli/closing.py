"""The last lines of a run: what was found, calls for help first, what to open, what to do next."""

from __future__ import annotations

from triage.cli import terminal
from triage.index import schema
from triage.pipeline.run import Outcome


def print_outcome(outcome: Outcome, *, as_json: bool, quiet: bool) -> None:
    """One object on standard output with --json; words on standard error unless quiet."""
    if as_json:
        terminal.json_line({
            "case": str(outcome.case), "index_root": outcome.index_root, "walked": outcome.walked,
            "statuses": dict(outcome.statuses), "findings": dict(outcome.findings),
            "problems": dict(outcome.problems),
        })  # fmt: skip
    if quiet:
        return
    from triage.report.closing import lines

    db = schema.open_readonly(outcome.case / "evidence.sqlite")
    try:
        terminal.words(lines(db, report=str(outcome.case / "report" / "index.html"), case=str(outcome.case)))
    finally:
        db.close()
