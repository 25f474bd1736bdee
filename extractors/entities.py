"""The entity extractor: composes the part-finders, in the order of precedence of the entity specification.

For each message: the gate decides which parts have anything to look for; each such part yields candidates over view
V0; then the candidates claim their spans, earlier tiers first, higher ranks first. A claim that `blocks` keeps
everything later out of its span but the types it shares it with. What is left becomes findings, with offsets in the
untouched text. A rank under 50 makes a finding a candidate: kept, flagged, outside the default report.

The gate costs about a microsecond on a message with nothing in it: one Aho-Corasick pass for the literals of all parts
and one character class for their marks. It is lossless by the definition in `extractors.parts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from extractors import amounts, documents, gazetteer, links, payments, phones, places, regions
from extractors.parts import CANDIDATE_BELOW, Candidate, Part, TextContext, kind_of
from triage.model import Extractor, Finding, Hit, Resources, Run, Scan
from triage.text import View, clean

PARTS: tuple[Part, ...] = (
    links.PART,
    payments.PART,
    documents.PART,
    places.PART,
    phones.PART,
    amounts.PART,
    gazetteer.PART,
)
"""In the order they run: a part sees in `context.claimed` what earlier ones claimed."""


_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Gate:
    """Which parts may have something to find in a text."""

    parts: tuple[Part, ...]
    literals: AhoCorasick
    bits: tuple[int, ...]
    """For each literal the parts, as a bit set, that it wakes."""
    digit_bits: int
    """The parts that any digit wakes."""
    marks: re.Pattern[str]
    """Every mark but the digits."""
    part_marks: tuple[tuple[int, re.Pattern[str]], ...]
    """For each part with such marks, its bit and its own class of them."""
    always: int

    def awake(self, text: str) -> list[Part]:
        """The parts to run on a text of view V0."""
        woken = self.wanted(text)
        return [part for n, part in enumerate(self.parts) if woken >> n & 1 and _agrees(part, text)] if woken else []

    def wanted(self, text: str) -> int:
        """The parts, as a bit set, that literals and marks alone wake."""
        low = text.lower()
        woken = self.always
        for literal, _, _ in self.literals.find_matches_as_indexes(low, overlapping=True):
            woken |= self.bits[literal]
        if _DIGIT.search(low):
            woken |= self.digit_bits
        if self.marks.search(low):
            for bit, marks in self.part_marks:
                woken |= bit if marks.search(low) else 0
        return woken


def _agrees(part: Part, text: str) -> bool:
    return part.quick is None or part.quick(text)


def gate(parts: Sequence[Part]) -> Gate:
    """Compile the gate of `parts`."""
    bits: dict[str, int] = {}
    for n, part in enumerate(parts):
        for literal in part.triggers:
            bits[literal] = bits.get(literal, 0) | 1 << n
    rest = [(1 << n, p.marks.replace(r"\d", "")) for n, p in enumerate(parts)]
    others = "".join(marks for _, marks in rest)
    return Gate(
        parts=tuple(parts),
        literals=AhoCorasick(list(bits)),
        bits=tuple(bits.values()),
        digit_bits=sum(1 << n for n, p in enumerate(parts) if r"\d" in p.marks),
        marks=re.compile(f"[{others}]" if others else r"(?!)"),
        part_marks=tuple((bit, re.compile(f"[{marks}]")) for bit, marks in rest if marks),
        always=sum(1 << n for n, p in enumerate(parts) if not p.triggers and not p.marks),
    )


def prepare(resources: Resources) -> Scan:
    """Compile the gate once per process; entities need none of the case's resources."""
    del resources
    return scanner(gate(PARTS))


def scanner(compiled: Gate) -> Scan:
    def scan(run: Run) -> Iterator[Hit]:
        hints: tuple[tuple[str, ...], int] | None = None
        for index, unit in enumerate(run.units):
            view = None if unit.text.isascii() else clean(unit.text)
            awake = compiled.awake(unit.text if view is None else view.text)
            if not awake:
                continue
            view = view or clean(unit.text)
            hints = hints or regions.chain(run)
            context = TextContext(unit=unit, run=run, index=index, regions=hints[0], certain=hints[1])
            for candidate in settled(_collected(awake, view, context)):
                yield Hit(unit=index, finding=_finding(candidate, view))

    return scan


def _collected(parts: Sequence[Part], view: View, context: TextContext) -> list[Candidate]:
    found: list[Candidate] = []
    for part in parts:
        made = list(part.find(view, context))
        found += made
        claims = tuple((c.start, c.end) for c in made if c.blocks and c.rank >= CANDIDATE_BELOW and not _open(c))
        if claims:
            context = _with_claims(context, claims)
    return found


def _open(candidate: Candidate) -> bool:
    """Whether a phone may stand in its span."""
    return "PHONE" in candidate.shares or "*" in candidate.shares


def _with_claims(context: TextContext, claims: tuple[tuple[int, int], ...]) -> TextContext:
    return TextContext(
        unit=context.unit,
        run=context.run,
        index=context.index,
        regions=context.regions,
        certain=context.certain,
        claimed=context.claimed + claims,
    )


class _Shelf:
    """Candidates by place: which of them may overlap a span, found without looking at all of them."""

    def __init__(self) -> None:
        self._boxes: dict[int, list[Candidate]] = {}

    def add(self, one: Candidate) -> None:
        for box in range(one.start >> 6, (one.end >> 6) + 1):
            self._boxes.setdefault(box, []).append(one)

    def near(self, one: Candidate) -> Iterator[Candidate]:
        for box in range(one.start >> 6, (one.end >> 6) + 1):
            yield from self._boxes.get(box, ())


def settled(found: Iterable[Candidate]) -> list[Candidate]:
    """The candidates that stand, in the order of the text."""
    stand, blocking = _Shelf(), _Shelf()
    kept: list[Candidate] = []
    for one in sorted(found, key=_precedence):
        if any(_shuts_out(other, one) for other in blocking.near(one)) or any(_same(o, one) for o in stand.near(one)):
            continue
        kept.append(one)
        stand.add(one)
        if one.blocks and one.rank >= CANDIDATE_BELOW:
            blocking.add(one)
    return sorted(kept, key=lambda c: (c.start, c.end, c.type, -c.rank, c.value))


def _precedence(one: Candidate) -> tuple[int, int, int, int, str, str]:
    return (one.tier, -one.rank, one.start, one.start - one.end, one.type, one.value)


def _shuts_out(claim: Candidate, one: Candidate) -> bool:
    if one.end <= claim.start or claim.end <= one.start:
        return False
    if one.type == claim.type and (one.start, one.end) == (claim.start, claim.end):
        return False  # another reading of the same characters
    return not ({one.type, "*"} & set(claim.shares) or {claim.type, "*"} & set(one.shares))


def _same(other: Candidate, one: Candidate) -> bool:
    """A worse hit of the same type over part of the same characters, or the same thing found twice."""
    if other.type != one.type or one.end <= other.start or other.end <= one.start:
        return False
    return one.value == other.value or (one.start, one.end) != (other.start, other.end)


def _finding(one: Candidate, view: View) -> Finding:
    start, end = view.span(one.start, one.end)
    candidate = one.rank < CANDIDATE_BELOW
    return Finding(
        kind=kind_of(one.type),
        type=one.type,
        value=one.value,
        start=start,
        end=end,
        grade=one.grade,
        rule=one.rule,
        flags=tuple(sorted({*one.flags, "candidate"} if candidate else set(one.flags))),
        reported=not candidate,
        mask=tuple(view.span(a, b) for a, b in one.mask),
        secret=one.secret,
        detail=one.detail,
    )


EXTRACTOR = Extractor(name="entities", version="1", prepare=prepare)
