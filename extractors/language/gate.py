"""The literal gate: which rules could match a text at all, found without tokenising it.

Every pattern of every rule gives sets of words of which its text must hold one each (`Rule.gates`). One Aho-Corasick
automaton over all these words reads the folded text once; the words found, as bits, say which rules are candidates.
The gate never loses a match: it works on a superset of the words the tokeniser gives (a test compares gated and
ungated runs). Everyday messages mostly end here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import ahocorasick_rs

from extractors.language.compiled import CompiledPack
from extractors.language.tokens import gate_text

Candidate = tuple[int, int]
"""(pack, rule), both as indexes."""
_UNBOUNDED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_MEMO = 50_000


class Gate:
    """The automaton over the words of all packs."""

    def __init__(self, packs: Sequence[CompiledPack]) -> None:
        self.known = frozenset[str]().union(*(p.known for p in packs))
        bits: dict[str, int] = {}
        sets: dict[frozenset[str], int] = {}
        self._needs: dict[Candidate, list[int]] = {}
        for p, pack in enumerate(packs):
            for r, rule in enumerate(pack.rules):
                for needed in rule.gates:
                    mask = 0
                    for words in needed:
                        mask |= 1 << sets.setdefault(words, len(sets))
                    self._needs.setdefault((p, r), []).append(mask)
        for words, bit in sets.items():
            for word in words:
                bits[word] = bits.get(word, 0) | 1 << bit
        words_ = sorted(bits)
        self._bits = [bits[w] for w in words_]
        self._free = [bool(_UNBOUNDED.match(w)) for w in words_]
        self._automaton = ahocorasick_rs.AhoCorasick(words_)
        self._memo: dict[int, tuple[Candidate, ...]] = {0: ()}

    def mask(self, text: str) -> int:
        """Which sets of words `text` has a word of, as bits."""
        text = gate_text(text, self.known)
        mask = 0
        size = len(text)
        for word, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if self._free[word] or (
                (start == 0 or not text[start - 1].isalpha()) and (end == size or not text[end].isalpha())
            ):
                mask |= self._bits[word]
        return mask

    def candidates(self, mask: int) -> tuple[Candidate, ...]:
        """The rules whose words are all there."""
        done = self._memo.get(mask)
        if done is None:
            done = tuple(c for c, needs in self._needs.items() if any(mask & n == n for n in needs))
            if len(self._memo) < _MEMO:
                self._memo[mask] = done
        return done
