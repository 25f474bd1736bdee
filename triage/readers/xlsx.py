"""Excel workbooks (.xlsx, .xlsm) that are no table of a known kind: every sheet, row by row, and the comments.

One `note` unit for a row that holds anything (`row=Sheet:12`, its cells joined by ` | `), hidden sheets and rows
flagged; one for each comment (`cell=Sheet!B3;comment=1`), old ones and threads. Formulas give their stored value. A
workbook whose headings are those of messages, calls, contacts … is read by `table_xlsx` instead. Pictures and embedded
files are items (`triage.containers.office_files`).

Source: ECMA-376 part 1 (18.7 comments); cells: `xlsx_rows`. Not read: charts, pivot caches, data connections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.formats.office_package import MEDIA_TYPES, Package, office_kind
from triage.model import Blob, Head, Read, ReadContext, Reader, Unit
from triage.problems import ReadError
from triage.readers.document_units import DocumentReading, about, opened
from triage.readers.docx import relations
from triage.readers.xlsx_rows import Sheet, SheetRow, Workbook
from triage.readers.xml_stream import Fault, XmlStream, local_name

FORMAT = "Excel workbook"
MAX_ROW_TEXT = 100_000


def detect(head: Head) -> int:
    """By the names of the first members; a workbook that maps to a table scores higher there."""
    return 82 if office_kind(head.start) == "xlsx" else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Rows sheet by sheet, each sheet's comments behind them, then the accounts."""

    def inside(package: Package) -> Iterator[Read]:
        reading = DocumentReading(FORMAT, ctx)
        faults: dict[str, Fault] = {}
        with blob.open() as handle:
            try:
                book = Workbook(handle)
            except ReadError:
                yield from reading.accounts()
                raise
            for sheet in book.sheets:
                reading.tallies["sheets"] += 1
                reading.tallies["hidden_sheets"] += sheet.hidden
                for row in book.rows(sheet):
                    yield reading.one(_row_unit(sheet, row))
                for unit in comments_of(package, sheet.part.lower(), _plain(sheet.name), faults):
                    yield reading.one(unit)
            faults |= book.faults
        yield from about(package, reading, ("docprops/core.xml", "docprops/app.xml"))
        yield from reading.accounts()
        yield from reading.troubles(package, faults)

    yield from opened(blob, FORMAT, inside)


def _row_unit(sheet: Sheet, row: SheetRow) -> Unit:
    rounded = any(cell.rounded for cell in row.cells)
    flags = {"hidden_sheet": sheet.hidden, "hidden_row": row.hidden, "rounded_number": rounded}
    return Unit(
        origin="note",
        locator=f"row={_plain(sheet.name)}:{row.number}",
        text=" | ".join(cell.text for cell in row.cells)[:MAX_ROW_TEXT],
        flags=tuple(sorted(word for word, so in flags.items() if so)),
    )


def _plain(name: str) -> str:
    """A sheet's name within a locator."""
    return name.replace("%", "%25").replace(";", "%3B")


def comments_of(package: Package, part: str, sheet: str, faults: dict[str, Fault]) -> Iterator[Unit]:
    """The comments of a sheet, whichever of the two forms."""
    for target in relations(package, part).values():
        if re.search(r"/(?:comments|threadedComments)/?[^/]*\.xml\Z|/comments\d*\.xml\Z", target, re.IGNORECASE):
            yield from _comments(package, target.lower(), sheet, faults)


def _comments(package: Package, part: str, sheet: str, faults: dict[str, Fault]) -> Iterator[Unit]:
    authors: list[str] = []
    counted: dict[str, int] = {}
    state = {"cell": "", "author": "", "thread": ""}
    pieces: list[str] = []
    stream: XmlStream[Unit]

    def start(tag: str, values: dict[str, str]) -> None:
        name = local_name(tag)
        if name in ("comment", "threadedComment"):
            number = values.get("authorId", "")
            known = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
            state.update(cell=values.get("ref", ""), author=known)
            pieces.clear()
        elif name in ("t", "author", "text"):
            stream.text.clear()
            stream.in_text = True

    def end(tag: str) -> None:
        name = local_name(tag)
        said = "".join(stream.text)
        if name == "author" and len(authors) < 10_000:
            authors.append(" ".join(said.split())[:200])
        elif name == "t" or (name == "text" and said.strip()):
            pieces.append(said)
        elif name in ("comment", "threadedComment") and "".join(pieces).strip():
            cell = state["cell"]
            counted[cell] = counted.get(cell, 0) + 1
            place = f"cell={sheet}!{cell};comment={counted[cell]}"
            stream.ready.append(_comment(place, "".join(pieces).strip(), state["author"]))
        if name in ("t", "text", "author"):
            stream.text.clear()
            stream.in_text = name == "t"

    stream = XmlStream(start, end, with_text=True)
    yield from stream.events(package.blocks(part))
    if stream.fault is not None:
        faults[part] = stream.fault


def _comment(place: str, text: str, author: str) -> Unit:
    detail: dict[str, str | int | bool | None] = {"author": author} if author else {}
    return Unit(origin="note", locator=place, text=text, flags=("comment",), detail=detail)


READER = Reader(name="xlsx", version="1", media_type=MEDIA_TYPES["xlsx"], detect=detect, read=read)
