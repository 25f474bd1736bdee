"""PDF, first phase: the text of each page, its annotations, what the document says of itself.

One `page` unit for a page with text, locator `page=N`; one for each annotation with words or a link
(`page=N;annotation=K`) and each form field that was filled in; one `note` with the document's own information
(author, programs, times). A page without text of its own, one that is mostly a picture, and one whose fonts give no
characters are counted (`pages_without_text`) and read as pictures in the second phase (`pdf_pages`). Embedded files
are items of their own (`triage.containers.pdf_files`).

A word that a line end divides is joined again; right-to-left letters are put in reading order (`pdf_order`). Invisible
text counts as text.

Sources: ISO 32000-1 (12.5 annotations, 14.3.3 document information, 7.9.4 dates), PDFium's public headers.
Refused: more than 20,000 pages; of a page more than 1,000,000 characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from triage.formats.pdf_file import FORMAT, PdfError, embedded_names, has_end, open_pdf, pdf_score, pdfium
from triage.model import NO_TIME, Blob, Head, Moment, Read, ReadContext, Reader, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.pdf_marks import marks_of
from triage.readers.pdf_order import RIGHT_TO_LEFT, in_reading_order
from triage.timestamps import from_iso

MAX_PAGES = 20_000
MAX_CHARS = 1_000_000
FEW_LETTERS = 20
"""A page with fewer letters and digits than this and anything but text on it is read as a picture too."""
SOME_LETTERS = 400
MOSTLY_PICTURE = 0.5
UNREADABLE = 0.3
"""Share of characters without meaning (private use, replacement) from which the fonts are taken to say nothing."""
_HYPHEN = re.compile(r"[\x02\ufffe](?:\r?\n)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page holds."""

    number: int
    text: str
    to_ocr: bool


def detect(head: Head) -> int:
    """By the header."""
    return pdf_score(head.start)


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Pages in order, then the document's information and the accounts."""
    with blob.open() as handle:
        whole = has_end(handle, blob.size)
        handle.seek(0)
        try:
            document = open_pdf(handle, blob.size, ctx.passwords)
        except ReadError:
            yield Tally(what="records", n=0)
            raise
        try:
            yield from _document(document, ctx)
        finally:
            document.close()
    if not whole:
        yield problem("R-TRUNCATED", "read", format=FORMAT, at="", n=0)


def _document(document: Any, ctx: ReadContext) -> Iterator[Read]:
    units = unread = 0
    count = len(document)
    for number in range(1, min(count, MAX_PAGES) + 1):
        for found in _page_units(document, number):
            if isinstance(found, bool):
                unread += found
                continue
            units += isinstance(found, Unit)
            yield found
    if count > MAX_PAGES:
        yield problem("R-LIMIT", "read", format=FORMAT, limit=f"{MAX_PAGES:,} pages")
    if (about := _about(document, ctx)) is not None:
        units += 1
        yield about
    yield Tally(what="records", n=units)
    yield Tally(what="pages", n=count)
    yield Tally(what="pages_without_text", n=unread)


def _page_units(document: Any, number: int) -> Iterator[Read | bool]:
    """Units of a page, and True where it must be read as a picture."""
    try:
        page = document[number - 1]
    except PdfError:
        yield problem("R-RECORD", "read", f"page={number}", why="a damaged page")
        return
    try:
        found = read_page(page, number)
        if found.text:
            yield Unit(origin="page", locator=f"page={number}", text=found.text)
        for n, mark in enumerate(marks_of(page), 1):
            place = f"page={number};annotation={n}"
            yield Unit(origin="page", locator=place, text=mark.text, flags=(mark.kind,), detail=mark.detail)
        yield found.to_ocr
    except PdfError:
        yield problem("R-RECORD", "read", f"page={number}", why="a damaged page")
    finally:
        page.close()


def read_page(page: Any, number: int) -> Page:
    """The text of a page, and whether it must be read as a picture as well."""
    text_page = page.get_textpage()
    try:
        raw = _raw_text(text_page)
    finally:
        text_page.close()
    text = _joined(raw)
    letters = sum(ch.isalnum() for ch in text[:5000])
    odd = sum(unicodedata.category(ch) in ("Co", "Cn") or ch == "\ufffd" for ch in raw[:5000])
    count, other = _objects(page)
    unreadable = letters == 0 or odd > UNREADABLE * min(len(raw), 5000)
    to_ocr = (other and letters < FEW_LETTERS) or (count > 0 and unreadable)
    to_ocr = to_ocr or (letters < SOME_LETTERS and picture_share(page) >= MOSTLY_PICTURE)
    return Page(number=number, text=text, to_ocr=to_ocr)


def _objects(page: Any) -> tuple[int, bool]:
    """How many things are drawn on the page, and whether any of the first 2,000 is something else than text."""
    raw = pdfium().raw
    count = int(raw.FPDFPage_CountObjects(page))
    kinds = (raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, n)) for n in range(min(count, 2000)))
    return count, any(kind != raw.FPDF_PAGEOBJ_TEXT for kind in kinds)


def _raw_text(text_page: Any) -> str:
    text: str = text_page.get_text_bounded()[:MAX_CHARS]
    return in_reading_order(text_page, MAX_CHARS) if RIGHT_TO_LEFT.search(text) else text


def _joined(raw: str) -> str:
    """Lines as they stand, a word divided at a line end joined; between digits the hyphen stays."""
    text = _HYPHEN.sub(lambda m: "-" if raw[max(0, m.start() - 1) : m.start()].isdigit() else "", raw)
    text = _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def picture_share(page: Any) -> float:
    """Share of the page that its largest picture covers."""
    width, height = page.get_size()
    largest = 0.0
    for n, found in enumerate(page.get_objects(filter=[pdfium().raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if n >= 500:
            break
        try:
            left, bottom, right, top = found.get_bounds()
        except PdfError:
            continue
        seen = max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
        largest = max(largest, seen)
    return float(largest / max(1.0, width * height))


_WORDS = {"Title": "Title", "Author": "Author", "Subject": "Subject", "Keywords": "Keywords", "Creator": "Made with",
          "Producer": "PDF made by", "CreationDate": "Created", "ModDate": "Changed"}  # fmt: skip


def _about(document: Any, ctx: ReadContext) -> Unit | None:
    """The document information and the names of embedded files."""
    facts = {key: " ".join(str(value).split())[:2000] for key, value in document.get_metadata_dict().items() if value}
    files = embedded_names(document)
    if not any(facts.values()) and not files:
        return None
    lines = [f"{_WORDS[key]}: {facts[key]}" for key in _WORDS if facts.get(key)]
    when = pdf_time(facts.get("CreationDate", ""), ctx.zone)
    return Unit(
        origin="note", locator="information", text="\n".join(lines + [f"Embedded file: {name}" for name in files]),
        when=when, flags=("document_information",), attachments=tuple(files),
    )  # fmt: skip


def pdf_time(said: str, zone: str | None) -> Moment:
    """`D:20240301120000+01'00'`; without an offset local; its source alone where it is no date."""
    found = _DATE.match(said)
    if found is None:
        return Moment(source=said) if said else NO_TIME
    year, month, day, hour, minute, second, utc, sign, off_hour, off_minute = found.groups()
    if hour is None:
        return replace(from_iso(f"{year}-{month or '01'}-{day or '01'}"), source=said) if day else Moment(source=said)
    offset = "Z" if utc else f"{sign}{off_hour}:{off_minute or '00'}" if sign else ""
    iso = f"{year}-{month}-{day}T{hour}:{minute or '00'}:{second or '00'}{offset}"
    return replace(from_iso(iso, zone=zone), source=said)


READER = Reader(name="pdf", version="1", media_type="application/pdf", detect=detect, read=read)
