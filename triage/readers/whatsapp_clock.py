"""Words and forms of a message's time: 12 and 24 hours, day halves of some sixty languages, dots, `16 h 37`.

The words are data (`whatsapp_clock.toml`). A marker makes a 12-hour time of any hour up to 12 and leaves a later one
as it is (`16:37 PM` is written by some phones). `00:08 a. m.` is no 12-hour time by the book, but phones write it: it
is eight minutes past midnight. Hours above 23 and minutes above 59 are no time.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

MARK = r"\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
"""Direction marks, isolates and byte order marks: they may stand anywhere in a header."""
SPACE = r" \t\u00a0\u2007\u2009\u202f"
"""The spaces that phones write in a header."""
_SILENT = re.compile(rf"[{MARK}{SPACE}.]+")
_MARKS = re.compile(rf"[{MARK}]+")
_NUMBER = re.compile(r"\d+")


def _words() -> dict[str, list[str]]:
    data = tomllib.loads((files("triage.readers") / "whatsapp_clock.toml").read_text("utf-8"))
    months: dict[str, list[str]] = data.pop("months")
    return {**data, **months}


_WORDS = _words()


def _key(word: str) -> str:
    return _SILENT.sub("", word).casefold()


_HALVES = {_key(w): half for half in ("am", "pm", "noon") for w in _WORDS[half]}
_MONTHS = {_key(w): n for n in range(1, 13) for w in _WORDS[str(n)]}


def alternation(names: tuple[str, ...]) -> str:
    """A regex for any of the words in these lists; blanks and the final full stop are optional."""
    words = sorted({w for name in names for w in _WORDS[name]}, key=lambda w: (-len(w), w))
    return "|".join(_flexible(w) for w in words)


def _flexible(word: str) -> str:
    body = re.escape(word.rstrip(".")).replace(r"\ ", r"\s{0,2}")
    return body + (r"\.?" if word.endswith(".") else "")


HALF = f"(?i:{alternation(('am', 'pm', 'noon'))})"
BETWEEN = f"(?i:{alternation(('between',))})"
AFTER = f"(?i:{alternation(('after',))})"
MONTH = rf"(?i:{alternation(tuple(str(n) for n in range(1, 13)))})\.?"


def month_number(word: str) -> int:
    """1–12 for a month name of the list, 0 for any other word."""
    return _MONTHS.get(_key(word), 0)


@lru_cache(maxsize=1 << 17)
def clock_time(written: str) -> tuple[int, int, int] | None:
    """Hour, minute, second of a time as written (with its marker), or None where there is no such time."""
    numbers = [int(n) for n in _NUMBER.findall(written)]
    half = _half(written)
    hour, minute, second = (*numbers, 0)[:3]
    if half == "am" and hour == 12:
        hour = 0
    elif (half == "pm" and hour < 12) or (half == "noon" and hour < 10):
        hour += 12
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _half(written: str) -> str:
    """`am`, `pm`, `noon` or '' by the words around the digits."""
    for word in _NUMBER.split(_MARKS.sub("", written)):
        found = _HALVES.get(_key(word))
        if found:
            return found
    return ""
