"""Tables in text files: comma, semicolon, tab or bar between the cells, any encoding, any rows above the headings.

Detection reads the first 64 KiB with each separator and takes the file only where a row of headings maps
(`table_mapping`) and the rows below have its shape; any other CSV stays plain text. Quotes are those of RFC 4180 (a
quote doubled within quotes, line breaks within quotes). A quote that never closes would swallow the rest of the file:
a record of more than `MAX_LINES` lines, or of several lines and more cells than there are headings, is read again as a
line without quotes and flagged `odd_quotes`. A last line that breaks off is a Problem.

Locator: `line=12`, for a record of several lines `line=12-14`, as an editor counts them.
"""

from __future__ import annotations

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from triage.model import Blob, Head, Problem, Read, ReadContext, Reader
from triage.problems import ReadError, problem
from triage.readers.table_mapping import TableMap, map_header
from triage.readers.table_reading import HEADER_WITHIN, Accounts, Mapper, SheetReading
from triage.readers.table_row import RawRow
from triage.readers.text_encoding import SAMPLE, Encoding, find_encoding, guess_code_page, looks_like_text, sniff

FORMAT = "table"
SEPARATORS = ",;\t|"
MAX_LINES = 2_000
MAX_LINE = 4 << 20
_NAMES = {"cp1252": "Windows-1252", "cp1251": "Windows-1251", "cp1256": "Windows-1256"}
csv.field_size_limit(MAX_LINE * 4)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the cells of a file are separated, and the mapping of its headings."""

    separator: str
    table: TableMap
    fitting: float
    """Share of the rows below the headings that have their shape."""


def detect_with(mapper: Mapper, head: Head) -> int:
    """The score of the best separator; 0 where no row of headings maps."""
    if not head.start or not looks_like_text(head.start):
        return 0
    text = head.start.decode(sniff(head.start) or guess_code_page(head.start), "replace").lstrip("\ufeff")
    if text.lstrip()[:1] in ("{", "[", "<"):
        return 0
    found = dialect(text, head.name, mapper, whole=head.size <= len(head.start))
    return found.table.score if found else 0


def dialect(text: str, name: str, mapper: Mapper, *, whole: bool) -> Dialect | None:
    """The separator under which the beginning of a file is a table."""
    lines = text.splitlines(keepends=True)
    if not whole and len(lines) > 1:
        lines.pop()
    lines = lines[:400]
    found = [one for one in (_tried(lines, separator, name, mapper) for separator in SEPARATORS) if one]
    return max(found, key=lambda one: (one.table.score, one.fitting), default=None)


def _tried(lines: list[str], separator: str, name: str, mapper: Mapper) -> Dialect | None:
    if not any(separator in line for line in lines[:HEADER_WITHIN]):
        return None
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator) if any(cell.strip() for cell in row)]
    except csv.Error:
        return None
    for n, row in enumerate(rows[:HEADER_WITHIN]):
        table = mapper(row, name)
        if table is not None:
            below = rows[n + 1 : n + 201]
            width = max(column.index for column in table.columns) + 1
            fitting = sum(2 <= len(one) <= max(len(row), width) + 1 for one in below) / max(1, len(below))
            return Dialect(separator, table, fitting) if fitting >= 0.6 or not below else None
    return None


def read_with(mapper: Mapper, blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Units of the rows, then the accounts."""
    name = ctx.path.rpartition("/")[2]
    with blob.open() as handle:
        sample = handle.read(SAMPLE)
        encoding = find_encoding(handle, sample)
    start = sample.decode(encoding.codec, "replace").lstrip("\ufeff")
    found = dialect(start, name, mapper, whole=blob.size <= len(sample))
    if found is None:
        remedy = "Its beginning is no table of messages, calls, contacts or places."
        raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy=remedy))
    yield from _about(encoding)
    rows: Callable[[], Iterator[RawRow | Problem]] = partial(_rows, blob, encoding.codec, found)
    accounts = Accounts()
    yield from SheetReading(rows, name="", hint=name, zone=ctx.zone, mapper=mapper).units(accounts)
    yield from accounts.close()


def _about(encoding: Encoding) -> Iterator[Problem]:
    if encoding.basis != "proved":
        used = (
            "UTF-8 with replaced bytes" if encoding.basis == "damaged" else _NAMES.get(encoding.codec, encoding.codec)
        )
        yield problem("R-ENCODING", "read", encoding="UTF-8", at=f" at byte {encoding.first_bad}", used=used)


class _Lines:
    """Lines of a file with the number of the last one taken; lines can be given back."""

    def __init__(self, handle: BinaryIO, codec: str) -> None:
        self.number = 0
        self.taken: list[str] = []
        """The lines of the record in hand."""
        self.limit = MAX_LINES
        self.too_long = False
        self._waiting: deque[str] = deque()
        self._source = _split(handle, codec)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= self.limit:
            self.too_long = True
            raise StopIteration
        line = self._waiting.popleft() if self._waiting else next(self._source)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Everything of the record in hand but its first line."""
        self.number -= len(self.taken) - 1
        self._waiting.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _split(handle: BinaryIO, codec: str) -> Iterator[str]:
    """Lines with their ends; a line longer than `MAX_LINE` is given in pieces."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    held, first = "", True
    while True:
        block = handle.read(SAMPLE)
        text = decoder.decode(block, not block)
        if first and text:
            text, first = text.lstrip("\ufeff"), False
        held += text.replace("\0", "")
        if block and held.endswith("\r"):
            continue
        *lines, held = _at_line_ends(held)
        yield from lines
        if len(held) > MAX_LINE or not block:
            if held:
                yield held
            held = ""
        if not block:
            return


def _at_line_ends(text: str) -> list[str]:
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [f"{part}\n" for part in parts[:-1]] + parts[-1:]


def _rows(blob: Blob, codec: str, form: Dialect) -> Iterator[RawRow | Problem]:
    """Rows that are not empty; afterwards the Problem of a last line that breaks off."""
    width = max(column.index for column in form.table.columns) + 1
    with blob.open() as handle:
        lines = _Lines(handle, codec)
        while True:
            lines.taken.clear()
            lines.limit, lines.too_long = MAX_LINES, False
            start = lines.number + 1
            cells, flags = _record(lines, form.separator, width)
            if cells is None:
                return
            if not any(cell.strip() for cell in cells) or _is_hint(cells, start):
                continue
            last = lines.taken[-1] if lines.taken else ""
            locator = f"line={start}" if lines.number <= start else f"line={start}-{lines.number}"
            if not last.endswith("\n") and _cut(lines.taken, cells, width):
                yield problem(
                    "R-TRUNCATED", "read", locator, records=1, format=FORMAT, at=f" at line {start}", n=start - 1
                )
                return
            yield RawRow(locator, _joined(cells, form), flags=flags)


def _record(lines: _Lines, separator: str, width: int) -> tuple[list[str] | None, tuple[str, ...]]:
    try:
        cells = next(csv.reader(lines, delimiter=separator), None)
    except csv.Error:
        cells = None if not lines.taken else []
    swallowed = cells is not None and len(lines.taken) > 1 and len(cells) > width and any(cells[width:])
    if lines.too_long or swallowed or (cells == [] and lines.taken and lines.taken[0].strip()):
        lines.give_back()
        return next(csv.reader(lines.taken, delimiter=separator, quoting=csv.QUOTE_NONE)), ("odd_quotes",)
    return cells, ()


def _is_hint(cells: list[str], line: int) -> bool:
    return line == 1 and len(cells) <= 2 and cells[0].lower().startswith("sep=")


def _cut(taken: list[str], cells: list[str], width: int) -> bool:
    """Whether the last record of a file breaks off: an open quote, or fewer cells than the mapping needs."""
    return sum(line.count('"') for line in taken) % 2 == 1 or len(cells) < min(width, 3)


def _joined(cells: list[str], form: Dialect) -> list[str]:
    """A text in the last column that holds the separator without quotes."""
    columns = form.table.columns
    last = max(column.index for column in columns)
    if len(cells) <= last + 1 or not any(cell.strip() for cell in cells[last + 1 :]):
        return cells
    if next(column.role for column in columns if column.index == last) not in ("body", "note", "place"):
        return cells
    return [*cells[:last], form.separator.join(cells[last:])]


def reader(mapper: Mapper = map_header, *, name: str = "table_text") -> Reader:
    """The reader with the built-in names of columns, or with an examiner's own mapping."""
    return Reader(
        name=name, version="1", media_type="text/csv",
        detect=partial(detect_with, mapper), read=partial(read_with, mapper),
    )  # fmt: skip


READER = reader()
