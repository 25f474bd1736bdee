"""Privilege inside a worker: which units of an item are held, before anything is extracted from them.

Two things hold a unit:

- **its conversation**: an entry of the privilege list stands among the senders, recipients, participants or in the
  name. Then the whole conversation of the item is held, what was written before the lawyer first spoke included; the
  item is therefore read twice, the first time for the addresses alone;
- **its text**: an entry stands in it. Pages and pictures are held whole (a letterhead is on the first page only).

A list cannot know what is privileged: it holds what a filter reviewer must look at. What it hits by mistake is
released.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from triage.model import Conversation, Read, Resources, Run, Unit, WatchEntry

ROUNDS = 200_000
"""Of PBKDF2 for the digest of an item's held content: a single short message cannot be guessed from it cheaply."""
_WHOLE = ("page", "ocr")
_KNOWN = 100_000


class Privilege:
    """The compiled list of a case, and what it holds of the item in hand."""

    def __init__(self, entries: Sequence[WatchEntry]) -> None:
        from extractors import watch

        listed = tuple(e for e in entries if e.type != "hash")
        self._matcher = watch.compiled(listed)
        self._scan = watch.prepare(Resources(watch=listed))
        self._known: dict[str, bool] = {}
        self._conversations: set[str] = set()
        self._item = False

    def survey(self, steps: Iterable[Read]) -> None:
        """Read an item's addresses: which of its conversations are held."""
        self._conversations, self._item = set(), False
        for step in steps:
            if isinstance(step, Conversation):
                if self._any((step.name, step.owner, *step.participants)):
                    self._conversations.add(step.name)
            elif isinstance(step, Unit):
                self._look(step)

    def _look(self, unit: Unit) -> None:
        if unit.conversation and unit.conversation not in self._conversations and self._addressed(unit):
            self._conversations.add(unit.conversation)
        if unit.origin in _WHOLE and not self._item:
            self._item = bool(self._in_text(Run(units=(unit,), conversation=Conversation(name=""))))

    def holds(self, conversation: str) -> bool:
        return bool(conversation) and conversation in self._conversations

    def held(self, run: Run) -> set[int]:
        """Indexes of the units of a run that are held."""
        if self.holds(run.conversation.name):
            return set(range(len(run.units)))
        listed = {i for i, u in enumerate(run.units) if self._addressed(u) or (self._item and u.origin in _WHOLE)}
        return listed | self._in_text(run)

    def _in_text(self, run: Run) -> set[int]:
        return {hit.unit for hit in self._scan(run) if "in_header" not in hit.finding.flags}

    def _addressed(self, unit: Unit) -> bool:
        return self._any((unit.sender, unit.sender_name, unit.conversation, *unit.recipients))

    def _any(self, fields: Iterable[str]) -> bool:
        return any(self._hit(field) for field in fields if field)

    def _hit(self, field: str) -> bool:
        known = self._known.get(field)
        if known is None:
            known = next(self._matcher.in_field(field), None) is not None
            if len(self._known) < _KNOWN:
                self._known[field] = known
        return known


def parted(run: Run, held: set[int]) -> Run:
    """The run without its held units."""
    kept = tuple(unit for i, unit in enumerate(run.units) if i not in held)
    return Run(units=kept, conversation=run.conversation, regions=run.regions)


class Digest:
    """The hash of an item's held rows, in its own order."""

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self.n = 0

    def add(self, rows: Iterable[list[Any]]) -> None:
        for row in rows:
            self._sum.update(json.dumps(row, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode() + b"\n")
            self.n += 1

    def value(self) -> str:
        """PBKDF2-HMAC-SHA-256 over the SHA-256 of the rows (one JSON array a line), no salt, 64 hex digits."""
        return hashlib.pbkdf2_hmac("sha256", self._sum.digest(), b"", ROUNDS).hex()
