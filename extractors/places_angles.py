"""Coordinates as people and devices write them: decimal pairs, degrees-minutes-seconds, MGRS, UTM, plus codes, w3w.

Hemispheres: N/S/E/W, Spanish and French O (oeste, ouest; east in German, by region hint), Portuguese L (leste),
Cyrillic С/Ю/В/З, and the words. Decimal pairs need four decimals each, or a coordinate word and two. A pair whose first
number cannot be a latitude is read as longitude, latitude (flag `order_assumed`). Out of range, minutes or seconds
of 60 and more, and (0, 0) are refused: the last is what devices write without a fix.
References: ISO 6709, NGA MGRS, Open Location Code specification 1.0 (Google), what3words public form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import mgrs
from openlocationcode import openlocationcode as olc

from extractors.candidates import formed
from extractors.cues import named
from extractors.parts import Candidate, TextContext

_HEMI = (
    r"(?:norte|north|nord|sur|south|sud|sul|este|east|est|leste|oeste|west|ouest|с\.?\s?ш\.?|ю\.?\s?ш\.?"
    r"|в\.?\s?д\.?|з\.?\s?д\.?|[NSEWOLСЮВЗ])(?![a-zа-я])"
)
_DEG = r"[ ]?(?:°|˚|º|o(?=[ \d'′’])|deg(?:rees)?|grados|graus|град\.?|:|(?<=\d)d(?=[ \d]))[ ]?"
_MIN = r"[ ]?(?:'|′|’|‘|[ ]?\u0301|min|m(?=[ \d])|:)[ ]?"
_SEC = r"[ ]?(?:\"|″|”|“|′′|''|’’|[ ]?\u0301[ ]?\u0301|sec|s(?=[ ,;NSEW]))?"
_NUM = r"\d{1,3}(?:[.,]\d{1,10})?"


def _angle(tag: str, hemisphere: str) -> str:
    """One angle; `hemisphere` says where its letter stands: `pre`, `post` or nowhere."""
    pre = rf"(?P<pre{tag}>{_HEMI})[ .:]{{0,2}}" if hemisphere == "pre" else ""
    post = rf"[ ]?(?P<post{tag}>{_HEMI})" if hemisphere == "post" else ""
    return (
        rf"{pre}(?P<sign{tag}>[-−+]?)(?P<deg{tag}>{_NUM})"
        rf"(?:{_DEG}(?:(?P<min{tag}>\d{{1,2}}(?:[.,]\d{{1,8}})?)(?:{_MIN}(?:(?P<sec{tag}>\d{{1,2}}(?:"
        rf"[.,]\d{{1,6}})?){_SEC})?)?)?|"
        rf"[ ](?P<mins{tag}>\d{{1,2}}(?:[.,]\d{{1,8}})?)(?:[ ](?P<secs{tag}>\d{{1,2}}(?:[.,]\d{{1,6}})?))?)?{post}"
    )


_BETWEEN = r"[ ]?(?:[,;/|\n]|(?:y|and|et|e|и|по)(?=[ ])|[ ]|(?<=[NSEWOLСЮВЗ'′\"″]))[ ]?"
_SEXAGESIMAL = tuple(
    re.compile(rf"(?<![\w.,]){_angle('1', where)}{_BETWEEN}{_angle('2', where)}(?![\w])", re.I)
    for where in ("pre", "post", "")
)
_DECIMAL = re.compile(
    r"(?<![\w.,/])(?<![\d][-])([-−+]?\d{1,3}\.\d{2,15})°?[ ]?(?:[,;/|]|\n"
    r"|[ ])[ ]?(?:\n)?([-−+]?\d{1,3}\.\d{2,15})°?(?![\w%]|\.\d)"
)
_COMMAS = re.compile(
    r"(?<![\w.,/])([-−+]?\d{1,3},\d{4,15})°?[ ]?(?:;|/|\||\n|,[ ]|[ ])[ ]?([-−+]?\d{1,3},\d{4,15})°?(?![\w%])"
)
_LABELLED = re.compile(
    r"(?<!\w)(?P<a>lat(?:itude|itud)?|lon(?:g|gitude|gitud)?|lng|широта|долгота|خط العرض"
        r"|خط الطول)\.?[ \"']{0,2}[:=]?[ \"']{0,2}(?P<x>[-−+]?\d{1,3}(?:[.,]\d{1,15})?)°?[ ]?"
    r"[,;|\n&]?[ \"']{0,3}(?P<b>lat(?:itude|itud)?|lon(?:g|gitude|gitud)?|lng|широта|долгота|خط العرض"
        r"|خط الطول)\.?[ \"']{0,2}[:=]?[ \"']{0,2}(?P<y>[-−+]?\d{1,3}(?:[.,]\d{1,15})?)(?!\w)", re.I,
)  # fmt: skip
_WKT = re.compile(r"(?<!\w)POINT[ ]?\([ ]?(-?\d{1,3}(?:\.\d{1,15})?)[ ]+(-?\d{1,3}(?:\.\d{1,15})?)[ ]?\)", re.I)
_MGRS = re.compile(
    r"(?<![\w.])(\d{1,2}[C-HJ-NP-X])[ ]?([A-HJ-NP-Z]{2})[ ]?(\d{5}[ ]\d{5}|\d{4}[ ]\d{4}|\d{3}[ ]\d{3}"
    r"|\d{2}[ ]\d{2}|\d{4,10})(?![\w])",
    re.I,
)
_UTM = re.compile(
    r"(?<![\w.])(\d{1,2})[ ]?([C-HJ-NP-X])[ ,]{1,2}(\d{6})(?:\.\d{1,3})?(?:[ ]?m?E)?[ ,]{1,2}(\d{7})"
    r"(?:\.\d{1,3})?(?:[ ]?m?N)?(?!\w)"
)
_PLUS = re.compile(
    r"(?<![\w+])((?:[23456789CFGHJMPQRVWX]{8}|[23456789CFGHJMPQRVWX]{4}|[23456789CFGHJMPQRVWX]{6}"
    r"|[23456789CFGHJMPQRVWX]{2,6}0{2,6})\+(?:[23456789CFGHJMPQRVWX]{2,7})?)(?![\w+])",
    re.I,
)
_LOCALITY = re.compile(r"[ ,]{1,2}([A-ZÀ-Þ][^\n,;.!?]{2,40}(?:, [A-ZÀ-Þ][^\n,;.!?]{1,30})?)")
_W3W = re.compile(r"(?<![\w/:])///([^\W\d_]{2,30}\.[^\W\d_]{2,30}\.[^\W\d_]{2,30})(?![\w.])")
_W3W_BARE = re.compile(r"(?<![\w/.@])([^\W\d_]{3,30}\.[^\W\d_]{3,30}\.[^\W\d_]{3,30})(?![\w.@/])")


@dataclass(frozen=True, slots=True)
class Point:
    """WGS84 degrees, and the size of the last digit in metres."""

    lat: float
    lon: float
    precision: int

    @property
    def value(self) -> str:
        """`lat,lon` with six decimals."""
        return f"{self.lat:.6f},{self.lon:.6f}"


def point(lat: float, lon: float, precision: int = 0) -> Point | None:
    """A point in range that is not (0, 0)."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (abs(lat) < 1e-6 and abs(lon) < 1e-6):
        return None
    return Point(lat + 0.0, lon + 0.0, precision)


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("−", "-"))


def precision_of(number: str) -> int:
    """Metres of the last decimal of a degree, at least 1."""
    decimals = len(re.split(r"[.,]", number)[1]) if re.search(r"[.,]", number) else 0
    return max(1, round(111_320 * 10.0**-decimals))


def geo(
    made: Point, span: tuple[int, int], rule: str, source: str, *, rank: int = 85, flags: tuple[str, ...] = ()
) -> Candidate:
    """GEO_POINT candidate."""
    detail: dict[str, object] = {"source": source}
    if made.precision:
        detail["precision_m"] = made.precision
    return formed("GEO_POINT", made.value, span, f"places.{rule}@1", rank=rank, flags=flags, detail=detail)


def decimals(text: str) -> Iterator[Candidate]:
    """Decimal pairs, labelled pairs, WKT points."""
    for pattern, rule in ((_DECIMAL, "decimal"), (_COMMAS, "decimal-comma")):
        for m in pattern.finditer(text):
            x, y = m.group(1), m.group(2)
            digits = sorted(len(re.split("[.,]", n)[1]) for n in (x, y))
            fine = digits[0] >= 4 or (digits[1] >= 4 and digits[0] >= 3) or digits[1] >= 6
            if not fine and not named("coordinates").near(text, *m.span(), window=10, before=30):
                continue
            yield from _either_order(_number(x), _number(y), max(precision_of(x), precision_of(y)), m.span(), rule)
    for m in _LABELLED.finditer(text):
        first, second = (m.group(g).lower()[:3] in ("lat", "шир") or "العرض" in m.group(g) for g in "ab")
        if first != second:
            x, y = (m.group("x"), m.group("y")) if first else (m.group("y"), m.group("x"))
            made = point(_number(x), _number(y), max(precision_of(x), precision_of(y)))
            if made:
                yield geo(made, (m.start(), m.end()), "labelled", "text")
    for m in _WKT.finditer(text):
        made = point(float(m.group(2)), float(m.group(1)), precision_of(m.group(1)))
        if made:
            yield geo(made, m.span(), "wkt", "text")


def _either_order(x: float, y: float, precision: int, span: tuple[int, int], rule: str) -> Iterator[Candidate]:
    made = point(x, y, precision)
    if made:
        yield geo(made, span, rule, "text")
        return
    swapped = point(y, x, precision) if abs(x) > 90 else None
    if swapped:
        yield geo(swapped, span, rule, "text", flags=("order_assumed",), rank=45)


def _axis(hemisphere: str, regions: tuple[str, ...]) -> tuple[str, int]:
    """(`lat` or `lon`, sign) of a hemisphere letter or word."""
    low = hemisphere.lower().strip()
    if low[0] in "nсc" and low not in ("s",):
        return "lat", 1
    if low.startswith(("s", "ю")):
        return "lat", -1
    if low == "o" and any(r in ("DE", "AT", "CH") for r in regions[:1]):
        return "lon", 1
    west = low in ("o", "w", "west", "oeste", "ouest") or low.startswith("з")
    return "lon", -1 if west else 1


def _degrees(m: re.Match[str], tag: str) -> tuple[float, int] | None:
    """(unsigned or signed degrees, number of parts given); None where minutes or seconds are out of range."""
    deg = _number(m.group(f"deg{tag}"))
    minutes, seconds = m.group(f"min{tag}") or m.group(f"mins{tag}"), m.group(f"sec{tag}") or m.group(f"secs{tag}")
    mins, secs = _number(minutes) if minutes else 0.0, _number(seconds) if seconds else 0.0
    if mins >= 60 or secs >= 60 or (minutes and deg != int(deg)) or (seconds and mins != int(mins)):
        return None
    value = deg + mins / 60 + secs / 3600
    return (-value if m.group(f"sign{tag}") in ("-", "−") else value), 1 + bool(minutes) + bool(seconds)


def sexagesimal(text: str, context: TextContext) -> Iterator[Candidate]:
    """Pairs with hemispheres, or signed pairs with degree and minute signs."""
    done: list[tuple[int, int]] = []
    for pattern in _SEXAGESIMAL:
        for m in pattern.finditer(text):
            made = sexagesimal_point(m, context.regions)
            if made and not any(m.start() < b and a < m.end() for a, b in done):
                done.append(m.span())
                yield geo(made, m.span(), "dms", "text")


def first_sexagesimal(text: str) -> Point | None:
    """The first pair of `text`, for addresses that hold one."""
    found = (sexagesimal_point(m, ()) for pattern in _SEXAGESIMAL for m in pattern.finditer(text))
    return next((made for made in found if made), None)


def _precision(m: re.Match[str], parts: int) -> int:
    """Metres of the last decimal of the last part that the first angle gives."""
    given = m.groupdict()
    last = {1: given["deg1"], 2: given["min1"] or given["mins1"], 3: given["sec1"] or given["secs1"]}[parts]
    return max(1, round(precision_of(last or "") * 60.0 ** (1 - parts)))


def sexagesimal_point(m: re.Match[str], regions: tuple[str, ...]) -> Point | None:
    first, second = _degrees(m, "1"), _degrees(m, "2")
    if first is None or second is None:
        return None
    given = m.groupdict()
    letters = [given.get(f"pre{t}") or given.get(f"post{t}") for t in "12"]
    precision = _precision(m, min(first[1], second[1]))
    if letters[0] and letters[1]:
        axes = [_axis(letter, regions) for letter in letters if letter]
        if {axes[0][0], axes[1][0]} != {"lat", "lon"}:
            return None
        signed = {axis: abs(v[0]) * sign for (axis, sign), v in zip(axes, (first, second), strict=True)}
        if first[1] == 1 and second[1] == 1 and not re.search(r"[.,]\d", m.group()) and "°" not in m.group():
            return None
        return point(signed["lat"], signed["lon"], precision)
    marked = "°" in m.group() and re.search(r"['′’]", m.group()) is not None
    if not any(letters) and marked and first[1] > 1 and second[1] > 1:
        return point(first[0], second[0], precision)
    return None


def grids(text: str) -> Iterator[Candidate]:
    """MGRS with ten or eight digits, fewer beside a grid word; UTM with zone and band."""
    for m in _MGRS.finditer(text):
        digits = re.sub(r"\D", "", m.group(3))
        written = m.group(1)[-1].isupper() and m.group(2).isupper()
        cued = named("grid").near(text, *m.span())
        if len(digits) % 2 or (len(digits) < 8 and not cued) or not (written or cued):
            continue
        code = (m.group(1) + m.group(2) + digits).upper()
        made = _from_mgrs(code, 10 ** (5 - len(digits) // 2))
        if made:
            yield formed("MGRS", code, m.span(), "places.mgrs@1", rank=80, shares=("GEO_POINT",))
            yield geo(made, m.span(), "mgrs", "mgrs", rank=80)
    for m in _UTM.finditer(text):
        hemisphere = "N" if m.group(2).upper() >= "N" else "S"
        try:
            lat, lon = mgrs.MGRS().toLatLon(
                mgrs.MGRS().UTMToMGRS(int(m.group(1)), hemisphere, float(m.group(3)), float(m.group(4)))
            )
        except (mgrs.core.MGRSError, ValueError):
            continue
        made = point(lat, lon, 1)
        if made:
            yield geo(made, m.span(), "utm", "utm", rank=75)


def _from_mgrs(code: str, precision: int) -> Point | None:
    try:
        lat, lon = mgrs.MGRS().toLatLon(code)
    except (mgrs.core.MGRSError, ValueError):
        return None
    return point(lat, lon, precision)


def plus_codes(text: str) -> Iterator[Candidate]:
    """Full plus codes with their point; short ones keep the locality that follows, without a point."""
    for m in _PLUS.finditer(text):
        code = m.group(1).upper()
        letters = any(c.isalpha() for c in code)
        if not olc.isValid(code) or not (letters or named("plus_code").near(text, *m.span())):
            continue
        if olc.isFull(code):
            area = olc.decode(code)
            made = point(
                area.latitudeCenter, area.longitudeCenter, max(1, round((area.latitudeHi - area.latitudeLo) * 111_320))
            )
            yield formed("PLUS_CODE", code, m.span(), "places.plus-code@1", rank=85, shares=("GEO_POINT",))
            if made:
                yield geo(made, m.span(), "plus-code", "plus_code")
        elif m.group(1).isupper() and len(code.split("+")[1]) >= 2:
            where = _LOCALITY.match(text, m.end())
            detail = {"locality": where.group(1).strip()} if where else {}
            if where or named("plus_code").near(text, *m.span()):
                yield formed("PLUS_CODE", code, m.span(), "places.plus-code-short@1", rank=70, detail=detail)


def words(text: str) -> Iterator[Candidate]:
    """what3words addresses; offline they cannot be resolved."""
    for m in _W3W.finditer(text):
        yield formed("W3W", m.group(1).lower(), m.span(), "places.w3w@1", rank=80)
    low = text.lower()
    if "w3w" in low or "what3words" in low or "what 3 words" in low:
        for m in _W3W_BARE.finditer(text):
            if "what3words" not in m.group().lower() and text[max(0, m.start() - 3) : m.start()] != "///":
                yield formed("W3W", m.group(1).lower(), m.span(), "places.w3w-named@1", rank=70, shares=("URL",))
