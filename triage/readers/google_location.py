"""Google location histories: the three files of a Takeout and the two exports of telephones.

    {locations[{latitudeE7, longitudeE7, accuracy, timestamp | timestampMs}]}                       Records.json
    {timelineObjects[{placeVisit{…} | activitySegment{…}}]}                                          semantic months
    {semanticSegments[{startTime, visit | activity | timelinePath}], rawSignals[{position}], userLocationProfile}
    [{startTime, endTime, visit | activity | timelinePath}], places as `geo:` strings                iOS export
    settings, device lists and `Timeline Edits.json`: no places; their entries become notes

One `location` for each place, its text `lat, lon name`. The first place of an entry is its record, the others are extra
units. Signals without a place (Wi-Fi scans, activities) and memories of journeys are counted and not read. A waypoint
without a time of its own has none; what lies before and after it stands in its detail. The same point written twice
stays twice.

Sources: exports as public parsers describe them; the shapes are recognised by the names of their members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from triage.model import NO_TIME, Blob, Head, Moment, Read, ReadContext, Reader, Unit
from triage.readers.coordinates import Spot, location, spot_e7, spot_text
from triage.readers.json_export import Detail, ExportReading, Record, child, epoch, head_json, objects, whole, words
from triage.readers.json_stream import JsonStream
from triage.timestamps import from_iso, from_unix

APP = "Google location history"
FORMAT = "Google location export"
_SETTINGS = ("deviceSettings", "timelineEdits", "hasReportedLocations", "retentionWindowDays")
_SEGMENT = ("visit", "activity", "timelinePath", "timelineMemory")
_KEPT = (
    "accuracy",
    "source",
    "deviceTag",
    "altitude",
    "altitudeMeters",
    "accuracyMeters",
    "verticalAccuracy",
    "velocity",
)


def detect(head: Head) -> int:
    """By the names of its members."""
    text = head_json(head.start)
    if text.startswith("["):
        shaped = '"startTime"' in text and '"endTime"' in text
        return 90 if shaped and any(f'"{key}"' in text for key in _SEGMENT) else 0
    if ('"locations"' in text and '"latitudeE7"' in text) or '"timelineObjects"' in text:
        return 92
    if '"semanticSegments"' in text or ('"rawSignals"' in text and '"userLocationProfile"' in text):
        return 92
    return 82 if any(f'"{key}"' in text for key in _SETTINGS[:2]) and text.startswith("{") else 0


@dataclass(slots=True, kw_only=True)
class _Point:
    """One place of an entry."""

    path: str
    place: Spot | None
    when: Moment = NO_TIME
    name: str = ""
    detail: Detail = field(default_factory=dict)


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Places in the file's order, then the accounts."""
    yield from _History(ctx.zone).read(blob)


class _History:
    """The state of one reading."""

    def __init__(self, zone: str | None) -> None:
        self._reading = ExportReading(FORMAT)
        self._zone = zone

    def read(self, blob: Blob) -> Iterator[Read]:
        yield from self._reading.run(blob, self._root)

    def _root(self, stream: JsonStream) -> Iterator[Read]:
        each = self._reading.each
        if stream.peek() == "[":
            yield from each(stream, "", self._segment)
            return
        makers = {"locations": self._record, "timelineObjects": self._object}
        makers |= {"semanticSegments": self._segment, "rawSignals": self._signal}
        for key in stream.members():
            if key in makers:
                yield from each(stream, f"/{key}", makers[key])
            elif key == "userLocationProfile":
                yield from self._profile(stream.value())
            elif key in _SETTINGS and stream.peek() in "[{":
                yield from each(stream, f"/{key}", self._note)
            else:
                stream.skip()

    def _yielded(self, points: list[_Point], pointer: str, kind: str) -> Iterator[Read]:
        """The units of one entry; an entry without any is counted by its kind."""
        found = [one for one in points if one.place or one.name]
        if not found:
            self._reading.unread[kind] += 1
        for n, one in enumerate(found):
            locator = f"ptr={pointer}{one.path}"
            unit = location(one.place, one.name, locator=locator, app=APP, when=one.when, detail=one.detail)
            yield self._reading.unit(unit, extra=n > 0)

    def _record(self, value: Record, pointer: str) -> Iterator[Read]:
        place = spot_e7(value.get("latitudeE7"), value.get("longitudeE7"))
        detail: Detail = {key: words(value[key]) for key in _KEPT if words(value.get(key))}
        point = _Point(path="", place=place, when=self._time(value, "timestamp"), detail=detail)
        yield from self._yielded([point], pointer, "locations_without_place")

    def _time(self, value: Record, key: str) -> Moment:
        """`key` as ISO, or as seconds or milliseconds in a string; else `keyMs`."""
        said = words(value.get(key))
        if said and whole(said) is None:
            return from_iso(said, zone=self._zone)
        return epoch(said) if said else epoch(value.get(f"{key}Ms"), "ms")

    def _object(self, value: Record, pointer: str) -> Iterator[Read]:
        """An entry of the semantic months: a stay or a journey."""
        points = [*self._visit(child(value, "placeVisit"), "/placeVisit")] if "placeVisit" in value else []
        if "activitySegment" in value:
            points += self._journey(child(value, "activitySegment"), "/activitySegment")
        yield from self._yielded(points, pointer, "timeline_objects_without_place")

    def _visit(self, visit: Record, path: str) -> Iterator[_Point]:
        place, span = child(visit, "location"), self._span(child(visit, "duration"))
        name = ", ".join(part for part in (words(place.get("name")), words(place.get("address"))) if part)
        facts = {"until": span[1].source, "semantic_type": words(place.get("semanticType"))}
        facts["place_id"] = words(place.get("placeId"))
        spot = spot_e7(place.get("latitudeE7"), place.get("longitudeE7"))
        spot = spot or spot_e7(visit.get("centerLatE7"), visit.get("centerLngE7"))
        yield _Point(path=f"{path}/location", place=spot, when=span[0], name=name, detail=_stated(facts))
        yield from self._path(visit, path, span)
        children = visit.get("childVisits")
        for n, one in enumerate(children if isinstance(children, list) and path.count("/") < 8 else ()):
            yield from self._visit(one if isinstance(one, dict) else {}, f"{path}/childVisits/{n}")

    def _span(self, duration: Record) -> tuple[Moment, Moment]:
        return self._time(duration, "startTimestamp"), self._time(duration, "endTimestamp")

    def _journey(self, segment: Record, path: str) -> Iterator[_Point]:
        start, end = span = self._span(child(segment, "duration"))
        for key, when in (("startLocation", start), ("endLocation", end)):
            place = child(segment, key)
            name = ", ".join(part for part in (words(place.get("name")), words(place.get("address"))) if part)
            facts = {"kind": key.removesuffix("Location"), "activity": words(segment.get("activityType"))}
            spot = spot_e7(place.get("latitudeE7"), place.get("longitudeE7"))
            yield _Point(path=f"{path}/{key}", place=spot, when=when, name=name, detail=_stated(facts))
        yield from self._path(segment, path, span)

    def _path(self, value: Record, path: str, span: tuple[Moment, Moment]) -> Iterator[_Point]:
        """Points on the way, with their own times or none."""
        between = _stated({"from": span[0].source, "until": span[1].source})
        for outer, inner in (
            ("waypointPath", "waypoints"),
            ("simplifiedRawPath", "points"),
            ("transitPath", "transitStops"),
        ):
            points = child(value, outer).get(inner)
            for n, one in enumerate(points if isinstance(points, list) else ()):
                if isinstance(one, dict):
                    spot = spot_e7(one.get("latE7", one.get("latitudeE7")), one.get("lngE7", one.get("longitudeE7")))
                    when, where = self._time(one, "timestamp"), f"{path}/{outer}/{inner}/{n}"
                    yield _Point(path=where, place=spot, when=when, name=words(one.get("name")), detail=between)

    def _segment(self, value: Record, pointer: str) -> Iterator[Read]:
        """An entry of a telephone's export."""
        kind = next((key for key in _SEGMENT if key in value), "unknown")
        yield from self._yielded(list(self._places(value)), pointer, f"segments_{kind}")

    def _places(self, value: Record) -> Iterator[_Point]:
        start, end = (from_iso(words(value.get(key)), zone=self._zone) for key in ("startTime", "endTime"))
        top = child(value, "visit", "topCandidate")
        if top:
            facts = {"until": end.source, "semantic_type": words(top.get("semanticType"))}
            facts["place_id"] = words(top.get("placeId")) or words(top.get("placeID"))
            yield _Point(path="/visit", place=_place(top.get("placeLocation")), when=start, detail=_stated(facts))
        activity = child(value, "activity")
        for key, when in (("start", start), ("end", end)):
            facts = {"kind": key, "activity": words(child(activity, "topCandidate").get("type"))}
            if key in activity:
                spot = _place(activity.get(key))
                yield _Point(path=f"/activity/{key}", place=spot, when=when, detail=_stated(facts))
        steps = value.get("timelinePath")
        for n, step in enumerate(steps if isinstance(steps, list) else ()):
            if isinstance(step, dict):
                when = self._step_time(step, start)
                yield _Point(path=f"/timelinePath/{n}", place=_place(step.get("point")), when=when)

    def _step_time(self, step: Record, start: Moment) -> Moment:
        if said := words(step.get("time")):
            return from_iso(said, zone=self._zone)
        minutes = whole(step.get("durationMinutesOffsetFromStartTime"))
        if minutes is None or start.at is None or abs(minutes) > 10_000_000:
            return NO_TIME
        seconds = int(datetime.fromisoformat(start.at).timestamp()) + 60 * minutes
        return replace(from_unix(seconds, source=f"{start.source} + {minutes} min"), basis=start.basis)

    def _signal(self, value: Record, pointer: str) -> Iterator[Read]:
        position = child(value, "position")
        detail: Detail = {key: words(position[key]) for key in _KEPT if words(position.get(key))}
        when = from_iso(words(position.get("timestamp")), zone=self._zone) if position.get("timestamp") else NO_TIME
        spot = _place(position.get("LatLng")) or _place(position.get("latLng"))
        point = _Point(path="/position", place=spot, when=when, detail=detail)
        known = next((key for key in ("position", "wifiScan", "activityRecord") if key in value), "unknown")
        yield from self._yielded([point], pointer, f"signals_{known}")

    def _profile(self, value: Any) -> Iterator[Read]:
        places = value.get("frequentPlaces") if isinstance(value, dict) else None
        for n, one in enumerate(places if isinstance(places, list) else ()):
            if isinstance(one, dict):
                detail = _stated({"place_id": words(one.get("placeId")), "kind": "frequent place"})
                name = words(one.get("label"))
                point = _Point(path="", place=_place(one.get("placeLocation")), name=name, detail=detail)
                yield from self._yielded([point], f"/userLocationProfile/frequentPlaces/{n}", "frequent_places")

    def _note(self, value: Record, pointer: str) -> Iterator[Read]:
        text = "\n".join(_flat(value, ""))[:20_000]
        yield self._reading.unit(Unit(origin="note", locator=f"ptr={pointer}", text=text, app=APP))


def _place(value: Any) -> Spot | None:
    """A string, or an object that holds it."""
    if isinstance(value, dict):
        return spot_text(value.get("latLng")) or spot_e7(value.get("latE7"), value.get("lngE7"))
    return spot_text(value)


def _stated(facts: dict[str, str]) -> Detail:
    return {key: value for key, value in facts.items() if value}


def _flat(value: Record, before: str, depth: int = 0) -> Iterator[str]:
    for key, one in value.items():
        for inner in objects(one) if depth < 8 else ():
            yield from _flat(inner, f"{before}{key} ", depth + 1)
        if shown := words(one):
            yield f"{before}{key}: {shown}"


READER = Reader(name="google_location", version="1", media_type="application/json", detect=detect, read=read)
