"""Word documents (.docx, .docm): body, tables, text boxes, headers, footers, notes, comments, tracked changes.

`note` units in the order body, headers and footers, footnotes, endnotes, comments; locators `par=3-9`,
`header=1;par=1`, `textbox=2;par=1`, `comment=0`, `par=5;tracked_deletion=1`. Tracked deletions (flag
`tracked_deletion`, marked as deleted), hidden text, descriptions of pictures and comments are units of their own with
the author and time that the program wrote, a local time whatever it says. Pictures and embedded files are items
(`triage.containers.office_files`), tied to the paragraph they stand in.

Source: ECMA-376 part 1; `docx_text` for the elements. Protected documents are no ZIP archives (`ole_file`).
Not read: charts' numbers, equations' structure, styles' hidden text, settings.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator

from triage.formats.office_package import MEDIA_TYPES, Package, office_kind
from triage.model import Blob, Head, Read, ReadContext, Reader
from triage.problems import ReadError, problem
from triage.readers.document_units import DocumentReading, Line, about, opened
from triage.readers.docx_text import WordText
from triage.readers.xml_stream import Fault, XmlStream, local_name

FORMAT = "Word document"
_PARTS = (
    (r"word/header\d*\.xml", "header"), (r"word/footer\d*\.xml", "footer"), (r"word/footnotes\d*\.xml", ""),
    (r"word/endnotes\d*\.xml", ""), (r"word/comments\d*\.xml", ""), (r"word/diagrams/data\d*\.xml", "diagram"),
    (r"word/charts/chart\d*\.xml", "chart"), (r"word/glossary/document\.xml", "glossary"),
)  # fmt: skip


def detect(head: Head) -> int:
    """By the names of the first members of the archive."""
    return 88 if office_kind(head.start) == "docx" else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The stories of the document, then the accounts."""

    def inside(package: Package) -> Iterator[Read]:
        reading = DocumentReading(FORMAT, ctx)
        faults: dict[str, Fault] = {}
        yield from reading.units(_lines(package, faults, reading))
        yield from about(package, reading, ("docprops/core.xml", "docprops/app.xml"))
        yield from reading.accounts()
        yield from reading.troubles(package, faults)

    yield from opened(blob, FORMAT, inside)


def _lines(package: Package, faults: dict[str, Fault], reading: DocumentReading) -> Iterator[Line]:
    counts: Counter[str] = Counter()
    main = package.matching(r"word/document\d*\.xml") or package.matching(r"word/[^/]*document[^/]*\.xml")
    if not main and not package.cut:
        raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy="It has no main part."))
    for part in main[:1]:
        yield from _part(package, part, "", counts, faults)
    for pattern, story in _PARTS:
        for n, part in enumerate(package.matching(pattern), 1):
            yield from _part(package, part, f"{story}={n}" if story else part, counts, faults)
    for name in ("textbox",):
        if counts[name]:
            reading.tallies["text_boxes"] = counts[name]


def _part(
    package: Package, part: str, story: str, counts: Counter[str], faults: dict[str, Fault]
) -> Iterator[Line]:  # fmt: skip
    text = WordText(story, counts, relations(package, part))
    yield from text.lines(package.blocks(part))
    if text.fault is not None:
        faults[part] = text.fault


def relations(package: Package, part: str) -> dict[str, str]:
    """Id → target of a part: a path within the package as it is stored, or an address outside."""
    folder, _, name = part.rpartition("/")
    found: dict[str, str] = {}
    stream: XmlStream[None]

    def start(tag: str, values: dict[str, str]) -> None:
        if local_name(tag) == "Relationship" and len(found) < 100_000:
            target = values.get("Target", "")
            if values.get("TargetMode") != "External":
                inner = posixpath.normpath(target[1:] if target.startswith("/") else posixpath.join(folder, target))
                target = package.names.get(inner.lower(), inner)
            found[values.get("Id", "")] = target

    stream = XmlStream(start, lambda _tag: None)
    for _ in stream.events(package.blocks(f"{folder}/_rels/{name}.rels".lstrip("/"))):
        pass
    return found


READER = Reader(name="docx", version="1", media_type=MEDIA_TYPES["docx"], detect=detect, read=read)
