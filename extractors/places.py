"""Points and map links: coordinates in text, map addresses, `geo:`, the printed position of a picture or a location
unit.

Place names are the business of `extractors.gazetteer`. For EXIF the reader has done the arithmetic; the printed line
"GPS position: lat, lon" is quoted and the unit's flags are carried over (`hemisphere_unknown` lowers the rank to 50).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.parts import Candidate, Part, TextContext
from extractors.places_angles import decimals, geo, grids, plus_codes, point, precision_of, sexagesimal, words
from extractors.places_links import links, uris
from triage.text import View

_PRINTED = re.compile(r"(-?\d{1,3}\.\d{1,12}), ?(-?\d{1,3}\.\d{1,12})")
_POSITION_FLAGS = frozenset(
    {"hemisphere_unknown", "null_island", "gps_out_of_range", "gps_minutes_over_60", "gps_seconds_over_60"}
)
_HEMISPHERE = re.compile(r"\d\s?['′\"″°]|\d ?[NSEWOnsewo]\b|\b[NS] ?\d|\d[°º˚o]|[сю]\.?\s?ш|\d:\d\d:\d", re.I)


def _printed(text: str, context: TextContext) -> Iterator[Candidate]:
    """The position the reader printed for a picture or a location record."""
    unit = context.unit
    lat, lon = unit.detail.get("lat"), unit.detail.get("lon")
    if not isinstance(lat, str) or not isinstance(lon, str):
        return
    for m in _PRINTED.finditer(text):
        if m.group(1) == lat and m.group(2) == lon:
            made = point(float(lat), float(lon), precision_of(lat))
            if made:
                flags = tuple(sorted(f for f in unit.flags if f in _POSITION_FLAGS))
                yield geo(
                    made,
                    m.span(),
                    unit.origin,
                    unit.origin,
                    rank=50 if "hemisphere_unknown" in flags else 95,
                    flags=flags,
                )
            return


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    """Every point and map link of a message."""
    text = view.text
    if context.unit.origin in ("exif", "location"):
        printed = list(_printed(text, context))
        yield from printed
        if printed and context.unit.origin == "exif":
            return
    linked = [*(links(text) if "/" in text else ()), *(uris(text) if ":" in text else ())]
    yield from linked
    for one in _written(text, context):
        if not any(one.start < link.end and link.start < one.end for link in linked):
            yield one


def _written(text: str, context: TextContext) -> Iterator[Candidate]:
    """Points in running text; digits inside a map address belong to the address."""
    yield from decimals(text)
    if _HEMISPHERE.search(text):
        yield from sexagesimal(text, context)
    yield from grids(text)
    if "+" in text:
        yield from plus_codes(text)
    yield from words(text)


_QUICK = re.compile(
    r"\d[.,]\d\d|[°º˚′″+]|//|\d ?['\"’]|\do[ \d]|\d ?[NSEWOСЮВЗ](?![a-zа-я])|(?<![^\W\d_])[NSEWO][ .]?\d"
    r"|\d:\d\d:\d|\d{5}|\d{4} \d{4}|\d{2,3} \d{2,3}$"
    r"|:-?\d{1,3}[.,]|(?<![a-z])(?:lat|lon|lng)|deg|grad|широт|долгот|خط|geo:|maps|[?&=]q=|w3w|3 ?words"
    r"|\d[c-x] ?[a-z]{2} ?\d",
    re.I,
)


def may_place(text: str) -> bool:
    """The gate of `find`: a fraction, a sign of angles, a hemisphere, a long number, or a word for coordinates."""
    return _QUICK.search(text) is not None or text.count("/") > 1


PART = Part(
    name="places",
    find=find,
    marks=r"\d",
    triggers=(
        "///", "maps", "goo.gl", "waze", "w3w", "what3words", "what 3 words", "plus.codes", "ge0.me", "omaps", "osm.org"
    ),
    quick=may_place,
)  # fmt: skip
