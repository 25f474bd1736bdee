"""Tables of values: numbers, accounts, amounts, places, documents, links, watch-list hits.

One row is one distinct value with the count of its reported findings. Rows come with those first that stand in
messages which also carry an indicator, then those on several sources, then the most frequent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.analysis.dates import FIRST, LAST
from triage.analysis.identifiers import address_key
from triage.report.display import defang, mask_value
from triage.report.model import Limits, SelectorRow, Table
from triage.report.units import UnitRow, either, fetch, names_by_address

SAMPLES = 3
TABLES: Mapping[str, str] = {
    "numbers": "f.kind = 'phone' or (f.kind = 'link' and f.type in ('EMAIL', 'SOCIAL'))",
    "payments": "f.kind = 'payment'",
    "amounts": "f.kind = 'amount'",
    "places": "f.kind = 'location'",
    "documents": "f.kind = 'document'",
    "links": "f.kind = 'link' and f.type not in ('EMAIL', 'SOCIAL')",
    "watch": "f.kind = 'watch'",
}
"""Table → which findings it holds; together every kind but indicators (the test of shown + withheld proves it)."""

Key = tuple[str, str]
"""(type, value)"""


@dataclass(slots=True)
class _Detail:
    """What is gathered of one value while its findings pass by."""

    sources: set[str] = field(default_factory=set)
    grades: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    origins: set[str] = field(default_factory=set)
    samples: list[tuple[str, int, int]] = field(default_factory=list)
    first: dict[str, Any] = field(default_factory=dict)
    """The `detail` of the first finding."""
    roles: set[str] = field(default_factory=set)


def build(connection: sqlite3.Connection, limits: Limits) -> dict[str, Table]:
    """Every table, at most `limits.rows` rows each."""
    names = _names(connection)
    return {key: _table(connection, key, where, limits, names) for key, where in TABLES.items()}


_FROM = "from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id where f.reported = 1"
_MARKED = """
sum(f.unit_id in (select g.unit_id from findings g where g.kind = 'indicator' and g.reported = 1))"""


def _table(
    connection: sqlite3.Connection, key: str, where: str, limits: Limits, names: Mapping[str, tuple[Key, ...]]
) -> Table:
    rows = connection.execute(
        f"""select f.type, f.value, count(*), {_MARKED} marked, count(distinct i.source) wide,
            count(distinct i.source || char(31) || nullif(u.conversation, '')), {FIRST}, {LAST}
            {_FROM} and ({where}) group by f.type, f.value
            order by marked > 0 desc, wide desc, count(*) desc, f.type, f.value limit ?""",
        (limits.rows,),
    ).fetchall()
    total = connection.execute(
        f"select count(*) from (select 1 {_FROM} and ({where}) group by f.type, f.value)"
    ).fetchone()[0]
    details = _details(connection, where, {(row[0], row[1]) for row in rows})
    samples = fetch(connection, (sample[0] for detail in details.values() for sample in detail.samples))
    shown = tuple(_row(tuple(row), details[row[0], row[1]], samples, names) for row in rows)
    return Table(key=key, rows=shown, more_rows=total - len(shown))


def _details(connection: sqlite3.Connection, where: str, keys: set[Key]) -> dict[Key, _Detail]:
    """Sources, grades, flags, origins and the first findings of each printed value."""
    details = {key: _Detail() for key in keys}
    query = f"""select f.type, f.value, i.source, f.grade, f.flags, u.origin, u.id, f.start, f."end", f.detail
                {_FROM} and ({where}) order by i.source, i.path, u.item_id, u.seq, f.start, f.id"""
    for kind, value, source, grade, flags, origin, unit, start, end, stated in connection.execute(query):
        if (detail := details.get((kind, value))) is None:
            continue
        detail.sources.add(source)
        detail.grades.add(grade)
        detail.flags.update(json.loads(flags))
        detail.origins.add(origin)
        known = json.loads(stated)
        detail.first = detail.first or known
        detail.roles.update([known["role"]] if "role" in known else [])
        if len(detail.samples) < SAMPLES:
            detail.samples.append((unit, start, end))
    return details


def _row(
    row: tuple[Any, ...], detail: _Detail, samples: Mapping[str, UnitRow], names: Mapping[str, tuple[Key, ...]]
) -> SelectorRow:
    kind, value, count, marked, _, conversations, first, last = row
    unit, start, end = detail.samples[0]
    numbers = {samples[sample[0]].trace.exhibit for sample in detail.samples}
    return SelectorRow(
        type=kind, title=_title(kind, value, detail.first),
        value=defang(value) if "list" in detail.first else mask_value(kind, value),
        facts=_facts(detail), written=samples[unit].shown(only=(start, end)),
        findings=count, marked=marked, conversations=conversations,
        sources=tuple(sorted(detail.sources)),
        grades=tuple(sorted(detail.grades)), flags=tuple(sorted(detail.flags)),
        origins=tuple(sorted(detail.origins)), first=either(first), last=either(last),
        saved_as=names.get(value, ()) if kind in ("PHONE", "EMAIL", "SOCIAL") else (),
        exhibits=tuple(sorted(n for n in numbers if n is not None)), sample=samples[unit].trace,
    )  # fmt: skip


FACTS = ("country", "line", "bank", "scheme", "network", "carrier", "asset", "merchant", "source", "note")
"""What is printed of a finding's `detail`, in this order."""


def _title(kind: str, value: str, stated: Mapping[str, Any]) -> str:
    """A place by its name, a route by its places, a list entry as it stands in the list; else the normal form."""
    if kind == "PLACE" and "name" in stated:
        return ", ".join(str(stated[key]) for key in ("name", "country") if stated.get(key))
    if kind == "ROUTE" and stated.get("names"):
        return " – ".join(map(str, stated["names"]))
    if "list" in stated and "value" in stated:
        return mask_value(kind, str(stated["value"]))
    return mask_value(kind, value)


def _facts(detail: _Detail) -> tuple[tuple[str, str], ...]:
    stated = detail.first
    told = {"country"} if "name" in stated else set()
    facts = [(key, str(stated[key])) for key in FACTS if stated.get(key) and key not in told]
    return tuple([("role", role) for role in sorted(detail.roles)] + facts)


def _names(connection: sqlite3.Connection) -> dict[str, tuple[Key, ...]]:
    """Normal form → (name, source): an address in any notation gives its number's names."""
    merged: dict[str, set[Key]] = {}
    for address, names in names_by_address(connection).items():
        for key in {address, address_key(address, is_address=True) or address}:
            merged.setdefault(key, set()).update(names)
    return {key: tuple(sorted(names)) for key, names in merged.items()}
