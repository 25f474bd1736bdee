"""Messages read as possible calls for help: reported indicator findings with the flag `welfare`.

They come first everywhere, because a person may still be at risk. One message is one call, whatever the number of
findings in it; copies of the same message on other sources (`links`, kind `same-message`) are named with it, not
counted again. "Possible": who wrote it, and whether it was meant so, a person has to judge.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from triage.analysis.dates import KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Where one copy of the message stands."""

    unit_id: str
    source: str
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One message, newest first; `unit_id` is the copy with the lowest exhibit number."""

    unit_id: str
    at: str | None
    """UTC instant or local time without offset, where one is known."""
    exhibit: int | None
    source: str
    conversation: str
    text: str
    spans: tuple[tuple[int, int], ...]
    """What the findings quote, in code points of `text`, in order."""
    copies: tuple[Copy, ...] = ()
    """The same message elsewhere."""

    @property
    def quote(self) -> str:
        """The passage from the first to the last quoted character."""
        return self.text[self.spans[0][0] : self.spans[-1][1]]


def find(connection: sqlite3.Connection) -> tuple[Call, ...]:
    """Newest first; undated ones after the dated ones."""
    found: dict[str, Call] = {}
    for unit, start, end, source, conversation, at, text, exhibit in connection.execute(_WELFARE):
        spans = (*found[unit].spans, (start, end)) if unit in found else ((start, end),)
        found[unit] = Call(
            unit_id=unit, at=at, exhibit=exhibit, source=source, conversation=conversation, text=text,
            spans=_merged(spans),
        )  # fmt: skip
    calls = [_merge_copies(group) for group in _linked(connection, found)]
    calls.sort(key=lambda call: (_exhibit(call), call.unit_id))
    return tuple(sorted(calls, key=lambda call: call.at or "", reverse=True))


_WELFARE = f"""
select f.unit_id, f.start, f."end", i.source, u.conversation, {KNOWN}, u.text, x.no
from findings f
join units u on u.id = f.unit_id
join items i on i.id = u.item_id
left join exhibits x on x.unit_id = u.id
where f.kind = 'indicator' and f.reported = 1 and instr(f.flags, '"welfare"') > 0
order by f.unit_id, f.start, f."end", f.id"""


def _merged(spans: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Spans in order, overlapping ones joined."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def _linked(connection: sqlite3.Connection, found: dict[str, Call]) -> list[list[Call]]:
    """Groups of calls that `links` states to be the same message."""
    root = {unit: unit for unit in found}

    def top(unit: str) -> str:
        while root[unit] != unit:
            unit = root[unit]
        return unit

    for a, b in connection.execute("select a, b from links where kind = 'same-message' order by a, b"):
        if a in root and b in root:
            low, high = sorted((top(a), top(b)))
            root[high] = low
    groups: dict[str, list[Call]] = {}
    for unit in sorted(found):
        groups.setdefault(top(unit), []).append(found[unit])
    return list(groups.values())


def _merge_copies(group: list[Call]) -> Call:
    first, *others = sorted(group, key=lambda call: (_exhibit(call), call.unit_id))
    copies = tuple(Copy(unit_id=c.unit_id, source=c.source, conversation=c.conversation) for c in others)
    return Call(
        unit_id=first.unit_id, at=first.at, exhibit=first.exhibit, source=first.source,
        conversation=first.conversation, text=first.text, spans=first.spans, copies=copies,
    )  # fmt: skip


def _exhibit(call: Call) -> int:
    """Unnumbered ones after the numbered."""
    return call.exhibit if call.exhibit is not None else 1 << 62
