"""The EXIF reader: position arithmetic, times, printing, and pictures that are none."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from triage.model import Head, Problem, Read, ReadContext, Tally, Unit
from triage.readers.exif_gps import Value, clocks_differ, read_gps, six_decimals
from triage.readers.exif_text import lines, number, user_comment
from triage.readers.image import READER
from triage.readers.picture import date_in_name, picture_format

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
SAMPLES = SHARED / "corpus" / "exif" / "ianare__exif-samples"


@dataclass(frozen=True)
class Bytes:
    """A blob in memory."""

    data: bytes
    sha256: str = "0" * 64

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def path(self) -> Path:
        raise AssertionError("the reader needs no file")


def read(data: bytes, zone: str | None = None) -> list[Read]:
    head = Head(name="a.jpg", size=len(data), start=data[: 64 * 1024])
    assert READER.detect(head) > 0
    return list(READER.read(Bytes(data), ReadContext(source="s", path="a.jpg", zone=zone)))


def jpeg(fill: Callable[[Image.Exif], None]) -> bytes:
    exif = Image.Exif()
    fill(exif)
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (200, 10, 10)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def place(lat: object, lat_ref: str | None, lon: object, lon_ref: str | None) -> Callable[[Image.Exif], None]:
    def fill(exif: Image.Exif) -> None:
        gps = exif.get_ifd(0x8825)
        gps |= {2: lat, 4: lon}
        if lat_ref is not None:
            gps[1] = lat_ref
        if lon_ref is not None:
            gps[3] = lon_ref

    return fill


def dms(degrees: int, minutes: int, hundredths: int) -> tuple[IFDRational, ...]:
    return IFDRational(degrees, 1), IFDRational(minutes, 1), IFDRational(hundredths, 100)


def unit(read_: list[Read]) -> Unit:
    [found] = [one for one in read_ if isinstance(one, Unit)]
    return found


def test_a_point_south_and_west_is_printed_and_given_in_detail() -> None:
    found = unit(read(jpeg(place(dms(34, 36, 1350), "S", dms(58, 22, 5500), "W"))))
    assert "GPS position: -34.603750, -58.381944" in found.text.splitlines()
    assert (found.detail["lat"], found.detail["lon"]) == ("-34.603750", "-58.381944")
    assert (found.origin, found.locator, found.flags) == ("exif", "exif", ())


RATIONALS: tuple[Value, Value] = (((10, 1), (30, 1), (0, 1)), ((20, 1), (15, 1), (0, 1)))


@pytest.mark.parametrize(
    ("lat", "lat_ref", "lon", "lon_ref", "expected", "flags"),
    [
        (RATIONALS[0], "N", RATIONALS[1], "E", ("10.500000", "20.250000"), ()),
        (RATIONALS[0], "s\0", RATIONALS[1], " West ", ("-10.500000", "-20.250000"), ()),
        (RATIONALS[0], None, RATIONALS[1], "E", ("10.500000", "20.250000"), ("hemisphere_unknown",)),
        (RATIONALS[0], "", RATIONALS[1], "?", ("10.500000", "20.250000"), ("hemisphere_unknown",)),
        (((0, 0), (0, 0), (0, 0)), "N", RATIONALS[1], "E", None, ("half_position", "zero_denominator")),
        (((0, 1),) * 3, None, ((0, 1),) * 3, None, None, ("null_island",)),
        (((0, 0),) * 3, "N", ((0, 0),) * 3, "E", None, ("zero_denominator",)),
        (((143, 1), (0, 1), (0, 1)), "N", RATIONALS[1], "E", None, ("half_position", "out_of_range")),
        (((10, 1), (75, 1), (0, 1)), "N", RATIONALS[1], "E", ("11.250000", "20.250000"), ("components_out_of_range",)),
        (((21, 2),), "N", RATIONALS[1], "E", ("10.500000", "20.250000"), ("components_missing",)),
        (None, None, None, None, None, ()),
        ("junk", "N", RATIONALS[1], "E", None, ("half_position",)),
    ],
)
def test_positions(
    lat: Value | None, lat_ref: Value | None, lon: Value | None, lon_ref: Value | None,
    expected: tuple[str, str] | None, flags: tuple[str, ...],
) -> None:  # fmt: skip
    given_ = {"GPSLatitude": lat, "GPSLatitudeRef": lat_ref, "GPSLongitude": lon, "GPSLongitudeRef": lon_ref}
    facts = read_gps({name: value for name, value in given_.items() if value is not None})
    assert (facts.lat, facts.lon) == (expected or (None, None))
    assert facts.flags == flags


ANY_NUMBER = st.one_of(
    st.integers(-(2**31), 2**32 - 1), st.floats(), st.tuples(st.integers(-5, 2**32 - 1), st.integers(-5, 2**32 - 1))
)
ANY_VALUE: st.SearchStrategy[Value] = st.one_of(st.text(max_size=12), st.lists(ANY_NUMBER, max_size=5).map(tuple))
GPS_NAMES = [
    "GPSLatitude",
    "GPSLatitudeRef",
    "GPSLongitude",
    "GPSLongitudeRef",
    "GPSDate",
    "GPSTimeStamp",
    "GPSAltitude",
    "GPSAltitudeRef",
    "GPSProcessingMethod",
    "GPSImgDirection",
    "GPSHPositioningError",
]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(GPS_NAMES), ANY_VALUE))
def test_any_values_give_a_point_in_range_or_none(tags: dict[str, Value]) -> None:
    facts = read_gps(tags)
    assert (facts.lat is None) == (facts.lon is None)
    if facts.lat is not None and facts.lon is not None:
        assert abs(Fraction(facts.lat)) <= 90 and abs(Fraction(facts.lon)) <= 180
        assert (facts.lat, facts.lon) != ("0.000000", "0.000000")
    assert all("\n" not in line for line in lines(tags, {}))


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.fractions(-180, 180))
def test_six_decimals_is_the_nearest(value: Fraction) -> None:
    assert abs(Fraction(six_decimals(value)) - value) <= Fraction(1, 2_000_000)


def test_null_island_prints_no_position() -> None:
    found = unit(read(jpeg(place(dms(0, 0, 0), "N", dms(0, 0, 0), "E"))))
    assert "GPS position" not in found.text and "lat" not in found.detail
    assert found.flags == ("null_island",)


def taken(original: str, offset: str = "") -> Callable[[Image.Exif], None]:
    def fill(exif: Image.Exif) -> None:
        exif[0x0110] = "Model X"
        inner = exif.get_ifd(0x8769)
        inner[0x9003] = original
        if offset:
            inner[0x9011] = offset

    return fill


def test_the_camera_clock_is_local_until_an_offset_or_a_zone_is_stated() -> None:
    bare = unit(read(jpeg(taken("2024:03:05 10:20:30")))).when
    assert (bare.at, bare.local, bare.basis) == (None, "2024-03-05T10:20:30", "device-local")
    assert bare.source == "2024:03:05 10:20:30"
    stated = unit(read(jpeg(taken("2024:03:05 10:20:30")), zone="America/Lima")).when
    assert stated.at == "2024-03-05T15:20:30+00:00"
    exact = unit(read(jpeg(taken("2024:03:05 10:20:30", "+02:00")))).when
    assert (exact.at, exact.basis) == ("2024-03-05T08:20:30+00:00", "offset")


@pytest.mark.parametrize("source", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:41 10:00:00"])
def test_an_invalid_time_keeps_its_source_only(source: str) -> None:
    when = unit(read(jpeg(taken(source)))).when
    assert (when.at, when.local) == (None, None)


def test_gps_date_that_does_not_exist_is_flagged() -> None:
    facts = read_gps({"GPSDate": "2014:09:259", "GPSTimeStamp": ((1, 1), (2, 1), (3, 1))})
    assert (facts.time_utc, facts.flags) == (None, ("gps_time_invalid",))
    valid = read_gps({"GPSDateStamp": "2014:09:25\0", "GPSTimeStamp": ((23, 1), (2, 1), (724, 100))})
    assert valid.time_utc == "2014-09-25T23:02:07Z"


def test_clocks_are_compared_within_the_zones_in_use() -> None:
    gps = datetime(2024, 1, 19, 23, 0, tzinfo=UTC)
    assert not clocks_differ(gps + timedelta(hours=13), gps, None)
    assert clocks_differ(gps - timedelta(hours=22), gps, None)
    assert clocks_differ(gps + timedelta(hours=5), gps, timedelta(hours=2))
    assert not clocks_differ(gps + timedelta(hours=2, minutes=20), gps, timedelta(hours=2))


def test_printing() -> None:
    assert [number((1, 125)), number((28, 10)), number((5, 0)), number((645599999, 100000000))] == [
        "1/125", "2.8", "5/0", "6.456",
    ]  # fmt: skip
    assert user_comment(b"UNICODE\0" + "déjà".encode("utf-16-le")) == "déjà"
    assert user_comment(b"ASCII\0\0\0plain") == "plain"
    assert list(lines({"XPTitle": tuple("ño".encode("utf-16-le")), "Empty": " "}, {})) == ["XPTitle: ño"]
    assert len(list(lines({f"Tag {i}": "x" for i in range(500)}, {}))) == 201


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_every_format_is_known_by_its_bytes(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (24, 24), (5, 100, 5)).save(out, kind)
    assert picture_format(out.getvalue()) == kind
    assert not [one for one in read(out.getvalue()) if isinstance(one, Problem)]


def test_a_signature_without_a_picture_is_a_problem() -> None:
    for data in (b"\xff\xd8\xff\xe0rubbish", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"RIFF\0\0\0\0WEBPxxxx"):
        found = read(data)
        assert [one.code for one in found if isinstance(one, Problem)] == ["O-NOT-A-PICTURE"]
        assert found[-1] == Tally(what="records", n=0)


def test_a_text_that_begins_like_a_bitmap_or_a_video_is_not_taken() -> None:
    assert picture_format(b"BMW for sale, call me tomorrow morning") == ""
    assert picture_format(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 20) == ""


def test_a_bomb_costs_nothing_here() -> None:
    header = struct.pack(">II", 60_000, 60_000) + bytes([8, 2, 0, 0, 0])
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", 0)
    assert isinstance(read(b"\x89PNG\r\n\x1a\n" + chunk)[-1], Tally)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=40), st.booleans())
def test_damaged_pictures_never_raise(at: int, junk: bytes, cut: bool) -> None:
    whole = bytearray(jpeg(place(dms(34, 36, 1350), "S", dms(58, 22, 5500), "W")))
    at = 3 + at % (len(whole) - 3)
    whole[at : at + len(junk)] = junk
    found = read(bytes(whole[:at] if cut else whole))
    units = sum(isinstance(one, Unit) for one in found)
    assert found[-1] == Tally(what="records", n=units)


def test_dates_in_names() -> None:
    assert date_in_name("IMG-20230115-WA0007.jpg") == "2023-01-15"
    assert date_in_name("Screenshot_20230101-101010_WhatsApp.jpg") == "2023-01-01"
    assert date_in_name("photo_2023-01-31_10-10-10.jpg") == "2023-01-31"
    assert date_in_name("20239999-1.jpg") is None
    assert date_in_name("receipt 12.jpg") is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared corpus is not beside this repository")
@pytest.mark.parametrize(
    ("name", "lat", "lon", "flag"),
    [
        ("jpg/gps/DSCN0010.jpg", "43.467448", "11.885127", ("clock_conflict",)),
        ("heic/IMG_5195.HEIC", "39.051344", "-94.288772", ()),
        ("jpg/tests/45-gps_ifd.jpg", None, None, ()),
    ],
)
def test_public_samples(name: str, lat: str | None, lon: str | None, flag: tuple[str, ...]) -> None:
    found = unit(read((SAMPLES / name).read_bytes()))
    assert (found.detail.get("lat"), found.detail.get("lon"), found.flags) == (lat, lon, flag)
