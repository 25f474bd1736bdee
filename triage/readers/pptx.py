"""PowerPoint presentations (.pptx, .pptm): slides in their order, hidden ones too, speaker's notes, comments.

`page` units, one for a slide (`page=3`), its notes (`page=3;notes`) and its comments; a hidden slide is flagged
`hidden_slide`. Paragraphs and table cells are lines in the file's order. Pictures, sound and embedded files are items
(`triage.containers.office_files`), tied to their slide.

Source: ECMA-376 part 1 (19 PresentationML, 21.1 DrawingML text). Not read: charts' numbers, animations, layouts.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.formats.office_package import MEDIA_TYPES, Package, office_kind
from triage.model import Blob, Head, Read, ReadContext, Reader, Unit
from triage.problems import ReadError, problem
from triage.readers.document_units import DocumentReading, about, opened
from triage.readers.docx import relations
from triage.readers.xml_stream import Fault, XmlStream, local_name

FORMAT = "PowerPoint presentation"
MAX_TEXT = 1_000_000


def detect(head: Head) -> int:
    """By the names of the first members of the archive."""
    return 88 if office_kind(head.start) == "pptx" else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Slides with what belongs to them, then the accounts."""

    def inside(package: Package) -> Iterator[Read]:
        reading = DocumentReading(FORMAT, ctx, origin="page")
        faults: dict[str, Fault] = {}
        slides = _slides(package)
        if not slides and not package.cut:
            raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy="It has no slides."))
        for number, part in enumerate(slides, 1):
            for unit in _slide(package, part, number, faults):
                yield reading.one(unit)
        yield from about(package, reading, ("docprops/core.xml", "docprops/app.xml"))
        reading.tallies["slides"] = len(slides)
        yield from reading.accounts()
        yield from reading.troubles(package, faults)

    yield from opened(blob, FORMAT, inside)


def _slides(package: Package) -> list[str]:
    """Parts in the order of the presentation; those it does not list behind."""
    targets = relations(package, "ppt/presentation.xml")
    listed: list[str] = []
    stream: XmlStream[None]

    def start(tag: str, values: dict[str, str]) -> None:
        if local_name(tag) == "sldId":
            number = next((value for key, value in values.items() if key.endswith(":id")), "")
            listed.append(targets.get(number, "").lower())

    stream = XmlStream(start, lambda _tag: None)
    for _ in stream.events(package.blocks("ppt/presentation.xml")):
        pass
    every = package.matching(r"ppt/slides/slide\d+\.xml")
    known = [part for part in listed if part in package.names]
    return known + [part for part in every if part not in known]


def _slide(package: Package, part: str, number: int, faults: dict[str, Fault]) -> Iterator[Unit]:
    targets = relations(package, part)
    shown = _Texts(package, part, faults)
    files = tuple(t for t in targets.values() if "/media/" in t or "/embeddings/" in t)
    links = [t for t in targets.values() if "://" in t or t.lower().startswith(("mailto:", "tel:"))]
    text = "\n".join([*shown.lines, *(f"<{link}>" for link in dict.fromkeys(links))])
    flags = ("hidden_slide",) if shown.hidden else ()
    if text or files:
        yield Unit(origin="page", locator=f"page={number}", text=text, flags=flags, attachments=files)
    for target in targets.values():
        kind = target.lower().rpartition("/")[0].rpartition("/")[2]
        if kind == "notesslides" and (notes := _Texts(package, target.lower(), faults).lines):
            yield Unit(origin="page", locator=f"page={number};notes", text="\n".join(notes), flags=("speaker_notes",))
        elif kind == "comments" and (said := _Texts(package, target.lower(), faults).lines):
            yield Unit(origin="page", locator=f"page={number};comments", text="\n".join(said), flags=("comment",))


class _Texts:
    """The paragraphs of a part."""

    def __init__(self, package: Package, part: str, faults: dict[str, Fault]) -> None:
        self.lines: list[str] = []
        self.hidden = False
        self._pieces: list[str] = []
        self._skipped = self._size = 0
        self._number = False
        self._stream: XmlStream[None] = XmlStream(self._start, self._end, with_text=True)
        for _ in self._stream.events(package.blocks(part)):
            pass
        self._close()
        if self._stream.fault is not None:
            faults[part] = self._stream.fault

    def _start(self, tag: str, values: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "Fallback" or self._skipped:
            self._skipped += 1
        elif name in ("t", "text"):
            self._stream.text.clear()
            self._stream.in_text = True
        elif name == "br":
            self._pieces.append("\n")
        elif name == "fld":
            self._number = values.get("type") == "slidenum"
        elif name == "sld":
            self.hidden = values.get("show") in ("0", "false")
        elif name == "cNvPr" and (words := values.get("descr", "").strip()):
            self._add(f"[{words}]")

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if self._skipped:
            self._skipped -= 1
        elif name in ("t", "text"):
            if not self._number:
                self._pieces.append("".join(self._stream.text))
            self._stream.text.clear()
            self._stream.in_text = False
            if name == "text":
                self._close()
        elif name == "fld":
            self._number = False
        elif name == "p":
            self._close()

    def _close(self) -> None:
        self._add("".join(self._pieces))
        self._pieces = []

    def _add(self, line: str) -> None:
        if line.strip() and self._size < MAX_TEXT:
            self.lines.append(line.strip())
            self._size += len(line)


READER = Reader(name="pptx", version="1", media_type=MEDIA_TYPES["pptx"], detect=detect, read=read)
