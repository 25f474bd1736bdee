"""Points in map links, by provider, from the address alone: nothing is fetched.

| provider  | where the point stands                                                                     |
| --------- | ------------------------------------------------------------------------------------------ |
| Google    | `!3d…!4d…` before `@lat,lon`; `q query ll center destination daddr origin saddr cbll viewpoint`; path |
| Apple     | `ll daddr saddr q sll coordinate center`                                                   |
| Waze      | `ll`, `to=ll.…`, `latlng`, geohash path `/ul/h…`                                           |
| OSM       | `mlat`+`mlon`, `#map=z/lat/lon`                                                            |
| Yandex    | `ll pt whatshere[point] sll` are **longitude, latitude**; `rtext` is latitude, longitude   |
| Bing      | `cp=lat~lon`, `sp=point.lat_lon_…`, `rtp=pos.lat_lon`                                      |
| HERE      | `map=lat,lon,z`, `/l/lat,lon`                                                              |
| 2GIS      | `m=lon,lat/z`, `/geo/…/lon,lat` are longitude, latitude                                    |
| Amap, Baidu | `position=lon,lat`, `location=lat,lon`, in shifted Chinese datums (flag `datum_shifted`) |
| `geo:`    | RFC 5870 `lat,lon[,alt][;u=]`; Android `geo:0,0?q=lat,lon(label)`                          |

A shortened or place-only map link is `MAP_LINK`: it cannot be resolved offline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

from openlocationcode import openlocationcode as olc

from extractors.candidates import formed
from extractors.links import urls
from extractors.parts import Candidate, Tier
from extractors.places_angles import Point, first_sexagesimal, point, precision_of

_PAIR = re.compile(
    r"\s*(?:loc:|@|ll\.)?\s*\(?([-+]?\d{1,3}(?:\.\d{1,20})?)\s*(?:[, ]|\s)\s*([-+]?\d{1,3}(?:\.\d{1,20})?)(?=$|[^\d.])"
)
_AT = re.compile(r"/@([-+]?\d{1,3}\.\d{1,20}),([-+]?\d{1,3}\.\d{1,20})")
_BANG = re.compile(r"!3d([-+]?\d{1,3}(?:\.\d{1,20})?)!4d([-+]?\d{1,3}(?:\.\d{1,20})?)")
_BANG_LONLAT = re.compile(r"!2d([-+]?\d{1,3}\.\d{1,20})!3d([-+]?\d{1,3}\.\d{1,20})")
_PATH_PAIR = re.compile(r"/([-+]?\d{1,3}\.\d{1,20}),[\s+]{0,2}(-?\d{1,3}\.\d{1,20})(?=/|$|,)")
_HASH_MAP = re.compile(r"map=\d{1,2}(?:\.\d+)?/(-?\d{1,2}(?:\.\d+)?)/(-?\d{1,3}(?:\.\d+)?)")
_GEO_URI = re.compile(
    r"(?<!\w)geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)(?:,-?\d{1,6}(?:\.\d{1,6})?)?([;?]"
    r"[^\s<>\"]{0,300})?",
    re.I,
)
_APP_URI = re.compile(
    r"(?<!\w)(?:google\.navigation:q=|comgooglemaps(?:-x-callback)?://\?|waze://\?|maps://\?"
    r"|yandexmaps://[a-z./]{0,40}\?|yandexnavi://[a-z_./]{0,40}\?|om://map\?"
    r"|dgis://[^\s?]{0,80}\??)[^\s<>\"]{3,400}",
    re.I,
)
_WAZE_HASH = re.compile(r"/ul/h([0-9b-hjkmnp-z]{5,12})(?=$|[/?&])")
_SHORT = re.compile(
    r"^(?:maps\.app\.goo\.gl/|goo\.gl/maps/|maps\.google\.[a-z.]{2,6}/\?cid=|g\.co/kgs|waze\.to/|her\.is/"
        r"|osm\.org/go/|www\.openstreetmap\.org/go/|yandex\.[a-z.]{2,6}/maps/-/|"
    r"maps\.apple/p/|maps\.apple\.com/p/|maps\.apple\.com/place|ge0\.me/|omaps\.app/|comaps\.at/|go\.2gis\.com/"
        r"|surl\.amap\.com/|j\.map\.baidu\.com/|naver\.me/|kko\.to/|w3w\.co/|what3words\.com/)"
)  # fmt: skip
_HOST = re.compile(
    r"(?:^|\.)(?:google\.[a-z.]{2,6}|maps\.app\.goo\.gl|goo\.gl|apple\.com|maps\.apple|waze\.com|waze\.to"
        r"|openstreetmap\.org|osm\.org|yandex\.[a-z.]{2,6}|ya\.ru|bing\.com|here\.com|her\.is|2gis\.[a-z.]{2,6}"
            r"|amap\.com|"
    r"gaode\.com|baidu\.com|w3w\.co|what3words\.com|plus\.codes|ge0\.me|omaps\.app|g\.co|mapy\.cz|mapy\.com"
        r"|naver\.me|wikimapia\.org)$"
)  # fmt: skip
_LONLAT_KEYS = {"yandex": ("whatshere[point]", "pt", "ll", "sll"), "2gis": ("m",), "amap": ("position", "q", "dest")}
_LATLON_KEYS = (
    "q", "query", "ll", "destination", "daddr", "center", "coordinate", "cbll", "viewpoint", "map", "latlng", "to",
    "location", "sll", "origin", "saddr", "from", "near", "markers", "where1", "address",
)  # fmt: skip
_BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz"


def geohash(code: str) -> tuple[float, float]:
    """Centre of a geohash cell (public domain form of G. Niemeyer)."""
    ranges = [[-180.0, 180.0], [-90.0, 90.0]]
    bit = 0
    for ch in code:
        value = _BASE32.index(ch)
        for shift in range(4, -1, -1):
            low, high = ranges[bit % 2]
            middle = (low + high) / 2
            ranges[bit % 2] = [middle, high] if value >> shift & 1 else [low, middle]
            bit += 1
    return sum(ranges[1]) / 2, sum(ranges[0]) / 2


def _pair(text: str, *, lonlat: bool = False) -> Point | None:
    m = _PAIR.match(text)
    if m is None:
        return None
    x, y = float(m.group(1)), float(m.group(2))
    return point(y, x, precision_of(m.group(1))) if lonlat else point(x, y, precision_of(m.group(1)))


def _provider(host: str) -> str:
    for name in ("yandex", "2gis", "amap", "gaode", "baidu"):
        if name in host:
            return "amap" if name == "gaode" else name
    return ""


def _from_query(pairs: list[tuple[str, str]], provider: str) -> Point | None:
    given: dict[str, str] = {}
    for key, value in pairs:
        given.setdefault(key.lower(), value)
    for first, second in (
        ("mlat", "mlon"),
        ("lat", "lon"),
        ("lat", "lng"),
        ("latitude", "longitude"),
        ("x_lat", "x_lon"),
    ):
        if first in given and second in given:
            return _pair(f"{given[first]},{given[second]}")
    if "rtext" in given:
        return _pair(given["rtext"].split("~")[-1])
    for key in _LONLAT_KEYS.get(provider, ()):
        if key in given:
            made = _pair(given[key], lonlat=True)
            if made:
                return made
    for key, sep in (("cp", "~"), ("sp", "_"), ("rtp", "_")):
        if key in given:
            made = _pair(re.sub(r"^(?:point|pos)\.|.*~pos\.", "", given[key]).replace(sep, ","))
            if made:
                return made
    for key in _LATLON_KEYS:
        made = _pair(given[key]) if key in given and provider not in ("yandex", "2gis") else None
        if made:
            return made
    return None


def _from_path(path: str, fragment: str, provider: str) -> Point | None:
    for pattern, swap in ((_BANG, False), (_AT, False), (_PATH_PAIR, provider == "2gis"), (_BANG_LONLAT, True)):
        m = list(pattern.finditer(path))
        if m:
            x, y = float(m[-1].group(1)), float(m[-1].group(2))
            return point(y, x, precision_of(m[-1].group(1))) if swap else point(x, y, precision_of(m[-1].group(1)))
    m2 = _HASH_MAP.search(fragment)
    if m2:
        return point(float(m2.group(1)), float(m2.group(2)), precision_of(m2.group(1)))
    m3 = _WAZE_HASH.search(path)
    if m3:
        return point(*geohash(m3.group(1)), precision=5)
    return first_sexagesimal(path.replace("+", " ")) if "°" in path else None


def _candidate(made: Point, span: tuple[int, int], rule: str, flags: tuple[str, ...] = ()) -> Candidate:
    detail = {"source": "link", "precision_m": made.precision}
    return formed(
        "GEO_POINT",
        made.value,
        span,
        f"places.{rule}@1",
        rank=90,
        tier=Tier.LINK,
        detail=detail,
        shares=("URL", "MAP_LINK", "PLUS_CODE"),
        flags=flags,
    )


def _is_map(host: str, path: str) -> bool:
    if not _HOST.search(host):
        return False
    if re.search(r"(?:^|\.)google\.", host):
        return host.startswith("maps.") or path.startswith("/maps")
    if "apple" in host or "bing" in host:
        return "maps" in host or path.startswith("/maps")
    if "yandex" in host or host.endswith("ya.ru"):
        return "maps" in host or "maps" in path or "navi" in path
    return host != "goo.gl" or path.startswith("/maps")


def links(text: str) -> Iterator[Candidate]:
    """A point, or a MAP_LINK, for each map address."""
    for url, start, end in urls(text):
        full = url if "://" in url else "https://" + url
        try:
            parts = urlsplit(re.sub(r"^hxxp", "http", full, flags=re.I))
        except ValueError:
            continue
        host = (parts.hostname or "").removeprefix("www.")
        if not _is_map(host, parts.path):
            continue
        yield from _one(url, host, unquote(parts.path), parts.query, unquote(parts.fragment), (start, end))


def _one(url: str, host: str, path: str, query: str, fragment: str, span: tuple[int, int]) -> Iterator[Candidate]:
    provider = _provider(host)
    shifted = ("datum_shifted",) if provider in ("amap", "baidu") else ()
    made = _from_path(path, fragment, provider) if "!3d" in path else None
    made = made or _from_query(parse_qsl(query), provider) or _from_path(path, fragment, provider)
    code = path.strip("/").replace(" ", "+")
    if made:
        yield _candidate(made, span, "link", shifted)
    elif host == "plus.codes" and olc.isFull(code):
        area = olc.decode(code)
        centre = point(area.latitudeCenter, area.longitudeCenter, 14)
        yield formed(
            "PLUS_CODE", code.upper(), span, "places.plus-link@1", rank=90, tier=Tier.LINK, shares=("URL", "GEO_POINT")
        )
        if centre:
            yield _candidate(centre, span, "plus-link")
    elif host in ("w3w.co", "what3words.com") and path.count(".") == 2:
        yield formed(
            "W3W", path.strip("/").lower(), span, "places.w3w-link@1", rank=90, tier=Tier.LINK, shares=("URL",)
        )
    else:
        short = _SHORT.match(host + path)
        detail = {} if short else {"note": "a map address that states no point"}
        yield formed(
            "MAP_LINK",
            url,
            span,
            "places.map-link@1",
            rank=85 if short or path not in ("", "/") else 40,
            tier=Tier.LINK,
            shares=("URL",),
            detail=detail,
        )


def uris(text: str) -> Iterator[Candidate]:
    """`geo:` and the addresses of map applications."""
    for m in _GEO_URI.finditer(text):
        inner = re.search(r"[?&]q=([^&]+)", m.group(3) or "")
        made = (_pair(unquote(inner.group(1))) if inner else None) or point(
            float(m.group(1)), float(m.group(2)), precision_of(m.group(1))
        )
        if made:
            yield _candidate(made, m.span(), "geo-uri")
    for m in _APP_URI.finditer(text):
        query = m.group().split("?", 1)[-1] if "?" in m.group() else "q=" + m.group().split("q=", 1)[-1]
        made = _from_query(parse_qsl(query), "yandex" if "yandex" in m.group() else "") or _from_path(
            m.group(), "", "2gis" if "dgis" in m.group() else ""
        )
        if made:
            yield _candidate(made, m.span(), "app-uri")
