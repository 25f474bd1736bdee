"""Workbooks, presentations and OpenDocument files, built here part by part."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.document_building import odf, package
from tests.readers.export_reading import assert_accounts, codes, read, score, tallies, units
from triage.model import Reader
from triage.readers import odf as odf_reader
from triage.readers import pptx, xlsx


def _slide(*lines: str, attributes: str = "") -> str:
    text = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return f'<p:sld xmlns:p="p" xmlns:a="a"{attributes}><p:cSld>{text}</p:cSld></p:sld>'


def _relations(*targets: str) -> str:
    rows = "".join(f'<Relationship Id="r{n}" Target="{target}"/>' for n, target in enumerate(targets))
    return f"<Relationships>{rows}</Relationships>"


SLIDES = package({
    "[Content_Types].xml": "<Types/>", "_rels/.rels": "<r/>",
    "ppt/presentation.xml": '<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="r1"/>'
    '<p:sldId id="257" r:id="r0"/></p:sldIdLst></p:presentation>',
    "ppt/_rels/presentation.xml.rels": _relations("slides/slide1.xml", "slides/slide2.xml"),
    "ppt/slides/slide1.xml": _slide("segunda", attributes=' show="0"'),
    "ppt/slides/slide2.xml": _slide("primera", "debes 500 euros"),
    "ppt/slides/_rels/slide2.xml.rels": _relations(
        "../notesSlides/notesSlide1.xml", "../media/image1.png", "../comments/comment1.xml"),
    "ppt/notesSlides/notesSlide1.xml": _slide("no lo digas"),
    "ppt/comments/comment1.xml": '<p:cmLst xmlns:p="p"><p:cm><p:text>cambia esto</p:text></p:cm></p:cmLst>',
    "ppt/media/image1.png": b"\x89PNG\r\n\x1a\n",
})  # fmt: skip


def _book() -> bytes:
    """Two sheets, one of them hidden, with a formula's stored value and a comment."""
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c><c r="B1" t="inlineStr"><is><t>{}</t></is></c></row>'
    )
    sheet = '<worksheet xmlns:r="r"><sheetData>{}</sheetData></worksheet>'
    numbers = '<row r="3"><c r="B3"><v>500</v></c></row><row r="4"><c r="A4"><f>B3*2</f><v>1000</v></c></row>'
    return package({
        "[Content_Types].xml": "<Types/>", "_rels/.rels": "<r/>",
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="Gastos; casa" r:id="r0"/>'
        '<sheet name="Oculta" state="hidden" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>" + "".join(
            f'<Relationship Id="r{n}" Type="x/worksheet" Target="worksheets/sheet{n + 1}.xml"/>' for n in (0, 1)
        ) + "</Relationships>",
        "xl/worksheets/sheet1.xml": sheet.format(rows.format("algo", "otra cosa") + numbers),
        "xl/worksheets/sheet2.xml": sheet.format(rows.format("en la hoja oculta", "")),
        "xl/worksheets/_rels/sheet1.xml.rels": _relations("../comments1.xml"),
        "xl/comments1.xml": '<comments><authors><author>Marta</author></authors><commentList><comment ref="B3" '
        'authorId="0"><text><r><t>falta </t></r><r><t>la mitad</t></r></text></comment></commentList></comments>',
        "docProps/core.xml": '<c xmlns:dc="d"><dc:creator>Ana Prueba</dc:creator></c>',
    })  # fmt: skip


TEXT = odf(
    '<style:style style:name="T9"><style:text-properties text:display="none"/></style:style><office:body>'
    "<text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>Marta</dc:creator>"
    "<dc:date>2024-03-01T10:00:00</dc:date></office:change-info><text:p>300 euros</text:p></text:deletion>"
    "</text:changed-region></text:tracked-changes>"
    '<text:p>Hola<text:s text:c="2"/>Ana <text:a xlink:href="https://wa.me/34600000001">aquí</text:a>'
    "<office:annotation><dc:creator>Ana</dc:creator><dc:date>2024-03-02T09:00:00</dc:date><text:p>no puedo</text:p>"
    "</office:annotation></text:p>"
    '<text:p>visible<text:span text:style-name="T9">escondido</text:span></text:p>'
    '<table:table table:name="T"><table:table-row><table:table-cell><text:p>uno</text:p></table:table-cell>'
    '<table:table-cell table:number-columns-repeated="2"><text:p>dos</text:p></table:table-cell></table:table-row>'
    "</table:table></office:body>",
    **{"meta.xml": '<m xmlns:meta="m"><meta:initial-creator>Marta</meta:initial-creator></m>'},
)
SHEET = odf(
    '<table:table table:name="Pagos"><table:table-row table:number-rows-repeated="3"><table:table-cell/>'
    '</table:table-row><table:table-row><table:table-cell table:number-columns-repeated="1000"/>'
    "<table:table-cell><text:p>500</text:p></table:table-cell></table:table-row></table:table>",
    kind="spreadsheet",
)


def test_slides_stand_in_the_order_of_the_presentation() -> None:
    found = read(pptx.READER, SLIDES)
    assert_accounts(found)
    assert [(u.origin, u.locator, u.text, u.flags) for u in units(found)] == [
        ("page", "page=1", "primera\ndebes 500 euros", ()),
        ("page", "page=1;notes", "no lo digas", ("speaker_notes",)),
        ("page", "page=1;comments", "cambia esto", ("comment",)),
        ("page", "page=2", "segunda", ("hidden_slide",)),
    ]
    assert units(found)[0].attachments == ("ppt/media/image1.png",)
    assert tallies(found)["slides"] == 2


def test_rows_comments_and_hidden_sheets_of_a_workbook() -> None:
    found = read(xlsx.READER, _book())
    assert_accounts(found)
    assert [(u.locator, u.text, u.flags) for u in units(found)][:5] == [
        ("row=Gastos%3B casa:1", "algo | otra cosa", ()),
        ("row=Gastos%3B casa:3", "500", ()),
        ("row=Gastos%3B casa:4", "1000", ()),
        ("cell=Gastos%3B casa!B3;comment=1", "falta la mitad", ("comment",)),
        ("row=Oculta:1", "en la hoja oculta", ("hidden_sheet",)),
    ]
    assert units(found)[3].detail == {"author": "Marta"}
    assert units(found)[5].text.startswith("Author: Ana Prueba")
    assert score(xlsx.READER, _book()) == 82


def test_an_opendocument_text() -> None:
    found = read(odf_reader.READER, TEXT)
    assert_accounts(found)
    assert codes(found) == []
    seen = [(u.text, u.flags, u.detail.get("author", ""), u.when.local) for u in units(found)]
    assert seen == [
        ("Hola  Ana aquí <https://wa.me/34600000001>\nvisible\nuno | dos | dos", (), "", None),
        ("300 euros", ("tracked_deletion",), "Marta", "2024-03-01T10:00:00"),
        ("no puedo", ("comment",), "Ana", "2024-03-02T09:00:00"),
        ("escondido", ("hidden_text",), "", None),
        ("First author: Marta", ("document_information",), "", None),
    ]
    assert units(found)[1].deleted


def test_an_opendocument_sheet_and_slides() -> None:
    (row,) = units(read(odf_reader.READER, SHEET))
    assert (row.locator, row.text.strip(" |")) == ("sheet=Pagos;row=4", "500")
    slides = odf('<draw:page><text:p>uno</text:p><presentation:notes><text:p>callar</text:p></presentation:notes>'
                 "</draw:page><draw:page><text:p>dos</text:p></draw:page>", kind="presentation")  # fmt: skip
    found = read(odf_reader.READER, slides)
    assert_accounts(found)
    assert [(u.origin, u.text, u.flags) for u in units(found)] == [
        ("page", "uno", ()), ("page", "callar", ("speaker_notes",)), ("page", "dos", ())]  # fmt: skip
    assert [u.locator for u in units(found)] == ["page=1;par=1", "page=1;par=2;speaker_notes=1", "page=2;par=1"]


def test_an_encrypted_opendocument_file_is_listed() -> None:
    data = odf("xx", **{"META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"})
    assert codes(read(odf_reader.READER, data)) == ["R-LOCKED"]


@pytest.mark.parametrize(
    ("reader", "data"), [(pptx.READER, SLIDES), (xlsx.READER, _book()), (odf_reader.READER, TEXT)],
    ids=["pptx", "xlsx", "odf"],
)  # fmt: skip
def test_a_file_cut_anywhere_is_told(reader: Reader, data: bytes) -> None:
    for cut in range(30, len(data) - 22, max(1, len(data) // 120)):
        found = read(reader, data[:cut])
        assert "R-TRUNCATED" in codes(found), cut
        assert_accounts(found)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.binary(max_size=120), st.integers(0, 2500), st.sampled_from([0, 1, 2]))
def test_damaged_bytes_never_raise(data: bytes, at: int, which: int) -> None:
    reader, whole = [(pptx.READER, SLIDES), (xlsx.READER, _book()), (odf_reader.READER, TEXT)][which]
    damaged = whole[:at] + data + whole[at + len(data) :]
    score(reader, damaged)
    assert_accounts(read(reader, damaged))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20), max_size=20))
def test_every_paragraph_comes_back(lines: list[str]) -> None:
    found = read(odf_reader.READER, odf("".join(f"<text:p>{escape(line)}</text:p>" for line in lines)))
    assert_accounts(found)
    assert "".join(u.text for u in units(found)).replace("\n", "") == "".join(lines)
