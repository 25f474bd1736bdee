"""Units of the index as display values: who, when, where, and the text with its masks.

Rows are fetched by id in portions, because SQLite limits the number of parameters of one statement.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from triage.report.display import MASKED_TYPES, Span, compose
from triage.report.model import Party, Stamp, Text, Trace

PORTION = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit with its item and exhibit number; `masks` are the spans of accounts and ids in its text."""

    id: str
    item_id: str
    conversation: str
    seq: int
    at: Stamp
    sender: Party
    recipients: tuple[str, ...]
    direction: str
    text: str
    lang: str
    trace: Trace
    media_type: str
    masks: tuple[Span, ...]

    def shown(self, marks: Iterable[Span] = (), *, only: Span | None = None) -> Text:
        """The text for display; `only` a slice of it (a quote, a part)."""
        if only is None:
            return compose(self.text, marks=marks, masks=self.masks, lang=self.lang)
        low, high = max(only[0], 0), min(only[1], len(self.text))
        masks = [(max(a, low) - low, min(b, high) - low) for a, b in self.masks if a < high and b > low]
        inner = compose(self.text[low:high], masks=masks, lang=self.lang)
        cut = [m for m in self.masks if m[0] < low < m[1] or m[0] < high < m[1]]
        return inner if not cut else compose(self._masked()[low:high], lang=self.lang)

    def _masked(self) -> str:
        """The masked text, for a slice that cuts through a number: the last four are those of the whole number."""
        return "".join(s.text for s in compose(self.text, masks=self.masks, full=True).segments)


_UNIT = """
select u.id, u.item_id, u.conversation, u.seq, u.sent_at, u.sent_at_local, u.sent_at_source, u.time_basis, u.sender,
  u.sender_name, u.recipients, u.direction, u.text, u.lang, u.origin, u.app, u.locator, u.flags, u.deleted,
  i.source, i.path, i.sha256, i.media_type,
  (select min(x.no) from exhibits x where x.unit_id = u.id)
from units u join items i on i.id = u.item_id where u.id in"""


def fetch(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, UnitRow]:
    """The units with these ids."""
    wanted = sorted(set(ids))
    masks = _masks(connection, wanted)
    return {row[0]: _unit(row, masks.get(row[0], ())) for row in select_in(connection, _UNIT, wanted)}


def select_in(
    connection: sqlite3.Connection, query: str, values: list[str], tail: str = ""
) -> Iterator[tuple[Any, ...]]:
    """Rows of `query … in (values)`, asked for in portions; rows come in the order of the values' portions."""
    for start in range(0, len(values), PORTION):
        part = values[start : start + PORTION]
        yield from connection.execute(f"{query} ({','.join('?' * len(part))}) {tail}", part)


def _masks(connection: sqlite3.Connection, ids: list[str]) -> dict[str, tuple[Span, ...]]:
    types = ", ".join(f"'{name}'" for name in sorted(MASKED_TYPES))
    query = f'select unit_id, start, "end" from findings where type in ({types}) and unit_id in'
    found: dict[str, tuple[Span, ...]] = {}
    for unit, start, end in select_in(connection, query, ids, "order by unit_id, start, 3"):
        found[unit] = (*found.get(unit, ()), (start, end))
    return found


def _unit(row: tuple[Any, ...], masks: tuple[Span, ...]) -> UnitRow:
    (unit, item, conversation, seq, sent, local, written, basis, sender, name, recipients, direction, text, lang,
     origin, app, locator, flags, deleted, source, path, sha256, media_type, exhibit) = row  # fmt: skip
    words = (*json.loads(flags), *(("deleted",) if deleted else ()))
    return UnitRow(
        id=unit, item_id=item, conversation=conversation, seq=seq,
        at=stamp(sent, local, written, basis),
        sender=Party(address=sender, name=name),
        recipients=tuple(json.loads(recipients)),
        direction=direction or "", text=text, lang=lang or "", media_type=media_type or "", masks=masks,
        trace=Trace(
            exhibit=exhibit, unit=unit, source=source, path=path, sha256=sha256 or "",
            locator=locator, origin=origin, app=app, flags=words,
        ),
    )  # fmt: skip


def stamp(sent: str | None, local: str | None = None, written: str = "", basis: str = "") -> Stamp:
    """The best known time: the UTC instant, else the device's local time, else what the evidence says."""
    known = written and written
    for value, zone in ((sent, "utc"), (local, "local")):
        day, time = _parse(value)
        if day and zone == "utc":
            return Stamp(zone="utc", day=day, time=time, written=known, basis=basis)
        if day:
            return Stamp(zone="local", day=day, time="" if basis == "date-only" else time, written=known, basis=basis)
    return Stamp(zone="written" if known else "none", written=known, basis=basis)


def either(known: str | None) -> Stamp:
    """A stamp of an aggregate: an instant carries its offset, a local time none."""
    has_offset = known is not None and (known.endswith("Z") or "+" in known[10:] or "-" in known[10:])
    return stamp(known) if has_offset else stamp(None, known)


def _parse(value: str | None) -> tuple[str, str]:
    if not value:
        return "", ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return "", ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%d}".rjust(10, "0"), f"{moment:%H:%M}"


def names_by_address(connection: sqlite3.Connection) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Address as written → (name, source) pairs it is shown or saved under, sorted."""
    query = """select distinct u.sender, u.sender_name, i.source from units u join items i on i.id = u.item_id
               where u.sender_name <> '' and u.sender_name <> u.sender order by 1, 2, 3"""
    names: dict[str, tuple[tuple[str, str], ...]] = {}
    for address, name, source in connection.execute(query):
        names[address] = (*names.get(address, ()), (name, source))
    return names
