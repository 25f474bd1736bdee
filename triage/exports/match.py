"""`triage match A B`: selectors that two cases share: numbers, accounts, documents, handles, pictures.

Equal normal forms of strong kinds only: a name, a place or a sum in two cases says nothing. Masked values (cards,
codes) are joined by a key that each case has for itself, so they cannot be compared across cases, and are counted as
such. The value and where it stands go out; no text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from triage.exports.comparing import paired

KINDS = ("phone", "payment", "document", "link")
_SELECTORS = """select f.kind || char(0) || f.type || char(0) || f.value as key, f.kind, f.type, f.value, count(*) as n,
    min(coalesce(u.sent_at, u.sent_at_local)) as first_at, max(coalesce(u.sent_at, u.sent_at_local)) as last_at,
    group_concat(distinct i.source) as sources, min(x.no) as exhibit
  from findings f join units u on u.id=f.unit_id join items i on i.id=u.item_id left join exhibits x on x.unit_id=u.id
  where f.kind in ('phone','payment','document','link') and f.reported=1
    and f.id not in (select finding_id from secrets) group by 1 order by 1"""
_PICTURES = """select sha256 as key, 'picture' as kind, 'SHA256' as type, sha256 as value, count(*) as n,
    null as first_at, null as last_at, group_concat(distinct source) as sources, null as exhibit
  from items where media_type like 'image/%' and sha256 is not null and size>0 group by 1 order by 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One selector in both cases."""

    kind: str
    type: str
    value: str
    a: dict[str, object]
    b: dict[str, object]

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "type": self.type, "value": self.value, "a": self.a, "b": self.b}


def match(a: sqlite3.Connection, b: sqlite3.Connection) -> Iterator[Shared]:
    """Every selector that stands in both, ordered by kind, type and value; pictures last."""
    for sql in (_SELECTORS, _PICTURES):
        for ours, theirs in paired(a.execute(sql), b.execute(sql)):
            if ours is not None and theirs is not None:
                yield Shared(kind=ours["kind"], type=ours["type"], value=ours["value"], a=_side(ours), b=_side(theirs))


def _side(row: sqlite3.Row) -> dict[str, object]:
    return {"count": row["n"], "first_at": row["first_at"], "last_at": row["last_at"],
            "sources": sorted(row["sources"].split(",")), "exhibit": row["exhibit"]}  # fmt: skip


def incomparable(db: sqlite3.Connection) -> int:
    """Findings whose value is masked."""
    return int(db.execute("select count(*) from secrets").fetchone()[0])
