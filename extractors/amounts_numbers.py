"""Numbers as sums are written: separators of any country, magnitude words, and words instead of figures.

The rule of the entity specification (section 4, Amounts): the last of `.` and `,` with one or two digits behind it is
the decimal mark, with three it groups thousands; apostrophe and space group thousands; Indian grouping (`15,00,000`) is
read as such. A magnitude (`k`, `mil`, `lakh`, `тыс`, `万`) multiplies; several in falling order add up (`2 mil 500`).
Decimal arithmetic only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from extractors.currencies import magnitudes
from extractors.number_words import AND, HUNDRED, SCALES, cardinal, words

NUMBER = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:"
    r"\d{1,2}(?:,\d{2}){1,4},\d{3}(?:\.\d{1,2})?(?![\d])"
    r"|\d{1,3}(?:[ .,'’]\d{3}){1,6}(?!\d)(?:[.,]\d{1,2}(?!\d))?"
    r"|\d{1,15}(?:[.,]\d{1,8})?)(?!\d)"
)
_WORD = re.compile(r"[^\W\d_]+\.?")
_JOINED = re.compile("[\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1200-\u137f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_HAN_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
HAN = re.compile("[零一二三四五六七八九〇两兩十百千万萬亿億]{1,24}")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at a place in a text."""

    start: int
    end: int
    value: Decimal
    magnitude: str = ""
    """Its last magnitude word, folded; empty for a plain number."""
    plain: Decimal = Decimal(0)
    """The figure before any magnitude."""


def figure(written: str) -> Decimal:
    """The value of digits with separators."""
    compact = re.sub(r"[ '’]", "", written)
    mark = max(compact.rfind("."), compact.rfind(","))
    if mark < 0:
        return Decimal(compact)
    behind = len(compact) - mark - 1
    single = compact.count(compact[mark]) == 1
    leading_zero = compact[:mark] == "0"
    if single and (behind != 3 or leading_zero):
        whole = re.sub(r"[.,]", "", compact[:mark])
        return Decimal(f"{whole}.{compact[mark + 1 :]}")
    return Decimal(re.sub(r"[.,]", "", compact))


def quantities(low: str) -> Iterator[Quantity]:
    """Numbers in figures, with their magnitudes, in the order of the text; `low` is folded."""
    last = -1
    for found in NUMBER.finditer(low):
        if found.start() < last:
            continue
        made = _grown(low, found)
        last = made.end
        yield made


def _grown(low: str, found: re.Match[str]) -> Quantity:
    """The figure with its magnitudes, and the smaller figures that follow it (`2 mil 500`, `1万5千`)."""
    plain = figure(found.group())
    value, end, magnitude = _scaled(low, plain, found.end())
    limit = Decimal(magnitudes()[magnitude]) if magnitude else Decimal(0)
    while limit > 1:
        space = low[end : end + 1] == " "
        following = NUMBER.match(low, end + space)
        if not following or not (space or _JOINED.match(low[end - 1])):
            break
        more, more_end, more_magnitude = _scaled(low, figure(following.group()), following.end())
        if not 0 < more < limit:
            break
        value, end = value + more, more_end
        limit = Decimal(magnitudes()[more_magnitude]) if more_magnitude else Decimal(0)
    return Quantity(found.start(), end, value, magnitude, plain)


def _scaled(low: str, value: Decimal, end: int) -> tuple[Decimal, int, str]:
    """`value` times the magnitudes that follow (`5 mil millones`), where they end, and the last of them."""
    magnitude = ""
    for _ in range(2):
        word, stop = magnitude_at(low, end)
        if not word:
            break
        value, end, magnitude = value * magnitudes()[word], stop, word
    return value, end, magnitude


_SHORT = frozenset({"k", "jt", "rb", "cr", "mn", "bn", "ty"})
"""Magnitudes of one or two letters that also stand apart from the number; others must be joined to it."""


def magnitude_at(low: str, at: int) -> tuple[str, int]:
    """The magnitude word at `at`, one space or hyphen allowed before it, and its end; '' where none stands."""
    start = at + (low[at : at + 1] in (" ", "-"))
    if start < len(low) and _JOINED.match(low[start]):  # marks break such words, so the table decides where they end
        lengths = (n for n in range(10, 0, -1) if low[start : start + n] in magnitudes())
        length = next(lengths, 0)
        return (low[start : start + length], start + length) if length else ("", at)
    found = _WORD.match(low, start)
    if not found:
        return "", at
    word = found.group()
    for form in (word, word.rstrip(".")):
        if form in magnitudes() and (len(form) > 2 or start == at or form in _SHORT):
            return form, start + len(form)
    return "", at


def spelled_before(low: str, end: int) -> Quantity | None:
    """The number in words that ends at `end` (a currency word begins there), or None."""
    row: list[re.Match[str]] = []
    for found in reversed(list(re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", low[max(0, end - 90) : end]))):
        at = max(0, end - 90) + found.end()
        follows = max(0, end - 90) + row[0].start() if row else end
        if not re.fullmatch(r"[ -]{1,2}|", low[at:follows]) or (at == follows and row):
            break
        word = found.group()
        if not (_number_word(word) or (not row and word in ("de", "di", "d", "of", "des"))):
            break
        row.insert(0, found)
    return _best_row(row, max(0, end - 90), end)


def _number_word(word: str) -> bool:
    return (word in words() and word not in ("o", "oh")) or word in SCALES or word in HUNDRED or word in AND


def _best_row(row: list[re.Match[str]], base: int, end: int) -> Quantity | None:
    """The longest end of the row that is one number."""
    while row and (row[-1].group() in ("de", "di", "d", "of", "des") or row[-1].group() in AND):
        row = row[:-1]
    while row:
        if row[0].group() not in AND:
            value = cardinal(m.group() for m in row)
            if value is not None:
                return Quantity(base + row[0].start(), base + row[-1].end(), Decimal(value), "words", Decimal(value))
        row = row[1:]
    return None


def han(written: str) -> Decimal | None:
    """Chinese numerals (`五千`, `三万二千`), or None where they are no number."""
    total = section = digit = 0
    for c in written:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_UNITS:
            section += (digit or 1) * _HAN_UNITS[c]
            digit = 0
        else:
            total = (total + section + digit or 1) * _HAN_SCALES[c]
            section = digit = 0
    return Decimal(total + section + digit) or None
