"""Place names: `PLACE` with `GN:<geonameid>`, and `ROUTE` for "from A via B to C".

A name is reported where the words around it speak of a place (`gazetteer_words.Sign`) or another place stands by; else it
stays a candidate. Names that are words too (Nice, Split) need a capital inside the sentence and a sign; names of persons
(Victoria) a sign that persons do not take; months and the like a travel word. A message in lower case throughout is
believed only after a travel word or, for great cities, a place's own preposition (flag `lower_case`). Of homonyms the country that follows or the
case's region wins, then the country of the other places in the message, then population; the others are kept as `alternatives`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from extractors.gazetteer_names import Name, spaced, unspaced
from extractors.gazetteer_routes import routes
from extractors.gazetteer_store import NEVER, PERSON, PLAIN, WORD, Place
from extractors.gazetteer_words import Sign, country_after, travel_words, words
from extractors.parts import Candidate, Part, TextContext, Tier
from triage.text import View, clean

_CASELESS = re.compile(
    "[\u0590-\u06ff\u0900-\u0e7f\u1000-\u10ff\u1200-\u137f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_PAIRED = re.compile(r"\s{0,2}(?:,|/|-|–|—|->|→|>|=>|&|\+|y|e|and|et|und|o|or|и|و|ve)\s{0,2}")
_GREAT, _LARGE, _TOWN = 300_000, 100_000, 50_000


def may_name(text: str) -> bool:
    """The gate: a capital after the first character, a script without capitals, or a travel word."""
    rest = text[1:]
    if rest != rest.lower() or not text.isascii():
        return True
    return not travel_words().isdisjoint(text.lower().split())


def _strength(name: Name, place: Place, *, lower: bool) -> int:
    """Rank of a name by itself: 0 nothing, 40 candidate, more = reported."""
    if lower or not name.capital:
        return _without_capital(name, place)
    if place.kind == PLAIN:
        return (40 if place.population >= _TOWN else 0, 65, 70, 75)[name.sign]
    if name.sign is Sign.TRAVEL:
        return 70 if place.kind != NEVER or place.population >= _LARGE else 0
    if place.kind == WORD:
        return 65 if name.sign is Sign.WITHIN or (name.sign is Sign.LOOSE and place.population >= _LARGE) else 0
    return 65 if place.kind == PERSON and name.sign is Sign.WITHIN else 0


def _without_capital(name: Name, place: Place) -> int:
    """In a message without capitals, or at the beginning of a sentence."""
    if place.kind != PLAIN or len(place.name) < 4:
        return (
            60
            if place.kind == WORD
            and name.sign is Sign.TRAVEL
            and place.population >= 10 * _LARGE
            and name.length == 1
            and len(place.name) > 4
            and not _is_common(name)
            else 0
        )
    if name.sign is Sign.TRAVEL:
        return 60 if place.population >= _TOWN else 40
    if name.sign is Sign.WITHIN:
        return 55 if place.population >= _GREAT else 40
    return 0


def _is_common(name: Name) -> bool:
    return not name.capital and not name.places[0].primary


def _chosen(
    name: Name, regions: tuple[str, ...], stated: str | None, near: frozenset[str]
) -> tuple[Place, tuple[str, ...]]:
    """The likeliest place of a name and the ids of up to four others."""

    def score(place: Place) -> tuple[float, str]:
        points = math.log10(max(place.population, 1)) + (0.5 if place.primary else 0.0)
        points += 8 if stated and stated in place.country else 0
        points += (
            2.0
            if regions and regions[0] in place.country
            else 1.5
            if set(place.country.split("-")) & set(regions)
            else 0.0
        )
        points += 1.0 if place.country in near else 0.0
        return -points, place.value

    ordered = sorted(name.places, key=score)
    return ordered[0], tuple(p.value for p in ordered[1:5])


@lru_cache(maxsize=512)
def _names(text: str) -> tuple[tuple[Name, ...], bool]:
    """Names of a message, and whether its capitals say nothing (all upper or all lower case)."""
    letters = [c for c in text if c.isalpha()]
    uppers = sum(c.isupper() for c in letters)
    lower = bool(letters) and (uppers == 0 or (uppers > 0.7 * len(letters) and len(letters) > 6))
    lower = lower or (uppers == 1 and next(c for c in letters).isupper())
    found = list(spaced(text, words(text), lower=lower))
    if _UNSPACED.search(text):
        found += unspaced(text)
    return tuple(_apart(found)), lower


def _apart(found: list[Name]) -> list[Name]:
    """Longer names first, none over another."""
    kept: list[Name] = []
    for name in sorted(found, key=lambda n: (n.start - n.end, -n.sign, n.start)):
        if not any(name.start < other.end and other.start < name.end for other in kept):
            kept.append(name)
    return sorted(kept, key=lambda n: n.start)


def _ranked(text: str) -> list[tuple[Name, int]]:
    """Names with their rank by themselves."""
    found, lower = _names(text)
    return [(n, max(_strength(n, p, lower=lower) for p in n.places[:3])) for n in found]


def _neighbours(context: TextContext) -> bool:
    """Whether the message before or after holds a place that stands by itself."""
    units = context.run.units
    near = [units[i].text for i in (context.index - 1, context.index + 1) if 0 <= i < len(units)]
    return any(rank >= 60 for text in near if len(text) < 600 for _, rank in _ranked(clean(text).text))


def _raised(text: str, ranked: list[tuple[Name, int]], context: TextContext) -> list[tuple[Name, int]]:
    """Candidates beside a place of the same message, or of the next one, become places."""
    sure = [name for name, rank in ranked if rank >= 60]
    made = []
    for name, rank in ranked:
        kind = name.places[0].kind
        if rank < 50 and kind in (PLAIN, WORD) and (name.capital or kind == PLAIN):
            listed = any(
                _PAIRED.fullmatch(text, *sorted((min(name.end, o.end), max(name.start, o.start)))) for o in sure
            )
            plain = kind == PLAIN and name.capital
            if (listed and (plain or name.capital or name.places[0].population >= _TOWN)) or (
                plain and rank and (sure or _neighbours(context))
            ):
                rank = 60
        made.append((name, rank))
    if not sure:
        plain_names = [n for n, rank in made if rank == 40 and n.capital]
        if len(plain_names) > 1:
            made = [(n, 60 if n in plain_names else rank) for n, rank in made]
    return made


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    """Every place and route of a message."""
    text = view.text
    if len(text) > 20_000:
        return
    ranked = [(n, r) for n, r in _ranked(text) if not context.is_claimed(n.start, n.end)]
    if not ranked:
        return
    settled = [(n, r) for n, r in _raised(text, ranked, context) if r]
    countries = frozenset(n.places[0].country for n, r in settled if r >= 50 and len(n.places) == 1)
    chosen: list[tuple[Name, Place]] = []
    for name, rank in settled:
        stated = country_after(text, name.end)
        place, others = _chosen(name, context.regions, stated, countries)
        yield _candidate(name, place, rank, others)
        if rank >= 50:
            chosen.append((name, place))
    yield from routes(text, chosen)


def _candidate(name: Name, place: Place, rank: int, others: tuple[str, ...]) -> Candidate:
    detail: dict[str, object] = {"name": place.name, "country": place.country}
    if place.admin:
        detail["admin"] = f"{place.country}.{place.admin}"
    if place.lat or place.lon:
        detail |= {"lat": f"{place.lat:.4f}", "lon": f"{place.lon:.4f}"}
    if place.note:
        detail["note"] = place.note
    if others:
        detail["alternatives"] = list(others)
    flags = [] if name.capital else ["lower_case"]
    if len(name.places) > 1:
        flags.append("homonym")
    if name.inflected:
        flags.append("inflected")
    return Candidate(
        tier=Tier.PLACE,
        type="PLACE",
        start=name.start,
        end=name.end,
        value=place.value,
        grade="context",
        rule="places.name@1",
        rank=rank,
        flags=tuple(sorted(flags)),
        detail=detail,
    )


PART = Part(name="gazetteer", find=find, quick=may_name)
