"""Workbooks as one XML file (SpreadsheetML 2003), as older tools write them under the name `.xml` or `.xls`.

Rows are `Row` elements of a `Worksheet`, cells `Cell` with `Data`; `ss:Index` tells where cells or rows were left out.
Each sheet is mapped by its headings like a sheet of `table_xlsx`; sheets that are no table are notes.

Source: Microsoft's XML Spreadsheet reference (2003). Refused: formats of cells (numbers stand as they are stored;
dates are ISO 8601 there).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from triage.model import Blob, Head, Problem, Read, ReadContext, Reader
from triage.problems import ReadError, problem
from triage.readers.table_mapping import map_header
from triage.readers.table_reading import Accounts, Mapper, SheetReading
from triage.readers.table_row import RawRow
from triage.readers.xml_stream import Fault, XmlStream, blocks_of, local_name

FORMAT = "XML workbook"
_NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
MAX_COLUMNS = 16_384
_Row = tuple[str, int, list[str]]
"""Sheet, number of the row, cells."""


def detect(head: Head) -> int:
    """By its namespace; the sheets decide in `read` what they are."""
    start = head.start.replace(b"\0", b"")[:4096]
    return 72 if _NAMESPACE in start and b"Workbook" in start else 0


class _Sheets:
    """The rows of every sheet as a stream; afterwards `fault` says whether the end was reached."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.fault: Fault | None = None
        self.names: list[str] = []
        self._blocks = blocks
        self._row = self._column = 0
        self._cells: dict[int, str] = {}
        self._stream: XmlStream[_Row] = XmlStream(self._start, self._end, with_text=True)

    def __iter__(self) -> Iterator[_Row]:
        yield from self._stream.events(self._blocks)
        self.fault = self._stream.fault

    def _start(self, tag: str, values: dict[str, str]) -> None:
        name = local_name(tag)
        said = next((value for key, value in values.items() if local_name(key) == "Index"), "")
        index = int(said) if said.isascii() and said.isdecimal() and len(said) < 8 else 0
        if name == "Worksheet":
            stated = next((v for k, v in values.items() if local_name(k) == "Name"), "")
            self.names.append(stated if stated not in self.names else f"{stated} #{len(self.names) + 1}")
            self._row = 0
        elif name == "Row":
            self._row, self._column, self._cells = index or self._row + 1, 0, {}
        elif name == "Cell":
            self._column = index or self._column + 1
        elif name == "Data":
            self._stream.text.clear()
            self._stream.in_text = True

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if name == "Data":
            if 0 < self._column <= MAX_COLUMNS:
                self._cells[self._column - 1] = "".join(self._stream.text).strip()
            self._stream.in_text = False
        elif name == "Row" and any(self._cells.values()):
            cells = [self._cells.get(n, "") for n in range(max(self._cells) + 1)]
            self._stream.ready.append((self.names[-1] if self.names else "", self._row, cells))


def read_with(mapper: Mapper, blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The sheets in order, then the accounts."""
    file = ctx.path.rpartition("/")[2]
    with blob.open() as handle:
        survey = _Sheets(blocks_of(handle))
        rows = sum(1 for _ in survey)
    fault, accounts = survey.fault, Accounts()
    if not rows:
        trouble = fault.problem(FORMAT, 0) if fault else None
        raise ReadError(trouble or problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy="It holds no row."))
    for name in survey.names:
        hint = name if not name.lower().startswith("sheet") else f"{name} {file}"
        source = partial(_rows, blob, name)
        reading = SheetReading(source, name=name, hint=hint, zone=ctx.zone, mapper=mapper)
        accounts.count("sheets")
        accounts.count("sheets_mapped", int(reading.mapped))
        yield from reading.units(accounts)
    yield from accounts.close()
    if fault:
        yield fault.problem(FORMAT, accounts.records)


def _rows(blob: Blob, wanted: str) -> Iterator[RawRow | Problem]:
    name = wanted.replace("%", "%25").replace(";", "%3B")
    reached = False
    with blob.open() as handle:
        for sheet, number, cells in _Sheets(blocks_of(handle)):
            if sheet == wanted:
                reached = True
                yield RawRow(f"row={name}:{number}", cells)
            elif reached:
                return


def reader(mapper: Mapper = map_header, *, name: str = "table_xml_excel") -> Reader:
    """The reader with the built-in names of columns, or with an examiner's own mapping."""
    return Reader(
        name=name, version="1", media_type="application/vnd.ms-excel",
        detect=detect, read=partial(read_with, mapper),
    )  # fmt: skip


READER = reader()
