"""Indicators in their context: marked messages with the three before and after, grouped by conversation.

A hit is quoted from the untouched text (offsets) and never alone. Windows that meet are joined, so that no message
is printed twice; a joined passage ends at 40 messages and the next one begins. Conversations come in reading order;
what passes the limits is counted, per conversation and in all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from triage.report.model import Conversation, Limits, Message, Passage, Tag, Text
from triage.report.units import UnitRow, fetch, select_in
from triage.report.wording import Wording

LONGEST = 40
_SPOKEN = "('message', 'event', 'call', 'email')"
Thread = tuple[str, str, str]
"""(item, conversation, '' or the origin of content outside conversations)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    unit: str
    source: str
    conversation: str
    path: str
    thread: Thread
    seq: int

    @property
    def place(self) -> tuple[str, str, str, Thread, int]:
        return self.source, self.conversation, self.path, self.thread, self.seq


def build(
    connection: sqlite3.Connection, wording: Wording, limits: Limits
) -> tuple[tuple[Conversation, ...], tuple[int, int]]:
    """Printed conversations, and (conversations, marked messages) that are not printed at all."""
    ranks = {(s, c): r for r, s, c in connection.execute("select rank, source, conversation from reading_order")}
    hits = _hits(connection)
    hits.sort(key=lambda hit: (ranks.get((hit.source, hit.conversation), 1 << 62), hit.place))
    out: list[Conversation] = []
    unprinted, unprinted_hits, number = 0, 0, 1
    for (source, name), group in groupby(hits, key=lambda h: (h.source, h.conversation)):
        found = list(group)
        room = min(limits.passages_each, limits.passages - number + 1)
        if room <= 0:
            unprinted, unprinted_hits = unprinted + 1, unprinted_hits + len(found)
            continue
        passages = _conversation(connection, wording, found, limits, number, room)
        number += len(passages)
        more = len({hit.unit for hit in found} - {m.trace.unit for p in passages for m in p.marked})
        rank = ranks.get((source, name))
        out.append(Conversation(source=source, name=name, rank=rank, passages=tuple(passages), more=more))
    return tuple(out), (unprinted, unprinted_hits)


_HITS = f"""
select distinct u.id, i.source, u.conversation, i.path, u.item_id,
  case when u.conversation <> '' and u.origin in {_SPOKEN} then '' else u.origin end, u.seq
from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
where f.kind = 'indicator' and f.reported = 1"""


def _hits(connection: sqlite3.Connection) -> list[_Hit]:
    return [
        _Hit(
            unit=unit, source=source, conversation=talk, path=path, thread=(item, talk, origin), seq=seq
        )
        for unit, source, talk, path, item, origin, seq in connection.execute(_HITS)
    ]  # fmt: skip


def _conversation(
    connection: sqlite3.Connection, wording: Wording, hits: list[_Hit], limits: Limits, number: int, room: int
) -> list[Passage]:
    windows: list[list[str]] = []
    for thread, group in groupby(hits, key=lambda hit: hit.thread):
        windows += _windows(connection, thread, [hit.seq for hit in group], limits.context)
        if len(windows) >= room:
            break
    windows = windows[:room]
    ids = [unit for window in windows for unit in window]
    units, tags = fetch(connection, ids), _tags(connection, ids)
    return [
        _passage(wording, number + place, [units[unit] for unit in window], tags)
        for place, window in enumerate(windows)
    ]


def _windows(connection: sqlite3.Connection, thread: Thread, seqs: list[int], reach: int) -> list[list[str]]:
    """Unit ids of each window, in order; a unit stands in one window only."""
    windows: list[list[str]] = []
    last = -1
    for seq in seqs:
        around = [(n, unit) for n, unit in _around(connection, thread, seq, reach) if n > last]
        if not around:
            continue
        fresh = around[0][0] > last + 1 and not _adjacent(connection, thread, last, around[0][0])
        if not windows or fresh or len(windows[-1]) >= LONGEST:
            windows.append([])
        windows[-1] += [unit for _, unit in around]
        last = around[-1][0]
    return windows


def _scope(thread: Thread) -> tuple[str, tuple[str, ...]]:
    item, conversation, origin = thread
    kinds = "origin = ?" if origin else f"origin in {_SPOKEN}"
    return f"item_id = ? and conversation = ? and {kinds}", (item, conversation, *([origin] if origin else []))


def _around(connection: sqlite3.Connection, thread: Thread, seq: int, reach: int) -> list[tuple[int, str]]:
    where, values = _scope(thread)
    before = f"select seq, id from units where {where} and seq < ? order by seq desc limit ?"
    after = f"select seq, id from units where {where} and seq >= ? order by seq limit ?"
    rows = [*connection.execute(before, (*values, seq, reach)), *connection.execute(after, (*values, seq, reach + 1))]
    return sorted((n, unit) for n, unit in rows)


def _adjacent(connection: sqlite3.Connection, thread: Thread, low: int, high: int) -> bool:
    """True where no unit of the thread lies between two positions: the windows meet."""
    where, values = _scope(thread)
    query = f"select 1 from units where {where} and seq > ? and seq < ? limit 1"
    return low >= 0 and connection.execute(query, (*values, low, high)).fetchone() is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tagged:
    """A finding's tag, where it quotes, and its parts before their text is known."""

    tag: Tag
    span: tuple[int, int]
    parts: tuple[tuple[str, str, int, int], ...]


_TAGS = """
select f.unit_id, f.type, f.value, f.grade, f.toward, f.rule, f.flags, f.start, f."end", f.id
from findings f where f.kind = 'indicator' and f.reported = 1 and f.unit_id in"""
_PARTS = 'select finding_id, role, unit_id, start, "end" from finding_parts where finding_id in'


def _tags(connection: sqlite3.Connection, ids: list[str]) -> Mapping[str, list[_Tagged]]:
    rows = list(select_in(connection, _TAGS, sorted(set(ids)), "order by f.unit_id, f.start, f.type, f.id"))
    parts: dict[str, tuple[tuple[str, str, int, int], ...]] = {}
    found = sorted(row[9] for row in rows)
    for finding, role, unit, start, end in select_in(connection, _PARTS, found, "order by finding_id, n"):
        parts[finding] = (*parts.get(finding, ()), (role, unit, start, end))
    tags: dict[str, list[_Tagged]] = {}
    for unit, code, label, grade, toward, rule, flags, start, end, finding in rows:
        tag = Tag(
            code=code, label=label, grade=grade, toward=toward, rule=rule, welfare="welfare" in json.loads(flags),
            parts=(),
        )  # fmt: skip
        tags.setdefault(unit, []).append(_Tagged(tag=tag, span=(start, end), parts=parts.get(finding, ())))
    return tags


def _passage(wording: Wording, number: int, units: list[UnitRow], tags: Mapping[str, list[_Tagged]]) -> Passage:
    by_id = {unit.id: unit for unit in units}
    messages = tuple(_message(unit, tags.get(unit.id, []), by_id) for unit in units)
    codes = tuple(sorted({tag.code for message in messages for tag in message.tags}))
    severe = any(wording.severe(code) for code in codes)
    return Passage(number=number, severe=severe, codes=codes, app=units[0].trace.app, messages=messages)


def _message(unit: UnitRow, tagged: list[_Tagged], by_id: Mapping[str, UnitRow]) -> Message:
    tags = tuple(replace(one.tag, parts=_parts(one, by_id)) for one in tagged)
    return Message(
        at=unit.at, sender=unit.sender, recipients=unit.recipients, direction=unit.direction, origin=unit.trace.origin,
        deleted="deleted" in unit.trace.flags, flags=unit.trace.flags,
        text=unit.shown([one.span for one in tagged]), tags=tags, trace=unit.trace,
    )  # fmt: skip


def _parts(tagged: _Tagged, by_id: Mapping[str, UnitRow]) -> tuple[tuple[str, Text], ...]:
    """The quoted pieces of the rule's roles; a piece in a message outside the passage is left out."""
    return tuple(
        (role, by_id[unit].shown(only=(start, end))) for role, unit, start, end in tagged.parts if unit in by_id
    )
