"""A database with its `-wal` beside it, in both views: the main file alone, and with the log replayed.

What a phone shows is the second view, and that is what is read. A row that the log added carries the flag
`only_in_wal`, a row that it changed `changed_in_wal`; what the main file held instead, or held and the log removed,
follows as extra units with the flag `before_wal` and `;view=main` in the locator. Rows are compared by what was read
of them, so a change in a column that no reader uses is no difference; a list of tables is not compared.

Without a log there is one view and nothing to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from triage.model import Blob, Conversation, Read, ReadContext, SourceFact, Tally, Unit
from triage.problems import ReadError
from triage.readers.sqlite_evidence import Opened, open_database

Reading = Callable[[Opened, ReadContext], Iterator[Read]]
LOG_HEADER = 32
"""Bytes of a log without any frame: nothing to replay."""
MAX_COMPARED = 1_000_000
"""Rows whose fingerprints are held; a larger database is read in its second view only, and says so."""


def read_views(blob: Blob, ctx: ReadContext, reading: Reading) -> Iterator[Read]:
    """What `reading` gives of the view that counts, with the differences to the main file alone."""
    if ctx.wal is None or ctx.wal.stat().st_size <= LOG_HEADER:
        with open_database(blob, ctx) as opened:
            yield from reading(opened, ctx)
        return
    alone = _fingerprints(blob, ctx, reading)
    if alone is None:
        yield SourceFact(key="views", value="not compared: too many rows")
        with open_database(blob, ctx, wal=ctx.wal) as opened:
            yield from reading(opened, ctx)
        return
    extra = 0
    with open_database(blob, ctx, wal=ctx.wal) as opened:
        for step in reading(opened, ctx):
            if isinstance(step, Tally) and step.what == "extra_units":
                extra = step.n
            else:
                yield _marked(step, alone) if isinstance(step, Unit) and step.origin != "note" else step
    for step in _before(blob, ctx, reading, alone):
        extra += isinstance(step, Unit)
        yield step
    yield Tally(what="extra_units", n=extra)


def _key(unit: Unit) -> int:
    return hash((unit.origin, unit.locator))


def _fingerprint(unit: Unit) -> int:
    return hash((unit.text, unit.when.at, unit.sender, unit.conversation, unit.deleted, unit.flags, unit.attachments))


def _fingerprints(blob: Blob, ctx: ReadContext, reading: Reading) -> dict[int, int] | None:
    """By unit of the main file alone; empty where that view cannot be read, None where there are too many."""
    found: dict[int, int] = {}
    try:
        with open_database(blob, ctx) as opened:
            for step in reading(opened, ctx):
                if isinstance(step, Unit) and step.origin != "note":
                    found[_key(step)] = _fingerprint(step)
                    if len(found) > MAX_COMPARED:
                        return None
    except ReadError:
        return found  # a main file that cannot be read alone has nothing to compare: its problem is not the evidence's
    return found


def _marked(unit: Unit, alone: dict[int, int]) -> Unit:
    """The unit with its mark; what is the same in both views leaves `alone`."""
    before = alone.get(_key(unit))
    if before is None:
        return replace(unit, flags=tuple(sorted({*unit.flags, "only_in_wal"})))
    if before != _fingerprint(unit):
        return replace(unit, flags=tuple(sorted({*unit.flags, "changed_in_wal"})))
    del alone[_key(unit)]
    return unit


def _before(blob: Blob, ctx: ReadContext, reading: Reading, alone: dict[int, int]) -> Iterator[Read]:
    """Units of the main file alone that the log changed or removed."""
    if not alone:
        return
    room: Conversation | None = None
    try:
        with open_database(blob, ctx) as opened:
            for step in reading(opened, ctx):
                if isinstance(step, Conversation):
                    room = step
                elif isinstance(step, Unit) and _key(step) in alone:
                    if room is not None:
                        yield room
                        room = None
                    yield replace(
                        step,
                        locator=f"{step.locator};view=main",
                        flags=tuple(sorted({*step.flags, "before_wal"})),
                    )
    except ReadError:
        return  # the same fault ended the first reading of this view; all before it was given
