"""What every reader of a phone's database shares: recognition by schema, the accounts, unique conversation names.

A database is recognised by the columns of its tables, never by its name. `detect` sees the first 64 KiB only and looks
for the `CREATE TABLE` statements there. **Its limit**: in a database with a long schema the statement may stand on a
page further back; `sqlite_unknown`, which takes every database that nobody claimed, therefore asks each format again
with the whole schema before it falls back to a list of tables. A statement left over on a free page may mislead
`detect`; `read` looks at the real schema and lists the tables where it does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from triage.model import NO_TIME, Blob, Head, Moment, Problem, Read, ReadContext, Reader, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.sqlite_evidence import FORMAT, MAGIC, MAX_TABLES, Opened, quick_check
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_views import read_views
from triage.timestamps import from_cocoa, from_unix

MEDIA_TYPE = "application/vnd.sqlite3"
MAX_TEXT = 200_000
"""Characters of one unit that are kept."""
_STATEMENT = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A table with columns that give a format away, and how surely."""

    table: str
    columns: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A unit that is no record of the source by itself."""

    unit: Unit


Step = Read | Extra


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One application's database."""

    name: str
    version: str
    shapes: tuple[Shape, ...]
    records: tuple[str, ...]
    """Tables whose rows count as records."""
    units: Callable[[Rows, ReadContext], Iterator[Step]]

    def fits(self, rows: Rows) -> int:
        """The score by the real schema; 0 where no shape is there."""
        return max((one.score for one in self.shapes if rows.has(one.table, *one.columns)), default=0)


def reader(form: Format) -> Reader:
    """The `Reader` of a format."""
    patterns = tuple((_statement(one), one) for one in form.shapes)
    return Reader(
        name=form.name,
        version=form.version,
        media_type=MEDIA_TYPE,
        detect=partial(_detect, patterns),
        read=partial(_read_as, form),
    )


def _statement(shape: Shape) -> re.Pattern[bytes]:
    name = re.escape(shape.table.encode())
    return re.compile(rb"CREATE TABLE\s+[\"'`\[]?" + name + rb"[\"'`\]]?\s*\(", re.IGNORECASE)


def _detect(patterns: tuple[tuple[re.Pattern[bytes], Shape], ...], head: Head) -> int:
    if not head.start.startswith(MAGIC):
        return 0
    start = head.start.replace(b"\0", b"")  # so that a UTF-16 schema reads like any other
    return max((shape.score for pattern, shape in patterns if _there(pattern, shape, start)), default=0)


def _there(pattern: re.Pattern[bytes], shape: Shape, start: bytes) -> bool:
    for found in pattern.finditer(start):
        body = start[found.end() : found.end() + _STATEMENT].split(b"CREATE ", 1)[0].lower()
        words = set(re.findall(rb"\w+", body))
        if all(column.lower().encode() in words for column in shape.columns):
            return True
    return False


def _read_as(form: Format, blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    yield from read_views(blob, ctx, partial(read_opened, form))


def read_opened(form: Format, opened: Opened, ctx: ReadContext) -> Iterator[Read]:
    """Facts, units, then what was lost and the accounts; raises where a fault left nothing."""
    rows, accounts = Rows(opened), _Accounts()
    yield from opened.facts
    for table in dict.fromkeys((*(one.table for one in form.shapes), *form.records)):
        if what := opened.posing.get(table.lower()):
            accounts.problems += 1
            yield problem("R-VIEW-AS-TABLE", "read", f"row={table}:0", table=table, what=what)
    fault: Problem | None = None
    steps = form.units(rows, ctx) if form.fits(rows) else listing(rows, accounts)
    try:
        for step in steps:
            yield from accounts.take(step)
        yield quick_check(opened)
    except ReadError as error:
        fault = error.problem
    yield from accounts.close(rows, form, fault)


def listing(rows: Rows, accounts: _Accounts | None = None) -> Iterator[Step]:
    """The tables and their sizes as one note, for a database that no reader knows."""
    lines = []
    total = 0
    for table in rows.opened.tables.values():
        n = rows.count(table.name)
        total += n or 0
        lines.append(f"{table.name}: {'not readable' if n is None else n}")
    lines += [f"{name}: {what}, not read" for name, what in rows.opened.posing.items()]
    text = "\n".join((f"SQLite database with {len(rows.opened.tables)} tables (name: rows)", *lines))
    yield Unit(origin="note", locator="row=sqlite_master:0", text=text, detail={"rows_not_read": total})
    yield Tally(what="rows_not_read", n=total)
    yield Tally(what="tables_listed", n=len(rows.opened.tables))


@dataclass(slots=True)
class _Accounts:
    """What has been read so far."""

    records: int = 0
    extra: int = 0
    lost: int = 0
    problems: int = 0
    bad_times: int = 0
    mended: int = 0
    cut: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def take(self, step: Step) -> Iterator[Read]:
        if isinstance(step, Problem):
            self.lost += step.records
        if not isinstance(step, Unit | Extra):
            yield step
            return
        unit = step if isinstance(step, Unit) else step.unit
        self.records += unit is step
        self.extra += unit is not step
        self.bad_times += unit.when.basis == "none" and unit.when.source != ""
        self.mended += "mended_text" in unit.flags
        self.kinds[unit.origin] = self.kinds.get(unit.origin, 0) + 1
        if len(unit.text) > MAX_TEXT:
            self.cut += 1
            unit = replace(unit, text=unit.text[:MAX_TEXT], flags=tuple(sorted({*unit.flags, "cut"})))
        yield unit

    def close(self, rows: Rows, form: Format, fault: Problem | None) -> Iterator[Read]:
        if self.mended:
            at = f" in {self.mended} rows"
            yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used="UTF-8 with replaced bytes")
        if self.cut:
            yield problem("R-LIMIT", "read", format="text of a row", limit=f"{MAX_TEXT} characters")
        if self.bad_times:
            yield problem("R-DATE-VALUE", "read", n=self.bad_times)
        for trouble in rows.troubles(frozenset(form.records)):
            self.lost += trouble.records
            yield trouble
        if rows.opened.unlisted:
            yield problem("R-LIMIT", "read", format="number of tables", limit=f"{MAX_TABLES} tables")
        if rows.opened.cut:
            yield problem("R-TRUNCATED", "read", format=FORMAT, at=rows.opened.cut, n=self.records)
        yield Tally(what="records", n=self.records + self.lost)
        yield Tally(what="extra_units", n=self.extra)
        for kind, n in sorted(self.kinds.items()):
            yield Tally(what=kind, n=n)
        if fault is not None:
            if not self.records:
                raise ReadError(fault)
            yield fault


class Names:
    """Names of conversations, unique within the item."""

    def __init__(self) -> None:
        self._by_key: dict[object, str] = {}
        self._taken: set[str] = set()

    def of(self, key: object, shown: str, address: str) -> str:
        """The name shown, else the address; with the address, else a number, where the name is taken."""
        if key in self._by_key:
            return self._by_key[key]
        name = " ".join(shown.split()) or " ".join(address.split()) or "unknown"
        if name in self._taken and address and address != name:
            name = f"{name} ({address})"
        wanted, n = name, 2
        while name in self._taken:
            name, n = f"{wanted} #{n}", n + 1
        self._taken.add(name)
        self._by_key[key] = name
        return name


def unix_ms(row: Row, column: str) -> Moment:
    """Unix milliseconds; 0, -1 and nothing are no time."""
    value = row.whole(column)
    return from_unix(value, "ms") if value is not None and value not in (0, -1) else _said(row, column)


def unix_s(row: Row, column: str) -> Moment:
    """Unix seconds; 0, -1 and nothing are no time."""
    value = row.whole(column)
    return from_unix(value) if value is not None and value not in (0, -1) else _said(row, column)


def cocoa_s(row: Row, column: str) -> Moment:
    """Seconds since 2001, whole or with a fraction; 0 and nothing are no time."""
    value = row.real(column)
    return from_cocoa(round(value * 1000), "ms", source=row.text(column)) if value else _said(row, column)


def _said(row: Row, column: str) -> Moment:
    said = row.text(column).strip()
    return Moment(source=said[:100]) if said.rstrip("0").rstrip(".") not in ("", "-1") else NO_TIME


def flags(row: Row, *words: str) -> tuple[str, ...]:
    """The words that are not empty, sorted; with `mended_text` where a text of the row was not valid."""
    return tuple(sorted({word for word in (*words, "mended_text" if row.mended else "") if word}))


def seconds(n: int | None) -> str:
    """A duration as people write it."""
    if n is None or n < 0:
        return ""
    return f"{n // 3600}:{n // 60 % 60:02}:{n % 60:02}" if n >= 3600 else f"{n // 60}:{n % 60:02}"


def contact_lines(*pairs: tuple[str, str]) -> str:
    """`Label: value` a line, empty values left out."""
    return "\n".join(dict.fromkeys(f"{label}: {value}" for label, value in pairs if value.strip()))
