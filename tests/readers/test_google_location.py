"""Google location histories in all five shapes; cut at every place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.readers.export_reading import (
    SHARED,
    assert_accounts,
    assert_cuts_are_told,
    codes,
    read,
    score,
    tallies,
    units,
)
from triage.readers.google_location import READER

SAMPLES = SHARED / "google_location" / "Freika__dawarich" / "google"


@pytest.mark.parametrize(
    ("name", "places", "first", "last"),
    [
        ("records.json", 3, ("53.3690550", "83.6950010"), ("53.3690589", "83.6951347")),
        ("location-history.json", 11, ("27.720022", "-97.347951"), ("27.709617", "-97.375988")),
        ("timeline_new_format.json", 8, ("48.8566", "2.3522"), ("48.8606", "2.3376")),
        ("phone-takeout_w_3_duplicates.json", 6, ("50.0506312", "14.3439906"), ("50.0506312", "14.3439906")),
        ("semantic_history.json", 6, ("53.3407440", "83.7026901"), ("53.3481369", "83.7608337")),
    ],
)
def test_published_samples(name: str, places: int, first: tuple[str, str], last: tuple[str, str]) -> None:
    path: Path = SAMPLES / name
    if not path.exists():
        pytest.skip("the shared corpus is not beside the repository")
    data = path.read_bytes()
    assert score(READER, data) >= 90
    found = read(READER, data)
    said = [one for one in units(found) if one.origin == "location"]
    assert len(said) == places
    assert (said[0].detail["lat"], said[0].detail["lon"]) == first
    assert (said[-1].detail["lat"], said[-1].detail["lon"]) == last
    assert_accounts(found)
    assert_cuts_are_told(READER, data, len(data.rstrip()), step=97)


def of(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_records_with_old_times_and_an_overflow() -> None:
    data = of({"locations": [{"latitudeE7": 414000000, "longitudeE7": 4292967296, "timestampMs": "1600000000000"},
                             {"latitudeE7": -12345, "longitudeE7": 21000000, "timestamp": "1600000000"},
                             {"latitudeE7": 950000000, "longitudeE7": 0}, {"accuracy": 3}]})  # fmt: skip
    found = read(READER, data)
    first, second = units(found)
    assert first.text == "41.4000000, -0.2000000"
    assert first.when.at == second.when.at == "2020-09-13T12:26:40+00:00"
    assert second.text == "-0.0012345, 2.1000000"
    assert codes(found) == ["R-OTHER-RECORDS"] and tallies(found)["unread_locations_without_place"] == 2
    assert tallies(found)["records"] == 4
    assert_accounts(found)


def test_semantic_visits_with_names_and_paths() -> None:
    visit = {
        "location": {"latitudeE7": 414000000, "longitudeE7": 21000000, "name": "Club", "address": "Street 1\nTown"},
        "duration": {"startTimestampMs": "1600000000000", "endTimestampMs": "1600000360000"},
        "simplifiedRawPath": {"points": [{"latE7": 414000001, "lngE7": 21000001, "timestampMs": "1600000060000"}]},
        "childVisits": [{"location": {"latitudeE7": 1, "longitudeE7": 2}}, 5],
    }
    stop = {"transitPath": {"transitStops": [{"latitudeE7": 5, "longitudeE7": 6, "name": "Stop"}]}}
    found = read(READER, of({"timelineObjects": [{"placeVisit": visit}, {"activitySegment": stop}, {"other": 1}]}))
    said = units(found)
    assert said[0].text == "41.4000000, 2.1000000 Club, Street 1 Town"
    assert said[0].detail["until"] == "1600000360000"
    assert said[1].when.at == "2020-09-13T12:27:40+00:00"
    assert said[1].locator == "ptr=/timelineObjects/0/placeVisit/simplifiedRawPath/points/0"
    assert said[3].text.endswith("Stop")
    assert tallies(found)["records"] == 3 and tallies(found)["unread_timeline_objects_without_place"] == 1
    assert_accounts(found)


def test_a_step_of_a_path_counts_its_minutes_from_the_start() -> None:
    path = [{"point": "geo:27.7,-97.3", "durationMinutesOffsetFromStartTime": "49"}]
    data = of([{"startTime": "2023-08-27T20:00:00.000Z", "endTime": "2023-08-27T22:00:00.000Z", "timelinePath": path}])
    assert score(READER, data) == 90
    (one,) = units(read(READER, data))
    assert (one.text, one.when.at) == ("27.7, -97.3", "2023-08-27T20:49:00+00:00")
    assert one.when.source == "2023-08-27T20:00:00.000Z + 49 min"


def test_settings_are_recognised_as_no_locations() -> None:
    data = of(
        {"createdTime": "2020-01-01T00:00:00Z", "deviceSettings": [{"deviceTag": 7, "devicePrettyName": "Phone"}]}
    )
    assert score(READER, data) == 82
    (one,) = units(read(READER, data))
    assert (one.origin, one.text) == ("note", "deviceTag: 7\ndevicePrettyName: Phone")


def test_cut_anywhere() -> None:
    data = of({"locations": [{"latitudeE7": 1, "longitudeE7": 2, "timestampMs": "3"}] * 2})
    assert_cuts_are_told(READER, data, len(data))
