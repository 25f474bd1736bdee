"""Who takes part in conversations: one row per address, with the names it is shown or saved under.

An address is joined over sources only by its comparable form (`triage.analysis.identifiers`); a bare display name
stays with its source. Nobody is identified here: a row is an address or a name, not a person.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from triage.analysis.dates import FIRST, LAST
from triage.analysis.identifiers import address_key
from triage.report.model import Limits, Party, PersonRow
from triage.report.units import either

_SENDERS = f"""
select i.source, u.sender, u.sender_name, count(*), sum(u.id in (
    select f.unit_id from findings f where f.kind = 'indicator' and f.reported = 1)), {FIRST}, {LAST}
from units u join items i on i.id = u.item_id
where u.sender <> '' and u.origin in ('message', 'email', 'call')
group by 1, 2, 3 order by 1, 2, 3"""
_CODES = """
select distinct i.source, u.sender, f.type, case when f.toward = 'self_report' then u.id end
from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
where f.kind = 'indicator' and f.reported = 1 and u.sender <> '' and u.origin in ('message', 'email', 'call')"""
_TALKS = """
select distinct i.source, u.sender, u.conversation from units u join items i on i.id = u.item_id
where u.sender <> '' and u.conversation <> '' and u.origin in ('message', 'email', 'call')"""


@dataclass(slots=True)
class _Sum:
    address: str
    names: set[tuple[str, str]] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    talks: set[tuple[str, str]] = field(default_factory=set)
    messages: int = 0
    marked: int = 0
    told: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    dates: list[str] = field(default_factory=list)


def build(connection: sqlite3.Connection, limits: Limits) -> tuple[tuple[PersonRow, ...], int]:
    """Rows with the most marked messages first, then those on several sources; and how many more there are."""
    sums: dict[tuple[str, str], _Sum] = {}
    key_of: dict[tuple[str, str], tuple[str, str]] = {}
    for source, sender, name, messages, marked, first, last in connection.execute(_SENDERS):
        shared = address_key(sender, is_address=bool(name))
        key = key_of[source, sender] = ("", shared) if shared else (source, sender)
        total = sums.setdefault(key, _Sum(address=shared if shared and shared[0] == "+" else sender))
        total.sources.add(source)
        total.messages += messages
        total.marked += marked
        total.dates += [date for date in (first, last) if date]
        if name and name != sender:
            total.names.add((name, source))
    for source, sender, conversation in connection.execute(_TALKS):
        sums[key_of[source, sender]].talks.add((source, conversation))
    for source, sender, code, told in connection.execute(_CODES):
        sums[key_of[source, sender]].codes.add(code)
        sums[key_of[source, sender]].told.update([told] if told else [])
    ordered = sorted(sums.values(), key=lambda s: (-s.marked, -len(s.sources), -s.messages, s.address, min(s.sources)))
    return tuple(_row(total) for total in ordered[: limits.rows]), max(0, len(ordered) - limits.rows)


def _row(total: _Sum) -> PersonRow:
    names = tuple(sorted(total.names))
    return PersonRow(
        party=Party(address=total.address, name=names[0][0] if names else ""), saved_as=names,
        sources=tuple(sorted(total.sources)), messages=total.messages,
        marked=total.marked, told=len(total.told), codes=tuple(sorted(total.codes)), conversations=len(total.talks),
        first=either(min(total.dates, default=None)), last=either(max(total.dates, default=None)),
    )  # fmt: skip
