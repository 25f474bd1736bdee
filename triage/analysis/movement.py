"""Places and times: what a device recorded, what somebody shared, and what is only said; never one line through them.

*Recorded* are positions of pictures and location histories; *shared* are pins and links a person sent; *said* are names
and coordinates in a text. Only recorded positions of one source may be read in order as where the device was; a mention
does not say that somebody was there, and nothing here draws it as a track. Two devices recorded within `NEAR_M` metres
and `NEAR_MINUTES` of each other are listed as near each other, with both lines. Times without a zone are compared with
times without a zone only.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from triage.analysis.roster import Line, Roster, lines

NEAR_M = 300
NEAR_MINUTES = 60
_EARTH_M = 6_371_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One statement of a place."""

    line: Line
    how: Literal["recorded", "shared", "said", "route"]
    title: str
    lat: str = ""
    lon: str = ""
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Two sources recorded near each other."""

    a: Place
    b: Place
    metres: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Statements in order of time, and what lies near each other."""

    places: tuple[Place, ...]
    near: tuple[Near, ...]


_LOCATED = """
select f.unit_id, f.type, f.value, f.detail, f.start, f."end", u.origin, u.flags from findings f
join units u on u.id = f.unit_id where f.kind = 'location' and f.reported = 1
and u.id not in (select b from links where kind = 'same-message') order by 1, 5, 6"""


def build(db: sqlite3.Connection, roster: Roster) -> Movement:
    """All statements of places, in order."""
    rows = db.execute(_LOCATED).fetchall()
    units = json.dumps(sorted({row[0] for row in rows}))
    known = {line.unit: line for line in lines(db, roster, "u.id in (select value from json_each(?))", [units])}
    places = [_place(known[row[0]], *tuple(row)[1:]) for row in rows]
    ordered = tuple(sorted(places, key=lambda p: (p.line.order, p.span)))
    return Movement(places=ordered, near=near(ordered))


def _place(line: Line, type_: str, value: str, detail: str, start: int, end: int, origin: str, flags: str) -> Place:
    stated = json.loads(detail)
    lat, lon = str(stated.get("lat", "")), str(stated.get("lon", ""))
    if type_ == "GEO_POINT" and value.count(",") == 1:
        lat, lon = value.split(",")
    title = " – ".join(map(str, stated["names"])) if stated.get("names") else str(stated.get("name") or value)
    how: Literal["recorded", "shared", "said", "route"] = "said"
    if type_ == "ROUTE":
        how = "route"
    elif origin in ("exif", "location"):
        how = "recorded"
    elif "location" in json.loads(flags) or stated.get("source") in ("link", "map_link"):
        how = "shared"
    return Place(line=line, how=how, title=title, lat=lat, lon=lon, span=(start, end))


def near(places: Sequence[Place]) -> tuple[Near, ...]:
    """Pairs of different sources; each pair of places once, the nearest times first."""
    fixed = [(p, _minute(p.line.at)) for p in places if p.how in ("recorded", "shared") and p.lat and p.line.at]
    timed = sorted(((m, p) for p, m in fixed if m is not None), key=lambda one: (one[0], one[1].line.unit))
    found: list[Near] = []
    for i, ((zoned, minute), a) in enumerate(timed):
        for (other, later), b in timed[i + 1 :]:
            if other != zoned or later - minute > NEAR_MINUTES:
                break
            metres = _metres(a, b)
            if a.line.source != b.line.source and metres is not None and metres <= NEAR_M:
                found.append(Near(a=a, b=b, metres=metres, minutes=later - minute))
    return tuple(sorted(found, key=lambda n: (n.minutes, n.metres, n.a.line.unit, n.b.line.unit)))


def _minute(at: str | None) -> tuple[bool, int] | None:
    """(has a zone, minutes since year 1); None for a date alone or no time."""
    if at is None or len(at) < 16:
        return None
    moment = datetime.fromisoformat(at)
    offset = moment.utcoffset()
    base = moment.replace(tzinfo=None) - (offset or timedelta())
    return offset is not None, base.toordinal() * 1440 + base.hour * 60 + base.minute


def _metres(a: Place, b: Place) -> int | None:
    try:
        lat1, lon1, lat2, lon2 = (math.radians(float(x)) for x in (a.lat, a.lon, b.lat, b.lon))
    except ValueError:
        return None
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH_M * math.asin(min(1.0, math.sqrt(h))))
