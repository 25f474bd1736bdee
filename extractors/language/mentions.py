"""Where the concepts of one pack stand in one tokenised text.

Word forms are found by a spaCy `PhraseMatcher` over the folded words of a blank pipeline (no model); concepts that
are relations are found from those, when asked for; numbers, sums and durations are read from the digits and words.
spaCy is imported when the first text has passed the gate, not before: it costs more than a second.
"""

from __future__ import annotations

from typing import Any

from extractors.language.compiled import CompiledPack
from extractors.language.relations import Match, Span, costs, find
from extractors.language.tokens import NUMBER, WORD, Tokens

UNKNOWN = "¤"
"""Stands for every word that no form of the pack holds: the vocabulary cannot grow with the evidence."""


class Spotter:
    """The PhraseMatcher of one pack."""

    def __init__(self, pack: CompiledPack) -> None:
        import spacy
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc

        self.pack = pack
        self._doc: Any = Doc
        self._vocab: Any = spacy.blank("xx").vocab
        self._matcher: Any = PhraseMatcher(self._vocab, attr="ORTH")
        self._keys: dict[int, tuple[int, bool]] = {}
        by_key: dict[tuple[int, bool], list[Any]] = {}
        for number, concept in enumerate(pack.concepts):
            for form, slip in concept.forms.items():
                by_key.setdefault((number, slip), []).append(Doc(self._vocab, words=list(form)))
        for (number, slip), docs in by_key.items():
            name = f"{number}{'~' if slip else ''}"
            self._matcher.add(name, docs)
            self._keys[self._vocab.strings[name]] = (number, slip)

    def spot(self, tokens: Tokens) -> Found:
        """The mentions in `tokens`."""
        known = self.pack.known
        words = [w if w in known else UNKNOWN for w in tokens.words]
        spans: dict[int, list[Span]] = {}
        slips: set[Span] = set()
        for key, start, end in self._matcher(self._doc(self._vocab, words=words)):
            number, slip = self._keys[key]
            spans.setdefault(number, []).append((start, end))
            if slip:
                slips.add((start, end))
        return Found(self.pack, tokens, spans, slips)


class Found:
    """The mentions in one text; relations among them are worked out once, when asked for."""

    def __init__(self, pack: CompiledPack, tokens: Tokens, spans: dict[int, list[Span]], slips: set[Span]) -> None:
        self.pack, self.tokens, self.slips = pack, tokens, slips
        self._spotted = spans
        self._done: dict[int, list[Span]] = {}
        self._costs: dict[str, list[int]] = {}
        filler = pack.roles.filler
        self._fillers = frozenset(i for s, e in spans.get(filler, ()) for i in range(s, e))

    def of(self, concept: int) -> list[Span]:
        """Where `concept` stands, in text order."""
        if concept < 0:
            return []
        done = self._done.get(concept)
        if done is None:
            self._done[concept] = list(self._spotted.get(concept, ()))  # a concept inside itself sees its forms only
            done = self._done[concept] = sorted(self._work_out(concept))
        return done

    def cost(self, within: str) -> list[int]:
        """Running distance, see `relations.costs`."""
        if within not in self._costs:
            self._costs[within] = costs(self.tokens.kinds, self._fillers, within)
        return self._costs[within]

    def first(self, concept: int, low: int, high: int) -> Span | None:
        """The first mention of `concept` between two tokens."""
        return next((s for s in self.of(concept) if s[0] >= low and s[1] <= high), None)

    def _work_out(self, concept: int) -> set[Span]:
        entry = self.pack.concepts[concept]
        out = set(self._spotted.get(concept, ()))
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
