"""Place names: `PLACE` with `GN:<geonameid>`, and `ROUTE` for "from A via B to C".

A name is reported where the words around it speak of a place (`gazetteer_words.Sign`) or another place stands by;
else it stays a candidate. Names that are words too (Nice, Split) need a capital inside the sentence and a sign; names
of persons (Victoria) a sign that persons do not take; months and the like a travel word. A message in lower case
throughout is believed only after a travel word or, for great cities, a place's own preposition (flag `lower_case`).
Of homonyms the country that follows or the case's region wins, then the country of the other places in the message,
then population; the others are kept as `alternatives`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from extractors import gazetteer_own
from extractors.gazetteer_names import Name, longest, look_up, spaced, unspaced
from extractors.gazetteer_routes import paired, routes
from extractors.gazetteer_store import NEVER, PERSON, PLAIN, WORD, Place, fold, store
from extractors.gazetteer_words import Sign, country_after, firm_signals, signals, words
from extractors.parts import Candidate, Part, TextContext, Tier
from triage.text import View, clean

_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_TOKEN = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile("[\u0370-\u1cff\u2d00-\u2dff\u2e80-\ud7ff]")
_GREAT, _LARGE, _TOWN = 300_000, 100_000, 50_000


@lru_cache(maxsize=65536)
def _wakes(token: str) -> int:
    """1: this word may be a place by itself; 2: beside a sign; 3: a person's name, beside a sign that persons do not
    take; 4: in lower case, where the next word goes on with a name; 0: never."""
    folded = fold(token)
    found = look_up(folded)
    capital = token[0].isupper()
    if len(folded) >= 4 and any(p.kind == PLAIN and (p.population >= _TOWN or capital) for p in found[:3]):
        return 1
    if not capital:
        if any(p.kind == WORD and p.primary and p.population >= 10 * _LARGE for p in found[:3]):
            return 2
        return 4 if longest(folded, lower=True) > 1 else 0
    if longest(folded) > 1:
        return 2
    if any(p.kind == WORD or (p.kind == NEVER and p.population >= _LARGE) for p in found):
        return 2
    return 3 if found and found[0].kind == PERSON else 2 if found and found[0].kind == PLAIN else 0


@lru_cache(maxsize=65536)
def _is_signal(token: str) -> bool:
    return signals(fold(token))


@lru_cache(maxsize=65536)
def _is_firm(token: str) -> bool:
    return firm_signals(fold(token))


def may_name(text: str) -> bool:
    """The gate: a script that has no capitals, a word that is a place's name, or one that may be beside a sign.

    `find` asks it too, so that gated and full runs agree by definition.
    """
    if not text.isascii() and _OTHER_SCRIPT.search(text):
        return True
    tokens = _TOKEN.findall(text)
    woken = list(map(_wakes, tokens))
    if not any(woken):
        return False
    if 1 in woken:
        return True
    firm = any(map(_is_firm, tokens))
    for at, kind in enumerate(woken):
        if kind == 4:
            if at + 1 < len(tokens) and _goes_on(tokens[at], tokens[at + 1]):
                return True
        elif kind and (kind == 2 or firm) and _beside(tokens, at) and (kind == 3 or _is_named(tokens, at, firm=firm)):
            return True
    return False


@lru_cache(maxsize=65536)
def _goes_on(first: str, second: str) -> bool:
    two = f"{fold(first)} {fold(second)}"
    return store().begins(two) or gazetteer_own.begins(two)


def _beside(tokens: list[str], at: int) -> bool:
    """Whether a sign may stand before the word, or, for a capital, a capital or a sign behind it."""
    if at and _is_signal(tokens[at - 1]):
        return True
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    return tokens[at][0].isupper() and (following[:1].isupper() or (following != "" and _is_signal(following)))


def _is_named(tokens: list[str], at: int, *, firm: bool) -> bool:
    """Whether a name of one or more words begins here; one that persons bear counts only with a firm sign."""
    row = [fold(t) for t in tokens[at : at + 4]]
    alone = look_up(row[0])
    if alone and (firm or alone[0].kind != PERSON):
        return True
    return any(look_up(" ".join(row[:n])) for n in range(2, min(len(row), longest(row[0])) + 1))


def _strength(name: Name, place: Place) -> int:
    """Rank of a name by itself: 0 nothing, 40 candidate, more = reported."""
    if not name.capital:
        return _initial(name, place) if name.initial else _lower(name, place)
    if place.kind == PLAIN:
        return (65 + 2 * name.sign) if name.sign else 40 if place.population >= _TOWN else 0
    if place.kind == NEVER:
        return 65 if name.sign is Sign.TRAVEL_WITHIN and place.population >= _LARGE else 0
    if name.sign >= Sign.WITHIN:
        return 65
    return 65 if place.kind == WORD and name.sign and place.population >= _LARGE else 0


def _initial(name: Name, place: Place) -> int:
    """At the beginning of a sentence a capital says nothing; what stands behind the name may."""
    if place.kind != PLAIN:
        return 0
    return 60 if name.sign >= Sign.WITHIN else 40 if place.population >= _TOWN else 0


def _lower(name: Name, place: Place) -> int:
    """In a message without capitals."""
    if place.kind == NEVER or len(place.name) < 4:
        return 0
    if name.sign >= Sign.TRAVEL or name.sign is Sign.CARRIED:
        if place.kind == PLAIN:
            return 60 if place.population >= _TOWN else 40
        return 55 if name.sign >= Sign.TRAVEL and place.population >= 10 * _LARGE and place.primary else 0
    if name.sign is Sign.WITHIN and place.kind == PLAIN:
        return 55 if place.population >= _GREAT else 40
    return 0


def _chosen(
    name: Name, regions: tuple[str, ...], stated: str | None, near: frozenset[str]
) -> tuple[Place, tuple[str, ...]]:
    """The likeliest place of a name and the ids of up to four others."""

    def score(place: Place) -> tuple[float, str]:
        points = math.log10(max(place.population, 1)) + (1.6 if place.primary else 0.0)
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
def _names(text: str) -> tuple[Name, ...]:
    """Names of a message; where it is all in one case its capitals say nothing."""
    letters = [c for c in text if c.isalpha()]
    uppers = sum(c.isupper() for c in letters)
    lower = bool(letters) and (uppers == 0 or (uppers > 0.7 * len(letters) and len(letters) > 6))
    lower = lower or (uppers == 1 and next(c for c in letters).isupper())
    found = list(spaced(text, words(text), lower=lower))
    if _UNSPACED.search(text):
        found += unspaced(text)
    return tuple(_apart(found))


def _apart(found: list[Name]) -> list[Name]:
    """Longer names first, none over another."""
    kept: list[Name] = []
    for name in sorted(found, key=lambda n: (n.start - n.end, -n.sign, n.start)):
        if not any(name.start < other.end and other.start < name.end for other in kept):
            kept.append(name)
    return sorted(kept, key=lambda n: n.start)


def _ranked(text: str) -> list[tuple[Name, int]]:
    """Names with their rank by themselves."""
    found = _names(text)
    return [(n, max(_strength(n, p) for p in n.places[:3])) for n in found]


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
        written = name.capital or name.initial
        if rank < 50 and kind in (PLAIN, WORD):
            joined = any(paired(text, min(name.end, o.end), max(name.start, o.start)) for o in sure)
            large = name.places[0].population >= _TOWN
            if joined and (written or large):
                rank = 60
            elif rank and written and kind == PLAIN and (sure or _neighbours(context)):
                rank = 55
        made.append((name, rank))
    plain = [n for n, rank in made if rank == 40 and (n.capital or n.initial)]
    if not sure and len(plain) > 1:
        return _joined(text, [(n, 55 if n in plain else rank) for n, rank in made])
    return made


def _joined(text: str, ranked: list[tuple[Name, int]]) -> list[tuple[Name, int]]:
    """Names that are words too, in a row with two places ("Agadez, Sabha, Tripoli")."""
    sure = [n for n, rank in ranked if rank >= 50]
    return [
        (
            n,
            55
            if not rank
            and n.capital
            and n.places[0].kind == WORD
            and any(paired(text, min(n.end, o.end), max(n.start, o.start)) for o in sure)
            else rank,
        )
        for n, rank in ranked
    ]


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    """Every place and route of a message."""
    text = view.text
    if not may_name(text):
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
    flags = [] if name.capital or name.initial else ["lower_case"]
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
