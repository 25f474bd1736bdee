"""Workbooks as one XML file: sheets mapped one by one, cells left out, cut ones told."""

from __future__ import annotations

from tests.readers.export_reading import assert_accounts, codes, problems, read, score, tallies, units
from triage.readers import table_xml, table_xml_excel

ANA, BEN = "+34600111222", "+447700900123"


def _row(*cells: str, index: str = "") -> str:
    return f"<Row{index}>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"


BOOK = f"""<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Worksheet ss:Name="Info"><Table>{_row("Device", "Phone")}</Table></Worksheet>
<Worksheet ss:Name="Calls"><Table>{_row("Calls of the device")}
{_row("Time", "Direction", "Name", "Tel", "Duration", index=' ss:Index="4"')}
<Row><Cell><Data ss:Type="DateTime">2024-04-03T21:14:05.000</Data></Cell>
<Cell><Data ss:Type="String">Incoming</Data></Cell>
<Cell ss:Index="4"><Data ss:Type="String">{ANA}</Data></Cell><Cell><Data ss:Type="Number">62</Data></Cell></Row>
{_row("2024-04-03T21:20:05.000", "Outgoing", "Ben", "5.49115E+12", "5")}</Table></Worksheet></Workbook>""".encode()


def test_sheets_rows_and_cells_that_were_left_out() -> None:
    assert score(table_xml_excel.READER, BOOK) > score(table_xml.READER, BOOK)
    found = read(table_xml_excel.READER, BOOK)
    assert_accounts(found)
    note, banner, first, second = units(found)
    assert (note.origin, note.locator, banner.flags) == ("note", "row=Info:1", ("banner",))
    assert (first.locator, first.sender, first.direction) == ("row=Calls:5", ANA, "incoming")
    assert (first.when.local, first.detail["duration_s"]) == ("2024-04-03T21:14:05", 62)
    assert second.flags == ("number_rounded",)
    assert (tallies(found)["sheets"], tallies(found)["sheets_mapped"]) == (2, 1)
    assert not problems(found)


def test_cut_anywhere_there_is_a_problem() -> None:
    for cut in range(1, len(BOOK), 9):
        found = read(table_xml_excel.READER, BOOK[:cut])
        assert problems(found), cut
        if units(found):
            assert_accounts(found)
    assert "R-TRUNCATED" in codes(read(table_xml_excel.READER, BOOK[:-30]))
