"""Telephone numbers: any country, digits and separators, spelled, hidden and misread by OCR. Type PHONE, E.164.

Specification: `entities/README` section 3. Numbering plans: `phonenumbers` (see `extractors.phones_numbers`). The
views are tried in their order and a later one sees only what the earlier ones left: V0 as written, V1 OCR,
V2 spelled, V3 separated (`extractors.views`).

A valid number is emitted; a merely possible one only behind `+CC` or beside a calling word, flag `possible_not_valid`.
A number without country code is read by the region hints, flag `region_assumed`; its other readings are kept as
candidates. The grade is `format`, or `context` where the word beside it is what makes it a telephone.

Refused: see `extractors.phones_vetoes`; vanity numbers other than North American toll-free ones; short codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors import phones_cues, phones_vetoes, views
from extractors.cues import folded
from extractors.number_words import TRIGGER_WORDS, whole_words
from extractors.parts import CANDIDATE_BELOW, Candidate, Part, TextContext, Tier
from extractors.phones_links import TRIGGERS, linked, may_link
from extractors.phones_numbers import FEWEST, LONGEST, Number, allotted_to, readings
from extractors.phones_vetoes import Span
from extractors.phones_windows import Row, cover, either, joined, rows, settle
from triage.text import View

_BARE = 11
"""`+`, country code and at least nine digits: shorter national numbers without their prefix are any number at all."""
_CAP = {"clean": 100, "link": 100, "ocr": 75, "spelled": 65, "separated": 65}
_FLAG = {"ocr": ("ocr_repaired",), "spelled": ("obfuscated",), "separated": ("obfuscated",)}
_EXTENSION = re.compile(
    r"\s{0,2}(?:;ext=|,?\s?(?:ext|extn|extension|extensi[oó]n|anexo|interno|int|poste|ramal|durchwahl|доб)[.:]?\s?|x\s?)(\d{1,6})(?!\d)",
    re.IGNORECASE,
)
_VANITY = re.compile(
    r"(?<![\w+])(?:\+?1[-. ])?\(?(8(?:00|33|44|55|66|77|88))\)?[-. ]([A-Z]{2,7}(?:-?[A-Z0-9]{1,7}){0,2})(?![\w-])"
)
_FIGURE = re.compile(r"\d")
_GLUED = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A stretch of V0 and how its digits were got."""

    raw: str
    start: int
    end: int
    view: str


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    text = view.text
    taken: list[Span] = list(context.claimed)
    for link in linked(text):
        made = list(_candidates(text, _Seen(link.raw, link.start, link.end, "link"), context, called=True))
        taken += [(c.start, c.end) for c in made]
        yield from made
    hard = cover(len(text), [*phones_vetoes.spans(text, phones_vetoes.HARD), *taken])
    sums = cover(len(text), phones_vetoes.spans(text, phones_vetoes.SUMS), hard)
    soft = cover(len(text), phones_vetoes.spans(text, phones_vetoes.SOFT))
    found = list(rows(text, sums, soft))
    stages = (
        _written(text, [row for row, cut in found if not cut], hard, context),
        _viewed(text, hard, soft, context),
        _written(text, [row for row, cut in found if cut], hard, context),
        _written(text, [row for row, _ in found], hard, context, possible=True),
        _vanity(text, hard, context),
    )
    for stage in stages:
        for candidate in stage:
            if candidate.rank >= CANDIDATE_BELOW:
                hard[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
            yield candidate


def _written(
    text: str, found: Sequence[Row], hard: bytearray, context: TextContext, *, possible: bool = False
) -> Iterator[Candidate]:
    """V0: numbers as they stand; first the valid ones, and when the other views have had their turn the possible."""
    unless_called = phones_vetoes.spans(text, phones_vetoes.UNLESS_CALLED) if found else []
    for row in found:
        if any(hard[row[0].start : row[-1].end]):
            continue
        if views.single_digits([g.digits for g in row]) and not row[0].plus:
            continue  # digits one by one are V3's, which knows counting from telephones
        parts = [row] if possible else settle(row, lambda raw: _is_valid(raw, context)) or [row]
        for part in parts:
            seen = _Seen(joined(part), part[0].start, part[-1].end, "clean")
            if len(seen.raw) <= LONGEST:
                doubtful = any(a <= seen.start and seen.end <= b for a, b in unless_called)
                yield from _candidates(text, seen, context, doubtful=doubtful, valid=not possible)


def _vanity(text: str, hard: bytearray, context: TextContext) -> Iterator[Candidate]:
    """North American toll-free numbers with a word in them."""
    for vanity in _VANITY.finditer(text):
        letters = vanity[2].replace("-", "")
        if len(letters) == 7 and not any(hard[vanity.start() : vanity.end()]):
            raw = "+1" + vanity[1] + letters.translate(_KEYPAD)
            yield from _candidates(text, _Seen(raw, vanity.start(), vanity.end(), "clean"), context, called=True)


def _viewed(text: str, hard: bytearray, soft: bytearray, context: TextContext) -> Iterator[Candidate]:
    """V1 to V3 over what is left. Looks like something else (a date, a sum) count for figures, not for words."""
    for name, windows in (("ocr", views.ocr), ("spelled", views.spelled), ("separated", views.separated)):
        if name == "spelled" and not (_GLUED.search(text) or whole_words(folded(text))):
            continue
        taken = hard if name == "spelled" else either(hard, soft)
        for window in windows(text, taken):
            yield from _from_window(text, name, window, context)


def _from_window(text: str, name: str, window: views.Window, context: TextContext) -> Iterator[Candidate]:
    """The first version of a window that holds valid numbers. Repaired text is never merely possible."""
    if phones_vetoes.glued_left(text, window.start) or phones_vetoes.glued_right(text, window.end):
        return
    if window.thin and phones_cues.verdict(text, window.start, window.end) not in ("calling", "number"):
        return
    for version in window.versions:
        blank = bytearray(len(version.text))
        found = [
            candidate
            for row, _ in rows(version.text, blank, blank)
            for part in settle(row, lambda raw: _is_valid(raw, context))
            for candidate in _candidates(
                text, _Seen(joined(part), *version.span(part[0].start, part[-1].end), name), context
            )
        ]
        if found:
            yield from found
            return


def _is_valid(raw: str, context: TextContext) -> bool:
    """Whether it is a number as it stands; one that lacks its `+` is too weak a reading to cut a row by."""
    return any(n.valid and not n.implied for n in readings(raw, context.regions, context.certain))


def _candidates(
    text: str,
    seen: _Seen,
    context: TextContext,
    *,
    called: bool = False,
    doubtful: bool = False,
    valid: bool = True,
) -> Iterator[Candidate]:
    """Candidates of one stretch, best reading first; the others as candidates below the limit.

    With `valid`, only what its numbering plan knows; without, only what it does not.
    """
    word = (
        "calling"
        if called or context.unit.origin in ("contact", "call")
        else phones_cues.verdict(text, seen.start, seen.end)
    )
    plus = seen.raw.startswith("+")
    short = len(seen.raw) < 7 and word not in ("calling", "number")
    if not plus and (word == "other" or views.counted(seen.raw) or short or (doubtful and word != "calling")):
        return
    mention = seen.start > 0 and text[seen.start - 1] == "@"
    options = readings(seen.raw, context.regions, context.certain)
    if not valid and (len(seen.raw) < 8 or any(n.valid for n in options)):
        return
    options = [n for n in options if n.valid == valid]
    for n, number in enumerate(options):
        rank = min(_rank(number, word, plus=plus, regions=context.regions, mention=mention), _CAP[seen.view])
        if not rank:
            continue
        yield _candidate(text, seen, number, rank if n == 0 else min(rank, 40), word)


def _rank(number: Number, word: str, *, plus: bool, regions: Sequence[str], mention: bool) -> int:
    """The specification's ranks in hundredths; 0 = do not emit."""
    bonus = 5 if word == "calling" else 0
    if not number.valid:
        return 50 if plus or word == "calling" else 0
    if number.explicit:
        return 90 + bonus
    if number.implied:
        return 60 + bonus if word == "calling" or mention or number.country in regions else 45
    if number.bare and (not word or len(number.e164) < _BARE):
        return 45
    return (85 if number.certain else 60) + bonus


def _candidate(text: str, seen: _Seen, number: Number, rank: int, word: str) -> Candidate:
    flags = set(_FLAG.get(seen.view, ()))
    if not number.explicit:
        flags.add("region_assumed")
    if not number.valid:
        flags.add("possible_not_valid")
    detail: dict[str, object] = {"country": number.country, "line": number.line}
    extension = _EXTENSION.match(text, seen.end)
    if extension:
        detail["extension"] = extension[1]
    carrier = allotted_to(number.e164) if number.line in ("mobile", "fixed_line_or_mobile") else ""
    if carrier:
        detail["range_allotted_to"] = carrier
    return Candidate(
        tier=Tier.LINK if seen.view == "link" else Tier.PHONE,
        type="PHONE",
        start=seen.start,
        end=seen.end,
        value=number.e164,
        grade="format" if number.valid else "context",
        rule=f"phones.{seen.view}@1",
        rank=rank,
        flags=tuple(sorted(flags)),
        detail=detail,
        blocks=rank >= 50,
        shares=("*",) if seen.view == "link" else (),
    )


_TOLL_FREE = re.compile(r"8(?:00|33|44|55|66|77|88)[-. )]")


def quick(text: str) -> bool:
    """Whether seven digits may come together in any view: figures, OCR letters, number words of up to three digits."""
    if "://" in text and not may_link(text):
        text = phones_vetoes.without_addresses(text)
    figures = len(_FIGURE.findall(text))
    if figures >= FEWEST or (figures >= 3 and (_TOLL_FREE.search(text) or views.OCR_HINT.search(text))):
        return True
    named = whole_words(folded(text))
    return named >= (1 if figures else views.FEWEST_WORDS) and figures + 3 * named >= FEWEST


PART = Part(name="phones", find=find, triggers=(*TRIGGERS, *TRIGGER_WORDS), marks=r"\d", quick=quick)
