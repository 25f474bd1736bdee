"""Rows of an Excel workbook (.xlsx, .xlsm) as a stream, each cell as the text a person would copy out by hand.

A workbook is a ZIP archive of XML parts. Sheets come in the workbook's order, hidden ones too (marked); a row is given
when its end tag is read, so memory holds one row, the styles and the shared strings (`xlsx_strings`). Numbers keep
their digits: no exponent, no float; one with more digits than a spreadsheet can hold is marked `rounded`
(`xlsx_styles`). Formulas give the value that was stored with them.

Sources: ECMA-376 part 1 (SpreadsheetML §18.3 worksheets, §18.4 shared strings, §22.9.2.19 escapes), part 2 (relations).
Refused: the older binary formats (.xls, .xlsb), encrypted workbooks (they are no ZIP), pictures, charts, comments.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, Literal

from triage.problems import ReadError, problem
from triage.readers.xlsx_strings import Strings, string_stream, unescape
from triage.readers.xlsx_styles import Form, form_of, moment_text, number_text, width_of
from triage.readers.xml_stream import BLOCK, Fault, XmlStream, local_name

FORMAT = "Excel workbook"
MAX_COLUMNS = 16_384
MAX_PART = 8 << 30
"""Unpacked bytes of one part that are read; a workbook of the largest size that Excel writes stays below."""
FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What a damaged archive raises."""
Kind = Literal["text", "number", "date", "bool", "error"]
_COLUMN = re.compile(r"([A-Z]{1,3})")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that is not empty."""

    column: int
    """0-based."""
    text: str
    kind: Kind = "text"
    rounded: bool = False
    """A number of more digits than a spreadsheet keeps: its last digits are not those that were typed."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds anything."""

    number: int
    """1-based, as the program shows it."""
    cells: tuple[Cell, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet by its name and the part that holds it."""

    name: str
    part: str
    hidden: bool = False


class Workbook:
    """An opened workbook; ReadError where it is none that can be read."""

    def __init__(self, handle: BinaryIO) -> None:
        self.faults: dict[str, Fault] = {}
        """By part: why it could not be read to its end."""
        self.from_1904 = False
        self._strings = Strings()
        self._forms: list[tuple[Form, int]] = []
        try:
            self._zip = zipfile.ZipFile(handle)
            names = {one.orig_filename.lstrip("/").lower(): one for one in self._zip.infolist()}
        except FAULTS as error:
            raise ReadError(problem("R-TRUNCATED", "read", format=FORMAT, at="", n=0)) from error
        self._parts = names
        self.sheets = self._read_workbook()
        if not self.sheets:
            raise ReadError(problem("R-MALFORMED", "read", format=FORMAT, at=" in its list of sheets", n=0))
        self._read_styles(self._beside("styles.xml"))
        self._read_strings(self._beside("sharedstrings.xml"))

    @property
    def missing_texts(self) -> int:
        """Cells whose text stands in a part that is damaged, absent or too large."""
        return self._strings.missing

    def _beside(self, name: str) -> str:
        return f"{self._folder}/{name}" if self._folder else name

    def _elements(self, part: str) -> Iterator[tuple[str, dict[str, str]]]:
        """Start tags of a small part: local name and attributes, their prefixes dropped."""
        made: XmlStream[tuple[str, dict[str, str]]]

        def start(tag: str, values: dict[str, str]) -> None:
            made.ready.append((local_name(tag), {local_name(key): value for key, value in values.items()}))

        made = XmlStream(start, lambda _tag: None)
        yield from made.events(self._blocks(part))
        self._note(part, made.fault)

    def _note(self, part: str, fault: Fault | None) -> None:
        if fault is not None and part.lower() in self._parts:
            self.faults.setdefault(part, fault)

    def _blocks(self, part: str) -> Iterator[bytes]:
        info = self._parts.get(part.lower())
        if info is None:
            return
        done = 0
        try:
            with self._zip.open(info) as handle:
                while done < MAX_PART and (block := _some(handle)):
                    done += len(block)
                    yield block
        except FAULTS:
            self.faults[part] = Fault(kind="truncated", line=0, column=0)

    def _read_workbook(self) -> tuple[Sheet, ...]:
        main = next((path for path in self._parts if path.rpartition("/")[2] == "workbook.xml"), "xl/workbook.xml")
        self._folder = main.rpartition("/")[0]
        parts = {}
        for tag, values in self._elements(self._beside("_rels/workbook.xml.rels")):
            if tag == "Relationship" and values.get("Type", "").endswith("/worksheet"):
                target = values.get("Target", "")
                path = target[1:] if target.startswith("/") else self._beside(target)
                parts[values.get("Id", "")] = posixpath.normpath(path)
        found: list[Sheet] = []
        for tag, values in self._elements(main):
            if tag == "workbookPr":
                self.from_1904 = values.get("date1904") in ("1", "true")
            elif tag == "sheet" and (part := parts.get(values.get("id", ""))):
                hidden = values.get("state", "visible") != "visible"
                found.append(Sheet(values.get("name", ""), part, hidden))
        return tuple(found) or self._sheets_by_part()

    def _sheets_by_part(self) -> tuple[Sheet, ...]:
        """Where the list of sheets is damaged: the parts themselves, under their file names."""
        folder = self._beside("worksheets/")
        paths = sorted((p for p in self._parts if p.startswith(folder) and p.endswith(".xml")), key=_natural)
        return tuple(Sheet(path[len(folder) :].removesuffix(".xml"), path) for path in paths)

    def _read_styles(self, part: str) -> None:
        codes: dict[str, str] = {}
        inside = False
        for tag, values in self._elements(part):
            if tag == "numFmt":
                codes[values.get("numFmtId", "")] = values.get("formatCode", "")
            elif tag in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
                inside = tag == "cellXfs"
            elif tag == "xf" and inside:
                number = values.get("numFmtId", "0")
                code = codes.get(number)
                self._forms.append((form_of(_whole(number), code), width_of(code)))

    def _read_strings(self, part: str) -> None:
        stream = string_stream()
        for text in stream.events(self._blocks(part)):
            self._strings.add(text)
        self._note(part, stream.fault)

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """The rows of a sheet in file order; afterwards `faults` says whether its end was reached."""
        reading = _SheetReading(self)
        yield from reading.stream.events(self._blocks(sheet.part))
        if sheet.part.lower() not in self._parts:
            self.faults[sheet.part] = Fault(kind="truncated", line=0, column=0)
        self._note(sheet.part, reading.stream.fault)

    def cell(self, column: int, kind: str, style: str, value: str, inline: str) -> Cell | None:
        """A cell from what its tag states; None where it is empty."""
        if kind == "s":
            text = self._strings.get(_whole(value, -1))
            return Cell(column, text) if text else None
        if kind == "inlineStr" or (kind == "str" and value) or kind == "e":
            text = unescape(inline or value)
            return Cell(column, text, "error" if kind == "e" else "text") if text else None
        if not value:
            return None
        if kind == "b":
            return Cell(column, "TRUE" if value.strip() == "1" else "FALSE", "bool")
        if kind == "d":
            return Cell(column, value.strip().replace("T", " "), "date")
        return self._number(column, style, value.strip())

    def _number(self, column: int, style: str, value: str) -> Cell:
        at = _whole(style)
        form, width = self._forms[at] if at < len(self._forms) else ("", 0)
        if form in ("date", "time", "moment", "elapsed"):
            said = moment_text(value, form, from_1904=self.from_1904)
            if said is not None:
                return Cell(column, said, "date")
        text, rounded = number_text(value, width)
        return Cell(column, text, "number", rounded)


class _SheetReading:
    """The handlers of one sheet."""

    def __init__(self, book: Workbook) -> None:
        self.stream: XmlStream[SheetRow] = XmlStream(self._start, self._end, with_text=True)
        self._book = book
        self._cells: list[Cell] = []
        self._row, self._column, self._hidden = 0, -1, False
        self._kind = self._style = self._value = ""
        self._inline: list[str] = []

    def _start(self, tag: str, values: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "row":
            self._row = _whole(values.get("r", ""), self._row + 1)
            self._column, self._hidden = -1, values.get("hidden") in ("1", "true")
            self._cells = []
        elif name == "c":
            place = _COLUMN.match(values.get("r", ""))
            self._column = column_number(place[1]) if place else self._column + 1
            self._kind, self._style = values.get("t", "n"), values.get("s", "0")
            self._value = ""
            self._inline.clear()
        elif name in ("v", "t"):
            self.stream.text.clear()
            self.stream.in_text = True

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if name == "v":
            self._value = "".join(self.stream.text)
            self.stream.in_text = False
        elif name == "t":
            self._inline.append("".join(self.stream.text))
            self.stream.in_text = False
        elif name == "rPh" and self._inline:
            self._inline.pop()
        elif name == "c" and self._column < MAX_COLUMNS:
            cell = self._book.cell(self._column, self._kind, self._style, self._value, "".join(self._inline))
            if cell is not None:
                self._cells.append(cell)
        elif name == "row" and self._cells:
            self.stream.ready.append(SheetRow(self._row, tuple(self._cells), self._hidden))
            self._cells = []


def _some(handle: IO[bytes]) -> bytes:
    return handle.read(BLOCK)


def _natural(path: str) -> tuple[int, str]:
    digits = re.search(r"(\d+)\.xml\Z", path)
    return (int(digits[1]) if digits else 0, path)


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else otherwise


def column_number(letters: str) -> int:
    """`A` is 0, `Z` 25, `AA` 26."""
    n = 0
    for letter in letters:
        n = n * 26 + ord(letter) - 64
    return n - 1


def column_letters(number: int) -> str:
    """0 is `A`."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
