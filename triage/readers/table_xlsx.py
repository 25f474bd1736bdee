"""Excel workbooks whose sheets are tables of messages, calls, contacts, places or accounts.

Vendors export one sheet for each kind of record. Each sheet is mapped by its own headings; sheets that are no such
table (a summary, a device page) are read as notes, comments too. Only the first 64 KiB are seen by detection, and in a
larger workbook the headings may stand behind them: it is then taken by its parts, and where no sheet maps after all it
is read as any other workbook (`xlsx`). Cells come from `xlsx_rows`; numbers that the spreadsheet rounded are never
matched on.

Locator: `row=Sheet:12`, as the program numbers the rows; `;` and `%` in a sheet's name are percent-encoded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial

from triage.formats.office_package import Package
from triage.model import Blob, Head, Problem, Read, ReadContext, Reader
from triage.problems import ReadError, problem
from triage.readers import xlsx
from triage.readers.sqlite_reader import Extra
from triage.readers.table_mapping import map_header
from triage.readers.table_reading import Accounts, Mapper, SheetReading
from triage.readers.table_row import RawRow
from triage.readers.xlsx_rows import FORMAT, Sheet, SheetRow, Workbook

MAGIC = b"PK\x03\x04"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ABOVE_ARCHIVE = 81
"""A workbook is a ZIP archive too; its reader must stand above the container's score."""


def detect_with(mapper: Mapper, head: Head) -> int:
    """Above the archive where a sheet maps; a workbook too large to look into is taken by its parts."""
    if not head.start.startswith(MAGIC) or (b"xl/" not in head.start and b"xl\\" not in head.start):
        return 0
    if head.size > len(head.start):
        return ABOVE_ARCHIVE + 3 if b"xl/worksheets/" in head.start or b"xl/workbook" in head.start else 0
    try:
        book = Workbook(io.BytesIO(head.start))
        readings = [_reading(book, sheet, "", None, mapper) for sheet in book.sheets]
    except ReadError:
        return 0
    return ABOVE_ARCHIVE + 5 if any(one.mapped for one in readings) else 0


def _reading(book: Workbook, sheet: Sheet, file: str, zone: str | None, mapper: Mapper) -> SheetReading:
    hint = sheet.name if not sheet.name.lower().startswith("sheet") else f"{sheet.name} {file}".strip()
    return SheetReading(partial(_rows, book, sheet), name=sheet.name, hint=hint, zone=zone, mapper=mapper)


def read_with(mapper: Mapper, blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The sheets in order, then the accounts; as a plain workbook where no sheet maps after all."""
    file = ctx.path.rpartition("/")[2]
    with blob.open() as handle:
        book = Workbook(handle)
        readings = [_reading(book, sheet, file, ctx.zone, mapper) for sheet in book.sheets]
        if any(one.mapped for one in readings):
            yield from _sheets(blob, book, readings)
            return
    yield from xlsx.read(blob, ctx)


def _sheets(blob: Blob, book: Workbook, readings: list[SheetReading]) -> Iterator[Read]:
    accounts = Accounts()
    with blob.open() as handle:
        package = Package(handle)
        for sheet, reading in zip(book.sheets, readings, strict=True):
            accounts.count("sheets")
            accounts.count("sheets_mapped", int(reading.mapped))
            yield from reading.units(accounts)
            for unit in xlsx.comments_of(package, sheet.part.lower(), _plain(sheet), book.faults):
                yield from accounts.take(Extra(unit=unit))
        package.close()
    yield from _troubles(book, accounts)
    yield from accounts.close()


def _plain(sheet: Sheet) -> str:
    return sheet.name.replace("%", "%25").replace(";", "%3B")


def _troubles(book: Workbook, accounts: Accounts) -> Iterator[Problem]:
    for part, fault in sorted(book.faults.items()):
        name = next((f"sheet {n}" for n, s in enumerate(book.sheets, 1) if s.part == part), part.rpartition("/")[2])
        yield fault.problem(f"{FORMAT} ({name})", accounts.records)
    if book.missing_texts:
        why = f"the texts of {book.missing_texts} cells are missing from the workbook"
        yield problem("R-RECORD", "read", why=why)


def _rows(book: Workbook, sheet: Sheet) -> Iterator[RawRow]:
    name = _plain(sheet)
    for row in book.rows(sheet):
        cells, rounded = _spread(row)
        flags = [word for word, so in (("hidden_sheet", sheet.hidden), ("hidden_row", row.hidden)) if so]
        yield RawRow(f"row={name}:{row.number}", cells, rounded, tuple(flags))


def _spread(row: SheetRow) -> tuple[list[str], frozenset[int]]:
    cells = [""] * (max(cell.column for cell in row.cells) + 1)
    for cell in row.cells:
        cells[cell.column] = cell.text
    return cells, frozenset(cell.column for cell in row.cells if cell.rounded)


def reader(mapper: Mapper = map_header, *, name: str = "table_xlsx") -> Reader:
    """The reader with the built-in names of columns, or with an examiner's own mapping."""
    return Reader(
        name=name, version="1", media_type=MEDIA_TYPE,
        detect=partial(detect_with, mapper), read=partial(read_with, mapper),
    )  # fmt: skip


READER = reader()
