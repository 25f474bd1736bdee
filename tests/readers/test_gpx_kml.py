"""GPX, KML and GeoJSON: the order of coordinates, times, hostile documents; cut at every place."""

from __future__ import annotations

import json

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
from triage.readers import geojson, gpx_kml

SAMPLES = SHARED / "google_location" / "Freika__dawarich"
KML = """<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><Placemark><name>House</name><TimeStamp><when>2024-01-15T12:00:00Z</when></TimeStamp><Point><coordinates>
2.17,41.38,10</coordinates></Point></Placemark><Placemark><name>Way</name><TimeSpan><begin>2024-01-15</begin></TimeSpan>
<LineString><coordinates>2.1,41.1 2.2,41.2 200,95</coordinates></LineString></Placemark><Placemark><gx:Track>
<when>2024-01-20T08:00:00Z</when><when>2024-01-20T08:01:00Z</when><gx:coord>2.3 41.3 1</gx:coord>
<gx:coord>2.4 41.4 1</gx:coord><gx:coord>2.5 41.5</gx:coord></gx:Track></Placemark></Document></kml>"""
GPX = """<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><time>
2024-01-01T00:00:00Z</time></metadata><wpt lat="41.38" lon="2.17">
<time>2024-01-15T12:00:00Z</time><name>Door</name></wpt>
<trk><name>x</name><trkseg><trkpt lat="41.1" lon="-2.2"><time>2024-11-03T16:30:11.331+07:00</time></trkpt>
<trkpt lat="x" lon="1"/></trkseg></trk></gpx>"""


@pytest.mark.parametrize(
    ("name", "n", "first"),
    [
        ("gpx/garmin_example.gpx", 1, "10.758321212464024, 106.64234449272531"),
        ("gpx/gpx_track_single_segment.gpx", 10, None),
        ("kml/gx_track.kml", 4, "37.4220, -122.0841 GPS Track"),
        ("kml/points_with_timestamps.kml", 3, "37.4220, -122.0841 Location 1"),
    ],
)
def test_published_samples(name: str, n: int, first: str | None) -> None:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the shared corpus is not beside the repository")
    data = path.read_bytes()
    assert score(gpx_kml.READER, data) == 92
    found = read(gpx_kml.READER, data)
    assert len(units(found)) == n
    assert first in (None, units(found)[0].text)
    assert all(one.when.at for one in units(found))
    assert not codes(found)
    assert_accounts(found)


def test_kml_has_longitude_first_and_tracks_have_their_times() -> None:
    found = read(gpx_kml.READER, KML.encode())
    texts = [one.text for one in units(found)]
    assert texts == ["41.38, 2.17 House", "41.1, 2.1 Way", "41.2, 2.2 Way", "41.3, 2.3", "41.4, 2.4", "41.5, 2.5"]
    times = [one.when.at for one in units(found)]
    assert times[0] == "2024-01-15T12:00:00+00:00" and times[4] == "2024-01-20T08:01:00+00:00" and times[5] is None
    assert units(found)[1].detail["begin"] == "2024-01-15"
    assert codes(found) == ["R-RECORD"] and tallies(found)["records"] == 7
    assert_accounts(found)


def test_gpx_points_with_offset_and_names() -> None:
    found = read(gpx_kml.READER, GPX.encode())
    door, point = units(found)
    assert door.text == "41.38, 2.17 Door"
    assert (point.text, point.when.at) == ("41.1, -2.2", "2024-11-03T09:30:11.331+00:00")
    assert codes(found) == ["R-RECORD"]
    assert_accounts(found)


@pytest.mark.parametrize("document", [KML, GPX])
def test_cut_anywhere(document: str) -> None:
    data = document.encode()
    assert_cuts_are_told(gpx_kml.READER, data, len(data), step=3)


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    data = GPX.replace('"1.0"?>', '"1.0"?>' + bomb).replace("Door", "&b;").encode()
    found = read(gpx_kml.READER, data)
    assert "R-DTD" in codes(found)
    assert units(found)[0].text == "41.38, 2.17"
    assert score(gpx_kml.READER, data) == 92


def test_detection_is_by_the_root() -> None:
    assert score(gpx_kml.READER, b"<html><body><gpx ></body></html>") == 0
    assert score(gpx_kml.READER, b"the <kml > format") == 0
    assert score(gpx_kml.READER, b'{"type":"FeatureCollection"}') == 0


def features(*found: dict[str, object]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature"} | one for one in found]}).encode()


def test_published_geojson() -> None:
    path = SAMPLES / "geojson" / "export.json"
    if not path.exists():
        pytest.skip("the shared corpus is not beside the repository")
    data = path.read_bytes()
    assert score(geojson.READER, data) == 90
    found = read(geojson.READER, data)
    assert len(units(found)) == 10
    assert (units(found)[0].text, units(found)[0].when.at) == ("0.1, 0.1", "2021-01-01T00:00:01+00:00")
    assert_accounts(found)


def test_geojson_points_lines_and_nothing() -> None:
    data = features(
        {"geometry": {"type": "Point", "coordinates": [2.17, 41.38, 5]},
         "properties": {"name": "House", "time": "2024-01-15T12:00:00Z"}},
        {"geometry": {"type": "LineString", "coordinates": [[2.1, 41.1], [2.2, 41.2], [500, 1]]}, "properties": None},
        {"geometry": None},
    )  # fmt: skip
    found = read(geojson.READER, data)
    assert [one.text for one in units(found)] == ["41.38, 2.17 House", "41.1, 2.1", "41.2, 2.2"]
    assert units(found)[0].when.at == "2024-01-15T12:00:00+00:00"
    assert sorted(codes(found)) == ["R-OTHER-RECORDS", "R-RECORD"]
    assert_accounts(found)
    assert_cuts_are_told(geojson.READER, data, len(data))
