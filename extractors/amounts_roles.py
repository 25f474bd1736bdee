"""What a sum is for, when the sentence says it: price, debt, payment, fee, salary, fine, deposit, loan.

A cue counts within 45 characters before the sum or 25 behind it, inside the same sentence; the nearest wins, and one
before wins over one behind. The words are data: `tables/amount_roles.toml`. A role says which word stands beside the
sum, no more: not who owes whom, and not that it was paid.
"""

from __future__ import annotations

import re
from functools import cache

from extractors.cues import folded
from extractors.tables import table
from extractors.word_forms import class_of, compile_classes

_BEFORE, _BEHIND = 45, 25
_STOP = re.compile(r"[.!?;\n](?=\s|$)|[。！？]")


@cache
def _pattern() -> re.Pattern[str]:
    return compile_classes(table("amount_roles"))


def role(text: str, start: int, end: int) -> str:
    """The role of the sum at `start:end`, or ''."""
    ahead = folded(text[max(0, start - _BEFORE) : start])
    ahead = ahead[max((m.end() for m in _STOP.finditer(ahead)), default=0) :]
    led = [class_of(m) for m in _pattern().finditer(ahead)]
    if led:
        return led[-1]
    behind = folded(text[end : end + _BEHIND])
    stop = _STOP.search(behind)
    found = _pattern().search(behind[: stop.start()] if stop else behind)
    return class_of(found) if found else ""
