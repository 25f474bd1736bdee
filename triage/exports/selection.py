"""What an export takes from the index, and what it leaves: shown + withheld = index, always stated.

A selection is a filter by kind, type, source, country and time over the findings that the default report shows, or
over all of them (`everything`). Whatever is left out is counted by the reason.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.analysis.exhibits import label
from triage.index import queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The filter of one export; empty fields do not limit."""

    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    source: str = ""
    since: str = ""
    """`YYYY-MM-DD`, inclusive, by the instant or the local time; undated findings are left out and counted."""
    until: str = ""
    everything: bool = False
    """Weak indicators and candidates too."""

    def words(self) -> dict[str, object]:
        """The filter as it is stated in the export and in the log."""
        return {
            "kinds": list(self.kinds), "types": list(self.types), "source": self.source, "since": self.since,
            "until": self.until, "findings": "all" if self.everything else "reported",
        }  # fmt: skip

    def refuses(self, row: Mapping[str, Any] | sqlite3.Row) -> str:
        """Why a finding is left out, or an empty string."""
        if not (self.everything or row["reported"]):
            return "not reported (weak or candidate)"
        if self.kinds and row["kind"] not in self.kinds:
            return "other kinds"
        if self.types and row["type"] not in self.types:
            return "other types"
        if self.source and row["source"] != self.source:
            return "other sources"
        return self._time(row)

    def _time(self, row: Mapping[str, Any] | sqlite3.Row) -> str:
        if not (self.since or self.until):
            return ""
        day = (row["sent_at_local"] or row["sent_at"] or "")[:10]
        if not day:
            return "without a time"
        inside = (not self.since or day >= self.since) and (not self.until or day <= self.until)
        return "" if inside else "outside the days"


@dataclass(slots=True)
class Chosen:
    """The rows of a selection as a stream, and the count of what it left; complete once the stream is."""

    db: sqlite3.Connection
    selection: Selection
    shown: int = 0
    withheld: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[sqlite3.Row]:
        self.shown, self.withheld = 0, Counter()
        for row in queries.findings(self.db):
            if why := self.selection.refuses(row):
                self.withheld[why] += 1
            else:
                self.shown += 1
                yield row

    def account(self) -> dict[str, object]:
        return {"shown": self.shown, "withheld": dict(sorted(self.withheld.items()))}


def exhibit(row: Mapping[str, Any] | sqlite3.Row) -> str:
    """`EX-00007`, or nothing where the unit is no exhibit."""
    return label(row["exhibit"]) if row["exhibit"] else ""


def words(value: str) -> str:
    """A JSON array of words as plain text."""
    return ", ".join(map(str, json.loads(value)))


def meta(db: sqlite3.Connection, key: str) -> str:
    row = db.execute("select value from meta where key=?", (key,)).fetchone()
    return str(row[0]) if row else ""
