"""The language extractor: a run of units in, indicator findings out.

For each unit the gate names candidate rules; only then is the text tokenised and matched. Neighbouring messages of one
sender (up to three) and a question with its answer are also read together, for the rules that allow it, where the
gate says that only the messages together hold what a rule asks for.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.language.compiled import CompiledPack, Pattern, Rule
from extractors.language.detect import Detector, Guess, detect
from extractors.language.gate import Gate
from extractors.language.mentions import Found, Spotter
from extractors.language.reading import Reading, read
from extractors.language.relations import find
from extractors.language.tokens import SOFT, Tokens, expand, gate_words, tokenise
from triage.model import Extractor, Finding, Hit, Part, Resources, Run, Scan

_SHORT = 80
"""Only messages of at most this many characters are read together: longer ones carry their idea themselves."""
Units = tuple[int, ...]
"""Messages read together, as indexes in the run."""
Asked = tuple[Rule, Sequence[Pattern]]
Wanted = dict[int, list[Asked]]
"""Pack (as index) → rules, with those of their patterns whose words the text holds."""
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
    """Compiled packs with their gates and matchers; one per process."""

    def __init__(self, packs: Sequence[CompiledPack], *, gated: bool = True) -> None:
        self.packs = tuple(packs)
        self.known = frozenset[str]().union(*(p.known for p in self.packs))
        self.detector = Detector(self.packs)
        self._gates = [Gate(p) for p in self.packs]
        self._gated = gated
        self._spotters: dict[int, Spotter] = {}

    def scan(self, run: Run, *, only: str = "") -> Iterator[Hit]:
        """Findings of `run`, in the order of its units; `only` asks a single rule (for its examples)."""
        words = [gate_words(u.text, self.known) if u.origin in _READ and u.text else [] for u in run.units]
        guesses = detect(run, words, self.detector, classify=False)
        hits: list[Hit] = []
        found: dict[int, set[str]] = {}
        for units, wanted in self._wanted(run, words, guesses):
            if only:
                wanted = {p: [w for w in rules if w[0].id == only] for p, rules in wanted.items()}
            for hit in self._read(run, units, wanted):
                if len(units) > 1 and any(hit.finding.type in found.get(u, ()) for u in units):
                    continue  # one of the messages says it by itself
                hits.append(hit)
                for u in units:
                    found.setdefault(u, set()).add(hit.finding.type)
        yield from sorted(hits, key=lambda h: (h.unit, h.finding.start, h.finding.rule))

    def _wanted(self, run: Run, words: list[list[str]], guesses: list[Guess]) -> Iterator[tuple[Units, Wanted]]:
        """Single messages, then messages read together, each with the rules whose words they hold."""
        masks = [[self._mask(p, w, g) for p in range(len(self.packs))] for w, g in zip(words, guesses, strict=True)]
        for i, row in enumerate(masks):
            if wanted := self._candidates(row):
                yield (i,), wanted
        for units, same in _windows(run, [bool(w) for w in words]):
            row = [_either([masks[u][p] for u in units]) for p in range(len(self.packs))]
            if not same and self._gated and not any(m and m & g.answers for m, g in zip(row, self._gates, strict=True)):
                continue
            joined = {
                p: [(rule, patterns) for rule, patterns in rules if (rule.split if same else rule.answer)]
                for p, rules in self._candidates(row).items()
            }
            if any(joined.values()):
                yield units, joined

    def _mask(self, p: int, words: list[str], guess: Guess) -> int | None:
        """Gate bits of a text for one pack; None where the pack does not read it.

        A pack reads texts of its language, undecided ones, and those with words of its own.
        """
        if not words or not (
            guess.language in (None, self.packs[p].language) or self.packs[p].language in guess.others
        ):
            return None
        return self._gates[p].mask(words) if self._gated else 0

    def _candidates(self, row: list[int | None]) -> Wanted:
        out: Wanted = {}
        for p, mask in enumerate(row):
            if mask is None or (self._gated and not mask):
                continue
            rules = self.packs[p].rules
            if not self._gated:
                out[p] = [(rule, rule.patterns) for rule in rules]
            elif found := self._gates[p].candidates(mask):
                out[p] = [(rules[r], [rules[r].patterns[n] for n in sorted(found[r])]) for r in sorted(found)]
        return out

    def _read(self, run: Run, units: Units, wanted: Wanted) -> Iterator[Hit]:
        tokens: Tokens | None = None
        kept: list[_Placed] = []
        for p, rules in wanted.items():
            if not rules:
                continue
            if tokens is None:
                tokens = _joined([tokenise(run.units[u].text, self.known) for u in units], units)
            found = self._spotter(p).read(expand(tokens, self.packs[p].short))
            kept.extend(_Placed(self.packs[p], found, r) for r in _readings(found, rules, units))
        for candidate in _best(kept):
            yield _hit(candidate)

    def _spotter(self, p: int) -> Spotter:
        if p not in self._spotters:
            self._spotters[p] = Spotter(self.packs[p])
        return self._spotters[p]


def _either(masks: list[int | None]) -> int | None:
    """Bits of several messages read together; None where the pack reads none of them."""
    known = [m for m in masks if m is not None]
    out = 0
    for mask in known:
        out |= mask
    return out if known else None


def _windows(run: Run, spoken: list[bool]) -> Iterator[tuple[Units, bool]]:
    """Two or three short messages of one sender in a row, and a short question with its answer (False)."""
    units = run.units
    short = [u.origin == "message" and s and len(u.text) <= _SHORT for u, s in zip(units, spoken, strict=True)]
    for i in range(len(units) - 1):
        if not (short[i] and short[i + 1]):
            continue
        if not units[i].sender or units[i].sender != units[i + 1].sender:
            yield (i, i + 1), False
            continue
        yield (i, i + 1), True
        if i + 2 < len(units) and short[i + 2] and units[i + 2].sender == units[i].sender:
            yield (i, i + 1, i + 2), True


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


def _readings(found: Found, wanted: Sequence[Asked], units: Units) -> Iterator[Reading]:
    for rule, patterns in wanted:
        for pattern in patterns:
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
    scanner = Scanner([p for p in resources.compiled if isinstance(p, CompiledPack)])
    gc.freeze()  # the packs live as long as the process: collecting would walk their many forms again and again
    return scanner.scan


LANGUAGE = Extractor(name="language", version="1", prepare=_prepare)
