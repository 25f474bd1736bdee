"""Participants as contact units: a number that only ever stands in a "from" field is evidence too.

Readers whose format lists participants yield them themselves. For all others the worker adds, at the end of an
item, one `contact` unit for each address or name that no contact unit of the item carries yet, so that extractors
and searches see it. These units are no records of the source; the accounts count them as `extra_units`.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Conversation, Unit

MAX_ADDRESSES = 20_000


class Addresses:
    """Collects who takes part in an item's conversations, in order of first appearance."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}
        self._carried: set[str] = set()
        self._apps: dict[str, str] = {}

    def note_unit(self, unit: Unit) -> None:
        if unit.origin == "contact":
            self._carried.update(part.strip() for part in unit.text.replace(": ", "\n").split("\n"))
            self._carried.add(unit.sender)
            return
        if unit.app and unit.conversation not in self._apps:
            self._apps[unit.conversation] = unit.app
        if unit.sender:
            self._note(unit.conversation, unit.sender, unit.sender_name)
        for recipient in unit.recipients:
            self._note(unit.conversation, recipient, "")

    def note_conversation(self, conversation: Conversation) -> None:
        for participant in conversation.participants:
            self._note(conversation.name, participant, "")

    def _note(self, conversation: str, address: str, name: str) -> None:
        key = (conversation, address)
        if (known := self._seen.get(key)) is None:
            if len(self._seen) < MAX_ADDRESSES:
                self._seen[key] = name
        elif not known and name:
            self._seen[key] = name

    def units(self) -> Iterator[Unit]:
        for number, ((conversation, address), name) in enumerate(self._seen.items()):
            if address.strip() and address not in self._carried:
                yield Unit(
                    origin="contact",
                    locator=f"participant={number}",
                    text=f"{address}\n{name}" if name and name != address else address,
                    app=self._apps.get(conversation, ""),
                    conversation=conversation,
                    flags=("participant",),
                )
