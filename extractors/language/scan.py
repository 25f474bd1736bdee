"""The language extractor: a run of units in, indicator findings out.

For each unit the gate names candidate rules; only then is the text tokenised and matched. Neighbouring messages of one
sender (up to three) and a question with its answer are also read together, for the rules that allow it, where the
gate says that only the messages together hold what a rule asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.language.compiled import CompiledPack, Rule
from extractors.language.detect import Detector, detect
from extractors.language.gate import Candidate, Gate
from extractors.language.mentions import Found, Spotter
from extractors.language.reading import Reading, read
from extractors.language.relations import find
from extractors.language.tokens import SOFT, Tokens, expand, tokenise
from triage.model import Extractor, Finding, Hit, Part, Resources, Run, Scan

_SPLIT = 3
"""How many messages of one sender may carry one idea."""
_SHORT = 80
"""Only messages of at most this many characters are read together: longer ones carry their idea themselves."""
_READ = frozenset({"message", "email", "page", "ocr", "note", "code", "event"})


@dataclass(slots=True)
class _Placed:
    """A reading placed in its run: `window` holds the unit of every token."""

    pack: CompiledPack
    found: Found
    reading: Reading

    def key(self) -> tuple[int, int, int]:
        r = self.reading
        return (r.grade == "strong", len(r.match.spans), r.match.end - r.match.start)


class Scanner:
    """Compiled packs with their gate and matchers; one per process."""

    def __init__(self, packs: Sequence[CompiledPack], *, gated: bool = True) -> None:
        self.packs = tuple(packs)
        self.gate = Gate(self.packs)
        self.detector = Detector(self.packs)
        self._gated = gated
        self._spotters: dict[int, Spotter] = {}
        self._every = tuple((p, r) for p, pack in enumerate(self.packs) for r in range(len(pack.rules)))

    def scan(self, run: Run, *, only: str = "") -> Iterator[Hit]:
        """Findings of `run`, in the order of its units; `only` asks a single rule (for its examples)."""
        masks = [self.gate.mask(u.text) if u.origin in _READ and u.text else 0 for u in run.units]
        singles = [self._rules(mask, u.text) for mask, u in zip(masks, run.units, strict=True)]
        windows = list(self._windows(run, masks))
        if only:
            singles = [self._those(rules, only) for rules in singles]
            windows = [(units, rules) for units, w in windows if (rules := self._those(w, only))]
        if not windows and not any(singles):
            return
        languages = detect(run, self.detector)
        hits: list[tuple[int, Hit]] = []
        strong: dict[int, set[str]] = {}
        for i, rules in enumerate(singles):
            for hit in self._read(run, (i,), rules, languages):
                hits.append((i, hit))
                strong.setdefault(i, set()).add(hit.finding.type)
        for units, rules in windows:
            for hit in self._read(run, units, rules, languages):
                if not any(hit.finding.type in strong.get(u, ()) for u in units):
                    hits.append((hit.unit, hit))
                    for u in units:
                        strong.setdefault(u, set()).add(hit.finding.type)
        for _, hit in sorted(hits, key=lambda pair: (pair[0], pair[1].finding.start, pair[1].finding.rule)):
            yield hit

    def _rules(self, mask: int, text: str) -> tuple[Candidate, ...]:
        if not self._gated:
            return self._every if text else ()
        return self.gate.candidates(mask)

    def _those(self, rules: tuple[Candidate, ...], only: str) -> tuple[Candidate, ...]:
        return tuple((p, r) for p, r in rules if self.packs[p].rules[r].id == only)

    def _windows(self, run: Run, masks: list[int]) -> Iterator[tuple[tuple[int, ...], tuple[Candidate, ...]]]:
        """Neighbouring short messages of one sender, or a short question and its answer, that may carry one idea."""
        short = [u.origin == "message" and 0 < len(u.text) <= _SHORT for u in run.units]
        for i, unit in enumerate(run.units):
            joined = masks[i]
            for j in range(i + 1, min(i + _SPLIT, len(run.units))):
                same = bool(unit.sender) and run.units[j].sender == unit.sender
                if not (short[i] and short[j]) or (not same and j > i + 1):
                    break
                joined |= masks[j]
                rules = self.gate.candidates(joined) if self._gated else self._every
                if wanted := tuple(c for c in rules if self._joins(c, same)):
                    yield tuple(range(i, j + 1)), wanted
                if not same:
                    break

    def _joins(self, candidate: Candidate, same: bool) -> bool:
        rule = self.packs[candidate[0]].rules[candidate[1]]
        return rule.split if same else rule.answer

    def _read(
        self, run: Run, units: tuple[int, ...], rules: tuple[Candidate, ...], languages: list[str | None]
    ) -> Iterator[Hit]:
        by_pack: dict[int, list[Rule]] = {}
        for p, r in rules:
            by_pack.setdefault(p, []).append(self.packs[p].rules[r])
        if not by_pack:
            return
        tokens = _joined([tokenise(run.units[u].text, self.gate.known) for u in units], units)
        kept: list[_Placed] = []
        for p, wanted in by_pack.items():
            pack = self.packs[p]
            if not self._fits(pack, [languages[u] for u in units], tokens):
                continue
            found = self._spotter(p).read(expand(tokens, pack.short))
            kept.extend(_Placed(pack, found, r) for r in _readings(found, wanted, units))
        for candidate in _best(kept):
            yield _hit(candidate)

    def _fits(self, pack: CompiledPack, languages: list[str | None], tokens: Tokens) -> bool:
        """A pack reads texts of its language, undecided ones, and those with function words of its own."""
        if any(lang is None or lang == pack.language for lang in languages):
            return True
        return len(pack.function_words.intersection(tokens.words)) >= 2

    def _spotter(self, p: int) -> Spotter:
        if p not in self._spotters:
            self._spotters[p] = Spotter(self.packs[p])
        return self._spotters[p]


def _joined(parts: list[Tokens], units: tuple[int, ...]) -> Tokens:
    """Several messages as one text; between two of them stands a soft border."""
    out = Tokens([], [], [], [], [], [])
    for unit, part in zip(units, parts, strict=True):
        if out.words:
            out.add("\n", SOFT, 0, 0)
            out.units[-1] = unit
        out.words += part.words
        out.kinds += part.kinds
        out.starts += part.starts
        out.ends += part.ends
        out.values += part.values
        out.units += [unit] * len(part)
    return out


def _readings(found: Found, rules: list[Rule], units: tuple[int, ...]) -> Iterator[Reading]:
    for rule in rules:
        for pattern in rule.patterns:
            for match in find(pattern, found):
                if len(units) > 1 and not _covers(found, match.start, match.end, units):
                    continue
                if reading := read(found, rule, match):
                    yield reading


def _covers(found: Found, start: int, end: int, units: tuple[int, ...]) -> bool:
    """A joint reading must need the first and the last of its messages."""
    return found.tokens.units[start] == units[0] and found.tokens.units[end - 1] == units[-1]


def _best(candidates: list[_Placed]) -> list[_Placed]:
    """One candidate where several of one code overlap; a rule that stands `instead_of` another code drops it there."""
    kept: list[_Placed] = []
    for one in sorted(candidates, key=lambda c: (*[-int(k) for k in c.key()], c.reading.rule.id)):
        code = one.reading.rule.code
        if not any(_overlap(one, k) and k.reading.rule.code == code for k in kept):
            kept.append(one)
    return [
        k
        for k in kept
        if not any(_overlap(k, o) and k.reading.rule.code in o.reading.rule.instead_of for o in kept if o is not k)
    ]


def _overlap(a: _Placed, b: _Placed) -> bool:
    (s1, e1), (s2, e2) = _place(a), _place(b)
    return s1 < e2 and s2 < e1


def _place(c: _Placed) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where a match begins and ends, as (unit, offset): comparable between packs, whose tokens differ."""
    t, m = c.found.tokens, c.reading.match
    return (t.units[m.start], t.starts[m.start]), (t.units[m.end - 1], t.ends[m.end - 1])


def _hit(candidate: _Placed) -> Hit:
    reading, tokens, pack = candidate.reading, candidate.found.tokens, candidate.pack
    match, rule = reading.match, reading.rule
    unit = tokens.units[match.start]
    last = max(i for i in range(match.start, match.end) if tokens.units[i] == unit and tokens.words[i] != "\n")
    parts = [
        Part(role=e.role, unit=tokens.units[s], start=tokens.starts[s], end=tokens.ends[t - 1])
        for e, (s, t) in sorted(zip(match.pattern.elements, match.spans, strict=True), key=lambda p: p[1])
    ]
    parts += [
        Part(role=role, unit=tokens.units[s], start=tokens.starts[s], end=tokens.ends[t - 1])
        for role, (s, t) in reading.extra
    ]
    finding = Finding(
        kind="indicator",
        type=rule.code,
        value=rule.label,
        start=tokens.starts[match.start],
        end=tokens.ends[last],
        grade="strong" if reading.grade == "strong" else "weak",
        rule=f"language.{pack.language}.{rule.id}@{pack.version}",
        toward=reading.toward,  # type: ignore[arg-type]
        flags=reading.flags,
        reported=reading.grade == "strong",
        detail={"claim": rule.claim, "parts": " + ".join(p.role for p in parts)},
        parts=tuple(parts),
    )
    return Hit(unit=unit, finding=finding)


def _prepare(resources: Resources) -> Scan:
    packs = [p for p in resources.compiled if isinstance(p, CompiledPack)]
    return Scanner(packs).scan


LANGUAGE = Extractor(name="language", version="1", prepare=_prepare)
