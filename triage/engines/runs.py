"""Runs: the units of one conversation that extractors see together.

A window of up to `WINDOW` units of an item is grouped by conversation, so that interleaved conversations (an SMS
backup is ordered by time) still give each extractor its context. Borders depend on the item's data alone, never on
batches of work: the same item gives the same runs on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from triage.model import Conversation, Run, Unit

WINDOW = 4_000


@dataclass(slots=True)
class Grouping:
    """Collects an item's units and hands them out as windows."""

    regions: tuple[str, ...]
    conversations: dict[str, Conversation] = field(default_factory=dict)
    pending: list[Unit] = field(default_factory=list)

    def add(self, unit: Unit) -> bool:
        """Take one unit; True when the window is full and must be drained."""
        self.pending.append(unit)
        return len(self.pending) >= WINDOW

    def drain(self) -> tuple[list[Unit], list[tuple[Run, list[int]]]]:
        """The window's units in item order, and its runs, each with the indexes of its units in the window."""
        units, self.pending = self.pending, []
        groups: dict[str, list[int]] = {}
        for index, unit in enumerate(units):
            groups.setdefault(unit.conversation, []).append(index)
        return units, [(self._run(name, units, indexes), indexes) for name, indexes in groups.items()]

    def _run(self, name: str, units: Sequence[Unit], indexes: list[int]) -> Run:
        conversation = self.conversations.get(name) or Conversation(name=name)
        return Run(units=tuple(units[i] for i in indexes), conversation=conversation, regions=self.regions)


def split(run: Run) -> Iterator[Run]:
    """The run unit by unit: to find the one an extractor fails on."""
    for unit in run.units:
        yield Run(units=(unit,), conversation=run.conversation, regions=run.regions)
