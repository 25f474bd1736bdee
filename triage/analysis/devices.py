"""One line per source: what it is, how much it holds, between which dates, and with whom it exchanged most.

Counts only. "Contacts" are the other sides of its conversations by number of messages; the account that the source
belongs to is left out where the evidence tells it (`direction`). Whose hands held the device, no count can say.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from triage.analysis.dates import FIRST, LAST

TOP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The other side of a conversation."""

    conversation: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One source of the case."""

    label: str
    kind: str
    provenance: str
    exhibit: str
    zone: str
    region: str
    statuses: tuple[tuple[str, int], ...]
    """Items by status, sorted by status."""
    origins: tuple[tuple[str, int], ...]
    """Units by origin, most frequent first."""
    apps: tuple[tuple[str, int], ...]
    """Messages and calls by application, most frequent first."""
    conversations: int
    deleted: int
    first: str | None
    last: str | None
    implausible: int
    """Units whose year is outside the plausible range; they do not stretch the dates."""
    contacts: tuple[Contact, ...]
    facts: tuple[tuple[str, str], ...]
    """What its items say of the device (`model`, `imei`, `decoded_by` …), sorted."""

    @property
    def items(self) -> int:
        return sum(n for _, n in self.statuses)

    @property
    def units(self) -> int:
        return sum(n for _, n in self.origins)


def lines(connection: sqlite3.Connection) -> tuple[Device, ...]:
    """In the order of their labels."""
    query = "select label, kind, provenance, exhibit, tz, region from sources order by label"
    return tuple(_device(connection, *(value or "" for value in row)) for row in connection.execute(query).fetchall())


def _device(
    db: sqlite3.Connection, label: str, kind: str, provenance: str, exhibit: str, zone: str, region: str
) -> Device:
    spoken = f"{_UNITS} and u.origin in ('message', 'call', 'email')"
    conversations, deleted, first, last, implausible = db.execute(_SPAN, (label,)).fetchone()
    return Device(
        label=label, kind=kind, provenance=provenance, exhibit=exhibit, zone=zone, region=region,
        statuses=_pairs(db, "select status, count(*) from items where source = ? group by 1 order by 1", label),
        origins=_pairs(db, f"select u.origin, count(*) {_UNITS} group by 1 order by 2 desc, 1", label),
        apps=_pairs(db, f"select u.app, count(*) {spoken} and u.app <> '' group by 1 order by 2 desc, 1", label),
        conversations=conversations, deleted=deleted or 0, first=first, last=last, implausible=implausible or 0,
        contacts=tuple(
            Contact(conversation=name, messages=n)
            for name, n in _pairs(
                db,
                f"select u.conversation, count(*) {spoken} and u.conversation <> '' "
                f"group by 1 order by 2 desc, 1 limit {TOP}",
                label,
            )
        ),
        facts=_facts(db, label),
    )  # fmt: skip


_UNITS = "from units u join items i on i.id = u.item_id where i.source = ?"
_SPAN = f"""
select count(distinct nullif(u.conversation, '')), sum(u.deleted), {FIRST}, {LAST},
  sum(instr(u.flags, '"absurd_time"') > 0) {_UNITS}"""


def _pairs(db: sqlite3.Connection, query: str, label: str) -> tuple[tuple[str, int], ...]:
    return tuple((name, n) for name, n in db.execute(query, (label,)))


def _facts(db: sqlite3.Connection, label: str) -> tuple[tuple[str, str], ...]:
    query = """select distinct s.key, s.value from source_facts s join items i on i.id = s.item_id
               where i.source = ? order by 1, 2"""
    return tuple((key, value) for key, value in db.execute(query, (label,)))
