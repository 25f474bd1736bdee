"""A table read twice: first for what only the whole of it shows, then for its units.

The first pass finds the rows of headings (one, or several tables below each other), shows every date to `TableTimes`
and looks whose number the record is about; the second yields units. Rows above the headings are one note with the flag
`banner`; a zone that they state for all times holds where the headings name none. Repeated headings are counted. The
mapping that was used is a fact of the item (`table_mapping`), headings and roles word for word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from triage.model import Problem, Read, SourceFact, Tally, Unit
from triage.problems import problem
from triage.readers.sqlite_reader import Extra
from triage.readers.table_cells import app_in
from triage.readers.table_columns import plain as plain_heading
from triage.readers.table_columns import roles, zone_in
from triage.readers.table_mapping import TableMap, map_header
from triage.readers.table_row import RawRow, RoleCells
from triage.readers.table_times import TableTimes
from triage.readers.table_units import row_units, unmapped

HEADER_WITHIN = 40
"""Rows that are not empty among which the headings must stand."""
BLOCK_ROWS = 50
BLOCK_CHARS = 8_000
Mapper = Callable[[Sequence[str], str], TableMap | None]
_SPEAKS_OF_ZONE = re.compile(
    r"zone|zona|fuso|fuseau|zeit|tijd|пояс|times? (?:are|in)|all times|utc offset|horas? en", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class Accounts:
    """The accounts of an item with tables."""

    records: int = 0
    extra: int = 0
    lost: int = 0
    bad_times: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def take(self, step: Unit | Extra | Problem) -> Iterator[Read]:
        """Count a step and pass it on."""
        if isinstance(step, Problem):
            self.lost += step.records
            yield step
            return
        unit = step if isinstance(step, Unit) else step.unit
        self.records += unit is step
        self.extra += unit is not step
        self.bad_times += unit is step and unit.when.basis == "none" and unit.when.source != ""
        for flag in unit.flags:
            if flag in ("number_rounded", "row_unmapped", "banner", "cell_site"):
                self.count(flag)
        self.count(unit.origin)
        yield unit

    def count(self, what: str, n: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + n

    def close(self) -> Iterator[Read]:
        if self.bad_times:
            yield problem("R-DATE-VALUE", "read", n=self.bad_times)
        yield Tally(what="records", n=self.records + self.lost)
        yield Tally(what="extra_units", n=self.extra)
        for what, n in sorted(self.counts.items()):
            yield Tally(what=what, n=n)


@dataclass(slots=True)
class _Part:
    """One table of a sheet: its headings and what the first pass found."""

    table: TableMap
    times: TableTimes
    firsts: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    rows: int = 0

    def see(self, row: RawRow) -> None:
        self.rows += 1
        for column in self.table.of("time", "date", "clock", "end", "later"):
            if column.index < len(row.cells) and row.cells[column.index]:
                self.times.see(row.cells[column.index])
        for role, seen in (("caller", self.firsts), ("callee", self.others)):
            for column in self.table.of(role)[:1]:
                if column.index < len(row.cells) and len(seen) < 2:
                    seen.add(row.cells[column.index].strip())

    @property
    def subject_first(self) -> bool:
        return self.table.has("direction") and len(self.firsts) == 1 and len(self.others) > 1 and self.rows > 2


class SheetReading:
    """One sheet, or the whole of a file that has none."""

    def __init__(
        self, rows: Callable[[], Iterator[RawRow | Problem]], *, name: str, hint: str, zone: str | None,
        mapper: Mapper = map_header, fixed: TableMap | None = None,
    ) -> None:  # fmt: skip
        """`fixed`: the mapping where the rows have no row of headings among them, as in JSON and XML."""
        self._rows, self.name, self.hint, self._zone, self._mapper = rows, name, hint, zone, mapper
        self._parts: dict[int, _Part] = {}
        """By the number of the row of headings, 0-based, rows that are not empty."""
        self._repeats: set[int] = set()
        if fixed is not None:
            self._parts[-1] = _Part(fixed, TableTimes(zone))
        self._survey()

    @property
    def mapped(self) -> bool:
        return bool(self._parts)

    @property
    def score(self) -> int:
        return max((part.table.score for part in self._parts.values()), default=0)

    def _survey(self) -> None:
        fixed = part = self._parts.get(-1)
        banner: list[str] = []
        for n, row in enumerate(self._rows()):
            if isinstance(row, Problem):
                continue
            if part is None and n >= HEADER_WITHIN:
                return
            table = self._heading(row, part) if fixed is None else None
            if table is None:
                if part is not None:
                    part.see(row)
                else:
                    banner += row.cells
            elif part is not None and _same(part.table, table):
                self._repeats.add(n)
            else:
                part = _Part(self._zoned(table, banner), TableTimes(self._zone))
                self._parts[n] = part
                banner = []
        for part in self._parts.values():
            part.times.prove()

    def _heading(self, row: RawRow, part: _Part | None) -> TableMap | None:
        """The mapping of a row that is one of headings; below others only where the row could be nothing else."""
        if part is not None:
            filled = [cell for cell in row.cells if cell.strip()]
            if len(filled) < 3 or any(len(cell) > 60 or _DIGIT.search(cell) for cell in filled[:6]):
                return None
            if plain_heading(filled[0]) not in roles() and plain_heading(filled[1]) not in roles():
                return None
        return self._mapper(row.cells, self.hint)

    def _zoned(self, table: TableMap, banner: Sequence[str]) -> TableMap:
        zones = {zone for cell in banner if _SPEAKS_OF_ZONE.search(cell) and (zone := zone_in(cell))}
        if len(zones) != 1:
            return table
        zone = zones.pop()
        timed = ("time", "date", "clock", "end", "later")
        columns = tuple(replace(c, zone=zone) if c.role in timed and not c.zone else c for c in table.columns)
        return replace(table, columns=columns)

    def units(self, accounts: Accounts) -> Iterator[Read]:
        """Units in the order of the rows."""
        if not self._parts:
            yield from self._loose(accounts)
            return
        making = self._making(self._parts[-1]) if -1 in self._parts else None
        banner: list[RawRow] = []
        for n, row in enumerate(self._rows()):
            if isinstance(row, Problem):
                yield from accounts.take(row)
            elif n in self._repeats:
                accounts.count("heading_rows")
            elif n in self._parts:
                yield from self._banner(banner, accounts)
                making = self._making(self._parts[n])
                accounts.count("heading_rows")
            elif making is None:
                banner.append(row)
            else:
                for step in row_units(making, row):
                    yield from accounts.take(step)
        for part in self._parts.values():
            yield from part.times.problems()
            subject = "; the first number is the subject of the record" if part.subject_first else ""
            where = f"{self.name}: " if self.name else ""
            yield SourceFact(key="table_mapping", value=f"{where}{part.table.told}{subject}")

    def _making(self, part: _Part) -> RoleCells:
        app = part.table.app or app_in(self.name) or app_in(self.hint)
        return RoleCells(part.table, part.times, app=app, subject_first=part.subject_first)

    def _banner(self, rows: list[RawRow], accounts: Accounts) -> Iterator[Read]:
        text = "\n".join("\t".join(cell for cell in row.cells if cell.strip()) for row in rows)
        if text.strip():
            unit = Unit(origin="note", locator=f"{rows[0].locator}", text=text, flags=("banner",))
            yield from accounts.take(Extra(unit=unit))
        rows.clear()

    def _loose(self, accounts: Accounts) -> Iterator[Read]:
        """A sheet that is no table we know: its cells as notes."""
        held: list[RawRow] = []
        size = 0
        for row in self._rows():
            if isinstance(row, Problem):
                yield from accounts.take(row)
                continue
            held.append(row)
            size += sum(map(len, row.cells))
            if len(held) >= BLOCK_ROWS or size > BLOCK_CHARS:
                yield from accounts.take(_block(held))
                held, size = [], 0
        if held:
            yield from accounts.take(_block(held))


def _block(rows: list[RawRow]) -> Unit:
    text = "\n".join(unmapped(row).text for row in rows)
    first, last = rows[0].locator, rows[-1].locator
    locator = first if first == last else f"{first}-{last.rpartition(':')[2].rpartition('=')[2]}"
    flags = {flag for row in rows for flag in row.flags}
    return Unit(origin="note", locator=locator, text=text, flags=tuple(sorted(flags)))


def _same(one: TableMap, other: TableMap) -> bool:
    return [c.header for c in one.columns] == [c.header for c in other.columns]
