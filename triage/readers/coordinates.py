"""Coordinates as location exports write them: degrees, ten-millionths, `geo:` addresses, `"lat°, lon°"` strings.

Text of a location unit: `lat, lon name`, in decimal degrees with the digits that the export gives. Nothing outside
±90 and ±180 degrees is a place. Ten-millionths above 180 degrees are a known overflow of 32 bits and are put right.

Sources: RFC 5870 (`geo:`), location exports as public parsers describe them.
"""

from __future__ import annotations

import re
from typing import Any

from triage.model import Moment, Unit
from triage.readers.json_export import Detail, marks, whole, words

Spot = tuple[str, str]
"""Latitude and longitude, decimal degrees as text."""
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{1,20})?|\.\d{1,20})(?:[eE]-\d{1,2})?\Z")
_PAIR = re.compile(r"\s*(?:geo:)?\s*([+-]?[\d.]{1,24})\s*\u00b0?\s*,\s*([+-]?[\d.]{1,24})\s*\u00b0?", re.IGNORECASE)


def spot(lat: Any, lon: Any) -> Spot | None:
    """Degrees as numbers or texts; None where they are no place on Earth."""
    north, east = _degrees(lat), _degrees(lon)
    if not _NUMBER.match(north) or not _NUMBER.match(east):
        return None
    return (north, east) if abs(float(north)) <= 90 and abs(float(east)) <= 180 else None


def _degrees(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12f}".rstrip("0").rstrip(".") if abs(value) < 1000 else ""
    return words(value).strip()


def spot_e7(lat: Any, lon: Any) -> Spot | None:
    """Ten-millionths of a degree."""
    north, east = whole(lat), whole(lon)
    return None if north is None or east is None else spot(_tenth_millionths(north), _tenth_millionths(east))


def _tenth_millionths(value: int) -> str:
    if value > 1_800_000_000:
        value -= 1 << 32
    digits = f"{abs(value):08}"
    return f"{'-' if value < 0 else ''}{digits[:-7]}.{digits[-7:]}"


def spot_text(value: Any) -> Spot | None:
    """`geo:27.72,-97.34`, `50.05°, 14.34°` or the pair alone."""
    found = _PAIR.match(words(value))
    return spot(found[1], found[2]) if found else None


def location(
    place: Spot | None, name: str, *, locator: str, app: str, when: Moment, detail: Detail, flags: tuple[str, ...] = ()
) -> Unit:
    """The unit of one place: coordinates first, then its name."""
    known: Detail = {"lat": place[0], "lon": place[1]} if place else {}
    first = f"{place[0]}, {place[1]}" if place else ""
    return Unit(
        origin="location",
        locator=locator,
        text=f"{first} {' '.join(name.split())}".strip(),
        app=app,
        when=when,
        flags=marks(when, *flags),
        detail=known | detail,
    )
