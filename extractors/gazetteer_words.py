"""The words of a message as the gazetteer sees them, and what stands before and after a name.

Signs, from strong to none (`Sign`): a travel word with a preposition ("bus to", "salimos de", "рейс в"); a
preposition that speaks of places alone ("en", "via", "из", "إلى"), an arrow, a label, a country behind; a loose
preposition that takes persons as well ("to", "a", "de"); nothing. Tables: `extractors/tables/place_cues.toml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from extractors.gazetteer_store import fold
from extractors.tables import table

_WORD = re.compile(r"[^\W\d_](?:[^\W_]|[\u0300-\u036f\u064b-\u065f\u0670\u0900-\u0e7f\u1000-\u109f\u135d-\u135f])*")
_ARROW_AFTER = re.compile(r"\s{0,2}(?:->|-->|=>|→|➡️?|⇒|>|✈|—>|–>)")
_ARROW_BEFORE = re.compile(r"(?:->|-->|=>|→|➡️?|⇒|>|✈|📍|—>|–>)\s{0,2}$")
_REACH = 6


class Sign(IntEnum):
    """How strongly the words around a name say that it is a place."""

    NONE = 0
    LOOSE = 1
    CARRIED = 2
    """A loose preposition after a word of carrying, which persons take as well: "take it to …", "llevar a …"."""
    WITHIN = 3
    TRAVEL = 4
    """A loose preposition after a travel word: "bus to …"."""
    TRAVEL_WITHIN = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word: offsets, folded form, whether it begins with a capital, whether its script has none."""

    start: int
    end: int
    folded: str
    capital: bool
    caseless: bool
    first: bool
    """Begins the text or follows the end of a sentence, so that its capital says nothing."""


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(fold(w.replace("_", " ")) for w in table("place_cues")[name].split()) | (
        {"@"} if name == "loose" else set()
    )


@cache
def travel_words() -> frozenset[str]:
    """Folded travel words."""
    return _set("travel")


def signals(folded: str) -> bool:
    """Whether the word may be part of a sign, before or behind a name."""
    return any(folded in _set(name) for name in ("within", "loose", "travel", "skipped", "labels", "after")) or (
        folded in _country_start()
    )


def firm_signals(folded: str) -> bool:
    """Whether the word may make a sign that persons do not take."""
    return any(folded in _set(name) for name in ("within", "travel", "labels", "after")) or folded in _country_start()


@cache
def _countries() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = table("place_cues")["countries"]
    phrases = sorted(
        ((fold(p.replace("_", " ")), code) for code, line in rows.items() for p in line.split()),
        key=lambda r: -len(r[0]),
    )
    return tuple((re.compile(re.escape(p).replace(r"\ ", r"[\s\-]") + r"(?!\w)"), code) for p, code in phrases)


@cache
def _country_start() -> frozenset[str]:
    rows = table("place_cues")["countries"]
    return frozenset(fold(p.replace("_", " ")).split()[0] for line in rows.values() for p in line.split())


@cache
def _country_names() -> frozenset[str]:
    rows = table("place_cues")["countries"]
    return frozenset(fold(p.replace("_", " ")) for line in rows.values() for p in line.split()) - _set("city_names")


def is_country(folded: str) -> bool:
    """Whether a folded name is a country's, and not rather a city's."""
    return folded in _country_names()


def words(text: str) -> list[Word]:
    """Every word of `text`."""
    found: list[Word] = []
    for m in _WORD.finditer(text):
        ch = m.group()[0]
        between = text[found[-1].end : m.start()] if found else ""
        first = not found or any(c in ".!?…\n؟।。" for c in between)
        found.append(
            Word(m.start(), m.end(), fold(m.group()), ch.isupper(), not ch.isupper() and not ch.islower(), first)
        )
    return found


def country_after(text: str, end: int) -> str | None:
    """Country code of the country that directly follows, with or without a comma or bracket."""
    m = re.compile(r"\s{0,2}[,(\-–/]?\s{0,2}").match(text, end)
    at = m.end() if m else end
    if at == end:
        return None
    following = fold(text[at : at + 24])
    if not following or following.split()[0] not in _country_start():
        return None
    return next((code for form, code in _countries() if form.match(following)), None)


def sign_before(text: str, all_words: list[Word], at: int) -> Sign:
    """The sign in front of word number `at`."""
    before = at - 1
    while (
        before >= 0
        and at - before <= 3
        and all_words[before].folded in _set("skipped")
        and not _is_sign(all_words[before].folded)
    ):
        before -= 1
    start = all_words[at].start
    if _ARROW_BEFORE.search(text[max(0, start - 6) : start]):
        return Sign.WITHIN
    if before < 0:
        return Sign.NONE
    between = text[all_words[before].end : start]
    here = all_words[before].folded
    if any(c in ".!?\n;" for c in between) or len(between) > 24:
        return Sign.NONE
    if ":" in between:
        return Sign.WITHIN if here in _set("labels") or here in _set("within") else Sign.NONE
    if "," in between:
        return Sign.WITHIN if is_country(here) else Sign.NONE
    ahead = next(
        (w.folded for w in all_words[max(0, before - _REACH) : before][::-1] if w.folded in travel_words()), ""
    )
    if here in _set("within"):
        return Sign.TRAVEL_WITHIN if ahead else Sign.WITHIN
    if here in _set("loose"):
        return Sign.LOOSE if not ahead else Sign.CARRIED if ahead in _set("carrying") else Sign.TRAVEL
    return Sign.WITHIN if here in travel_words() else Sign.NONE


def _is_sign(folded: str) -> bool:
    return folded in _set("within") or folded in _set("loose")


def sign_after(text: str, all_words: list[Word], last: int) -> Sign:
    """The sign behind word number `last`: postpositions, Turkish case endings, arrows, a country."""
    end = all_words[last].end
    if _ARROW_AFTER.match(text, end) or country_after(text, end) is not None:
        return Sign.WITHIN
    if re.compile(table("place_cues")["turkish"] + r"(?!\w)").match(text, end):
        return Sign.WITHIN
    if last + 1 < len(all_words) and all_words[last + 1].folded in _set("after"):
        between = text[end : all_words[last + 1].start]
        return Sign.WITHIN if between.strip() == "" else Sign.NONE
    return Sign.NONE
