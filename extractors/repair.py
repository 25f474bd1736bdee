"""OCR repair of tokens with check digits: confusions of the usual classes, in one direction only.

Classes: O o Q D/0, I l i | !/1, Z z/2, S s/5, G/6, B/8 and the Cyrillic б/6. A character is changed only where it is
not legal in its place; the caller accepts a result only where exactly one reading passes its check digits, and flags
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

TO_DIGIT = {
    "O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "i": "1", "|": "1", "!": "1", "L": "1", "Z": "2",
    "z": "2",
    "S": "5", "s": "5", "G": "6", "б": "6", "B": "8",
}  # fmt: skip
TO_LETTER = {"0": "OD", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}
MAX_READINGS = 64


def readings(token: str, allowed: Iterable[str]) -> Iterator[str]:
    """Readings of `token` in which every character is of its place's class: `n` digit, `a` letter, `c` either."""
    choices: list[str] = []
    count = 1
    for ch, kind in zip(token, allowed, strict=True):
        if kind == "n":
            options = ch if ch.isdigit() else TO_DIGIT.get(ch, "")
        elif kind == "a":
            options = TO_LETTER.get(ch, "") if ch.isdigit() else ch
        else:
            options = ch if ch.isascii() and ch.isalnum() else TO_DIGIT.get(ch, "")
        if not options:
            return
        count *= len(options)
        choices.append(options)
    if count <= MAX_READINGS:
        yield from ("".join(p) for p in product(*choices))


def digits_of(token: str) -> str | None:
    """`token` read as digits throughout, or None where a character is in no confusion class."""
    made = "".join(ch if ch.isdigit() else TO_DIGIT.get(ch, "x") for ch in token)
    return None if "x" in made else made


def only(found: Iterable[str], valid: Callable[[str], bool]) -> str | None:
    """The one reading that is valid; None where there is none or more than one."""
    good = {reading for reading in found if valid(reading)}
    return good.pop() if len(good) == 1 else None
