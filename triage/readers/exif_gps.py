"""The GPS part of EXIF, worked out from its rationals.

Format: EXIF 2.32 (CIPA DC-008), section 4.6.6. Latitude and longitude are three unsigned rationals (degrees,
minutes, seconds) with the hemisphere in a tag of its own; date and time are UTC, unlike the camera's own clock.
Phones write 0/0, 0 degrees everywhere, no hemisphere, `2014:09:259` and worse, so every step is checked here and
nothing is taken from a library's own arithmetic. Altitude, direction, precision and method are kept as stated.

Refused: a position with a zero denominator, beyond 90 or 180 degrees, or exactly 0, 0 ("null island": what devices
write when they have no position). A missing hemisphere gives the unsigned value and the flag `hemisphere_unknown`.
EXIF can be edited by anyone; nothing here proves where a picture was taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

Rational = tuple[int, int]
Number = int | float | Rational
Value = str | tuple[Number, ...]
"""A tag's value as the file holds it: text, or numbers with rationals as (numerator, denominator)."""

ZONES = (timedelta(hours=-12), timedelta(hours=14))
"""The zones in use: a local time further from UTC than these is no zone, but a wrong clock."""
SLACK = timedelta(hours=1)
"""A GPS time stamp may be that of the last fix, minutes before the picture."""
_METHOD_CHARSETS = ("ASCII", "UNICODE", "JIS")


@dataclass(frozen=True, slots=True, kw_only=True)
class GpsFacts:
    """What the GPS tags of one picture say."""

    lat: str | None = None
    """Decimal degrees WGS 84 with six decimals, south negative; None where there is no usable position."""
    lon: str | None = None
    time_utc: str | None = None
    """`YYYY-MM-DDTHH:MM:SSZ` from GPSDateStamp and GPSTimeStamp."""
    altitude_m: str | None = None
    precision_m: str | None = None
    direction: str | None = None
    method: str | None = None
    """`gps`, `network`, `CELLID` …: how the device says it found the position."""
    flags: tuple[str, ...] = ()


def read_gps(tags: Mapping[str, Value]) -> GpsFacts:
    """The facts behind the tags of a GPS IFD, keyed by their EXIF names (`GPSLatitude` …)."""
    flags: set[str] = set()
    lat = _angle(tags.get("GPSLatitude"), tags.get("GPSLatitudeRef"), "NS", 90, flags)
    lon = _angle(tags.get("GPSLongitude"), tags.get("GPSLongitudeRef"), "EW", 180, flags)
    place = _point(lat, lon, flags)
    return GpsFacts(
        lat=place[0] if place else None,
        lon=place[1] if place else None,
        time_utc=_time(tags, flags),
        altitude_m=_altitude(tags),
        precision_m=_decimal(_single(tags.get("GPSHPositioningError")), 1),
        direction=_direction(tags),
        method=_method(tags.get("GPSProcessingMethod")),
        flags=tuple(sorted(flags)),
    )


def clocks_differ(local: datetime, gps: datetime, offset: timedelta | None) -> bool:
    """True where the camera's local time and the GPS time cannot both be right.

    `local` carries the camera's wall-clock reading labelled as UTC; `offset` is OffsetTimeOriginal where present.
    """
    apart = local - gps
    if offset is not None:
        return abs(apart - offset) > SLACK
    return not ZONES[0] - SLACK <= apart <= ZONES[1] + SLACK


def six_decimals(value: Fraction) -> str:
    """Rounded half to even at six decimals, written without an exponent and without `-0.000000`."""
    micro = round(value * 1_000_000)
    sign = "-" if micro < 0 else ""
    return f"{sign}{abs(micro) // 1_000_000}.{abs(micro) % 1_000_000:06d}"


def _fraction(number: Number) -> Fraction | None:
    if isinstance(number, tuple):
        return Fraction(number[0], number[1]) if number[1] else None
    if isinstance(number, float):
        return Fraction(number) if number == number and abs(number) != float("inf") else None
    return Fraction(number)


def _angle(value: Value | None, ref: Value | None, letters: str, limit: int, flags: set[str]) -> Fraction | None:
    """Degrees from up to three components, signed by the hemisphere; None (and why) where it is no angle."""
    if not value or isinstance(value, str):
        return None
    parts = [_fraction(number) for number in value[:3]]
    if any(part is None for part in parts):
        flags.add("zero_denominator")
        return None
    known = [part for part in parts if part is not None]
    if len(known) < 3:
        flags.add("components_missing")
    if any(part < 0 for part in known) or any(part >= 60 for part in known[1:]):
        flags.add("components_out_of_range")
    angle = sum((part / 60**place for place, part in enumerate(known)), Fraction(0))
    if abs(angle) > limit:
        flags.add("out_of_range")
        return None
    letter = ref.strip(" \0").upper()[:1] if isinstance(ref, str) else ""
    if not letter or letter not in letters:
        flags.add("hemisphere_unknown")
    return -angle if letter == letters[1] else angle


def _point(lat: Fraction | None, lon: Fraction | None, flags: set[str]) -> tuple[str, str] | None:
    if lat is None or lon is None:
        if lat is not None or lon is not None:
            flags.add("half_position")
        flags.discard("hemisphere_unknown")
        return None
    shown = six_decimals(lat), six_decimals(lon)
    if shown == ("0.000000", "0.000000"):
        flags.add("null_island")
        flags.discard("hemisphere_unknown")
        return None
    return shown


_DATE = re.compile(r"(\d{4})[:/-](\d{1,2})[:/-](\d{1,2})\Z")


def _time(tags: Mapping[str, Value], flags: set[str]) -> str | None:
    stamp, clock = tags.get("GPSDateStamp", tags.get("GPSDate")), tags.get("GPSTimeStamp")
    if not isinstance(stamp, str) or not clock or isinstance(clock, str):
        return None
    date = _DATE.match(stamp.strip(" \0"))
    parts = [_fraction(number) for number in clock]
    if date is None or len(parts) != 3 or any(part is None or part < 0 for part in parts):
        flags.add("gps_time_invalid")
        return None
    hour, minute, second = (int(part or 0) for part in parts)
    try:
        at = datetime(int(date[1]), int(date[2]), int(date[3]), hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError):
        flags.add("gps_time_invalid")
        return None
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at.year >= 1000 else None


def _single(value: Value | None) -> Fraction | None:
    return _fraction(value[0]) if value and not isinstance(value, str) else None


def _decimal(value: Fraction | None, places: int) -> str | None:
    """Rounded in whole numbers, so that no binary fraction shows."""
    if value is None:
        return None
    scaled = round(abs(value) * 10**places)
    sign = "-" if value < 0 and scaled else ""
    return f"{sign}{scaled // 10**places}.{scaled % 10**places:0{places}d}"


def _altitude(tags: Mapping[str, Value]) -> str | None:
    height, ref = _single(tags.get("GPSAltitude")), _single(tags.get("GPSAltitudeRef"))
    if height is None:
        return None
    return _decimal(-height if ref == 1 else height, 1)


def _direction(tags: Mapping[str, Value]) -> str | None:
    angle, ref = _single(tags.get("GPSImgDirection")), tags.get("GPSImgDirectionRef")
    if angle is None or not 0 <= angle <= 360:
        return None
    norths = {"T": " from true north", "M": " from magnetic north"}
    north = norths.get(ref.strip(" \0").upper()[:1], "") if isinstance(ref, str) else ""
    return f"{_decimal(angle, 1)} degrees{north}"


def _method(value: Value | None) -> str | None:
    """The words of GPSProcessingMethod behind its eight-byte character code."""
    if not value:
        return None
    raw = value if isinstance(value, str) else "".join(chr(n) for n in value if isinstance(n, int) and 0 <= n < 256)
    for code in _METHOD_CHARSETS:
        if raw.startswith(code + "\0"):
            raw = raw[8:]
            break
    words = "".join(ch for ch in raw if ch.isprintable()).strip()
    return words[:40] or None
