"""Workbooks written by hand, so that what the reader is given is known to the byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FORMATS = (0, 22, 14, 46, 164, 165, 21)
_STYLES = (
    f'<styleSheet {_MAIN}><numFmts><numFmt numFmtId="164" formatCode="0000000000"/>'
    '<numFmt numFmtId="165" formatCode="dd/mm/yyyy\\ hh:mm:ss"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
    "<cellXfs>" + "".join(f'<xf numFmtId="{number}"/>' for number in _FORMATS) + "</cellXfs></styleSheet>"
)
MOMENT, DAY, ELAPSED, ZEROS, CUSTOM, CLOCK = 1, 2, 3, 4, 5, 6
"""Numbers of the styles above."""
Value = str | int | float | bool | None | tuple[str, int]
"""A text, a number, or the digits of a number with the style it has."""


def workbook(sheets: Sequence[tuple[str, Sequence[Sequence[Value]]]], *, shared: bool = True, mode: str = "") -> bytes:
    """A workbook; `shared` keeps texts in the shared strings, else they stand in the cells."""
    strings: list[str] = []
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        listed = "".join(
            f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
            for n, (name, _) in enumerate(sheets, 1)
        )
        made.writestr(
            "xl/workbook.xml", f'<workbook {_MAIN} xmlns:r="{_OFFICE}">{mode}<sheets>{listed}</sheets></workbook>'
        )
        relations = "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(sheets) + 1)
        )
        made.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
        made.writestr("xl/styles.xml", _STYLES)
        for n, (_, rows) in enumerate(sheets, 1):
            body = "".join(_row(number, row, strings, shared=shared) for number, row in enumerate(rows, 1))
            made.writestr(
                f"xl/worksheets/sheet{n}.xml", f"<worksheet {_MAIN}><sheetData>{body}</sheetData></worksheet>"
            )
        texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
        made.writestr("xl/sharedStrings.xml", f"<sst {_MAIN}>{texts}</sst>")
    return out.getvalue()


def _row(number: int, row: Sequence[Value], strings: list[str], *, shared: bool) -> str:
    cells = "".join(_cell(number, column, value, strings, shared=shared) for column, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(number: int, column: int, value: Value, strings: list[str], *, shared: bool) -> str:
    if value is None:
        return ""
    place = f"{chr(65 + column)}{number}"
    if isinstance(value, tuple):
        return f'<c r="{place}" s="{value[1]}"><v>{value[0]}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    if not shared:
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    strings.append(value)
    return f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>'
