"""Tracks and places: GPX (`trkpt`, `rtept`, `wpt`) and KML (`Point`, `LineString`, `gx:Track`).

GPX gives `lat` and `lon` as attributes and times in UTC. KML gives **longitude first**: `lon,lat[,alt]` in
`coordinates`, `lon lat alt` in `gx:coord`, whose times are the `when` elements before them, in order. One `location`
unit for each point, counted over the document; a point of a line has no time of its own unless the track gives it, and
then the placemark's begin stands in its detail. A KMZ is an archive and is opened before.

Sources: GPX 1.1 schema (Topografix), OGC KML 2.2/2.3. Refused: document types and entities (reported, not expanded),
network links and overlays (nothing is fetched). Descriptions are kept as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import NO_TIME, Blob, Head, Moment, Read, ReadContext, Reader, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.coordinates import location, spot
from triage.readers.json_export import Detail
from triage.readers.text_encoding import sniff
from triage.readers.xml_stream import XmlStream, blocks_of, local_name
from triage.timestamps import from_iso

FORMAT = "GPX or KML file"
_GPX_POINTS = frozenset({"trkpt", "rtept", "wpt"})
_VALUES = frozenset({"time", "name", "desc", "cmt", "when", "coordinates", "coord", "begin", "end", "description"})
_HOLDERS = _GPX_POINTS | {"Placemark", "Track", "metadata", "trk", "rte", "TimeSpan", "TimeStamp"}
_PROLOG = re.compile(r"(?:[\s\ufeff]|<\?[^>]*>|<!--(?:[^-]|-[^-])*-->|<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>)*")
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(gpx|kml)[\s>]")


def detect(head: Head) -> int:
    """By the root element."""
    text = head.start.decode(sniff(head.start) or "latin-1", "replace")[:8192]
    found = _ROOT.search(text)
    return 92 if found and _PROLOG.fullmatch(text, 0, found.start()) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Points in the file's order, then the accounts."""
    track = _Track(ctx.zone)
    with blob.open() as handle:
        yield from track.stream.events(blocks_of(handle))
    yield from track.accounts()


class _Track:
    """The state of one reading; the parser's handlers fill it."""

    def __init__(self, zone: str | None) -> None:
        self.stream: XmlStream[Unit] = XmlStream(self._start, self._end, with_text=True)
        self._zone = zone
        self._path: list[str] = []
        self._app = "GPX"
        self._open: dict[str, str] = {}
        """Attributes and values of the GPX point that is open."""
        self._mark: dict[str, str] = {}
        """Values of the KML placemark that is open."""
        self._whens: list[str] = []
        self._coords: list[str] = []
        self._n = self._bad = self._bad_times = 0

    def _start(self, tag: str, attrs: dict[str, str]) -> None:
        name = local_name(tag)
        self._path.append(name)
        if name in _GPX_POINTS:
            self._open = {"lat": attrs.get("lat", ""), "lon": attrs.get("lon", "")}
        elif name == "Placemark":
            self._mark = {}
        elif name == "Track":
            self._whens, self._coords = [], []
        elif name == "kml":
            self._app = "KML"
        if name in _VALUES:
            self.stream.text.clear()
            self.stream.in_text = True

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if self._path:
            self._path.pop()
        if name in _VALUES:
            self.stream.in_text = False
            self._value(name, "".join(self.stream.text).strip())
        elif name in _GPX_POINTS:
            self._gpx_point(name)
        elif name == "Track":
            self._gx_track()

    def _value(self, name: str, text: str) -> None:
        parent = self._path[-1] if self._path else ""
        if name == "coordinates":
            self._line(text)
        elif name == "coord":
            self._coords.append(text)
        elif name == "when" and parent == "Track":
            self._whens.append(text)
        elif parent in _GPX_POINTS:
            self._open[name] = text
        elif parent in _HOLDERS:
            self._mark[name] = text

    def _gpx_point(self, kind: str) -> None:
        point = self._open
        name = ", ".join(point[key] for key in ("name", "desc", "cmt") if point.get(key))
        when = self._when(point.get("time", ""))
        self._point(point["lat"], point["lon"], name, when, {"kind": kind})
        self._open = {}

    def _line(self, text: str) -> None:
        """`coordinates`: tuples with commas, parted by spaces."""
        tuples = text.split()
        own = self._mark.get("when", "") or self._mark.get("begin", "")
        for one in tuples:
            lon, _, rest = one.partition(",")
            lat = rest.partition(",")[0]
            alone = len(tuples) == 1
            detail: Detail = {} if alone or not own else {"begin": own}
            self._point(lat, lon, self._shown(), self._when(own) if alone else NO_TIME, detail)

    def _gx_track(self) -> None:
        for n, coord in enumerate(self._coords):
            parts = coord.split()
            lon, lat = [*parts, "", ""][:2]
            when = self._when(self._whens[n]) if n < len(self._whens) else NO_TIME
            self._point(lat, lon, self._shown(), when, {"kind": "gx:Track"})
        self._whens, self._coords = [], []

    def _shown(self) -> str:
        return ", ".join(self._mark[key] for key in ("name", "description") if self._mark.get(key))[:2000]

    def _when(self, said: str) -> Moment:
        if not said:
            return NO_TIME
        when = from_iso(said, zone=self._zone)
        self._bad_times += when.basis == "none"
        return when

    def _point(self, lat: str, lon: str, name: str, when: Moment, detail: Detail) -> None:
        place = spot(lat, lon)
        self._n += 1
        if place is None:
            self._bad += 1
            return
        locator = f"node={self._n}"
        self.stream.ready.append(location(place, name, locator=locator, app=self._app, when=when, detail=detail))

    def accounts(self) -> Iterator[Read]:
        if self._bad:
            yield problem("R-RECORD", "read", records=self._bad, why=f"{self._bad} points are no place on Earth")
        if self._bad_times:
            yield problem("R-DATE-VALUE", "read", n=self._bad_times)
        if self.stream.has_doctype:
            yield problem("R-DTD", "read", n=self._n)
        waiting = len(self._coords) + bool(self._open)
        yield Tally(what="records", n=self._n + waiting)
        fault = self.stream.fault
        if fault is not None:
            trouble = fault.problem(FORMAT, self._n - self._bad, records=waiting)
            if self._n == 0:
                raise ReadError(trouble)
            yield trouble


READER = Reader(name="gpx_kml", version="1", media_type="application/gpx+xml", detect=detect, read=read)
