"""Word documents: what stands in the text, what stands beside it, and damage."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.document_building import W, docx, package, paragraph
from tests.readers.export_reading import SHARED, assert_accounts, codes, read, score, tallies, units
from triage.containers.archive import Member
from triage.containers.office_files import OfficeFiles
from triage.engines.blob import HeldBlob
from triage.formats.office_package import office_kind
from triage.readers.docx import READER

DOCUMENTS = SHARED / "documents" / "apache__tika"
BODY = (
    paragraph("Hola Ana")
    + '<w:p><w:r><w:t>Pagas </w:t></w:r><w:del w:author="Marta" w:date="2024-03-01T10:00:00Z"><w:r>'
    "<w:delText>300</w:delText></w:r></w:del>"
    '<w:ins w:author="Marta" w:date="2024-03-01T10:00:00Z"><w:r><w:t>500</w:t></w:r></w:ins>'
    "<w:r><w:t> euros</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>clave 77</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>uno</w:t></w:r></w:p><w:p><w:r><w:t>y medio</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>dos</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wp:docPr descr='un plano'/><a:blip r:embed='p1'/>"
    "<w:txbxContent><w:p><w:r><w:t>en la caja</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>en la caja</w:t></w:r></w:p></w:txbxContent></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r>"
    '<w:hyperlink r:id="l1"><w:r><w:t>aquí</w:t></w:r></w:hyperlink></w:p>'
)
RELATIONS = (
    '<Relationships><Relationship Id="p1" Target="media/Plano.png"/>'
    '<Relationship Id="l1" Target="https://wa.me/34600000001" TargetMode="External"/></Relationships>'
)
PARTS: dict[str, str | bytes] = {
    "word__comments.xml": f'<w:comments {W}><w:comment w:id="0" w:author="Ana" w:date="2024-03-02T09:00:00Z">'
    f"{paragraph('no puedo')}</w:comment></w:comments>",
    "word__header1.xml": f"<w:hdr {W}>{paragraph('Agencia')}</w:hdr>",
    "word__footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("nota")}</w:footnote></w:footnotes>',
    "word___rels__document.xml.rels": RELATIONS,
    "word__media__Plano.png": b"\x89PNG\r\n\x1a\nxx",
    "docProps__core.xml": "<c><creator>Marta</creator><created>2024-03-01T08:00:00Z</created></c>",
}
WHOLE = docx(BODY, **PARTS)


def test_everything_is_read_and_told_apart() -> None:
    found = read(READER, WHOLE)
    assert_accounts(found)
    assert codes(found) == []
    assert [(u.locator, u.text, u.flags) for u in units(found)] == [
        ("par=1-3", "Hola Ana\nPagas 500 euros\nuno y medio | dos", ("tracked_insertion",)),
        ("par=2;tracked_deletion=1", "300", ("tracked_deletion",)),
        ("par=2;hidden_text=1", "clave 77", ("hidden_text",)),
        ("textbox=1;par=1", "en la caja", ()),
        ("par=4", "aquí <https://wa.me/34600000001>", ()),
        ("par=4;picture_description=1", "un plano", ("picture_description",)),
        ("header=1;par=1", "Agencia", ()),
        ("footnote=2;par=1", "nota", ("footnote",)),
        ("comment=0;par=1", "no puedo", ("comment",)),
        ("information", "Author: Marta\nCreated: 2024-03-01T08:00:00Z", ("document_information",)),
    ]
    deletion, comment, about = units(found)[1], units(found)[-2], units(found)[-1]
    assert (deletion.deleted, deletion.detail) == (True, {"author": "Marta"})
    assert (deletion.when.at, deletion.when.local) == (None, "2024-03-01T10:00:00")
    assert (comment.detail, comment.when.local) == ({"author": "Ana"}, "2024-03-02T09:00:00")
    assert about.when.at == "2024-03-01T08:00:00+00:00"
    assert units(found)[4].attachments == ("word/media/Plano.png",)


def test_pictures_are_items_of_their_own() -> None:
    from pathlib import Path

    archive = OfficeFiles(HeldBlob(size=len(WHOLE), sha256="", scratch=Path(), data=WHOLE))
    (member,) = [one for one in archive.members() if isinstance(one, Member)]
    assert member.path == "word/media/Plano.png"
    assert archive.open(member).read() == b"\x89PNG\r\n\x1a\nxx"
    archive.close()


def test_other_archives_are_no_documents() -> None:
    assert score(READER, WHOLE) == 88
    assert office_kind(package({"word/list.txt": "x", "b.txt": "y"})) == ""
    assert office_kind(package({"a.txt": "x", "word/document.xml": "y", "_rels/.rels": "z"})) == ""
    assert office_kind(package({"docProps/app.xml": "x", "xl/workbook.xml": "y"})) == "xlsx"
    assert office_kind(b"PK\x03\x04") == ""


def test_a_document_cut_anywhere_is_told_and_gives_what_is_left() -> None:
    whole = docx("".join(paragraph(f"línea {n} con algo de texto {n * 7919}") for n in range(400)))
    seen = set()
    for cut in range(30, len(whole) - 22, 97):
        found = read(READER, whole[:cut])
        assert "R-TRUNCATED" in codes(found), cut
        assert_accounts(found)
        seen.add(len(units(found)))
    assert max(seen) >= 4


def test_a_bomb_and_entities_cost_nothing() -> None:
    bomb = docx("<w:p><w:r><w:t>" + "a" * (12 << 20) + "</w:t></w:r></w:p>")
    found = read(READER, bomb)
    assert_accounts(found)
    assert sum(len(u.text) for u in units(found)) < 5_000_000
    lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    body = f"{lol}<w:document {W}><w:body><w:p><w:r><w:t>x&b;</w:t></w:r></w:p></w:body></w:document>"
    text = "".join(u.text for u in units(read(READER, docx("", **{"word__document.xml": body}))))
    assert "aaaa" not in text


def test_a_document_locked_by_its_archive_is_listed() -> None:
    data = bytearray(WHOLE)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + at] |= 1
            place = data.find(mark, place + 4)
    assert codes(read(READER, bytes(data))) == ["R-LOCKED"]


def test_damage_in_one_part_costs_that_part() -> None:
    data = bytearray(package({"_rels/.rels": "<r/>", "word/document.xml": f"<w:document {W}>{BODY}</w:document>"},
                             stored=("word/document.xml",)))  # fmt: skip
    data[data.index(b"Pagas")] ^= 1
    found = read(READER, bytes(data))
    assert codes(found) == ["R-RECORD"]
    assert_accounts(found)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=30), max_size=30))
def test_every_paragraph_comes_back(lines: list[str]) -> None:
    from xml.sax.saxutils import escape

    found = read(READER, docx("".join(paragraph(escape(line)) for line in lines)))
    assert_accounts(found)
    assert "".join(u.text for u in units(found)).replace("\n", "") == "".join(lines)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_damaged_bytes_never_raise(data: bytes, at: int) -> None:
    damaged = WHOLE[:at] + data + WHOLE[at + len(data) :]
    score(READER, damaged)
    assert_accounts(read(READER, damaged))


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the shared corpus is not there")
def test_the_corpus() -> None:
    found = {path.name: read(READER, path.read_bytes()) for path in sorted(DOCUMENTS.glob("*.docx"))}
    assert zipfile.is_zipfile(DOCUMENTS / "testWORD.docx")
    text = {name: "\n".join(u.text for u in units(one)) for name, one in found.items()}
    assert "Sample Word Document Title\nAnd now for a subtitle" in text["testWORD.docx"]
    assert "The quick brown fox jumps over the lazy dog" in text["testWORD_1img.docx"]
    assert "This text is inside of a text box in the body of the document." in text["testWORD_text_box.docx"]
    assert "This text is directly in the body of the document." in text["testWORD_text_box.docx"]
    assert [u.text for u in units(found["testComment.docx"]) if u.flags == ("comment",)] == ["Here is a comment"]
    assert codes(found["testWORD_truncated.docx"]) == ["R-TRUNCATED"]
    assert tallies(found["testWORD_text_box.docx"])["text_boxes"] == 3
    assert score(READER, (DOCUMENTS / "testWORD_truncated.docx").read_bytes()) == 88
