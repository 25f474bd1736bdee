"""The rows of workbooks: every kind of cell as a person would copy it, and what is left of damaged ones."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.xlsx_building import CLOCK, CUSTOM, DAY, ELAPSED, MOMENT, ZEROS, Value, workbook
from triage.problems import ReadError
from triage.readers.xlsx_rows import Cell, Workbook, column_letters, column_number
from triage.readers.xlsx_styles import form_of


def _cells(*row: Value, mode: str = "", shared: bool = True) -> list[Cell]:
    book = Workbook(io.BytesIO(workbook([("S", [row])], mode=mode, shared=shared)))
    return [cell for found in book.rows(book.sheets[0]) for cell in found.cells]


def test_numbers_keep_their_digits_and_say_when_they_were_rounded() -> None:
    found = _cells(549115512345, ("5.49115E+12", 0), ("35555300000000123", 0), ("37.673400000000001", 0))
    assert [(cell.text, cell.rounded) for cell in found] == [
        ("549115512345", False), ("5491150000000", False), ("35555300000000123", True), ("37.6734", False),
    ]  # fmt: skip
    assert _cells(("612345678", ZEROS))[0].text == "0612345678"


def test_dates_come_by_the_format_of_the_cell() -> None:
    texts = [cell.text for cell in _cells(
        ("44682.840277777781", MOMENT), ("44682", DAY), ("1.25", ELAPSED), ("44682.5", CUSTOM), ("0.125", CLOCK), 44682,
    )]  # fmt: skip
    assert texts == ["2022-05-01 20:10:00", "2022-05-01", "30:00:00", "2022-05-01 12:00:00", "03:00:00", "44682"]


def test_days_before_the_leap_day_that_never_was_and_days_since_1904() -> None:
    assert [c.text for c in _cells(("1", DAY), ("59", DAY), ("61", DAY))] == ["1900-01-01", "1900-02-28", "1900-03-01"]
    assert _cells(("43220", DAY), mode='<workbookPr date1904="1"/>')[0].text == "2022-05-01"


def test_shared_and_inline_texts_booleans_and_escapes() -> None:
    for shared in (True, False):
        assert [c.text for c in _cells("a_x0041_b", None, " ñ ", True, shared=shared)] == ["aAb", " ñ ", "TRUE"]


def test_sheets_in_order_with_the_numbers_of_their_rows() -> None:
    book = Workbook(io.BytesIO(workbook([("Calls", [["a"], [], ["b"]]), ('Größe & "x"', [[None, "c"]])])))
    assert [sheet.name for sheet in book.sheets] == ["Calls", 'Größe & "x"']
    assert [row.number for row in book.rows(book.sheets[0])] == [1, 3]
    assert [row.cells for row in book.rows(book.sheets[1])] == [(Cell(1, "c"),)]
    assert not book.faults


def test_formats_that_are_dates_and_formats_that_only_look_like_it() -> None:
    codes = {
        'dd"."mm"."yy': "date", "[$-409]h:mm AM/PM;@": "time", "[h]:mm": "elapsed", "General": "", '0.00" days"': "",
        "[Red]0": "", "yyyy-mm-dd hh:mm": "moment", "mmm": "date", "@": "text", "#,##0.00\\d": "",
    }  # fmt: skip
    assert {code: form_of(164, code) for code in codes} == codes


def test_a_workbook_cut_anywhere_raises_a_problem_or_notes_a_fault() -> None:
    data = workbook([("S", [["text", 1, ("44682", DAY)]] * 20)])
    for cut in range(1, len(data), 7):
        with pytest.raises(ReadError):
            Workbook(io.BytesIO(data[:cut]))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.binary(min_size=1, max_size=12), st.integers(0, 10_000))
def test_damage_never_raises_anything_else(noise: bytes, at: int) -> None:
    data = bytearray(workbook([("S", [["text", 1, ("44682", DAY)]] * 20)]))
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        book = Workbook(io.BytesIO(bytes(data)))
        for sheet in book.sheets:
            list(book.rows(sheet))
    except ReadError as error:
        assert error.problem.code.startswith("R-")


@given(st.integers(0, 16_383))
@settings(derandomize=True, deadline=None, max_examples=50)
def test_columns_by_letter(number: int) -> None:
    assert column_number(column_letters(number)) == number
