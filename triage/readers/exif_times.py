"""The times in EXIF: what the picture says of when it was taken.

DateTimeOriginal is the camera's wall clock without a zone (EXIF 2.32, section 4.6.5); OffsetTimeOriginal, where
present, makes it an instant. GPS time is UTC and comes from the satellites or the last fix, so the two are compared.
`DateTime` is when the file was last changed and is never taken for the time of the picture.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from triage.model import NO_TIME, Moment
from triage.readers.exif_gps import GpsFacts, Value, clocks_differ
from triage.readers.exif_text import one_line
from triage.timestamps import from_iso, local_time

_EXIF_TIME = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\Z")


def taken(values: Mapping[str, Value], gps: GpsFacts, zone: str | None) -> tuple[Moment, str]:
    """When the picture says it was taken, and the tag that says so."""
    for name, offset_name in (("DateTimeOriginal", "OffsetTimeOriginal"), ("DateTimeDigitized", "OffsetTimeDigitized")):
        source = text_of(values, name)
        if not source:
            continue
        found = _EXIF_TIME.match(source)
        if found is None:
            return Moment(source=source), name
        offset = text_of(values, offset_name)
        if _OFFSET.match(offset):
            year, month, day, hour, minute, second = found.groups()
            exact = from_iso(f"{year}-{month}-{day}T{hour}:{minute}:{second}{offset}")
            return replace(exact, source=f"{source} {offset}"), name
        numbers = [int(part) for part in found.groups()]
        return local_time(*numbers, source=source, zone=zone), name
    if gps.time_utc:
        return from_iso(gps.time_utc), "GPSTimeStamp"
    return NO_TIME, ""


def clocks_disagree(values: Mapping[str, Value], gps: GpsFacts) -> bool:
    """True where camera clock and GPS clock cannot both be right."""
    found = _EXIF_TIME.match(text_of(values, "DateTimeOriginal"))
    if found is None or gps.time_utc is None:
        return False
    offset = _OFFSET.match(text_of(values, "OffsetTimeOriginal"))
    behind = timedelta(hours=int(offset[2]), minutes=int(offset[3])) if offset else None
    if behind is not None and offset is not None and offset[1] == "-":
        behind = -behind
    try:
        local = datetime(*(int(part) for part in found.groups()), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return False
    return clocks_differ(local, datetime.fromisoformat(gps.time_utc), behind)


def text_of(values: Mapping[str, Value], name: str) -> str:
    """A text tag on one line; empty where it is missing or holds numbers."""
    value = values.get(name, "")
    return one_line(value) if isinstance(value, str) else ""
