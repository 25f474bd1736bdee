"""Names of places among the words of a message: the longest name at each word, in every script.

Scripts with capitals ask for one at the name's first word (a message in one case gives no such sign, and asks for a
travel word instead). Cyrillic names are also looked up with their case endings replaced ("в Киеве", "из Москвы").
Arabic and Ethiopic words may carry a joined preposition. Korean words end in a particle. Chinese, Japanese and Thai
are not spaced: there a name is looked for only beside one of the marks in `place_cues.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from extractors import gazetteer_own
from extractors.gazetteer_store import Place, fold, store
from extractors.gazetteer_words import Sign, Word, is_country, sign_after, sign_before
from extractors.tables import table

_CYRILLIC = re.compile("[\u0400-\u04ff]")
_ARABIC = re.compile("[\u0600-\u06ff]")
_ETHIOPIC = re.compile("[\u1200-\u137f]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_CJK_RUN = re.compile("[\u3040-\u30ff\u3400-\u9fff]{2,60}")
_THAI_RUN = re.compile("[\u0e00-\u0e7f]{3,120}")
_ENDINGS = tuple(
    pair.partition(">")[::2]
    for pair in [
        "ове>ов",
        "ева>ев",
        "ии>ия",
        "ию>ия",
        "е>а",
        "е>",
        "ы>а",
        "ы>",
        "и>а",
        "и>ь",
        "и>я",
        "у>а",
        "у>",
        "ю>я",
        "ю>ь",
        "а>",
        "я>ь",
        "і>",
        "і>а",
        "ой>а",
        "ом>",
        "ем>ь",
    ]
)
"""Cyrillic case endings and what stands for each in the nominative."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name found: its span, what it may mean, the sign around it, and how its case was written."""

    start: int
    end: int
    places: tuple[Place, ...]
    sign: Sign
    capital: bool
    """Begins with a capital where that says something, or in a script without capitals."""
    length: int
    """Words."""
    initial: bool = False
    """Its capital is that of the sentence."""
    inflected: bool = False


@lru_cache(maxsize=65536)
def look_up(folded: str) -> tuple[Place, ...]:
    """Places of a folded name, the own list's first."""
    own = gazetteer_own.places(folded)
    known = {p.value for p in own}
    return own + tuple(p for p in store().places(folded) if p.value not in known)


@lru_cache(maxsize=65536)
def longest(first: str, *, lower: bool = False) -> int:
    """Most words of a name that begins so; `lower`: of the names believed without a capital."""
    return max(store().longest(first, lower=lower), gazetteer_own.longest(first))


@lru_cache(maxsize=16384)
def _inflected(folded: str) -> tuple[Place, ...]:
    found = {}
    for ending, nominative in _ENDINGS:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            for place in look_up(folded[: len(folded) - len(ending)] + nominative):
                if place.population >= 50_000 or place.value.startswith("TP:"):
                    found[place.value] = place
    return tuple(sorted(found.values(), key=lambda p: (-p.population, p.value)))


def _joined(text: str, all_words: list[Word], at: int, count: int) -> str | None:
    """The folded words `at` to `at + count`, where nothing but spaces, hyphens or apostrophes stand between."""
    row = all_words[at : at + count]
    if len(row) < count:
        return None
    for one, two in pairwise(row):
        if text[one.end : two.start].strip(" -'’‘.ʼ") or two.start - one.end > 2:
            return None
    return " ".join(w.folded for w in row)


def spaced(text: str, all_words: list[Word], *, lower: bool) -> Iterator[Name]:
    """Names in scripts that put spaces between words. `lower`: the message's capitals say nothing."""
    at = 0
    while at < len(all_words):
        word = all_words[at]
        made = None
        if word.capital or word.caseless or lower:
            made = _at(text, all_words, at, lower=lower)
        if made is None:
            at += 1
            continue
        yield made
        at += made.length


def _at(text: str, all_words: list[Word], at: int, *, lower: bool) -> Name | None:
    word = all_words[at]
    for count in range(
        min(longest(word.folded, lower=not (word.capital or word.caseless)), 5, len(all_words) - at), 0, -1
    ):
        folded = word.folded if count == 1 else _joined(text, all_words, at, count)
        found = look_up(folded) if folded else ()
        if found:
            last = all_words[at + count - 1]
            glued = text[last.start - 1] in "'’‘ʼ-" if count > 1 else True
            if not (glued or lower or last.capital or last.caseless):
                continue
            sign = max(sign_before(text, all_words, at), sign_after(text, all_words, at + count - 1))
            capital = word.caseless or (word.capital and not lower and not word.first)
            if is_country(folded or "") and found[0].value.startswith("GN:"):
                return None
            return Name(word.start, last.end, found, sign, capital, count, initial=word.capital and word.first)
    return _with_affix(text, all_words, at, lower=lower)


def _with_affix(text: str, all_words: list[Word], at: int, *, lower: bool) -> Name | None:
    """Case endings, joined prepositions and particles."""
    word = all_words[at]
    folded = word.folded
    if _CYRILLIC.match(folded):
        found = _inflected(folded)
        sign = sign_before(text, all_words, at) if found else Sign.NONE
        return (
            Name(word.start, word.end, found, sign, not word.first and not lower, 1, inflected=True)
            if found and sign
            else None
        )
    for script, name in ((_ARABIC, "ar"), (_ETHIOPIC, "am")):
        if script.match(folded) and folded[0] in table("place_cues")["prefixes"][name] and len(folded) > 3:
            found = look_up(folded[1:])
            sign = Sign.WITHIN if folded[0] in "لبከበለ" else sign_before(text, all_words, at)
            return Name(word.start + 1, word.end, found, sign, True, 1) if found else None
    if _HANGUL.match(folded):
        m = re.search(table("place_cues")["korean"] + "$", text[word.start : word.end])
        found = look_up(fold(text[word.start : word.start + m.start()])) if m and m.start() >= 2 else ()
        return Name(word.start, word.start + m.start(), found, Sign.WITHIN, True, 1) if m and found else None
    return None


@cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    cues = table("place_cues")
    return re.compile(f"[{cues['cjk_before']}]"), re.compile(cues["cjk_after"]), re.compile(cues["thai_before"])


def unspaced(text: str) -> Iterator[Name]:
    """Names in Chinese, Japanese and Thai, beside their marks."""
    before, after, thai = _marks()
    for run in _CJK_RUN.finditer(text):
        for m in before.finditer(text, run.start(), run.end()):
            yield from _starting(text, m.end(), run.end(), 8)
        for m in after.finditer(text, run.start() + 2, run.end()):
            yield from _ending(text, run.start(), m.start())
    for run in _THAI_RUN.finditer(text):
        for m in thai.finditer(text, run.start(), run.end()):
            yield from _starting(text, m.end(), run.end(), 24)
        yield from _starting(text, run.start(), run.end(), 24, sign=Sign.NONE)


def _starting(text: str, start: int, end: int, most: int, *, sign: Sign = Sign.WITHIN) -> Iterator[Name]:
    for stop in range(min(end, start + most), start + 1, -1):
        found = look_up(fold(text[start:stop]))
        if found:
            yield Name(start, stop, found, sign, True, 1)
            return


def _ending(text: str, low: int, stop: int) -> Iterator[Name]:
    for start in range(max(low, stop - 8), stop - 1):
        found = look_up(fold(text[start:stop]))
        if found:
            yield Name(start, stop, found, Sign.WITHIN, True, 1)
            return
