"""Pictures, first phase: EXIF. No pixel is decoded and no text in the picture is read here (see `image_text`).

The tags come from `exifread` (JPEG, TIFF, PNG, WebP, HEIC, AVIF); position and time arithmetic is our own
(`exif_gps`), because a library that forgives a missing hemisphere or a zero denominator makes evidence up.
One `exif` unit for a picture that carries tags; its text is what the tags say, one a line. `when` is
DateTimeOriginal, a local time: it becomes an instant only with OffsetTimeOriginal or a zone that the case states.

A picture without EXIF gives no unit: chat apps strip it, so absence says nothing. EXIF is trivially edited.
Format knowledge: EXIF 2.32 (CIPA DC-008), ISO 23008-12 (HEIF).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from triage.model import Blob, Head, Read, ReadContext, Reader, Tally, Unit
from triage.problems import guarded, problem
from triage.readers import exif_text
from triage.readers.exif_gps import GpsFacts, Value, read_gps
from triage.readers.exif_times import clocks_disagree, taken, text_of
from triage.readers.picture import DECODE_ERRORS, open_picture, picture_format

FIRST_READ = 64 * 1024
_LEADING = ("Make", "Model", "BodySerialNumber", "Software", "DateTimeOriginal", "OffsetTimeOriginal", "DateTime")
_GROUPS_WITHOUT_NAME = ("Image", "EXIF", "GPS")
_UNNAMED = {"Tag 0x001F": "GPSHPositioningError", "Tag 0xA460": "CompositeImage"}
"""Tags of EXIF 2.31 and 2.32 that the library has no name for."""
_HIDDEN = (
    "ExifOffset",
    "GPSInfo",
    "InteroperabilityOffset",
    "SubIFDs",
    "JPEGInterchangeFormat",
    "StripOffsets",
    "StripByteCounts",
    "TileOffsets",
    "TileByteCounts",
)
"""Pointers within the file: they say nothing to a reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The tags of one picture: values as stored, and the standard's words for coded ones."""

    values: Mapping[str, Value]
    words: Mapping[str, str]


def detect(head: Head) -> int:
    """By signature alone."""
    return 90 if picture_format(head.start) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """An `exif` unit where there are tags, and a Problem where the file is no picture after all."""
    with blob.open() as handle:
        kind = picture_format(handle.read(FIRST_READ))
        tags: Tags | None = None
        for found in _tags(handle, kind):
            if isinstance(found, Tags):
                tags = found
            else:
                yield found
        if tags is not None and tags.values:
            yield _unit(tags, ctx)
        elif not _has_header(handle, kind):
            yield problem("O-NOT-A-PICTURE", "read")
    yield Tally(what="records", n=1 if tags is not None and tags.values else 0)


def _has_header(handle: BinaryIO, kind: str) -> bool:
    handle.seek(0)
    try:
        open_picture(handle, kind).close()
    except DECODE_ERRORS:
        return False
    return True


def _tags(handle: BinaryIO, kind: str) -> Iterator[Any]:
    """The tags; where the maker note breaks the library, those without it, and the Problem."""
    if kind in ("GIF", "BMP"):
        return
    for details in (True, False):
        failed = False
        step = _parsed(handle, details)
        for found in guarded(step, lambda _error, _count: problem("R-EXIF", "read", "exif", why="damaged tags")):
            failed = not isinstance(found, Tags)
            if not (failed and details):  # the second attempt decides whether it is worth a Problem
                yield found
        if not failed:
            return


def _parsed(handle: BinaryIO, details: bool) -> Iterator[Tags]:
    import exifread

    logging.getLogger("exifread").setLevel(logging.CRITICAL + 1)  # it would write to standard error
    handle.seek(0)
    values: dict[str, Value] = {}
    words: dict[str, str] = {}
    for key, tag in exifread.process_file(handle, details=details, extract_thumbnail=False).items():
        group, _, name = key.partition(" ")
        name = _UNNAMED.get(name, name)
        if not hasattr(tag, "field_type") or group == "MakerNote" or name in _HIDDEN:
            continue
        shown = name if group in _GROUPS_WITHOUT_NAME else f"{group} {name}"
        values[shown] = _plain(tag.values)
        if tag.prefer_printable and _is_coded(tag):
            words[shown] = exif_text.one_line(str(tag.printable))
    yield Tags(values=values, words=words)


def _is_coded(tag: Any) -> bool:
    """One whole number that the standard gives a name to (Orientation, Flash …)."""
    return isinstance(tag.values, list) and len(tag.values) == 1 and isinstance(tag.values[0], int)


def _plain(values: Any) -> Value:
    if isinstance(values, bytes):
        return values.decode("latin-1")
    if isinstance(values, str):
        return values
    return tuple(_plain_number(item) for item in values)


def _plain_number(item: Any) -> int | float | tuple[int, int]:
    if hasattr(item, "denominator") and not isinstance(item, int):
        return int(item.numerator), int(item.denominator)
    if isinstance(item, tuple):
        return float(item[0])
    return float(item) if isinstance(item, float) else int(item)


def _unit(tags: Tags, ctx: ReadContext) -> Unit:
    gps = read_gps(tags.values)
    when, named = taken(tags.values, gps, ctx.zone)
    flags = set(gps.flags)
    if clocks_disagree(tags.values, gps):
        flags.add("clock_conflict")
    detail: dict[str, str | int | bool | None] = {"time_from": named} if named else {}
    if gps.lat is not None and gps.lon is not None:
        detail |= {"lat": gps.lat, "lon": gps.lon}
        detail |= {"precision_m": gps.precision_m} if gps.precision_m else {}
        detail |= {"gps_method": gps.method} if gps.method else {}
    if gps.time_utc:
        detail["gps_time"] = gps.time_utc
    for name, key in (("Make", "make"), ("Model", "model"), ("BodySerialNumber", "serial")):
        if text := text_of(tags.values, name):
            detail[key] = text[:100]
    text = "\n".join((*_gps_lines(gps, flags), *exif_text.lines(_ordered(tags.values), tags.words)))
    return Unit(origin="exif", locator="exif", text=text, when=when, flags=tuple(sorted(flags)), detail=detail)


def _ordered(values: Mapping[str, Value]) -> dict[str, Value]:
    """Device and time first, then the file's own order."""
    first = {name: values[name] for name in _LEADING if name in values}
    return first | {name: value for name, value in values.items() if name not in first}


_FLAG_LINES = {
    "hemisphere_unknown": "the hemisphere is not stated; north and east are assumed",
    "null_island": "the coordinates are exactly 0, 0, which devices write when they have no position",
    "zero_denominator": "a coordinate is divided by zero; no position",
    "out_of_range": "a coordinate lies beyond 90 or 180 degrees; no position",
    "components_out_of_range": "minutes or seconds are 60 or more, or negative",
    "components_missing": "a coordinate has fewer than three parts",
    "half_position": "only one usable coordinate; no position",
    "gps_time_invalid": "the GPS date or time is not a valid one",
    "clock_conflict": "GPS time and camera time differ by more than a time zone explains",
}


def _gps_lines(gps: GpsFacts, flags: set[str]) -> Iterator[str]:
    if gps.lat is not None:
        yield f"GPS position: {gps.lat}, {gps.lon}"
    if gps.precision_m:
        yield f"GPS precision: {gps.precision_m} m"
    if gps.altitude_m:
        yield f"GPS altitude: {gps.altitude_m} m"
    if gps.direction:
        yield f"GPS direction of view: {gps.direction}"
    if gps.method:
        yield f"GPS method: {gps.method}"
    if gps.time_utc:
        yield f"GPS time (UTC): {gps.time_utc}"
    for flag in sorted(flags):
        yield f"GPS note: {_FLAG_LINES[flag]}"


READER = Reader(name="image", version="1", media_type="image/*", detect=detect, read=read, profile="parser")
