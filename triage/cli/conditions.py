"""Exit codes of a run: unread items, and the conditions a script asks for."""

from __future__ import annotations

from collections.abc import Sequence

from triage.errors import Exit, UsageError, worst
from triage.pipeline.run import Outcome


def exit_code(outcome: Outcome, fail_on: Sequence[str]) -> Exit:
    """3 where items are failed or quarantined, 1 where a `--fail-on` is met; findings alone never change it."""
    unread = outcome.statuses.get("failed", 0) + outcome.statuses.get("quarantined", 0)
    met = any(_met(outcome, condition) for condition in fail_on)
    return worst(Exit.UNREAD if unread else Exit.DONE, Exit.CONDITION if met else Exit.DONE)


def _met(outcome: Outcome, condition: str) -> bool:
    """`KIND[:N]`: at least N findings of that kind, or items of that status (default 1)."""
    name, _, least = condition.partition(":")
    if least and not least.isdecimal():
        raise UsageError(f"{least!r} is no number.", where=f"--fail-on {condition}", remedy="Use KIND:N.")
    counted = {**outcome.findings, **outcome.statuses, **outcome.problems}
    return counted.get(name, 0) >= int(least or 1)
