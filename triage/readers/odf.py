"""OpenDocument files: text (.odt), spreadsheets (.ods), presentations (.odp), drawings (.odg).

`note` units for paragraphs (`par=3-9`) and rows of sheets (`sheet=Pagos;row=5`, one unit each), `page` stories for
slides; comments, notes, tracked deletions and hidden text as units of their own (`odf_text`); headers and footers from
the styles; what the document says of itself. Pictures and objects are items (`triage.containers.office_files`).

Source: OpenDocument 1.3. An encrypted document is listed (`R-LOCKED`). Not read: formulas, charts, macros (items).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from triage.formats.office_package import MEDIA_TYPES, Package, office_kind
from triage.model import Blob, Head, Read, ReadContext, Reader
from triage.problems import ReadError, problem
from triage.readers.document_units import DocumentReading, Line, about, opened
from triage.readers.odf_text import OdfText
from triage.readers.xml_stream import Fault

FORMAT = "OpenDocument file"
_KINDS = ("odt", "ods", "odp", "odg")


def detect(head: Head) -> int:
    """By the media type that stands first in the archive."""
    return 88 if office_kind(head.start) in _KINDS else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The content, headers and footers, then the accounts."""
    with blob.open() as handle:
        kind = office_kind(handle.read(4096))

    def inside(package: Package) -> Iterator[Read]:
        reading = DocumentReading(FORMAT, ctx, origin="page" if kind == "odp" else "note")
        faults: dict[str, Fault] = {}
        if "content.xml" not in package.names and not package.cut:
            raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy="It has no content."))
        yield from reading.units(_lines(package, faults, reading, sheets=kind == "ods"))
        yield from about(package, reading, ("meta.xml",))
        yield from reading.accounts()
        yield from reading.troubles(package, faults)

    yield from opened(blob, FORMAT, inside)


def _lines(
    package: Package, faults: dict[str, Fault], reading: DocumentReading, *, sheets: bool
) -> Iterator[Line]:  # fmt: skip
    counts: Counter[str] = Counter()
    for part, story in (("content.xml", ""), ("styles.xml", "header_or_footer")):
        if part not in package.names:
            continue
        text = OdfText(story, counts, sheets=sheets and not story)
        yield from text.lines(package.blocks(part))
        if text.fault is not None:
            faults[part] = text.fault
        if not story:
            reading.tallies["tables"], reading.tallies["slides"] = text.tables, text.slides


READER = Reader(name="odf", version="1", media_type=MEDIA_TYPES["odt"], detect=detect, read=read)
