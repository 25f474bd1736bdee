"""PDF: text, marks, information, embedded files, pages that are pictures, and damage."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from tests.readers.document_building import pdf, shown
from tests.readers.export_reading import SHARED, assert_accounts, codes, read, score, tallies, units
from triage.containers.archive import Member
from triage.containers.pdf_files import PdfFiles
from triage.engines.blob import HeldBlob
from triage.model import ReadContext, Unit
from triage.readers import pdf_pages
from triage.readers.pdf import READER, pdf_time

LETTER = shown("La deuda es de 500 euros.", "Llama al 600 000 001 ma\xf1ana.")
MARKS = (
    "100 0 obj\n<< /Type /Annot /Subtype /Text /Rect [10 10 30 30] /Contents (Paga antes del lunes) /T (Marta) >>\n"
    "endobj\n\n101 0 obj\n<< /Type /Annot /Subtype /Link /Rect [10 40 30 60] "
    "/A << /S /URI /URI (https://wa.me/34600000001) >> >>\nendobj\n\n"
    "102 0 obj\n<< /Author (Ana Prueba) /Producer (Prueba) /CreationDate (D:20240301120000+01'00') >>\nendobj"
)
DOCUMENTS = SHARED / "documents" / "py-pdf__sample-files"


def _picture_page(text: str) -> bytes:
    page = Image.new("L", (1240, 1754), 255)
    ImageDraw.Draw(page).text((150, 200), text, fill=0, font=ImageFont.load_default(size=44))
    out = io.BytesIO()
    page.save(out, "PDF", resolution=150)
    return out.getvalue()


def _blob(data: bytes) -> HeldBlob:
    return HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)


def test_pages_marks_and_information() -> None:
    found = read(READER, pdf([LETTER, shown("Segunda p\xe1gina")], extra=MARKS, trailer="/Info 102 0 R"))
    assert_accounts(found)
    assert [(u.origin, u.locator, u.text, u.flags) for u in units(found)] == [
        ("page", "page=1", "La deuda es de 500 euros.\nLlama al 600 000 001 mañana.", ()),
        ("page", "page=1;annotation=1", "Paga antes del lunes", ("comment",)),
        ("page", "page=1;annotation=2", "https://wa.me/34600000001", ("link",)),
        ("page", "page=2", "Segunda página", ()),
        ("note", "information", "Author: Ana Prueba\nPDF made by: Prueba\nCreated: D:20240301120000+01'00'",
         ("document_information",)),
    ]  # fmt: skip
    assert units(found)[1].detail == {"author": "Marta"}
    assert units(found)[-1].when.at == "2024-03-01T11:00:00+00:00"
    assert tallies(found) == {"records": 5, "pages": 2, "pages_without_text": 0}
    assert codes(found) == []


def test_blank_pages_are_no_pictures_and_scanned_ones_are() -> None:
    assert tallies(read(READER, pdf([""])))["pages_without_text"] == 0
    scan = read(READER, _picture_page("El texto es una imagen"))
    assert tallies(scan)["pages_without_text"] == 1
    assert [u.origin for u in units(scan)] == ["note"]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")
def test_a_scanned_page_is_read_in_the_second_phase_with_its_place() -> None:
    found = read(pdf_pages.READER, _picture_page("Llama al 600 000 001 esta noche"))
    (one,) = [u for u in units(found) if isinstance(u, Unit)]
    assert (one.origin, one.text) == ("ocr", "Llama al 600 000 001 esta noche")
    page, left, top, wide, high = map(int, one.locator.removeprefix("box=").split(","))
    assert page == 1
    assert abs(left - 72) < 6
    assert abs(top - 98) < 14
    assert 200 < wide < 400
    assert high < 40
    assert units(read(pdf_pages.READER, pdf([LETTER]))) == []


@pytest.mark.parametrize(
    ("said", "at", "local", "basis"),
    [
        ("D:20240301120000+01'00'", "2024-03-01T11:00:00+00:00", "2024-03-01T12:00:00", "offset"),
        ("D:20240301120000Z", "2024-03-01T12:00:00+00:00", None, "utc"),
        ("D:202403011200", None, "2024-03-01T12:00:00", "device-local"),
        ("D:20240301", None, "2024-03-01T00:00:00", "date-only"),
        ("ayer", None, None, "none"),
    ],
)  # fmt: skip
def test_times(said: str, at: str | None, local: str | None, basis: str) -> None:
    moment = pdf_time(said, None)
    assert (moment.at, moment.local, moment.basis, moment.source) == (at, local, basis, said)


def test_a_file_cut_anywhere_is_told() -> None:
    data = pdf([LETTER])
    for cut in range(1, len(data) - 6, 9):
        found = read(READER, data[:cut])
        assert codes(found), cut
        assert_accounts(found)
        read(pdf_pages.READER, data[: cut * 7 % len(data)])


def test_what_is_no_pdf() -> None:
    assert score(READER, b"\n\n%PDF-1.4\n") == 90
    assert score(READER, b"The %PDF format") == 0
    assert score(READER, b"Files that begin with %PDF-1.4 are PDFs.") == 0
    assert score(READER, b"HTTP/1.1 200 OK\r\n\r\n" + pdf([LETTER])) == 60
    assert codes(read(READER, b"%PDF-1.7\nnothing more\n%%EOF")) == ["R-MALFORMED"]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 1400), st.integers(0, 255)), max_size=12))
def test_damaged_bytes_never_raise(changes: list[tuple[int, int]]) -> None:
    data = bytearray(pdf([LETTER, LETTER], extra=MARKS, trailer="/Info 102 0 R"))
    for at, value in changes:
        data[at % len(data)] = value
    assert_accounts(read(READER, bytes(data)))


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the shared corpus is not there")
def test_the_corpus() -> None:
    found = {path.name: read(READER, path.read_bytes()) for path in sorted(DOCUMENTS.rglob("*.pdf"))}
    assert {name: tallies(one)["pages"] for name, one in found.items() if tallies(one)["records"]} == {
        "minimal-document.pdf": 1, "pdflatex-image.pdf": 1, "pdflatex-4-pages.pdf": 4, "habibi.pdf": 1,
        "with-attachment.pdf": 1,
    }  # fmt: skip
    assert codes(found["libreoffice-writer-password.pdf"]) == ["R-LOCKED"]
    locked = (DOCUMENTS / "005-libreoffice-writer-password" / "libreoffice-writer-password.pdf").read_bytes()
    context = ReadContext(source="s", path="x", passwords=("wrong", "openpassword"))
    assert any(isinstance(one, Unit) and one.origin == "page" for one in READER.read(_blob(locked), context))
    assert tallies(found["grayscale-image.pdf"])["pages_without_text"] == 1
    text = "".join(u.text for u in units(found["pdflatex-4-pages.pdf"]) if u.origin == "page")
    assert abs(len("".join(text.split())) - 12_000) < 1_500
    arabic = units(found["habibi.pdf"])[0].text
    assert arabic.startswith("حَبيبي")
    archive = PdfFiles(_blob((DOCUMENTS / "025-attachment" / "with-attachment.pdf").read_bytes()))
    (member,) = [one for one in archive.members() if isinstance(one, Member)]
    assert member.path == "image.png"
    assert archive.open(member).read(4) == b"\x89PNG"
    archive.close()
