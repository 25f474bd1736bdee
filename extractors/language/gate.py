"""The literal gate: which rules could match a text at all, found from its words without matching anything.

Every pattern of every rule gives sets of literals (words, or two words in a row) of which its text must hold one each
(`Rule.gates`). One Aho-Corasick automaton over the literals of a pack reads the words of the text once; the literals
found, as bits, say which rules are candidates. The gate never loses a match: its words are those of the tokeniser
(tests compare them, and gated with ungated runs). Most everyday messages end here.
"""

from __future__ import annotations

import ahocorasick_rs

from extractors.language.compiled import CompiledPack
from extractors.language.tokens import A_NUMBER, expand_words


class Gate:
    """The automaton over the literals of one pack."""

    def __init__(self, pack: CompiledPack) -> None:
        self._short = pack.short
        self._numbers = frozenset(pack.numbers) | frozenset(pack.multipliers)
        sets: dict[frozenset[str], int] = {}
        firsts: dict[frozenset[str], int] = {}
        self._needs: list[_Needs] = []
        for number, rule in enumerate(pack.rules):
            for pattern, needed in rule.gates:
                mask = 0
                for literals in needed[1:]:
                    mask |= 1 << sets.setdefault(literals, len(sets))
                if firsts.setdefault(needed[0], len(firsts)) == len(self._needs):
                    self._needs.append(_Needs())
                second = sets[needed[1]] if len(needed) > 1 else None
                self._needs[firsts[needed[0]]].add(second, mask, number, pattern)
        self._width = len(sets)
        self.answers = sum(
            1 << firsts[literals] + self._width
            for literals in {needed[0] for rule in pack.rules if rule.answer for _, needed in rule.gates}
        )
        """Bits without which no rule for a question and its answer is a candidate."""
        bits: dict[str, int] = {}
        for table, shift in ((sets, 0), (firsts, self._width)):
            for literals, bit in table.items():
                for literal in literals:
                    bits[literal] = bits.get(literal, 0) | 1 << bit + shift
        ordered = sorted(bits)
        self._bits = [bits[literal] for literal in ordered]
        self._automaton = ahocorasick_rs.AhoCorasick(
            [f" {literal} " for literal in ordered], implementation=ahocorasick_rs.Implementation.DFA
        )

    def mask(self, words: list[str]) -> int:
        """Which sets of literals a text with these words (`tokens.gate_words`) has one of, as bits.

        The high bits are for the sets that come first in some pattern's needs: its rarest. Without one of them there is
        no candidate. Masks of several texts may be joined with `|`.
        """
        words = expand_words(words, self._short)
        line = f" {' '.join(words)} "
        if not self._numbers.isdisjoint(words):
            line += f"{A_NUMBER} "
        mask = 0
        bits = self._bits
        for literal, _, _ in self._automaton.find_matches_as_indexes(line, overlapping=True):
            mask |= bits[literal]
        return mask

    def candidates(self, mask: int) -> dict[int, set[int]]:
        """Rules (as indexes) → their patterns that find all they need."""
        first = mask >> self._width
        out: dict[int, set[int]] = {}
        while first:
            bit = first & -first
            first ^= bit
            needs = self._needs[bit.bit_length() - 1]
            for rule, pattern in needs.alone:
                out.setdefault(rule, set()).add(pattern)
            if seconds := mask & needs.seconds:
                needs.met(seconds, mask, out)
        return out


class _Needs:
    """What patterns with the same rarest set need besides, by the next rarest: most texts lack that one too."""

    __slots__ = ("_by_second", "alone", "seconds")

    def __init__(self) -> None:
        self.alone: list[tuple[int, int]] = []
        self.seconds = 0
        self._by_second: dict[int, list[tuple[int, int, int]]] = {}

    def add(self, second: int | None, mask: int, rule: int, pattern: int) -> None:
        if second is None:
            self.alone.append((rule, pattern))
            return
        self._by_second.setdefault(second, []).append((mask, rule, pattern))
        self.seconds |= 1 << second

    def met(self, seconds: int, mask: int, out: dict[int, set[int]]) -> None:
        """Add the patterns that find all they need to `out`; `seconds` are those the text has."""
        while seconds:
            bit = seconds & -seconds
            seconds ^= bit
            for needed, rule, pattern in self._by_second[bit.bit_length() - 1]:
                if mask & needed == needed:
                    out.setdefault(rule, set()).add(pattern)
