"""The short way for whole-hour offsets says what the long way says, clock changes and odd zones included."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.timestamps import from_iso, local_time, wall_time

ZONES = [
    "Europe/Madrid",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "UTC",
    "Africa/Juba",
]


@settings(derandomize=True, deadline=None, max_examples=400)
@given(
    st.datetimes(datetime(2009, 1, 1), datetime(2044, 1, 1)),  # noqa: DTZ001 - a wall clock
    st.sampled_from(ZONES),
)
def test_both_ways_agree(wall: datetime, zone: str) -> None:
    wall = wall.replace(microsecond=0)
    said = wall.isoformat()
    made = local_time(*wall.timetuple()[:6], source=said, zone=zone)
    assert made == from_iso(said, zone=zone)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", [(2019, 3, 31), (2019, 10, 27), (2019, 11, 3), (2019, 4, 7), (2021, 1, 31)])
def test_every_quarter_of_days_of_change(zone: str, day: tuple[int, int, int]) -> None:
    for quarter in range(96):
        clock = (quarter // 4, quarter % 4 * 15, 0)
        said = f"{day[0]}-{day[1]:02}-{day[2]:02}T{clock[0]:02}:{clock[1]:02}:00"
        assert local_time(*day, *clock, source=said, zone=zone) == from_iso(said, zone=zone)


def test_parts_joined_are_the_time_they_came_from() -> None:
    whole = local_time(2019, 9, 17, 16, 37, 5, source="a", zone=None)
    assert whole.local is not None
    assert wall_time(whole.local[:10], whole.local[11:], "a") == replace(whole)
