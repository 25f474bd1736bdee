"""Instants: no guess is ever made."""

from __future__ import annotations

import pytest

from triage.errors import UsageError
from triage.timestamps import (
    date_only,
    find_zone,
    from_cocoa,
    from_filetime,
    from_iso,
    from_unix,
    is_absurd,
    local_time,
    undecided,
)


def test_epochs() -> None:
    assert from_unix(1_609_459_200).at == "2021-01-01T00:00:00+00:00"
    assert from_unix(1_609_459_200_123, "ms").at == "2021-01-01T00:00:00.123+00:00"
    assert from_unix(-1).at == "1969-12-31T23:59:59+00:00"
    assert from_cocoa(588_813_210_539_788_032, "ns").at == "2019-08-29T23:13:30.539+00:00"
    assert from_filetime(133_485_408_000_000_000).at == "2024-01-01T00:00:00+00:00"


def test_times_beyond_the_calendar_keep_their_source() -> None:
    moment = from_unix(10**18)
    assert (moment.at, moment.basis, moment.source) == (None, "none", "1" + "0" * 18)


def test_an_offset_is_never_dropped() -> None:
    moment = from_iso("2024-09-28T14:59:35.230-03:00")
    assert (moment.at, moment.local) == ("2024-09-28T17:59:35.230+00:00", "2024-09-28T14:59:35")
    assert moment.basis == "offset"
    assert from_iso("2024-09-28T14:59:35Z").basis == "utc"


def test_a_local_time_becomes_an_instant_only_with_a_stated_zone() -> None:
    assert from_iso("2024-07-01 10:00:00").at is None
    assert from_iso("2024-07-01 10:00:00", zone="Europe/Madrid").at == "2024-07-01T08:00:00+00:00"
    assert local_time(2024, 1, 2, 3, 4, source="x", zone=None).basis == "device-local"


@pytest.mark.parametrize(("month", "day", "hour"), [(10, 27, 2), (3, 31, 2)])
def test_hours_that_a_clock_change_repeats_or_skips_stay_open(month: int, day: int, hour: int) -> None:
    moment = local_time(2024, month, day, hour, 30, source="x", zone="Europe/Madrid")
    assert (moment.at, moment.basis) == (None, "ambiguous")


def test_what_is_no_time_keeps_its_source() -> None:
    for text in ("", "yesterday", "2024-13-01T00:00:00Z", "2024-02-30 10:00", "28/09/2024"):
        assert (from_iso(text).at, from_iso(text).source) == (None, text)
    assert undecided("03/04/2024").at is None
    assert date_only(2024, 2, 30, source="x").local is None


def test_absurd_times_are_named_and_kept() -> None:
    assert is_absurd(from_unix(13_700_000_000))
    assert not is_absurd(from_unix(1_700_000_000))
    assert not is_absurd(undecided("x"))


def test_an_unknown_zone_is_a_clear_error() -> None:
    with pytest.raises(UsageError, match="no time zone is called"):
        find_zone("Mars/Olympus")
