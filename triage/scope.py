"""Legal scope: what a warrant lets one read. The rest is hashed and counted, and its content never enters the index.

Days are inclusive and are days of the device. A unit's day is known from its local time, or from its instant and a
stated zone. An instant without a zone could be a day earlier or later somewhere on earth (UTC−12 to UTC+14): near a
border of the scope it is undecidable. Undecidable and undated units are held out too, and counted apart, unless the
examiner asks for them (`--include-undated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from triage.model import Conversation, Moment, Unit
from triage.timestamps import find_zone

Verdict = Literal["in", "out", "undated"]
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What may be looked at; empty fields do not limit."""

    since: str = ""
    """`YYYY-MM-DD`, inclusive."""
    until: str = ""
    apps: tuple[str, ...] = ()
    """Names of applications, any case."""
    parties: tuple[str, ...] = ()
    """Numbers (any notation; the last eight digits decide) or names of which one must take part."""
    include_undated: bool = False

    @property
    def limited(self) -> bool:
        return bool(self.since or self.until or self.apps or self.parties)

    def verdict(self, unit: Unit, conversation: Conversation, zone: str | None) -> Verdict:
        """Whether a unit may enter the index."""
        if self.apps and unit.app.casefold() not in {a.casefold() for a in self.apps}:
            return "out"
        if self.parties and not self._takes_part(unit, conversation):
            return "out"
        if not (self.since or self.until):
            return "in"
        days = list(_days(unit.when, zone))
        inside = {self._inside(day) for day in days}
        if inside == {True}:
            return "in"
        if inside == {False}:
            return "out"
        return "in" if self.include_undated else "undated"

    def _inside(self, day: date) -> bool:
        text = day.isoformat()
        return (not self.since or text >= self.since) and (not self.until or text <= self.until)

    def _takes_part(self, unit: Unit, conversation: Conversation) -> bool:
        people = {unit.sender, unit.sender_name, *unit.recipients, *conversation.participants, conversation.owner}
        if unit.origin == "contact":
            people |= set(unit.text.split("\n"))
        return any(same_party(wanted, person) for wanted in self.parties for person in people if person)


def same_party(wanted: str, person: str) -> bool:
    """The same number by its last eight digits, else the same name without regard to case."""
    a, b = re.sub(r"\D", "", wanted), re.sub(r"\D", "", person)
    if len(a) >= 7:
        return len(b) >= 7 and a[-8:] == b[-8:]
    return wanted.casefold().strip() in person.casefold()


def _days(when: Moment, zone: str | None) -> Iterator[date]:
    """Every day the unit may belong to; none where nothing is known."""
    if when.local:
        yield date.fromisoformat(when.local[:10])
    elif when.at and zone:
        yield datetime.fromisoformat(when.at).astimezone(find_zone(zone)).date()
    elif when.at:
        instant = datetime.fromisoformat(when.at)
        try:
            yield from (instant.date(), (instant + _WEST).date(), (instant + _EAST).date())
        except OverflowError:
            yield instant.date()
