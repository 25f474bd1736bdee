"""Proof of date layouts: what counts, what does not, and where a pasted file is split."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.calendars import civil, era_of, is_persian_leap
from triage.date_layouts import DayEvidence, Fields, Order, Proof, year_place


def prove(*days: Fields, year_digits: int = 4) -> Proof:
    place = year_place(4 if days and days[0][0] > 99 else 2, year_digits)
    evidence = DayEvidence(place, year_digits)
    for fields in days:
        evidence.add(fields)
    return evidence.prove()


def test_a_field_above_twelve_proves() -> None:
    assert prove((3, 4, 2019), (13, 4, 2019)).spans == ((0, "dmy"),)
    assert prove((3, 4, 2019), (4, 13, 2019)).spans == ((0, "mdy"),)


def test_a_year_in_front_proves() -> None:
    assert prove((2019, 4, 3)).spans == ((0, "ymd"),)


def test_nothing_decides_a_small_chat() -> None:
    assert prove((3, 4, 2019)).spans == ((0, None),)
    assert prove((3, 4, 2019), (4, 4, 2019)).spans == ((0, None),)


def test_two_readings_that_both_run_forward_prove_nothing() -> None:
    monthly = [(2, month, 2019) for month in range(1, 13)]
    assert prove(*monthly).spans == ((0, None),)


def test_only_one_reading_runs_forward() -> None:
    assert prove((10, 3, 2020), (11, 3, 2020), (1, 4, 2020)).spans == ((0, "dmy"),)
    assert prove((3, 10, 2020), (3, 11, 2020), (4, 1, 2020)).spans == ((0, "mdy"),)


def test_two_days_are_not_enough_for_the_order_of_records() -> None:
    assert prove((9, 4, 2020), (10, 3, 2020)).spans == ((0, None),)


def test_equal_numbers_read_the_same() -> None:
    proof = prove((5, 5, 2020))
    assert proof.spans == ((0, "dmy"),)
    assert proof.day("dmy", (5, 5, 2020), 4) == (2020, 5, 5)


def test_an_impossible_date_is_no_evidence() -> None:
    assert prove((45, 99, 2019), (3, 4, 2019)).spans == ((0, None),)


def test_a_pasted_file_is_split_where_the_order_changes() -> None:
    proof = prove((30, 4, 2020), (1, 5, 2020), (1, 3, 2020), (1, 20, 2020))
    assert proof.spans == ((0, "dmy"), (2, "mdy"))


def test_records_between_two_proofs_stay_open_where_both_readings_run_on() -> None:
    proof = prove((30, 4, 2020), (1, 5, 2020), (2, 6, 2020), (6, 20, 2020))
    assert proof.order_at(0) == "dmy"
    assert proof.order_at(3) == "mdy"
    assert proof.order_at(2) is None


def test_two_digit_years() -> None:
    assert prove((17, 9, 19), year_digits=2).spans == ((0, "dmy"),)
    korean = prove((19, 9, 17), (19, 10, 2), (20, 1, 5), year_digits=2)
    assert korean.spans == ((0, "ymd"),)
    assert korean.day("ymd", (19, 10, 2), 2) == (2019, 10, 2)


@pytest.mark.parametrize(("year", "expected"), [(62, (2019, 9, 17)), (19, (2019, 9, 17))])
def test_buddhist_years_of_two_digits(year: int, expected: Fields) -> None:
    assert prove((17, 9, year), year_digits=2).day("dmy", (17, 9, year), 2) == expected


def test_persian_years_of_two_digits() -> None:
    assert prove((98, 6, 26), (98, 7, 30), (98, 8, 1), year_digits=2).spans[0][1] == "ymd"
    assert prove((26, 6, 98), year_digits=2).day("dmy", (26, 6, 98), 2) == (2019, 9, 17)


def test_a_witness_decides_only_without_contradiction() -> None:
    evidence = DayEvidence("last", 4)
    evidence.add((3, 4, 2019))
    evidence.witness((3, 4, 2019), (2019, 4, 3))
    evidence.witness((3, 4, 2019), (2017, 1, 1))
    assert evidence.prove().spans == ((0, "dmy"),)
    evidence.witness((3, 4, 2019), (2019, 3, 4))
    assert evidence.prove().spans == ((0, None),)


def test_persian_new_years() -> None:
    for year, day in {1375: (1996, 3, 20), 1400: (2021, 3, 21), 1403: (2024, 3, 20), 1404: (2025, 3, 21)}.items():
        assert civil(year, 1, 1, "persian") == day
    assert [y for y in range(1395, 1410) if is_persian_leap(y)] == [1395, 1399, 1403, 1408]
    assert civil(1402, 12, 30, "persian") is None


def test_persian_days_follow_each_other() -> None:
    day = date(1975, 3, 21)
    for year in range(1354, 1430):
        for month in range(1, 13):
            for number in range(1, 32):
                found = civil(year, month, number, "persian")
                if found is not None:
                    assert found == (day.year, day.month, day.day)
                    day += timedelta(days=1)


def test_eras_by_range() -> None:
    assert [era_of(y, 4) for y in (2562, 1398, 2019, 1970, 1441)] == [
        "buddhist", "persian", "gregorian", "gregorian", "unknown"]  # fmt: skip
    assert era_of(108, 3) == "minguo"
    assert civil(108, 9, 17, "minguo") == (2019, 9, 17)
    assert civil(1441, 1, 1, "unknown") is None


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.lists(st.dates(date(2010, 1, 1), date(2030, 12, 31)), min_size=1, max_size=40),
    st.sampled_from(("dmy", "mdy", "ymd")),
    st.sampled_from((2, 4)),
)
def test_a_chat_in_one_order_is_never_read_in_another(days: list[date], order: Order, digits: int) -> None:
    """Days in the order they happened are read right or not at all, whatever the layout."""
    days.sort()
    evidence = DayEvidence("short" if digits == 2 else "first" if order == "ymd" else "last", digits)
    written: list[Fields] = []
    for day in days:
        year = day.year % 100 if digits == 2 else day.year
        parts = {
            "dmy": (day.day, day.month, year),
            "mdy": (day.month, day.day, year),
            "ymd": (year, day.month, day.day),
        }
        written.append(parts[order])
        evidence.add(parts[order])
    if order == "ymd" and digits == 2:
        return  # two-digit years in front are believed on strong evidence only: see the docstring and the case above
    proof = evidence.prove()
    for n, (day, fields) in enumerate(zip(days, written, strict=True)):
        found = proof.order_at(n)
        if found is not None:
            assert proof.day(found, fields, digits) == (day.year, day.month, day.day)
