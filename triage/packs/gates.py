"""The gate of a pack: what a text must hold so that a pattern can match it at all.

A pattern can stand in a text in several *ways*; each way is a tuple of sets of literals of which the text must hold
one each. A literal is a word of a form or two or three words in a row, whichever is rarest by the pack's lists of
common and frequent words. A concept made of relations brings the ways of each of them; where the ways of a pattern grow
too many, an element's are merged into one set, which asks for less and so never loses a match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import prod

from extractors.language.compiled import Concept, Context, Element, Gates, Pattern
from extractors.language.tokens import A_NUMBER
from triage.packs.load import PackError
from triage.packs.schema import Head

Ways = tuple[tuple[frozenset[str], ...], ...]
"""Alternatives; each a tuple of sets of literals of which a text must hold one each."""
_WAYS = 64
"""At most so many alternatives a pattern; beyond, an element's are merged into one set."""
_GATES = 6
"""At most so many sets a pattern: further ones hold common words and rarely decide."""
_GATE_LIMIT = 40_000
"""Sets dearer than this are in most messages and do not help, unless there is no other."""
_WORD_COSTS = (10, 50, 600)
_PAIR_COSTS = (0, 3, 40)
_NUMBER_COST, _DIGIT_COST = 2000, 20
_LONG_RANGE = 60
"""Rough frequencies, in messages of ten thousand, of rare, frequent and very common words, alone and in a row."""


class GateMaker:
    """Works out the gates of one pack's rules from its compiled concepts."""

    def __init__(self, head: Head, concepts: Sequence[Concept], words: Callable[[str], tuple[str, ...]]) -> None:
        self._concepts = concepts
        self._common = {w for text in head.common for w in words(text)}
        self._frequent = {w for text in head.frequent for w in words(text)}
        self._spoken = {w for name in (*head.numbers, *head.multipliers) for w in words(name)}
        self._prices: dict[frozenset[str], int] = {}
        self._ways: dict[int, Ways] = {}

    def cost(self, literal: str) -> int:
        """How often a literal is met, roughly: the rarer, the better the gate."""
        if literal == A_NUMBER:
            return _NUMBER_COST
        if literal.isdecimal():
            return _DIGIT_COST
        ranks = [self.rank(word) for word in literal.split()]
        if len(ranks) == 1:
            return _WORD_COSTS[ranks[0]]
        return 1 + sum(_PAIR_COSTS[r] for r in ranks) // (1 if len(ranks) == 2 else 8)

    def rank(self, word: str) -> int:
        """0 rare, 1 frequent, 2 very common."""
        return 2 if word in self._common else 1 if word in self._frequent or len(word) < 3 or word.isdecimal() else 0

    def literal(self, form: tuple[str, ...]) -> str:
        """The rarest word, or two or three words in a row, of a form."""
        out = [w for w in form if w.isdecimal() or w[0].isalpha()]
        for size in (2, 3):
            rows = [form[i : i + size] for i in range(len(form) - size + 1)]
            out += [" ".join(row) for row in rows if all(w.isdecimal() or w[0].isalpha() for w in row)]
        return min(out, key=lambda text: (self.cost(text), -len(text), text), default="")

    def ways(self, number: int) -> Ways:
        """The ways a concept can stand in a text: for each, sets of literals of which one each must be there."""
        if number not in self._ways:
            self._ways[number] = ((),)  # a concept inside itself promises nothing
            self._ways[number] = self._concept_ways(self._concepts[number])
        return self._ways[number]

    def _concept_ways(self, concept: Concept) -> Ways:
        if concept.numbers is not None:
            return ((self._number_literals(*concept.numbers),),)
        literals = frozenset(self.literal(form) for form in concept.forms)
        if "" in literals:  # a form of signs only
            return ((),)
        by_forms: Ways = ((literals,),) if literals else ()
        return tuple(dict.fromkeys((*by_forms, *(way for p in concept.patterns for way in self.pattern_ways(p)))))

    def pattern_ways(self, pattern: Pattern) -> Ways:
        """The ways a pattern can stand in a text: those of its elements, combined."""
        rows = [self._element_ways(element) for element in pattern.elements]
        while prod(len(row) for row in rows) > _WAYS:
            longest = max(range(len(rows)), key=lambda i: len(rows[i]))
            rows[longest] = self._merged(rows[longest])
        out = dict.fromkeys(self._cheapest({s for way in chosen for s in way}) for chosen in product(*rows))
        return tuple(out)

    def _element_ways(self, element: Element) -> Ways:
        """The ways of any of an element's concepts; single sets are put together."""
        ways = [way for concept in element.concepts for way in self.ways(concept)]
        single = frozenset[str]().union(*(way[0] for way in ways if len(way) == 1))
        longer = dict.fromkeys(way for way in ways if len(way) != 1)
        return ((single,), *longer) if single else tuple(longer)

    def _merged(self, ways: Ways) -> Ways:
        """One set instead of several ways: the rarest of each."""
        if not all(ways):
            return ((),)
        return ((frozenset[str]().union(*(min(way, key=self._by_price) for way in ways)),),)

    def _by_price(self, literals: frozenset[str]) -> tuple[int, list[str]]:
        return self.price(literals), sorted(literals)

    def _cheapest(self, sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
        ordered = sorted(sets, key=self._by_price)
        return tuple([s for s in ordered[:_GATES] if self.price(s) < _GATE_LIMIT] or ordered[:1])

    def _number_literals(self, least: int, most: int) -> frozenset[str]:
        """The digits of a short range, and every number word: words add up and may multiply."""
        if most - least > _LONG_RANGE:
            return frozenset({A_NUMBER})
        written = {form for n in range(least, most + 1) for form in (str(n), f"0{n}")}
        return frozenset(written | self._spoken)

    def price(self, literals: frozenset[str]) -> int:
        """How often a text holds one of `literals`, roughly."""
        if literals not in self._prices:
            self._prices[literals] = sum(map(self.cost, literals))
        return self._prices[literals]

    def of(self, rule: str, patterns: Iterable[Pattern], context: Context) -> Gates:
        """The ways the rule's patterns and what it needs beside them can stand in a text."""
        needed: list[frozenset[str]] = []
        for group in (context.needs_sentence, context.needs_message):
            merged = self._merged(tuple(way for p in group for way in self.pattern_ways(p))) if group else ((),)
            needed.extend(merged[0])
        out: dict[tuple[int, tuple[frozenset[str], ...]], None] = {}
        for number, pattern in enumerate(patterns):
            for way in self.pattern_ways(pattern):
                if not way:
                    raise PackError(f"pattern {pattern.source!r} has no word to look for.", where=rule)
                out[number, self._cheapest({*way, *needed})] = None
        return tuple(out)
