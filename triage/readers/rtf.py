"""Rich Text Format (.rtf, and .doc files that are RTF): text, headers, notes, comments, hidden and deleted text.

`note` units, locators as those of Word documents (`par=3-9`, `header=1;par=1`); parser and source: `rtf_text`.
Pictures and embedded objects are counted (`pictures_not_read`, `objects_not_read`) and not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Blob, Head, Read, ReadContext, Reader, Unit
from triage.problems import ReadError, problem
from triage.readers.document_units import DocumentReading
from triage.readers.rtf_text import MAX_BYTES, RtfText

FORMAT = "RTF document"


def detect(head: Head) -> int:
    """By the signature."""
    return 88 if head.start.lstrip(b"\xef\xbb\xbf\r\n\t ")[:5] == b"{\\rtf" else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Lines as units, then what the document says of itself, then the accounts."""
    reading = DocumentReading(FORMAT, ctx)
    with blob.open() as handle:
        rtf = RtfText(handle.read(MAX_BYTES).lstrip(b"\xef\xbb\xbf\r\n\t "))
    yield from reading.units(rtf.lines())
    if rtf.info:
        text = "\n".join(f"{key}: {' '.join(value.split())}" for key, value in rtf.info.items())
        yield reading.one(Unit(origin="note", locator="information", text=text, flags=("document_information",)))
    reading.tallies["pictures_not_read"], reading.tallies["objects_not_read"] = rtf.pictures, rtf.objects
    yield from reading.accounts()
    unread = rtf.pictures + rtf.objects
    if unread:
        yield problem("R-OTHER-RECORDS", "read", n=unread, kinds=(rtf.pictures > 0) + (rtf.objects > 0))
    if blob.size > MAX_BYTES:
        yield problem("R-LIMIT", "read", format=FORMAT, limit=f"{MAX_BYTES >> 20} MiB")
    elif not rtf.complete:
        raise ReadError(problem("R-TRUNCATED", "read", format=FORMAT, at="", n=0))


READER = Reader(name="rtf", version="1", media_type="application/rtf", detect=detect, read=read)
