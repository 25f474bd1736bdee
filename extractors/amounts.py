"""Sums of money: figures, magnitude words and number words beside a currency. Type AMOUNT, normal form `CCC decimal`.

Specification: `entities/README` section 4, Amounts. A sum is a number with a currency beside it: before (`€ 500`,
`USD 500`, `Rs.500`) or behind (`500 €`, `5 тис грн`, `siebenhundert Euro`), or with a magnitude that means the
country's own money (`2 lakh`, `3 juta`, `5 palos`). A sign that several countries use is read by the region hints
(flag `region_assumed`); where they do not decide, the code is `XXX` and the sum a candidate. Ranges (`500-600 €`) are
two sums. `detail.role` says what the sum is for where a word beside it does (`extractors.amounts_roles`).

A number without any currency is a sum only behind such a word (`te debo 5 mil`, `u still owe 2400`), in the money of
the hinted country, flag `currency_unstated`: with a magnitude reported, without one a candidate.

Refused: any other bare number (`2k race`, `15 people`); percentages; a sum inside a reference or a telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from extractors import currencies
from extractors.amounts_numbers import HAN, Quantity, han, quantities, spelled_before
from extractors.amounts_roles import connectives, may_have_role, role
from extractors.cues import folded
from extractors.currencies import UNKNOWN, Currency, Sign
from extractors.number_words import TRIGGER_WORDS, whole_words
from extractors.parts import Candidate, Part, TextContext, Tier
from triage.text import View

_LEFT = re.compile(r"[ :.=]{0,2}")
_RIGHT = re.compile(r"[ ]{0,2}(?:(?:de los|de|di|d'|of|des)[ ])?|[,/]?[-–]{0,2}[ ]?")
_LEAST_UNSTATED = 25
"""Smaller bare numbers are hours, days and counts more often than sums."""
_RANGE = re.compile(r"[ ]?[-–—~/][ ]?|[ ](?:to|a|bis|à|до|hasta|ate|la)[ ]")


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    text = view.text
    low = folded(text)
    signs = currencies.signs(text, low)
    numbers = [q for q in quantities(low) if not context.is_claimed(q.start, q.end)]
    used: set[int] = set()
    found = _priced(low, numbers, signs, used)
    taken: set[int] = set()
    for sum_ in _ranges(low, numbers, found):
        taken.add(sum_[0].start)
        yield from _candidate(text, *sum_, context)
    for number in numbers:
        if number.start not in taken:
            yield from _unstated(text, low, number, context)
    for sign in signs:
        if sign.start in used or not sign.follows:
            continue
        spelled = _in_words(low, sign)
        if spelled:
            yield from _candidate(text, spelled, sign.currency, sign.shown, spelled.start, sign.end, context)


_Sum = tuple[Quantity, Currency, str, int, int]


def _priced(low: str, numbers: list[Quantity], signs: list[Sign], used: set[int]) -> dict[int, _Sum]:
    """Numbers that have a currency beside them: index of the number → the sum. Fills `used` with the signs taken."""
    by_end = {s.end: s for s in signs if s.leads}
    by_start = {s.start: s for s in signs if s.follows}
    found: dict[int, _Sum] = {}
    for n, number in enumerate(numbers):
        left = _left(low, number, by_end, used)
        if not left and number.start and (low[number.start - 1].isalpha() or low[number.start - 1] in "#_@"):
            continue  # the digits hang on a word
        right = _right(low, number, by_start)
        if right and left and not (not left.sure and right.sure):
            right = None
        if right and left and right.end < len(low) and low[right.end].isdecimal():
            right = None  # it leads the next number
        sign = right or left
        if sign:
            start = min(number.start, left.start if left else number.start)
            found[n] = (number, sign.currency, sign.shown, start, right.end if right else number.end)
            used.update(s.start for s in (left, right) if s)
        elif number.magnitude in currencies.own_money():
            found[n] = (number, currencies.own_money()[number.magnitude], "", number.start, number.end)
    return found


def _left(low: str, number: Quantity, by_end: dict[int, Sign], used: set[int]) -> Sign | None:
    for gap in range(3):
        sign = by_end.get(number.start - gap)
        if sign and sign.start not in used and _LEFT.fullmatch(low, sign.end, number.start):
            return sign
    return None


def _right(low: str, number: Quantity, by_start: dict[int, Sign]) -> Sign | None:
    gap = _RIGHT.match(low, number.end)
    for at in dict.fromkeys((number.end, gap.end() if gap else number.end, number.end + 1, number.end + 2)):
        sign = by_start.get(at)
        if sign and _RIGHT.fullmatch(low, number.end, at):
            return sign
    return None


def _ranges(low: str, numbers: list[Quantity], found: dict[int, _Sum]) -> Iterator[_Sum]:
    """The sums, and beside each the other end of its range, which takes currency and magnitude from it."""
    for n, number in enumerate(numbers):
        made = found.get(n) or _lower_end(low, number, found.get(n + 1)) or _upper_end(low, number, found.get(n - 1))
        if made:
            yield made


def _lower_end(low: str, number: Quantity, after: _Sum | None) -> _Sum | None:
    """`500` of `500-600 €`, `2` of `2-3k €`."""
    if not after or after[3] != after[0].start or not _RANGE.fullmatch(low, number.end, after[3]):
        return None
    factor = after[0].value / after[0].plain if after[0].plain and not number.magnitude else Decimal(1)
    made = Quantity(number.start, number.end, number.value * factor)
    return (made, after[1], after[2], number.start, number.end) if made.value < after[0].value else None


def _upper_end(low: str, number: Quantity, before: _Sum | None) -> _Sum | None:
    """`600` of `€500-600`."""
    if not before or before[4] != before[0].end or low[before[4] : before[4] + 1] == " ":
        return None
    if number.value <= before[0].value or not _RANGE.fullmatch(low, before[4], number.start):
        return None
    return number, before[1], before[2], number.start, number.end


_JOINED_BEFORE = re.compile(r"[\w#@/:.+*^=-]$")
_JOINED_BEHIND = re.compile(r"[\w#@/:*^=%°º'\"-]|[.,]\d|\s?(?:am|pm|hrs?|h|%|x|km|kg)\b")
_NEXT_WORD = re.compile(r"[ ]([^\W\d_]+)")


def _unstated(text: str, low: str, number: Quantity, context: TextContext) -> Iterator[Candidate]:
    """A number whose currency nobody names, behind a word that says what it is for."""
    if not number.magnitude and not _LEAST_UNSTATED <= number.value < 10**7:
        return
    if _JOINED_BEFORE.search(low[: number.start][-1:]) or _JOINED_BEHIND.match(low, number.end):
        return
    following = _NEXT_WORD.match(low, number.end)
    if following and following[1] not in connectives():
        return  # so many of something: people, kilometres, days
    purpose = role(text, number.start, number.end, behind=False)
    if not purpose:
        return
    code, region = currencies.national().meant(context.regions, "")
    yield Candidate(
        tier=Tier.AMOUNT,
        type="AMOUNT",
        start=number.start,
        end=number.end,
        value=f"{code} {plain(number.value)}",
        grade="context",
        rule="amounts.unstated@1",
        rank=60 if number.magnitude and region else 40,
        flags=("currency_unstated", "region_assumed") if region else ("currency_unstated",),
        detail={"currency": code, "amount": plain(number.value), "role": purpose},
    )


def _in_words(low: str, sign: Sign) -> Quantity | None:
    """The number in words, or in Chinese numerals, directly before a currency."""
    ahead = low[max(0, sign.start - 24) : sign.start].rstrip(" ")
    written = re.search(HAN.pattern + "$", ahead)
    if written:
        value = han(written.group())
        start = max(0, sign.start - 24) + written.start()
        return Quantity(start, start + len(written.group()), value, "words", value) if value else None
    return spelled_before(low, sign.start)


def _candidate(
    text: str, number: Quantity, currency: Currency, shown: str, start: int, end: int, context: TextContext
) -> Iterator[Candidate]:
    code, region = currency.meant(context.regions, shown)
    if not code or text[end : end + 1] == "%":
        return
    flags = {"region_assumed"} if region else set()
    if region in currency.doubt:
        flags.add("currency_ambiguous")
    purpose = role(text, start, end)
    detail: dict[str, object] = {"currency": code, "amount": plain(number.value)}
    if purpose:
        detail["role"] = purpose
    yield Candidate(
        tier=Tier.AMOUNT,
        type="AMOUNT",
        start=start,
        end=end,
        value=f"{code} {plain(number.value)}",
        grade="format",
        rule="amounts.words@1" if number.magnitude == "words" else "amounts.sum@1",
        rank=40 if code == UNKNOWN else 70 if region else 80,
        flags=tuple(sorted(flags)),
        detail=detail,
    )


def plain(value: Decimal) -> str:
    """Decimal notation without exponent and without trailing zeros."""
    shown = format(value, "f")
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) or "0"


_FIGURE = re.compile(r"[\d一二三四五六七八九十百千万萬亿億两兩]")


def quick(text: str) -> bool:
    """Whether there is a number, in figures or words, and a currency or, beside figures, a word for what it is."""
    low = folded(text)
    if _FIGURE.search(text):
        return currencies.may_hold(low) or may_have_role(low)
    return whole_words(low) > 0 and currencies.may_hold(low)


PART = Part(
    name="amounts", find=find, marks=r"\d一二三四五六七八九十百千万萬亿億两兩", triggers=TRIGGER_WORDS, quick=quick
)
