"""What a sum is for, when the sentence says it: price, debt, payment, fee, salary, fine, deposit, loan.

A cue counts within 45 characters before the sum or 25 behind it, inside the same sentence; the nearest wins, and one
before wins over one behind. The words are data: `tables/amount_roles.toml`. A role says which word stands beside the
sum, no more: not who owes whom, and not that it was paid.
"""

from __future__ import annotations

import re
from functools import cache

from ahocorasick_rs import AhoCorasick

from extractors.cues import folded
from extractors.tables import table
from extractors.word_forms import class_of, compile_classes

_BEFORE, _BEHIND = 45, 25
_STOP = re.compile(r"[.!?;\n](?=\s|$)|[。！？]")


_CONNECTIVES = "connectives"


@cache
def _roles() -> dict[str, list[str]]:
    return {name: words for name, words in table("amount_roles").items() if name != _CONNECTIVES}


@cache
def _pattern() -> re.Pattern[str]:
    return compile_classes(_roles())


@cache
def _stems() -> AhoCorasick:
    return AhoCorasick(sorted({folded(word.rstrip("*")) for words in _roles().values() for word in words}))


@cache
def connectives() -> frozenset[str]:
    """Words that may follow a sum without being what it counts."""
    return frozenset(folded(word) for word in table("amount_roles")[_CONNECTIVES])


def may_have_role(low: str) -> bool:
    """Whether any role word occurs in a folded text, as a word or in one."""
    return bool(_stems().find_matches_as_indexes(low))


def role(text: str, start: int, end: int, *, behind: bool = True) -> str:
    """The role of the sum at `start:end`, or ''; with `behind`, words after it count as well."""
    ahead = folded(text[max(0, start - _BEFORE) : start])
    ahead = ahead[max((m.end() for m in _STOP.finditer(ahead)), default=0) :]
    led = [class_of(m) for m in _pattern().finditer(ahead)]
    if led:
        return led[-1]
    if not behind:
        return ""
    rest = folded(text[end : end + _BEHIND])
    stop = _STOP.search(rest)
    found = _pattern().search(rest[: stop.start()] if stop else rest)
    return class_of(found) if found else ""
