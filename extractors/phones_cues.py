"""The words beside a number: those that say it is a telephone, and those that say it is something else.

A cue stands within 25 characters (specification, section 3). Three classes, because the same word means less in some
company: *calling* words (call, whatsapp, zap, звони) name a telephone by themselves; *number* words (number, numéro,
номер, رقم) do so unless a word that names another thing stands there too ("order number"); *other* words (order,
tracking, card, invoice) name something else. Between a calling word and an other word the nearer one wins. The lists
are data: `tables/phone_words.toml`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from extractors.cues import folded
from extractors.tables import table
from extractors.word_forms import class_of, compile_classes

Verdict = Literal["calling", "number", "other", ""]

WINDOW = 25
LONGEST = 16
"""Letters of the longest cue: how far a cue that ends in the window may begin outside it."""
NAMED_BY = 12
"""How much farther than "number" the name of the other thing may stand ("order number", "Nr. der Sendung")."""
_NONE = 99


@cache
def _pattern() -> re.Pattern[str]:
    words = table("phone_words")
    return compile_classes({name: words[name] for name in ("calling", "other", "number")})


@cache
def _unit() -> re.Pattern[str]:
    words = sorted(table("phone_words")["unit"], key=lambda w: -len(w))
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, words))})(?![^\W\d_])")


@cache
def _unit_before() -> re.Pattern[str]:
    words = sorted(table("phone_words")["unit"], key=lambda w: -len(w))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})[ :.]?$")


def verdict(text: str, start: int, end: int) -> Verdict:
    """What the words near `start:end` in `text` (view V0) say it is; '' where they say nothing."""
    low = folded(text[max(0, start - WINDOW - LONGEST) : end + WINDOW + LONGEST])
    at = min(start, WINDOW + LONGEST)
    until = at + end - start
    if _unit().match(low, until) or _unit_before().search(low, max(0, at - LONGEST), at):
        return "other"
    nearest = {"calling": _NONE, "other": _NONE, "number": _NONE}
    for found in _pattern().finditer(low):
        kind = class_of(found)
        distance = _distance(found, at, until, kind)
        if distance <= WINDOW:
            nearest[kind] = min(nearest[kind], distance)
    if nearest["other"] < min(nearest["calling"], nearest["number"] + NAMED_BY, _NONE):
        return "other"
    if nearest["calling"] < _NONE:
        return "calling"
    return "number" if nearest["number"] < _NONE else ""


def _distance(found: re.Match[str], at: int, until: int, kind: str) -> int:
    """Characters between a cue and the number. What follows names a number less often than what leads it."""
    if found.end() <= at:
        return at - found.end()
    if found.start() >= until:
        return found.start() - until + (14 if kind == "other" else 4)
    return _NONE
