"""Rows of one table that belong to rows of another: media of messages, members of calls, values of contacts.

They are asked for a few hundred keys at a time: through an index where the table has one on the key (its `INTEGER
PRIMARY KEY`, or the first column of a whole index), else through a map of row ids held in memory, since a table
without an index would be read from end to end each time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from triage.readers.sqlite_evidence import FAULTS, Opened, quoted
from triage.readers.sqlite_rows import BATCH, Row, Rows

MAX_KEYS = 2_000_000
"""Rows of one table without an index whose ids are held; the rest is reported as a gap."""


class Side:
    """Rows of another table that belong to rows of the first, found by a key: by index, or by a map held in memory."""

    def __init__(self, rows: Rows, table: str, key: str, *columns: str) -> None:
        self._rows, self._table, self._key, self._columns = rows, table, key, columns
        self._there = rows.has(table, key) and next(rows.scan(table), None) is not None
        self._indexed = self._there and _indexed(rows.opened, table, key)
        self._map: dict[int, array[int]] | None = None

    def of(self, keys: Sequence[int]) -> dict[int, list[Row]]:
        """The rows for these keys."""
        found: dict[int, list[Row]] = {}
        if not self._there or not keys:
            return found
        for begin in range(0, len(keys), BATCH):
            for row in self._some(keys[begin : begin + BATCH]):
                found.setdefault(row.number(self._key), []).append(row)
        return found

    def _some(self, keys: Sequence[int]) -> Iterator[Row]:
        wanted = (self._key, *self._columns)
        if not self._indexed:
            held = self._mapped()
            ids = sorted({one for key in keys for one in held.get(key, ())})
            for rows in self._rows.batches(self._table, wanted, ids):
                yield from rows
            return
        marks = (*keys, *(None for _ in range(BATCH - len(keys))))
        where = f"{quoted(self._key)} IN ({','.join('?' * BATCH)})"
        try:
            yield from self._rows.select(self._table, wanted, where, marks)
        except FAULTS:
            self._rows.check()
            self._rows.gaps.setdefault(self._table, []).append(0)

    def _mapped(self) -> dict[int, array[int]]:
        if self._map is None:
            self._map = {}
            for n, row in enumerate(self._rows.scan(self._table, self._key)):
                if n >= MAX_KEYS:
                    self._rows.gaps.setdefault(self._table, []).append(row.id)
                    break
                key = row.whole(self._key)
                if key is not None:
                    self._map.setdefault(key, array("q")).append(row.id)
        return self._map


def _indexed(opened: Opened, table: str, key: str) -> bool:
    known = opened.tables[table.lower()]
    if known.rowid_column == key.lower():
        return True
    for row in opened.connection.execute(f"PRAGMA index_list({quoted(known.name)})").fetchall():
        if len(row) > 4 and not row[4]:
            parts = opened.connection.execute(f"PRAGMA index_info({quoted(str(row[1]))})").fetchall()
            if parts and str(parts[0][2]).lower() == key.lower():
                return True
    return False
