"""The elements of each sheet, held against the index: what supports a part, what cuts against it, where it is silent.

A part without a message says "nothing located by this tool": rules read few languages and few ways to say it. Messages
are counted once, however many codes bring them to a part. For conversations and for persons the sheet is counted again:
for a person, messages they wrote and messages addressed to them stand apart, because writing is not the same as being
written to. Where somebody tells of coercion against themselves and also wrote messages that support an act, both stand
beside each other (the principle that people are not punished for what they were made to do).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from triage.analysis.against import Against
from triage.analysis.ledger import Ledger
from triage.analysis.marks import ACTS, Mark
from triage.analysis.roster import Line
from triage.analysis.sheets import Bridge, Element, Part, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A message that bears on a part, and through what."""

    line: Line
    by: tuple[str, ...]
    """Indicator codes, kinds of ledger lines, `kind:TYPE`, or categories of wording that cuts against."""
    told: bool = False
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFound:
    """One part with its messages."""

    part: Part
    supports: tuple[Located, ...]
    against: tuple[Located, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementFound:
    """One element: silent where no part has a message."""

    element: Element
    parts: tuple[PartFound, ...]

    @property
    def supports(self) -> int:
        return len({one.line.unit for part in self.parts for one in part.supports})

    @property
    def against(self) -> int:
        return len({one.line.unit for part in self.parts for one in part.against})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One conversation (or person): for each element, messages for and against; for a person also those received."""

    key: tuple[str, str] | str
    supports: tuple[int, ...]
    against: tuple[int, ...]
    received: tuple[int, ...] = ()
    told: tuple[int, ...] = ()
    """For a person: those of the messages in which they tell of their own situation."""
    child: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeFound:
    """Where one message of each group stands in the same conversation, or comes from the same writer."""

    bridge: Bridge
    conversations: tuple[tuple[str, str], ...]
    persons: tuple[str, ...]
    lines: tuple[Located, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFound:
    """One sheet held against one index."""

    sheet: Sheet
    elements: tuple[ElementFound, ...]
    child: tuple[Located, ...]
    conversations: tuple[Row, ...]
    persons: tuple[Row, ...]
    bridges: tuple[BridgeFound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A person who tells of coercion against themselves and also wrote messages that support an act."""

    person: str
    told: tuple[Located, ...]
    acts: tuple[Located, ...]


def build(
    sheets: Sequence[Sheet], marks: Sequence[Mark], against: Sequence[Against], ledger: Ledger,
    other: Iterable[tuple[str, Line]] = (),
) -> tuple[SheetFound, ...]:  # fmt: skip
    """Each sheet; `other` are further findings as (`kind:TYPE`, message)."""
    bearing = [(m.code, m.line, m.told, m.spans) for m in marks]
    bearing += [
        (p.entry.kind, p.entry.line, False, ((p.entry.start, p.entry.end),))
        for a in ledger.accounts for p in a.lines if p.same_as is None
    ]  # fmt: skip
    bearing += [(kind, line, False, ()) for kind, line in other]
    cuts = [(a.category, a.line, a.codes, a.spans) for a in against]
    return tuple(_sheet(sheet, bearing, cuts, marks) for sheet in sheets)


_Bearing = tuple[str, Line, bool, tuple[tuple[int, int], ...]]
_Cut = tuple[str, Line, tuple[str, ...], tuple[tuple[int, int], ...]]


def _sheet(sheet: Sheet, bearing: Sequence[_Bearing], cuts: Sequence[_Cut], marks: Sequence[Mark]) -> SheetFound:
    elements = tuple(
        ElementFound(element=e, parts=tuple(_part(part, bearing, cuts) for part in e.parts)) for e in sheet.element
    )
    wanted = set(sheet.child.codes) if sheet.child else set()
    child = _located((by, line, told, spans) for by, line, told, spans in bearing if by in wanted)
    return SheetFound(
        sheet=sheet, elements=elements, child=child,
        conversations=_rows(elements, child, lambda one: [(one.line.source, one.line.conversation)]),
        persons=_persons(elements, child),
        bridges=tuple(_bridge(bridge, marks) for bridge in sheet.bridge),
    )  # fmt: skip


def _part(part: Part, bearing: Sequence[_Bearing], cuts: Sequence[_Cut]) -> PartFound:
    wanted = {*part.codes, *part.ledger, *part.kinds}
    supports = _located(one for one in bearing if one[0] in wanted)
    named = set(part.against)
    cut = [(name, line, False, spans) for name, line, codes, spans in cuts
           if name in named or (name in ("mention", "rejected") and set(codes) & set(part.codes))]  # fmt: skip
    return PartFound(part=part, supports=supports, against=_located(cut))


def _located(found: Iterable[_Bearing]) -> tuple[Located, ...]:
    """One for each message, in order."""
    by_unit: dict[str, tuple[Line, set[str], bool, set[tuple[int, int]]]] = {}
    for by, line, told, spans in found:
        known = by_unit.setdefault(line.unit, (line, set(), told, set()))
        known[1].add(by)
        known[3].update(spans)
    made = [
        Located(line=line, by=tuple(sorted(by)), told=told, spans=tuple(sorted(spans)))
        for line, by, told, spans in by_unit.values()
    ]
    return tuple(sorted(made, key=lambda one: one.line.order))


_Key = tuple[str, str] | str


def _rows(
    elements: Sequence[ElementFound], child: Sequence[Located], keys_of: Callable[[Located], Sequence[_Key]]
) -> tuple[Row, ...]:
    counts: dict[_Key, list[list[set[str]]]] = {}

    def note(one: Located, side: int, place: int) -> None:
        for key in keys_of(one):
            empty: list[list[set[str]]] = [[set() for _ in elements], [set() for _ in elements], [set()]]
            counts.setdefault(key, empty)[side][place].add(one.line.unit)

    for place, element in enumerate(elements):
        for part in element.parts:
            for one in part.supports:
                note(one, 0, place)
            for one in part.against:
                note(one, 1, place)
    for one in child:
        note(one, 2, 0)
    rows = [
        Row(key=key, supports=tuple(map(len, a)), against=tuple(map(len, b)), child=len(c[0]))
        for key, (a, b, c) in counts.items()
    ]
    return tuple(sorted(rows, key=_rank))


def _persons(elements: Sequence[ElementFound], child: Sequence[Located]) -> tuple[Row, ...]:
    wrote = {row.key: row for row in _rows(elements, child, lambda one: [one.line.writer] if one.line.writer else [])}
    got = {
        row.key: row for row in _rows(elements, child, lambda one: [one.line.addressee] if one.line.addressee else [])
    }
    told = {row.key: row for row in _rows(elements, (), lambda one: [one.line.writer or ""] if one.told else [])}
    none = tuple(0 for _ in elements)
    rows = [
        Row(
            key=key,
            supports=wrote[key].supports if key in wrote else none,
            against=wrote[key].against if key in wrote else none,
            received=got[key].supports if key in got else none,
            told=told[key].supports if key in told else none,
            child=wrote[key].child if key in wrote else 0,
        )
        for key in {*wrote, *got}
    ]
    return tuple(sorted(rows, key=_rank))


def _rank(row: Row) -> tuple[int, int, str]:
    """Those with the most different elements first, then the most messages."""
    return -sum(n > 0 for n in row.supports), -sum(row.supports), str(row.key)


def _bridge(bridge: Bridge, marks: Sequence[Mark]) -> BridgeFound:
    threads: dict[tuple[str, str], list[Mark]] = {}
    writers: dict[str, list[Mark]] = {}
    for mark in marks:
        threads.setdefault((mark.line.source, mark.line.conversation), []).append(mark)
        if mark.line.writer:
            writers.setdefault(mark.line.writer, []).append(mark)
    talks = [key for key, found in sorted(threads.items()) if _all_groups(bridge, found)]
    persons = [key for key, found in sorted(writers.items()) if _all_groups(bridge, found)]
    kept = [m for key in talks for m in threads[key]] + [m for key in persons for m in writers[key]]
    codes = {code for group in bridge.all for code in group}
    lines = _located((m.code, m.line, m.told, m.spans) for m in kept if m.code in codes)
    return BridgeFound(bridge=bridge, conversations=tuple(talks), persons=tuple(persons), lines=lines)


def _all_groups(bridge: Bridge, found: Iterable[Mark]) -> bool:
    codes = {mark.code for mark in found}
    return all(codes & set(group) for group in bridge.all)


def beside(marks: Sequence[Mark]) -> tuple[Beside, ...]:
    """Who tells of coercion against themselves and also wrote messages that support an act."""
    told: dict[str, list[Mark]] = {}
    acts: dict[str, list[Mark]] = {}
    for mark in marks:
        if mark.line.writer and mark.told:
            told.setdefault(mark.line.writer, []).append(mark)
        elif mark.line.writer and mark.code in ACTS:
            acts.setdefault(mark.line.writer, []).append(mark)
    return tuple(
        Beside(
            person=person,
            told=_located((m.code, m.line, True, m.spans) for m in told[person]),
            acts=_located((m.code, m.line, False, m.spans) for m in acts[person]),
        )
        for person in sorted(set(told) & set(acts))
    )
