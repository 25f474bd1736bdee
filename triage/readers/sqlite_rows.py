"""Rows of a database that may be damaged: what can be read is read, what cannot is counted.

A scan that meets a damaged page does not end there: it asks SQLite for the first row that can be reached behind it
(steps of doubling size, then halves) and goes on; the gap is reported. A single row that cannot be loaded (longer than
the limit, damaged overflow page) is lost alone. Rows are addressed by row id throughout, so that a hostile index or
sort order decides nothing; tables without row ids are not read.
"""

from __future__ import annotations

import math
import sqlite3
from array import array
from collections import deque
from collections.abc import Iterator, Sequence

from triage.model import Problem
from triage.problems import ReadError, problem
from triage.readers.sqlite_evidence import FAULTS, FORMAT, MendedText, Opened, decode, describe, quoted

FIRST, LAST = -(1 << 63), (1 << 63) - 1
BATCH = 200
BATCH_BYTES = 4 << 20
MAX_GAPS = 500
"""Places of one table that are passed over before the rest of it is given up."""


class Row:
    """One row: values by column name, converted to what the reader asks for, whatever type the cell has."""

    __slots__ = ("_values", "id")

    def __init__(self, rowid: int, values: dict[str, object]) -> None:
        self.id = rowid
        self._values = values

    def text(self, column: str) -> str:
        value = self._values.get(column)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if isinstance(value, bytes):
            self._values[column] = found = decode(value)
            return found
        return str(value)

    def whole(self, column: str) -> int | None:
        value = self._values.get(column)
        if isinstance(value, int):
            return value
        if isinstance(value, float):
            return int(value) if math.isfinite(value) else None
        said = self.text(column).strip()
        return int(said) if said.lstrip("-").isascii() and said.lstrip("-").isdigit() and len(said) < 20 else None

    def number(self, column: str) -> int:
        """Like `whole`, 0 where there is none."""
        return self.whole(column) or 0

    def real(self, column: str) -> float | None:
        value = self._values.get(column)
        if isinstance(value, int | float):
            return float(value) if math.isfinite(value) else None
        try:
            found = float(self.text(column))
        except ValueError:
            return None
        return found if math.isfinite(found) else None

    def blob(self, column: str) -> bytes:
        value = self._values.get(column)
        if isinstance(value, bytes):
            return value
        return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""

    @property
    def mended(self) -> bool:
        """A text of this row was not valid (a BLOB is known to be one once it was asked for as text)."""
        return MendedText in map(type, self._values.values())

    @property
    def weight(self) -> int:
        return sum(len(value) for value in self._values.values() if isinstance(value, str | bytes))


class Rows:
    """Reading of tables by row id, with the account of what could not be read."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.lost: dict[str, list[int]] = {}
        """Row ids that are there and could not be loaded."""
        self.gaps: dict[str, list[int]] = {}
        """Row ids from which on a stretch of unknown length is missing."""
        self.seen: dict[str, int] = {}
        """Rows that were reached, by table."""

    def has(self, table: str, *columns: str) -> bool:
        describe(self.opened, table)
        return self.opened.has(table, *columns)

    def count(self, table: str) -> int | None:
        """Rows of a table; None where they cannot be counted."""
        try:
            name = quoted(self.opened.tables[table.lower()].name)
            found = self.opened.connection.execute(f"SELECT count(*) FROM main.{name}").fetchone()
        except FAULTS:
            self.check()
            return None
        return int(found[0])

    def scan(self, table: str, *columns: str) -> Iterator[Row]:
        """All rows that can be reached, in the order of their ids."""
        if not self.has(table):
            return
        start: int | None = FIRST
        while start is not None:
            try:
                for row in self.select(table, columns, "rowid >= ? ORDER BY rowid", (start,)):
                    if row.id < start:
                        raise sqlite3.DatabaseError("rows out of order")
                    start = row.id + 1
                    self.seen[table] = self.seen.get(table, 0) + 1
                    yield row
                    if row.id == LAST:
                        return
                return
            except FAULTS:
                start = self._behind(table, start)

    def grouped(self, table: str, key: str) -> dict[object, array[int]]:
        """Row ids by the value of a column, groups in the order of their first row."""
        groups: dict[object, array[int]] = {}
        for row in self.scan(table, key):
            whole = row.whole(key)
            value: object = whole if whole is not None else row.text(key)
            if value not in groups:
                groups[value] = array("q")
            groups[value].append(row.id)
        return groups

    def batches(self, table: str, columns: Sequence[str], ids: Sequence[int]) -> Iterator[list[Row]]:
        """Rows of these ids (ascending), a few at a time; those that cannot be loaded are counted as lost."""
        held: list[Row] = []
        weight = 0
        for row in self.fetch(table, columns, ids):
            held.append(row)
            weight += row.weight
            if len(held) >= BATCH or weight > BATCH_BYTES:
                yield held
                held, weight = [], 0
        if held:
            yield held

    def fetch(self, table: str, columns: Sequence[str], ids: Sequence[int]) -> Iterator[Row]:
        for begin in range(0, len(ids), BATCH):
            waiting = deque(ids[begin : begin + BATCH])
            marks = (*waiting, *(None for _ in range(BATCH - len(waiting))))
            try:
                for row in self.select(table, columns, f"rowid IN ({','.join('?' * BATCH)})", marks):
                    while waiting and waiting[0] < row.id:
                        self._lose(table, waiting.popleft())
                    if waiting and waiting[0] == row.id:
                        waiting.popleft()
                        yield row
            except FAULTS:
                yield from self._singly(table, columns, waiting)
            for one in waiting:
                self._lose(table, one)

    def _singly(self, table: str, columns: Sequence[str], waiting: deque[int]) -> Iterator[Row]:
        self.check()
        while waiting:
            one = waiting.popleft()
            try:
                rows = list(self.select(table, columns, "rowid = ?", (one,)))
            except FAULTS:
                self.check()
                rows = []
            if rows:
                yield rows[0]
            else:
                self._lose(table, one)

    def select(self, table: str, columns: Sequence[str], where: str, values: Sequence[object]) -> Iterator[Row]:
        known = self.opened.columns(table)
        named = [column for column in columns if column.lower() in known]
        name = quoted(self.opened.tables[table.lower()].name)
        wanted = "".join(f", {quoted(column)}" for column in named)
        sql = f"SELECT rowid{wanted} FROM main.{name} WHERE {where}"
        for found in self.opened.connection.execute(sql, tuple(values)):
            if isinstance(found[0], int):
                yield Row(found[0], dict(zip(named, found[1:], strict=True)))

    def _behind(self, table: str, start: int) -> int | None:
        """The id to go on from after a fault at `start`; None where nothing more can be reached."""
        self.check()
        reached, row = self._probe(table, start)
        if reached:
            if row is None:
                return None
            self._lose(table, row)
            return row + 1 if row < LAST else None
        gaps = self.gaps.setdefault(table, [])
        gaps.append(start)
        step = 1
        while not reached:
            if start + step > LAST or len(gaps) > MAX_GAPS:
                return None
            reached, row = self._probe(table, start + step)
            step *= 2
        low, high = start + step // 4, start + step // 2
        while low + 1 < high:
            middle = (low + high) // 2
            reached, found = self._probe(table, middle)
            if reached:
                high, row = middle, found
            else:
                low = middle
        return row

    def _probe(self, table: str, start: int) -> tuple[bool, int | None]:
        """Whether the place can be reached, and the first row id from there on."""
        try:
            for row in self.select(table, (), "rowid >= ? ORDER BY rowid LIMIT 1", (start,)):
                return row.id >= start, row.id
        except FAULTS:
            self.check()
            return False, None
        return True, None

    def check(self) -> None:
        if self.opened.spent:
            raise ReadError(problem("R-LIMIT", "read", format=FORMAT, limit="steps for one database"))

    def _lose(self, table: str, row: int) -> None:
        self.lost.setdefault(table, []).append(row)

    def troubles(self, records: frozenset[str]) -> Iterator[Problem]:
        """One problem for each table with lost rows, one for each with gaps. `records`: tables whose rows count."""
        for table, rows in sorted(self.lost.items()):
            n = len(rows)
            why = f"{n} rows of the table {table} cannot be loaded: damaged, or longer than the limit"
            yield problem("R-RECORD", "read", f"row={table}:{rows[0]}", records=n if table in records else 0, why=why)
        for table, starts in sorted(self.gaps.items()):
            at = f" in the table {table} at {len(starts)} places, first before row id {max(starts[0], 0)}"
            yield problem("R-MALFORMED", "read", format=FORMAT, at=at, n=self.seen.get(table, 0))
