"""Which weak indicators are raised into the default report (taxonomy section 3).

A weak hit counts when another *code* stands within ten messages of it in the same thread, in the same message included.
Both hits may be weak: two different ideas near each other are worth a look, one bare word is not. A `mention` (talk of
films, news, games) neither raises nor is raised. Pure arithmetic over positions: used over the index and by `bench`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

REACH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One indicator hit: where it stands and what it is."""

    key: int
    """The caller's own number for the hit."""
    thread: Hashable
    position: int
    """Ordinal of its message in the thread."""
    code: str
    strong: bool
    mention: bool = False


def corroborate(marks: Sequence[Mark], reach: int = REACH) -> frozenset[int]:
    """Keys of the weak marks that another code stands near to."""
    threads: dict[Hashable, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for mark in marks:
        if not mark.mention:
            threads[mark.thread][mark.code].append(mark.position)
    for codes in threads.values():
        for positions in codes.values():
            positions.sort()
    return frozenset(
        m.key for m in marks if not m.strong and not m.mention and _near(m, threads[m.thread].items(), reach)
    )


def _near(mark: Mark, codes: Iterable[tuple[str, list[int]]], reach: int) -> bool:
    low, high = mark.position - reach, mark.position + reach
    return any(bisect_left(at, low) < bisect_right(at, high) for code, at in codes if code != mark.code)
