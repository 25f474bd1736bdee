"""Payment card numbers: Luhn, length and issuer range (`extractors/tables/card_ranges.toml`, ISO/IEC 7812-1).

Only the first six and the last four digits leave this module in the value; the mask covers the digits between them
and `secret` carries the whole number for the per-case keyed hash. Numbers of 15 or 16 digits in a scheme's range stand
alone; others (12 to 14 digits, 17 to 19 not in groups of four) are also the length of phone and order numbers and
need a card word. Never inside an IBAN, a longer number or a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from extractors.candidates import proved
from extractors.cues import named
from extractors.digit_runs import Digits, of_length
from extractors.parts import Candidate
from extractors.repair import digits_of
from extractors.tables import table
from extractors.validators.check_digits import luhn

_CARD_WORDS = named("card")
_OTHER_WORDS = named("other")


@cache
def _ranges() -> tuple[tuple[str, str, str, tuple[int, ...], bool], ...]:
    return tuple(
        (r["scheme"], r["from"], r.get("to", r["from"]), tuple(r["lengths"]), bool(r.get("cue")))
        for r in table("card_ranges")["range"]
    )


def scheme(digits: str) -> tuple[str, bool] | None:
    """(issuer scheme, does its range always need the word?) where range and length agree."""
    for name, low, high, lengths, cue in _ranges():
        if len(digits) in lengths and low <= digits[: len(low)] <= high:
            return name, cue
    return None


def _grouped(row: Digits) -> bool:
    """Written as on a card: fours, or 4-6-5 and 4-6-4."""
    return row.shape[:3] == (4, 4, 4) or row.shape in ((4, 6, 5), (4, 6, 4))


def _needs_word(row: Digits, size: int, by_range: bool) -> bool:
    if by_range or size < 15:
        return True
    return (size > 16 and not _grouped(row)) or (len(row.shape) > 1 and not _grouped(row))


def _fits(text: str, row: Digits, digits: str) -> tuple[str, str] | None:
    """(digits, scheme) where the row may be a card."""
    made = scheme(digits)
    if made is None or not luhn(digits) or len(set(digits)) < 2:
        return None
    if row.before == 4 and row.shape[0] == 4:
        return None
    word = _CARD_WORDS.near(text, row.start, row.end)
    if not word and (
        _needs_word(row, len(digits), made[1]) or _OTHER_WORDS.near(text, row.start, row.end, window=0, before=24)
    ):
        return None
    return digits, made[0]


def _masked(text: str, row: Digits) -> tuple[tuple[int, int], ...]:
    """Spans of the digits after the sixth and before the last four."""
    places = [i for i in range(row.start, row.end) if text[i].isalnum() or text[i] == "|"]
    hidden = places[6:-4]
    spans: list[tuple[int, int]] = []
    for at in hidden:
        if spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return tuple(spans)


def cards(text: str, all_runs: list[list[tuple[int, int]]], *, noisy: bool = False) -> Iterator[Candidate]:
    """Card numbers among the digit runs; the longest row of groups first, so that 4-4-4-4 wins over a part of it."""
    for run in all_runs:
        done = -1
        for row in sorted(of_length(text, run, 12, 19), key=lambda r: (r.start, -len(r.digits))):
            digits = digits_of(row.digits) if noisy else row.digits
            fits = _fits(text, row, digits) if digits and row.start >= done else None
            if fits is None:
                continue
            done = row.end
            value = f"{fits[0][:6]}{'*' * (len(fits[0]) - 10)}{fits[0][-4:]}"
            yield proved(
                "CARD_PAN",
                value,
                (row.start, row.end),
                "payments.card@1",
                repaired=noisy,
                detail={"scheme": fits[1]},
                mask=_masked(text, row),
                secret=fits[0],
            )
