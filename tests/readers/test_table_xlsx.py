"""Workbooks with tables: a sheet for each kind of record, cells as they are shown, other sheets as notes."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.readers.export_reading import assert_accounts, codes, problems, read, score, tallies, units
from tests.readers.xlsx_building import DAY, MOMENT, Value, workbook
from triage.containers.zip_archive import detect as detect_zip
from triage.model import Head
from triage.readers.table_xlsx import READER

ANA, BEN = "+34600111222", "+447700900123"
REPORT = workbook([
    ("Summary", [["Extraction report"], ["Device", "Phone"], ["Time zone", "UTC+02:00"]]),
    ("SMS Messages", [
        ["SMS Messages (2)"],
        ["#", "From", "To", "Timestamp: Time", "Body", "Deleted"],
        [1, ANA, 447700900123, ("45385.884780092594", MOMENT), "hola", "Yes"],
        [2, ("5.49115E+12", 0), ANA, ("45385", DAY), "ok", None],
    ]),
    ("Contacts; old", [["Name", "Phone"], ["Ana", ("35555300000000123", 0)]]),
])  # fmt: skip


def test_sheets_are_mapped_one_by_one() -> None:
    found = read(READER, REPORT, path="report.xlsx")
    assert_accounts(found)
    note, banner, first, second, card = units(found)
    assert (note.origin, note.locator) == ("note", "row=Summary:1-3")
    assert banner.flags == ("banner",)
    assert (first.locator, first.app, first.deleted) == ("row=SMS Messages:3", "SMS", True)
    assert (first.when.local, first.recipients) == ("2024-04-03T21:14:05", ("447700900123",))
    assert second.flags == ("number_rounded",)
    assert second.when.basis == "date-only"
    assert (card.locator, card.flags) == ("row=Contacts%3B old:2", ("number_rounded",))
    assert "35555300000000123" not in card.text
    assert (tallies(found)["sheets"], tallies(found)["sheets_mapped"]) == (3, 2)
    assert not problems(found)


def test_detection_stands_above_the_archive_only_where_a_sheet_maps() -> None:
    other = workbook([("Sheet1", [["price", "stock"], [1, 2]])])
    assert score(READER, REPORT) > detect_zip(Head(name="x", size=len(REPORT), start=REPORT[:65536]))
    assert score(READER, other) == 0
    assert score(READER, b"PK\x03\x04 something else") == 0


def test_a_large_workbook_without_tables_is_given_as_notes() -> None:
    rows: list[list[Value]] = [[f"price {n} {n * 7919 % 10007}", n * n] for n in range(20_000)]
    data = workbook([("Sheet1", rows)])
    assert len(data) > 1 << 16
    assert score(READER, data) > 80
    found = read(READER, data)
    assert_accounts(found)
    assert {one.origin for one in units(found)} == {"note"}
    assert "price 19999" in units(found)[-1].text
    assert units(found)[0].locator == "row=Sheet1:1"


@pytest.mark.parametrize("step", [61])
def test_cut_anywhere_there_is_a_problem(step: int) -> None:
    for cut in range(1, len(REPORT), step):
        assert problems(read(READER, REPORT[:cut]))


def test_a_sheet_that_is_cut_inside_keeps_the_rows_before() -> None:
    rows: list[list[Value]] = [["Caller", "Callee", "Start time"]]
    rows += [[ANA, BEN, "2024-04-03 21:14"] for _ in range(3)]
    whole = workbook([("Calls", rows)])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(out, "w") as made:
        for info in source.infolist():
            body = source.read(info)
            made.writestr(info.filename, body[:-120] if "sheet1" in info.filename else body)
    found = read(READER, out.getvalue())
    assert_accounts(found)
    assert [one.origin for one in units(found)] == ["call"] * len(units(found))
    assert len(units(found)) == 2
    assert codes(found) == ["R-TRUNCATED"]
