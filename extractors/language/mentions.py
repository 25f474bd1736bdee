"""Where the concepts of one pack stand in one tokenised text.

Word forms are found by a spaCy `PhraseMatcher` over the folded words of a blank pipeline (no model); concepts that
are relations are found from those, when asked for; numbers, sums and durations are read from the digits and words.
spaCy is imported when the first text has passed the gate, not before: it costs more than a second.
"""

from __future__ import annotations

from typing import Any

from extractors.language.compiled import CompiledPack, Element, Pattern
from extractors.language.relations import Match, Span, costs, find
from extractors.language.tokens import NUMBER, WORD, Tokens

UNKNOWN = "¤"
"""Stands for every word that no form of the pack holds: the vocabulary cannot grow with the evidence."""


class Spotter:
    """The PhraseMatchers of one pack: one for each concept, which learns its forms when their first word is met.

    A case asks for a small share of a pack's forms; a spaCy Doc of each of them would cost seconds at every start.
    """

    def __init__(self, pack: CompiledPack) -> None:
        import spacy
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self.pack = pack
        self._doc: Any = Doc
        self._phrase_matcher: Any = PhraseMatcher
        self._vocab: Any = spacy.blank("xx").vocab
        self._matchers: dict[int, Any] = {}
        self._unlearnt: dict[int, dict[str, list[tuple[str, ...]]]] = {}
        """Concept → first word → forms its matcher does not know yet."""
        self._needs: dict[int, frozenset[str] | None] = {}
        self._pattern_needs: dict[int, tuple[frozenset[str], ...]] = {}

    def needs(self, concept: int) -> frozenset[str] | None:
        """Words of which a text must hold one to mention `concept`; None where no such set is known.

        The first words of its forms, and for each of its patterns those of the element that needs the fewest.
        """
        if concept not in self._needs:
            self._needs[concept] = None  # while it is worked out: a concept inside itself decides nothing
            self._needs[concept] = self._work_out_needs(concept)
        return self._needs[concept]

    def _work_out_needs(self, concept: int) -> frozenset[str] | None:
        entry = self.pack.concepts[concept]
        if entry.numbers is not None:
            return None
        words = {form[0] for form in entry.forms}
        for pattern in entry.patterns:
            known = [n for n in map(self._element_needs, pattern.elements) if n is not None]
            if not known:
                return None
            words |= min(known, key=len)
        return frozenset(words)

    def _element_needs(self, element: Element) -> frozenset[str] | None:
        needs = [self.needs(c) for c in element.concepts]
        return None if None in needs else frozenset().union(*(n for n in needs if n is not None))

    def pattern_needs(self, pattern: Pattern) -> tuple[frozenset[str], ...]:
        """For each element whose words are known: the words of which a text must hold one; fewest first."""
        key = id(pattern)  # patterns live as long as their pack, which this object holds
        if key not in self._pattern_needs:
            known = [n for n in map(self._element_needs, pattern.elements) if n is not None]
            self._pattern_needs[key] = tuple(sorted(known, key=len))
        return self._pattern_needs[key]

    def read(self, tokens: Tokens) -> Found:
        """`tokens` as a spaCy Doc, in which concepts are looked up as they are asked for."""
        known = self.pack.known
        return Found(self, tokens, self._doc(self._vocab, words=[w if w in known else UNKNOWN for w in tokens.words]))

    def spot(self, concept: int, doc: Any, words: frozenset[str]) -> list[tuple[int, int, bool]]:
        """(start, end, is a spelling slip) of every form of `concept` in `doc`, which holds `words`."""
        forms = self.pack.concepts[concept].forms
        if not forms:
            return []
        found = self._matcher(concept, words)(doc)
        return [(start, end, forms[tuple(t.text for t in doc[start:end])]) for _, start, end in found]

    def _matcher(self, concept: int, words: frozenset[str]) -> Any:
        """The concept's matcher, with every form that begins with one of `words`."""
        if concept not in self._matchers:
            self._matchers[concept] = self._phrase_matcher(self._vocab, attr="ORTH")
            by_first: dict[str, list[tuple[str, ...]]] = {}
            for form in self.pack.concepts[concept].forms:
                by_first.setdefault(form[0], []).append(form)
            self._unlearnt[concept] = by_first
        unlearnt = self._unlearnt[concept]
        met = [form for word in unlearnt.keys() & words for form in unlearnt.pop(word)]
        if met:
            self._matchers[concept].add("form", [self._doc(self._vocab, words=list(form)) for form in met])
        return self._matchers[concept]


class Found:
    """The mentions in one text; relations among them are worked out once, when asked for."""

    def __init__(self, spotter: Spotter, tokens: Tokens, doc: Any) -> None:
        self.pack, self.tokens = spotter.pack, tokens
        self.slips: set[Span] = set()
        self._spotter, self._doc = spotter, doc
        self._done: dict[int, list[Span]] = {}
        self._words = frozenset(tokens.words)
        self._possible: dict[int, bool] = {}
        self._costs: dict[str, list[int]] = {}
        self._fillers = frozenset(i for s, e in self.of(self.pack.roles.filler) for i in range(s, e))

    def possible(self, concept: int) -> bool:
        """False where the text lacks every word that a mention of `concept` would hold."""
        known = self._possible.get(concept)
        if known is None:
            needs = self._spotter.needs(concept)
            known = self._possible[concept] = needs is None or not needs.isdisjoint(self._words)
        return known

    def absent(self, pattern: Pattern) -> bool:
        """True where the text lacks every word of an element, so that `pattern` cannot stand in it."""
        words = self._words
        return any(map(words.isdisjoint, self._spotter.pattern_needs(pattern)))

    def of(self, concept: int) -> list[Span]:
        """Where `concept` stands, in text order."""
        if concept < 0 or not self.possible(concept):
            return []
        done = self._done.get(concept)
        if done is None:
            forms = self._forms(concept)
            self._done[concept] = sorted(forms)  # a concept inside itself sees its forms only
            done = self._done[concept] = sorted(self._work_out(concept, forms))
        return done

    def cost(self, within: str) -> list[int]:
        """Running distance, see `relations.costs`."""
        if within not in self._costs:
            self._costs[within] = costs(self.tokens.kinds, self._fillers, within)
        return self._costs[within]

    def first(self, concept: int, low: int, high: int) -> Span | None:
        """The first mention of `concept` between two tokens."""
        return next((s for s in self.of(concept) if s[0] >= low and s[1] <= high), None)

    def _forms(self, concept: int) -> set[Span]:
        out: set[Span] = set()
        for start, end, slip in self._spotter.spot(concept, self._doc, self._words):
            out.add((start, end))
            if slip:
                self.slips.add((start, end))
        return out

    def _work_out(self, concept: int, out: set[Span]) -> set[Span]:
        entry = self.pack.concepts[concept]
        if entry.numbers is not None:
            return self._numbers(*entry.numbers)
        for pattern in entry.patterns:
            out.update((m.start, m.end) for m in find(pattern, self))
        return out

    def _numbers(self, least: int, most: int) -> set[Span]:
        """Numbers in digits or words, with a multiplier after them where there is one (`5k`, `two thousand`)."""
        tokens, pack = self.tokens, self.pack
        out: set[Span] = set()
        i = 0
        while i < len(tokens):
            value, end = self._number_at(i)
            if end == i:
                i += 1
                continue
            while end < len(tokens) and tokens.words[end] in pack.multipliers:
                value *= pack.multipliers[tokens.words[end]]
                end += 1
            if least <= value <= most:
                out.add((i, end))
            i = end
        return out

    def _number_at(self, i: int) -> tuple[int, int]:
        """(value, end) of the number that starts at token `i`; end = i where there is none."""
        tokens, table = self.tokens, self.pack.numbers
        if tokens.kinds[i] == NUMBER:
            return tokens.values[i], i + 1
        value, end = 0, i
        while end < len(tokens) and tokens.kinds[end] == WORD and tokens.words[end] in table:
            value += table[tokens.words[end]]
            end += 1
        if end == i and tokens.words[i] in self.pack.multipliers and len(tokens.words[i]) > 1:
            return 1, i  # a multiplier alone ("a thousand") is left to the concepts
        return value, end


def matches(found: Found, patterns: tuple[Any, ...], low: int, high: int) -> Match | None:
    """The first match of any of `patterns` between two tokens."""
    for pattern in patterns:
        for match in find(pattern, found, low, high):
            return match
    return None
