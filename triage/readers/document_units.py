"""What the readers of office documents share: lines of text in stories become units, marks become units of their own.

A story is a run of text of its own: the body, a header, a text box, a slide, a sheet. Lines are paragraphs and table
rows; a `note` unit takes as many as belong together, 20 lines or 1,500 characters and more at an empty line, at most
100 lines or 8,000 characters. What a reader of the printed page would not see is given apart and flagged: tracked
deletions, hidden text, comments, notes. Author and time of a mark are the program's claim.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from triage.formats.office_package import Package
from triage.model import NO_TIME, Blob, Moment, Origin, Problem, Read, ReadContext, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.xml_stream import Fault, XmlStream, local_name
from triage.timestamps import from_iso

MAX_LINES, MAX_CHARS = 100, 8_000
ENOUGH_LINES, ENOUGH_CHARS = 20, 1_500
Detail = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Text that stands beside the visible text: a deletion, a comment, hidden words."""

    flag: str
    """`tracked_deletion`, `hidden_text`, `comment`, `footnote` …"""
    text: str
    author: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One paragraph or table row."""

    story: str
    """First part of the locator: '' for the body, `header=1`, `page=3`."""
    number: int
    text: str
    flags: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    author: str = ""
    time: str = ""
    unit: str = "par"
    """What lines are counted as in the locator: `par` or `row`."""
    alone: bool = False
    """A unit of its own (a comment, a sheet's row)."""
    pictures: tuple[str, ...] = ()


class DocumentReading:
    """The counts of one document, and the way from lines to units."""

    def __init__(self, format_name: str, ctx: ReadContext, origin: Origin = "note") -> None:
        self.format = format_name
        self.tallies: Counter[str] = Counter()
        self._ctx, self._origin = ctx, origin
        self._n = self._bad_times = 0

    def units(self, lines: Iterable[Line]) -> Iterator[Unit]:
        """The units of consecutive lines, each mark behind the unit its line is in."""
        held: list[Line] = []
        size = 0
        for line in lines:
            blank = not line.text.strip()
            other = held and (line.story != held[0].story or line.alone or held[0].alone)
            full = len(held) >= MAX_LINES or size + len(line.text) > MAX_CHARS
            enough = blank and (len(held) >= ENOUGH_LINES or size >= ENOUGH_CHARS)
            if held and (other or full or enough):
                yield from self._block(held)
                held, size = [], 0
            if held or not blank or line.marks or line.pictures:
                held.append(line)
                size += len(line.text) + 1
        yield from self._block(held)

    def _block(self, held: list[Line]) -> Iterator[Unit]:
        marks = [(line, mark) for line in held for mark in line.marks]
        while held and not held[-1].text.strip() and not held[-1].pictures:
            held.pop()
        while held and not held[0].text.strip() and not held[0].pictures:
            held.pop(0)
        if held:
            yield self._unit(held)
        counted: Counter[tuple[int, str]] = Counter()
        for line, mark in marks:
            counted[line.number, mark.flag] += 1
            place = _place(line, line)
            locator = f"{place};{mark.flag}={counted[line.number, mark.flag]}"
            yield self._counted(self._marked(mark, locator))

    def _unit(self, held: list[Line]) -> Unit:
        first, last = held[0], held[-1]
        authors = {line.author: None for line in held if line.author}
        detail: Detail = {"author": ", ".join(authors)[:500]} if authors else {}
        return self._counted(
            Unit(
                origin=self._origin,
                locator=_place(first, last),
                text="\n".join(line.text for line in held),
                when=self.moment(first.time),
                flags=tuple(sorted({flag for line in held for flag in line.flags})),
                attachments=tuple(dict.fromkeys(name for line in held for name in line.pictures)),
                detail=detail,
            )
        )

    def _marked(self, mark: Mark, locator: str) -> Unit:
        detail: Detail = {"author": mark.author[:500]} if mark.author else {}
        return Unit(
            origin=self._origin, locator=locator, text=mark.text, when=self.moment(mark.time), flags=(mark.flag,),
            deleted=mark.flag == "tracked_deletion", detail=detail,
        )  # fmt: skip

    def _counted(self, unit: Unit) -> Unit:
        self._n += 1
        self._bad_times += unit.when.basis == "none" and unit.when.source != ""
        return unit

    def moment(self, said: str) -> Moment:
        """The time of a mark as documents write it (ISO 8601)."""
        return replace(from_iso(said[:40], zone=self._ctx.zone), source=said) if said else NO_TIME

    def one(self, unit: Unit) -> Unit:
        """Count a unit made elsewhere."""
        return self._counted(unit)

    def accounts(self) -> Iterator[Read]:
        """The tallies."""
        if self._bad_times:
            yield problem("R-DATE-VALUE", "read", n=self._bad_times)
        yield Tally(what="records", n=self._n)
        for what, n in sorted(self.tallies.items()):
            yield Tally(what=what, n=n)

    def troubles(self, package: Package, faults: dict[str, Fault]) -> Iterator[Read]:
        """What was cut off or damaged; as ReadError where nothing was read at all."""
        found: list[Problem] = []
        if package.cut:
            found.append(problem("R-TRUNCATED", "read", format=self.format, at="", n=self._n))
        elif package.damaged or faults:
            why = f"{len({*package.damaged, *faults})} parts are damaged or too large; what could be read of them was"
            found.append(problem("R-RECORD", "read", why=why))
        if found and not self._n:
            raise ReadError(found[0])
        yield from found


def _place(first: Line, last: Line) -> str:
    numbers = f"{first.number}" if first.number == last.number else f"{first.number}-{last.number}"
    if not first.number:
        return first.story
    return f"{first.story};{first.unit}={numbers}" if first.story else f"{first.unit}={numbers}"


def about(package: Package, reading: DocumentReading, parts: tuple[str, ...]) -> Iterator[Unit]:
    """What the document says of itself (author, last author, programs, times) as one `note`."""
    facts: list[tuple[str, str]] = []
    for part in parts:
        facts += _facts(package, part)
    words = [(_WORDS[key], " ".join(value.split())[:2000]) for key, value in facts if key in _WORDS and value.strip()]
    if not words:
        return
    text = "\n".join(f"{word}: {value}" for word, value in words)
    created = next((value for key, value in facts if key in ("created", "creation-date") and value.strip()), "")
    when = reading.moment(created.strip())
    yield reading.one(Unit(origin="note", locator="information", text=text, when=when, flags=("document_information",)))


def _facts(package: Package, part: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    stream: XmlStream[None]

    def start(tag: str, _values: dict[str, str]) -> None:
        stream.text.clear()
        stream.in_text = True

    def end(tag: str) -> None:
        value = "".join(stream.text)
        stream.text.clear()
        if value.strip() and len(found) < 200:
            found.append((local_name(tag), value))

    stream = XmlStream(start, end, with_text=True)
    for _ in stream.events(package.blocks(part)):
        pass
    return found


_WORDS = {
    "title": "Title", "subject": "Subject", "creator": "Author", "initial-creator": "First author",
    "lastModifiedBy": "Last changed by", "printed-by": "Printed by", "created": "Created",
    "creation-date": "Created", "modified": "Changed", "date": "Changed", "lastPrinted": "Printed",
    "print-date": "Printed", "Application": "Program", "generator": "Program", "Company": "Company",
    "Manager": "Manager", "keywords": "Keywords", "keyword": "Keywords", "description": "Description",
    "category": "Category", "revision": "Revisions", "editing-cycles": "Revisions", "TotalTime": "Minutes edited",
    "Template": "Template",
}  # fmt: skip


Opened = Callable[[Package], Iterator[Read]]


def opened(blob: Blob, format_name: str, read: Opened) -> Iterator[Read]:
    """Open the package, refuse a protected one, close it whatever happens."""
    with blob.open() as handle:
        package = Package(handle)
        try:
            if package.is_locked or b"encryption-data" in package.part("meta-inf/manifest.xml"):
                yield Tally(what="records", n=0)
                raise ReadError(problem("R-LOCKED", "read", format=format_name))
            yield from read(package)
        finally:
            package.close()
