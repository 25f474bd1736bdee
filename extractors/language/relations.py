"""Matching relations: where the elements of a pattern stand in the order and distance it asks for.

Distance is counted in words: fillers and emoji cost nothing, a comma one, a hard border cannot be crossed within a
sentence and costs two within a message. An element never overlaps another of the same match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from extractors.language.compiled import Gap, Pattern
from extractors.language.tokens import HARD, SIGN, SOFT

FAR = 10_000
Span = tuple[int, int]
Spans = tuple[Span, ...]


class Mentions(Protocol):
    """Where concepts stand in a text."""

    def of(self, concept: int) -> list[Span]: ...
    def absent(self, pattern: Pattern) -> bool: ...
    def cost(self, within: str) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Match:
    """One place where a pattern holds: the span of each element, in the pattern's order."""

    pattern: Pattern
    spans: tuple[Span, ...]

    @property
    def start(self) -> int:
        return min(s for s, _ in self.spans)

    @property
    def end(self) -> int:
        return max(e for _, e in self.spans)


def costs(kinds: list[int], fillers: frozenset[int], within: str) -> list[int]:
    """Running cost of passing each token: `cost[b] - cost[a]` is the distance from a to b."""
    price = {SIGN: 0, SOFT: FAR if within == "clause" else 1, HARD: 2 if within == "message" else FAR}
    out = [0]
    for i, kind in enumerate(kinds):
        out.append(out[-1] + (0 if i in fillers else price.get(kind, 1)))
    return out


def find(pattern: Pattern, mentions: Mentions, low: int = 0, high: int = FAR) -> Iterator[Match]:
    """Every place between tokens `low` and `high` where `pattern` holds: at most one for each first element."""
    if mentions.absent(pattern):  # most patterns end here: a word they need is not in the text
        return
    slots = []
    for element in pattern.elements:
        spans = sorted({s for c in element.concepts for s in mentions.of(c) if s[0] >= low and s[1] <= high})
        if not spans:
            return
        slots.append(spans)
    cost = mentions.cost(pattern.within)
    for first in slots[0]:
        if placed := _place(pattern.gaps, slots, (first,), cost):
            yield Match(pattern, placed)


def _place(
    gaps: tuple[Gap, ...], slots: list[list[Span]], placed: tuple[Span, ...], cost: list[int]
) -> tuple[Span, ...]:
    """`placed` completed, nearest candidates first; empty where it cannot be."""
    n = len(placed)
    if n == len(slots):
        return placed
    gap = gaps[n - 1]
    low, high = (min(s for s, _ in placed), max(e for _, e in placed)) if gap.either else placed[-1]
    ranked = []
    for start, end in slots[n]:
        if start >= high:
            distance = cost[start] - cost[high]
        elif gap.either and end <= low:
            distance = cost[low] - cost[end]
        else:
            continue
        if distance <= gap.most and not any(start < e and s < end for s, e in placed):
            ranked.append((distance, start - end, start, end))
    for _, _, start, end in sorted(ranked):
        if done := _place(gaps, slots, (*placed, (start, end)), cost):
            return done
    return ()
