"""GeoJSON: features with points, lines and areas, **longitude first**.

    {type: FeatureCollection, features[{type: Feature, geometry{type, coordinates}, properties{…}}]}

One `location` unit for each position. A property called `time`, `timestamp`, `date` or the like gives the time of a
feature that is a single point; the other scalar properties stand in the detail. Positions behind the first of a
feature are extra units. Features without a geometry are counted and not read.

Source: RFC 7946 (positions are longitude, latitude, altitude). Refused: other coordinate systems than WGS 84, which
the standard abolished; geometries that are not in a feature.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from triage.model import NO_TIME, Blob, Head, Moment, Read, ReadContext, Reader
from triage.readers.coordinates import Spot, location, spot
from triage.readers.json_export import (
    Detail,
    ExportReading,
    Record,
    child,
    epoch,
    head_json,
    whole,
    words,
)
from triage.readers.json_stream import JsonStream
from triage.timestamps import from_iso

FORMAT = "GeoJSON file"
_TIMES = ("timestamp", "time", "datetime", "date", "recorded_at", "created_at", "tst")
_NAMES = ("name", "title", "Name", "address", "description")
MOST_POSITIONS = 200_000
"""Of one feature."""


def detect(head: Head) -> int:
    """By the type of its root and the features under it."""
    text = head_json(head.start)
    if not text.startswith("{") or '"coordinates"' not in text:
        return 0
    return 90 if '"FeatureCollection"' in text else 82 if '"Feature"' in text and '"geometry"' in text else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Positions in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)

    def one(feature: Record, pointer: str) -> Iterator[Read]:
        found = list(_positions(child(feature, "geometry"), f"{pointer}/geometry"))
        facts = child(feature, "properties")
        when = _when(facts, ctx.zone) if len(found) == 1 else NO_TIME
        name = next((words(facts[key]) for key in _NAMES if words(facts.get(key))), "")
        detail: Detail = {key[:100]: words(value)[:500] for key, value in list(facts.items())[:60] if words(value)}
        if not found:
            reading.unread["features_without_place"] += 1
        for n, (where, place) in enumerate(found):
            if place is None:
                yield reading.unreadable(where, "a position that is no place on Earth")
                continue
            unit = location(place, name, locator=f"ptr={where}", app="GeoJSON", when=when, detail=detail)
            yield reading.unit(unit, extra=n > 0)

    def root(stream: JsonStream) -> Iterator[Read]:
        alone: Record = {}
        for key in stream.members():
            if key == "features":
                yield from reading.each(stream, "/features", one)
            elif key in ("geometry", "properties"):
                alone[key] = stream.value()
            else:
                stream.skip()
        if "geometry" in alone:
            yield from one(alone, "")

    yield from reading.run(blob, root)


def _positions(geometry: Record, pointer: str) -> Iterator[tuple[str, Spot | None]]:
    """Every position with its pointer, whatever the depth of the arrays."""
    parts = geometry.get("geometries")
    for n, one in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(one, dict) and "geometries" not in one:
            yield from _positions(one, f"{pointer}/geometries/{n}")
    waiting: list[tuple[str, Any, int]] = [(f"{pointer}/coordinates", geometry.get("coordinates"), 0)]
    made = 0
    while waiting and made < MOST_POSITIONS:
        where, value, depth = waiting.pop()
        if not isinstance(value, list) or not value or depth > 4:
            continue
        if not isinstance(value[0], list):
            made += 1
            yield where, spot(value[1] if len(value) > 1 else None, value[0])
        else:
            waiting.extend((f"{where}/{n}", value[n], depth + 1) for n in range(len(value) - 1, -1, -1))


def _when(facts: Record, zone: str | None) -> Moment:
    for key in _TIMES:
        said = words(facts.get(key))
        if said:
            return epoch(said) if whole(said) is not None else from_iso(said, zone=zone)
    return NO_TIME


READER = Reader(name="geojson", version="1", media_type="application/geo+json", detect=detect, read=read)
