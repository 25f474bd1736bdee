"""KML 2.2 (OGC 07-147r2) and GeoJSON (RFC 7946): every place found, as a point, with where it was said.

Points only. A place that a message mentions says nothing about where anybody was, so nothing is joined to a track.
Places of the gazetteer stand at the place's own coordinates (`basis`: text mention); coordinates in text, map links
and pictures stand as written with the precision they were written with.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from triage.exports.selection import Chosen, exhibit

NO_POINT = "without coordinates"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def points(chosen: Chosen) -> Iterator[tuple[float, float, sqlite3.Row, dict[str, Any]]]:
    """(longitude, latitude, finding, detail) of every selected finding that has a point."""
    for row in chosen:
        detail = json.loads(row["detail"])
        place = _point(row, detail)
        if place is None:
            chosen.withheld[NO_POINT] += 1
            chosen.shown -= 1
        else:
            yield *place, row, detail


def _point(row: sqlite3.Row, detail: dict[str, Any]) -> tuple[float, float] | None:
    if row["kind"] != "location":
        return None
    stated = f"{detail.get('lat', '')},{detail.get('lon', '')}"
    lat_text, _, lon_text = (row["value"] if row["type"] == "GEO_POINT" else stated).partition(",")
    try:
        lat, lon = float(lat_text), float(lon_text)
    except ValueError:
        return None
    return (lon, lat) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _facts(row: sqlite3.Row, detail: dict[str, Any]) -> dict[str, object]:
    return {
        "exhibit": exhibit(row), "type": row["type"], "value": row["value"], "quote": row["quote"],
        "name": detail.get("name", ""), "basis": _basis(row, detail), "precision_m": detail.get("precision_m"),
        "time": row["sent_at"] or row["sent_at_local"] or "", "source": row["source"], "path": row["path"],
        "locator": row["locator"], "sha256": row["item_sha256"], "finding": row["id"],
    }  # fmt: skip


def _basis(row: sqlite3.Row, detail: dict[str, Any]) -> str:
    if row["type"] == "GEO_POINT":
        return {"exif": "picture metadata", "link": "map link"}.get(str(detail.get("source")), "coordinates in text")
    return "text mention; the point is the place's own"


def write_geojson(chosen: Chosen, out: BinaryIO) -> None:
    """A FeatureCollection, one feature a line."""
    out.write(b'{"type":"FeatureCollection","features":[')
    for n, (lon, lat, row, detail) in enumerate(points(chosen)):
        made = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": _facts(row, detail)}  # fmt: skip
        text = json.dumps(made, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
        out.write((b",\n" if n else b"\n") + text)
    out.write(b"\n]}\n")


def write_kml(chosen: Chosen, out: BinaryIO) -> None:
    """A document of placemarks; no line, no styles, nothing fetched."""
    out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n')
    for lon, lat, row, detail in points(chosen):
        out.write(_placemark(lon, lat, _facts(row, detail)).encode("utf-8", "replace"))
    out.write(b"</Document></kml>\n")


def _placemark(lon: float, lat: float, facts: dict[str, object]) -> str:
    name = text(facts["exhibit"] or facts["name"] or facts["value"])
    when = f"<TimeStamp><when>{text(facts['time'])}</when></TimeStamp>" if facts["time"] else ""
    data = "".join(
        f'<Data name="{key}"><value>{text(value)}</value></Data>' for key, value in facts.items() if value is not None
    )
    return (
        f"<Placemark><name>{name}</name>{when}<ExtendedData>{data}</ExtendedData>"
        f"<Point><coordinates>{lon},{lat}</coordinates></Point></Placemark>\n"
    )


def text(value: object) -> str:
    """Text that XML 1.0 may hold."""
    return escape(_ILLEGAL.sub("\ufffd", str(value)))
