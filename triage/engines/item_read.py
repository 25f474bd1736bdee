"""One item through its reader and the extractors: the frames between `item` and `end`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from triage.engines import windows
from triage.engines.addresses import Addresses
from triage.engines.blob import HeldBlob
from triage.engines.extraction import Extraction
from triage.engines.held import Digest, Privilege, parted
from triage.engines.runs import Grouping
from triage.engines.wire import clip, pack_hit, pack_problem, pack_unit
from triage.model import (
    Conversation,
    Hit,
    Problem,
    Read,
    ReadContext,
    Reader,
    SourceFact,
    Stage,
    Tally,
    Unit,
    VendorHash,
)
from triage.problems import Failure, guarded, problem
from triage.scope import Scope
from triage.timestamps import is_absurd

Frame = list[Any]
_Placed = windows.Placed


@dataclass(slots=True)
class _Progress:
    """What has come of the item so far."""

    number: int
    grouping: Grouping
    scope: Scope
    zone: str | None
    privilege: Privilege | None = None
    held: Digest = field(default_factory=Digest)
    addresses: Addresses = field(default_factory=Addresses)
    units: int = 0
    windows: int = 0
    extra: int = 0
    held_out: Counter[str] = field(default_factory=Counter)
    status: str = "read"
    flags: list[str] = field(default_factory=list)

    def admits(self, unit: Unit) -> bool:
        """Whether the unit lies in the legal scope; counted where it does not."""
        if not self.scope.limited:
            return True
        conversation = self.grouping.conversations.get(unit.conversation) or Conversation(name=unit.conversation)
        verdict = self.scope.verdict(unit, conversation, self.zone)
        if verdict != "in":
            self.held_out["out_of_scope" if verdict == "out" else "out_of_scope_undated"] += 1
        return verdict == "in"


def read_item(
    number: int, blob: HeldBlob, reader: Reader, context: ReadContext, extraction: Extraction, scope: Scope,
    privilege: Privilege | None = None,
) -> Iterator[Frame]:  # fmt: skip
    """Frames of one item, ending with its `end`. A reader that fails costs what it had not yielded, no more."""
    progress = _Progress(number, Grouping(context.regions), scope, context.zone, privilege)
    progress.status = "no-reader" if reader.lists_only else "read"
    for step in _steps(blob, reader, context, privilege):
        if isinstance(step, Failure):
            yield ["problem", number, pack_problem(step.problem)]
            progress.status = progress.status if step.known and progress.units else "failed"
            progress.flags.append("partial")
        else:
            yield from _take(step, progress, extraction)
    yield from _participants(progress, extraction)
    for what, n in sorted(progress.held_out.items()):
        yield ["tally", number, what, n]
    if progress.held_out and not progress.units and progress.status == "read":
        progress.status = "out-of-scope"
    if progress.held.n:
        stage: Stage = "ocr" if reader.profile == "ocr" else "read"
        found = problem("H-HELD", stage, records=progress.held.n, n=progress.held.n, digest=progress.held.value())
        yield ["problem", number, pack_problem(found)]
        yield ["tally", number, "held", progress.held.n]
        progress.status = "held" if progress.held.n == progress.units else progress.status
    yield ["end", number, progress.status, progress.flags, blob.extra]


def _steps(
    blob: HeldBlob, reader: Reader, context: ReadContext, privilege: Privilege | None
) -> Iterator[Read | Failure]:
    """What the reader yields; with a privilege list the addresses are looked at first, in a reading of their own."""

    def internal(error: Exception, count: int) -> Problem:
        return problem("K-INTERNAL", "read", reader=reader.name, kind=type(error).__name__, n=count)

    def steps() -> Iterator[Read | Failure]:
        return guarded(reader.read(blob, context), internal)

    if privilege is None:
        return steps()
    if reader.profile == "ocr":  # a picture is small and dear: it is read once and kept
        kept = list(steps())
        privilege.survey(step for step in kept if not isinstance(step, Failure))
        return iter(kept)
    privilege.survey(step for step in steps() if not isinstance(step, Failure))
    return steps()


def _take(step: Read, progress: _Progress, extraction: Extraction) -> Iterator[Frame]:
    number = progress.number
    if isinstance(step, Unit):
        if not progress.admits(step):
            return
        if is_absurd(step.when):
            step = replace(step, flags=tuple(sorted({*step.flags, "absurd_time"})))
        progress.units += 1
        if not (progress.privilege and progress.privilege.holds(step.conversation)):
            progress.addresses.note_unit(step)
        if progress.grouping.add(step):
            yield from _window(progress, extraction)
    elif isinstance(step, Conversation):
        progress.grouping.conversations[step.name] = step
        if progress.scope.limited:
            return  # participants become known through the units that are in scope
        if progress.privilege and progress.privilege.holds(step.name):
            return
        progress.addresses.note_conversation(step)
        yield ["conversation", number, clip(step.name), [clip(p) for p in step.participants], clip(step.owner)]
    elif isinstance(step, Problem):
        yield ["problem", number, pack_problem(step)]
    elif isinstance(step, Tally):
        if step.what == "extra_units":
            progress.extra += step.n
        else:
            yield ["tally", number, step.what, step.n]
    elif isinstance(step, VendorHash):
        yield ["vendor", number, clip(step.path), step.algorithm, clip(step.value)]
    else:
        assert isinstance(step, SourceFact)
        yield ["fact", number, step.key, clip(step.value)]


def _participants(progress: _Progress, extraction: Extraction) -> Iterator[Frame]:
    """What is left in the window, the participants no reader listed, and the account of units without a record."""
    extra = progress.extra
    for unit in progress.addresses.units():
        extra += 1
        if progress.grouping.add(unit):
            yield from _window(progress, extraction)
    yield from _window(progress, extraction)
    if extra:
        yield ["tally", progress.number, "extra_units", extra]


def _window(progress: _Progress, extraction: Extraction) -> Iterator[Frame]:
    units, runs = progress.grouping.drain()
    if not units:
        return
    progress.windows += 1
    if progress.privilege:
        units, runs, held = _hold(progress.privilege, units, runs)
        progress.held.add(held)
        if held:
            yield ["held", progress.number, held]
    if progress.windows > 1 and extraction.spare():
        yield windows.pack(progress.number, units, runs)
        return
    found = windows.extract(units, runs, extraction)
    for why in found.problems:
        yield ["problem", progress.number, pack_problem(why)]
    rows = [pack_unit(unit, language) for unit, language in zip(units, found.languages, strict=True)]
    yield ["unit-batch", progress.number, rows, [pack_hit(hit) for hit in found.hits]]


def _hold(
    privilege: Privilege, units: list[Unit], runs: list[_Placed]
) -> tuple[list[Unit], list[_Placed], list[Frame]]:
    """A window parted in two: what stays, with its runs, and the rows that are held."""
    out: set[int] = set()
    left: list[_Placed] = []
    for run, indexes in runs:
        held = privilege.held(run)
        out |= {indexes[i] for i in held}
        left.append((parted(run, held), [index for i, index in enumerate(indexes) if i not in held]))
    place = {old: new for new, old in enumerate(i for i in range(len(units)) if i not in out)}
    moved = [(run, [place[i] for i in indexes]) for run, indexes in left if indexes]
    rows = [pack_unit(unit, None) for i, unit in enumerate(units) if i in out]
    return [unit for i, unit in enumerate(units) if i in place], moved, rows


def placed(hit: Hit, indexes: list[int]) -> Hit:
    """The hit with unit indexes of the window instead of the run."""
    parts = tuple(replace(p, unit=indexes[p.unit]) for p in hit.finding.parts)
    finding = replace(hit.finding, parts=parts) if parts else hit.finding
    return Hit(unit=indexes[hit.unit], finding=finding)
