"""Currency signs, words and codes in a text, and which ISO 4217 currency each means (table `currencies.toml`).

A sign may mean several currencies (`$`, `kr`, `dinar`): the region hints decide, best first; without a hint the code
is `XXX`, the ISO code for "no currency", and the amount stays a candidate. Matching is on lower-case, accent-less
text; signs of one or two letters and ISO codes that are also words (`ALL`, `TRY`, `PEN`) count only in capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick

from extractors.cues import folded
from extractors.tables import table

UNKNOWN = "XXX"
_JOINED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Currency:
    """What a sign or word stands for."""

    code: str
    """The code where there is one; for shared signs the default, which may be `XXX` or empty (no hint, no currency)."""
    by: Mapping[str, str] | None = None
    doubt: frozenset[str] = frozenset()

    def meant(self, regions: Sequence[str], shown: str) -> tuple[str, str]:
        """The code for the first hint that decides, and that hint; else the default and ''."""
        for region in regions if self.by else ():
            code = (self.by or {}).get(region, "")
            if "=" in code:  # only for these of the words: `jd jds=JOD`
                words, _, code = code.partition("=")
                code = code if folded(shown) in folded(words).split() else ""
            if code:
                return code, region
        return self.code, ""


@dataclass(frozen=True, slots=True)
class _Entry:
    currency: Currency
    exact: str = ""
    """The very letters it must have in the text, where case decides."""
    leads: bool = False
    """It may stand before the number."""
    follows: bool = True


@dataclass(frozen=True, slots=True)
class Sign:
    """A currency sign, word or code at a place in a text."""

    start: int
    end: int
    currency: Currency
    leads: bool
    follows: bool
    shown: str

    @property
    def sure(self) -> bool:
        """It means one currency wherever it stands."""
        return self.currency.by is None


def shape(word: str) -> str:
    """A word of the table as it stands in folded view V0."""
    return folded(unicodedata.normalize("NFKC", word))


@cache
def _entries() -> dict[str, tuple[_Entry, ...]]:
    data = table("currencies")
    found: dict[str, list[_Entry]] = {}

    def put(form: str, entry: _Entry) -> None:
        found.setdefault(shape(form), []).append(entry)

    careful = set(data["careful"].split())
    for code in sorted({*data["codes"].split(), *careful}):
        put(code, _Entry(Currency(code), exact=code if code in careful else "", leads=True))
    for row in [*data["currency"], *data["shared"]]:
        currency = _currency(row)
        for sign in row.get("signs", ()):
            put(
                sign,
                _Entry(
                    currency, exact=sign if sign.isalpha() and len(sign) <= 2 and sign.isascii() else "", leads=True
                ),
            )
        for letter in row.get("exact", ()):
            put(letter, _Entry(currency, exact=letter, leads=True, follows=False))
        before = {shape(w) for w in row.get("before", ())}
        for word in [*row.get("words", ()), *row.get("before", ())]:
            put(word, _Entry(currency, leads=shape(word) in before))
    return {form: tuple(entries) for form, entries in found.items()}


def _currency(row: Mapping[str, Any]) -> Currency:
    if "code" in row:
        return Currency(row["code"])
    return Currency(row["default"], row["by"], frozenset(row.get("doubt", ())))


@cache
def _automaton() -> tuple[AhoCorasick, tuple[str, ...]]:
    """All forms but single Latin letters, which `_LETTER` finds where a figure follows them."""
    forms = tuple(form for form in _entries() if len(form) > 1 or not (form.isascii() and form.isalpha()))
    return AhoCorasick(list(forms)), forms


_LETTER = re.compile(r"(?<![^\W_])[^\W\d_](?= ?\d)")


def _occurrences(low: str) -> Iterator[tuple[str, int, int]]:
    """Forms of the table in a folded text, whole words where they are words."""
    automaton, forms = _automaton()
    for n, start, end in automaton.find_matches_as_indexes(low, overlapping=True):
        if _whole(low, start, end):
            yield forms[n], start, end
    for letter in _LETTER.finditer(low):
        if letter.group() in _entries():
            yield letter.group(), letter.start(), letter.end()


@cache
def own_money() -> dict[str, Currency]:
    """Folded magnitude word → the country's own currency (`lakh`, `juta`, `palos`)."""
    return {
        shape(word): Currency(row.get("default", UNKNOWN), row["by"])
        for row in table("currencies")["own"]
        for word in row["words"]
    }


@cache
def national() -> Currency:
    """The money of the country that a hint names."""
    rows = table("currencies")["national"]
    return Currency(UNKNOWN, {region: code for code, regions in rows.items() for region in regions.split()})


@cache
def magnitudes() -> dict[str, int]:
    """Folded magnitude word → factor."""
    return {shape(w): int(factor) for factor, row in table("currencies")["magnitudes"].items() for w in row}


@cache
def _magnitude_automaton() -> AhoCorasick:
    return AhoCorasick(sorted(own_money()))


def may_hold(low: str) -> bool:
    """Whether any sign, currency word or own-money word occurs in the folded text."""
    return next(_occurrences(low), None) is not None or bool(_magnitude_automaton().find_matches_as_indexes(low))


def signs(text: str, low: str) -> list[Sign]:
    """Every currency sign in `text`, the longest at each place; `low` is its folded copy of the same length."""
    longest: dict[int, Sign] = {}
    for form, start, end in _occurrences(low):
        if start in longest and longest[start].end >= end:
            continue
        entry = next((e for e in _entries()[form] if not e.exact or e.exact == text[start:end]), None)
        if entry:
            longest[start] = Sign(start, end, entry.currency, entry.leads, entry.follows, text[start:end])
    return list(_outermost(longest[start] for start in sorted(longest)))


def _outermost(found: Iterable[Sign]) -> Iterator[Sign]:
    last = -1
    for sign in found:
        if sign.start >= last:
            yield sign
            last = sign.end


def _whole(low: str, start: int, end: int) -> bool:
    """No letters hang on it; scripts without spaces and signs need no border."""
    if low[start].isalpha() and not _JOINED.match(low[start]) and start and low[start - 1].isalpha():
        return False
    last = low[end - 1]
    return not (last.isalpha() and not _JOINED.match(last) and end < len(low) and low[end].isalpha())
