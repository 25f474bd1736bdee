"""Paragraphs, table rows, slides and sheets of an OpenDocument part, with comments, notes, deletions, hidden text.

    text:p · text:h > text:span · text:s · text:tab · text:line-break · text:a (link)
    text:tracked-changes > text:changed-region > text:deletion (who, when, what);  office:annotation (a comment)
    text:note (foot- and endnotes);  table:table > table:table-row > table:table-cell;  draw:page > presentation:notes
    text:hidden-text · text:hidden-paragraph · a text style with text:display="none"

Source: OpenDocument 1.3 part 3 (4 text, 5.5 changes, 9 tables, 14.1 annotations). Repeated cells and rows, with which
empty space is written, are given once (cells with content: at most 100 times).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from triage.readers.document_units import Line, Mark
from triage.readers.xml_stream import Fault, XmlStream, local_name

MAX_REPEATS = 100
_ASIDE = {"annotation": "comment", "note-body": "footnote", "deletion": "tracked_deletion", "notes": "speaker_notes"}


@dataclass(slots=True)
class _Aside:
    """A comment, note, deletion or speaker's note while it is open."""

    flag: str
    lines: list[str] = field(default_factory=list)
    author: str = ""
    time: str = ""


@dataclass(slots=True)
class _Table:
    name: str
    row: int = 0
    cells: list[str] = field(default_factory=list)
    repeat: int = 1
    rows: int = 1
    begun: int = 0
    value: str = ""
    hidden: bool = False


class OdfText:
    """Reads one part; `fault` says afterwards whether its end was reached."""

    def __init__(self, story: str, counts: Counter[str], *, sheets: bool) -> None:
        self.fault: Fault | None = None
        self.tables = self.slides = 0
        self._story, self._counts, self._sheets = story, counts, sheets
        self._asides: list[_Aside] = []
        self._tables: list[_Table] = []
        self._pieces: list[list[str]] = []
        """Open paragraphs; a text box within one opens another."""
        self._marks: list[Mark] = []
        self._pictures: list[str] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._hidden: list[bool] = []
        self._links: list[str] = []
        self._field = ""
        self._stream: XmlStream[Line] = XmlStream(self._start, self._end, with_text=True)

    def lines(self, blocks: Iterable[bytes]) -> Iterator[Line]:
        yield from self._stream.events(blocks)
        if self._pieces or self._marks:  # the part was cut off
            self._paragraph("".join(piece for pieces in self._pieces for piece in pieces))
        yield from self._stream.ready
        self.fault = self._stream.fault

    def _start(self, tag: str, values: dict[str, str]) -> None:
        self._take_text()
        name = local_name(tag)
        given = {local_name(key): value for key, value in values.items()}
        if name in ("p", "h"):
            self._pieces.append([])
            self._stream.in_text = True
        elif name in ("span", "hidden-text", "hidden-paragraph"):
            inside = bool(self._hidden and self._hidden[-1]) or name != "span"
            self._hidden.append(inside or given.get("style-name", "") in self._hidden_styles)
            if name == "hidden-text":
                self._say(given.get("string-value", ""))
        elif name in ("s", "tab", "line-break"):
            self._say(" " * min(_number(given.get("c", "")), 1000) if name == "s" else "\t" if name == "tab" else "\n")
        elif name == "a":
            self._links.append(given.get("href", ""))
        elif name in _ASIDE:
            self._asides.append(_Aside(_ASIDE[name]))
        elif name in ("creator", "date") and self._asides:
            self._field, self._stream.in_text = name, True
        elif name == "image" and given.get("href", "").strip("./"):
            self._pictures.append(given["href"].removeprefix("./"))
        else:
            self._table_start(name, given)

    def _table_start(self, name: str, given: dict[str, str]) -> None:
        if name == "table":
            self.tables += 1
            self._tables.append(_Table(given.get("name", "") or f"table {self.tables}"))
        elif name == "table-row" and self._tables:
            table = self._tables[-1]
            table.cells, table.rows = [], _number(given.get("number-rows-repeated", ""))
            table.hidden = given.get("visibility") in ("collapse", "filter")
        elif name in ("table-cell", "covered-table-cell") and self._tables:
            table = self._tables[-1]
            table.repeat = _number(given.get("number-columns-repeated", ""))
            table.begun = len(table.cells)
            table.value = given.get("date-value", "") or given.get("string-value", "") or given.get("value", "")
        elif name == "page":
            self.slides += 1
            self._story = f"page={self.slides}"
        elif name == "style":
            self._style = given.get("name", "")
        elif name == "text-properties" and given.get("display") == "none" and self._style:
            self._hidden_styles.add(self._style)

    def _take_text(self) -> None:
        """Character data up to here goes to the open paragraph or field."""
        if self._stream.text:
            said = "".join(self._stream.text)
            self._stream.text.clear()
            if self._field:
                self._asides[-1].author += said if self._field == "creator" else ""
                self._asides[-1].time += said if self._field == "date" else ""
            elif self._pieces:
                self._say(" ".join(said.split("\n")))

    def _say(self, text: str) -> None:
        if not self._pieces or not text:
            return
        if self._hidden and self._hidden[-1]:
            self._marks.append(Mark(flag="hidden_text", text=text))
        else:
            self._pieces[-1].append(text)

    def _end(self, tag: str) -> None:
        self._take_text()
        name = local_name(tag)
        if name in ("p", "h") and self._pieces:
            self._paragraph("".join(self._pieces.pop()))
            self._stream.in_text = bool(self._pieces)
        elif name in ("span", "hidden-text", "hidden-paragraph") and self._hidden:
            self._hidden.pop()
        elif name == "a" and self._links:
            link = self._links.pop()
            if self._pieces and "://" in link and link not in "".join(self._pieces[-1]):
                self._pieces[-1].append(f" <{link}>")
        elif name in ("creator", "date") and self._field:
            self._field, self._stream.in_text = "", bool(self._pieces)
        elif name in _ASIDE and self._asides:
            self._close_aside(self._asides.pop())
        elif name in ("table-cell", "covered-table-cell") and self._tables:
            self._close_cell(self._tables[-1])
        elif name == "table-row" and self._tables:
            self._close_row(self._tables[-1])
        elif name == "table" and self._tables:
            self._tables.pop()

    def _paragraph(self, text: str) -> None:
        if self._asides:
            self._asides[-1].lines.append(text)
        elif self._tables and not self._pieces:
            self._tables[-1].cells.append(text)
        elif self._pieces:
            self._pieces[-1].append(f" {text} ")
        else:
            self._line(self._story, text)

    def _line(self, story: str, text: str, *, row: int = 0, flags: tuple[str, ...] = ()) -> None:
        if not row:
            self._counts[story] += 1
        marks, self._marks = tuple(mark for mark in self._marks if mark.text.strip()), []
        pictures, self._pictures = tuple(self._pictures), []
        line = Line(
            story=story, number=row or self._counts[story], text=text.strip(), marks=marks, flags=flags,
            pictures=pictures, unit="row" if row else "par", alone=bool(row),
        )  # fmt: skip
        self._stream.ready.append(line)

    def _close_aside(self, aside: _Aside) -> None:
        text = "\n".join(line for line in aside.lines if line.strip())
        if text:
            self._marks.append(Mark(flag=aside.flag, text=text, author=aside.author.strip(), time=aside.time.strip()))
        if aside.flag in ("speaker_notes", "tracked_deletion") and self._marks:
            self._line(self._story, "")

    def _close_cell(self, table: _Table) -> None:
        shown = " ".join(part for part in table.cells[table.begun :] if part) or table.value
        count = min(table.repeat, MAX_REPEATS) if shown else min(table.repeat, 1)
        del table.cells[table.begun :]
        table.cells += [shown] * count

    def _close_row(self, table: _Table) -> None:
        shown = [cell for cell in table.cells if cell]
        table.row += 1
        if shown or self._marks:
            text = " | ".join(table.cells).rstrip(" |") if shown else ""
            if len(self._tables) > 1:
                self._tables[-2].cells.append(text)
            elif self._sheets:
                flags = ("hidden_row",) if table.hidden else ()
                self._line(f"sheet={table.name}", text, row=table.row, flags=flags)
            else:
                self._line(self._story, text)
        table.row += max(0, table.rows - 1)
        table.cells = []


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
