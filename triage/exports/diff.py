"""`triage diff A B`: what differs between two runs or two versions of the tool over the same evidence, with the cause.

Findings are paired by the ids of their contents. A cause is only stated where the two indexes show it:

    rule       the finding's rule, or its version, is not in the other index
    packs      the rule packs are others
    reader     the unit is not in the other index, and the item's reader or its status differs
    source     the item is not in the other index (other evidence, other bytes)
    settings   the recorded settings differ (zone, region, lists, scope, languages)
    tool       none of these, and the versions of the tool differ
    unknown    none of these
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.exports.comparing import paired
from triage.exports.selection import meta

_SQL = """select f.id, json_array(f.grade, f.reported, f.toward, f.flags, f.detail) as said, f.type, f.value, f.rule,
  f.kind, f.unit_id, u.locator, i.source, i.path, i.id as item_id, i.reader from findings f
  join units u on u.id=f.unit_id join items i on i.id=u.item_id order by f.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One finding that is not the same on both sides."""

    what: str
    """`added | removed | changed`, seen from A to B."""
    cause: str
    id: str
    type: str
    value: str
    rule: str
    source: str
    path: str
    locator: str

    def to_json(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Diff:
    """All changes as a stream; the counts are complete once it is."""

    a: sqlite3.Connection
    b: sqlite3.Connection
    same: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _rules: tuple[set[str], set[str]] = (set(), set())

    def __iter__(self) -> Iterator[Change]:
        self._rules = _rules(self.a), _rules(self.b)
        for old, new in paired(self.a.execute(_SQL), self.b.execute(_SQL)):
            if old and new and old["said"] == new["said"]:
                self.same += 1
                continue
            row = old or new
            assert row is not None
            what = "changed" if old and new else "removed" if old else "added"
            cause = self._cause(row, there=self.b if old else self.a, rules=self._rules[1 if old else 0])
            self.counts[what, cause] += 1
            yield Change(what=what, cause=cause, **{k: row[k] for k in _SHOWN})

    def _cause(self, row: sqlite3.Row, there: sqlite3.Connection, rules: set[str]) -> str:
        item = there.execute("select reader, status from items where id=?", (row["item_id"],)).fetchone()
        if item is None:
            return "source"
        if not there.execute("select 1 from units where id=?", (row["unit_id"],)).fetchone():
            return "reader" if item["reader"] != row["reader"] or item["status"] != "read" else self._tool()
        if row["kind"] == "indicator" and meta(self.a, "pack_hash") != meta(self.b, "pack_hash"):
            return "packs" if row["rule"] in rules else "rule"
        if row["rule"] not in rules:
            return "rule"
        return "settings" if meta(self.a, "settings") != meta(self.b, "settings") else self._tool()

    def _tool(self) -> str:
        return "tool" if meta(self.a, "tool_version") != meta(self.b, "tool_version") else "unknown"

    def conditions(self) -> list[str]:
        """What is recorded differently, in words."""
        named = {"index_root": "index root", "tool_version": "version of the tool", "pack_hash": "rule packs",
                 "settings": "settings", "versions": "versions of libraries"}  # fmt: skip
        return [words for key, words in named.items() if meta(self.a, key) != meta(self.b, key)]

    def settings(self) -> dict[str, tuple[object, object]]:
        """The settings that differ, with both values."""
        a, b = (json.loads(meta(db, "settings") or "{}") for db in (self.a, self.b))
        return {k: (a.get(k), b.get(k)) for k in sorted({*a, *b}) if a.get(k) != b.get(k)}


_SHOWN = ("id", "type", "value", "rule", "source", "path", "locator")


def _rules(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("select distinct rule from findings")}
