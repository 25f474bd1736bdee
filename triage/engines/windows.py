"""Windows of a large item, extracted by whichever worker is free.

One worker reads a file; what costs time is the extraction. From its second window on (`runs.WINDOW` units each) it
hands a window to the broker whenever the broker has given it credit, else extracts it itself, so that no core waits
and no more windows are on the way than there is credit for. The borders of windows and runs depend on the item alone,
so that it does not matter who extracts which: the rows are the same.

    worker → broker  ["window", i, units, runs]       a run: [conversation, participants, owner, indexes]
    broker → worker  {"task": …, "window": [units, runs]}   with phase `extract`
    worker → broker  ["hits", languages, hits, problems], ["done"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from triage.engines import wire
from triage.engines.extraction import Extraction
from triage.engines.wire import WireError
from triage.model import Conversation, Hit, Problem, Run, Unit

Frame = list[Any]
Placed = tuple[Run, list[int]]


def pack(number: int, units: Sequence[Unit], runs: Sequence[Placed]) -> Frame:
    """A window on its way to another worker."""
    packed = [[r.conversation.name, r.conversation.participants, r.conversation.owner, at] for r, at in runs]
    return ["window", number, [wire.pack_unit(unit, None) for unit in units], packed]


def unpack(rows: Any, runs: Any, regions: tuple[str, ...]) -> tuple[list[Unit], list[Placed]]:
    """The units and runs of a window. WireError where they are not of the agreed form."""
    units = [wire.unpack_unit(row)[0] for row in rows]
    placed: list[Placed] = []
    for name, people, owner, at in runs:
        indexes = [wire.number(i, 0, len(units) - 1) for i in at]
        conversation = Conversation(name=wire.text(name), participants=wire.texts(people), owner=wire.text(owner))
        placed.append(
            (Run(units=tuple(units[i] for i in indexes), conversation=conversation, regions=regions), indexes)
        )
    if sorted(i for _, indexes in placed for i in indexes) != list(range(len(units))):
        raise WireError("window")
    return units, placed


@dataclass(frozen=True, slots=True)
class Extracted:
    """What the extractors say of a window."""

    languages: list[str | None]
    hits: list[Hit]
    problems: list[Problem]


def extract(units: Sequence[Unit], runs: Sequence[Placed], extraction: Extraction) -> Extracted:
    """Languages and hits of a window, with unit indexes of the window."""
    from triage.engines.item_read import placed

    out = Extracted([None] * len(units), [], [])
    for run, indexes in runs:
        for index, language in zip(indexes, extraction.languages(run), strict=True):
            out.languages[index] = language
        for found in extraction.hits(run):
            if isinstance(found, Hit):
                out.hits.append(placed(found, indexes))
            else:
                out.problems.append(found)
    return out


def answer(window: Sequence[Any], regions: tuple[str, ...], extraction: Extraction) -> Iterator[Frame]:
    """The frames of an `extract` task but its `done`."""
    units, runs = unpack(window[0], window[1], regions)
    found = extract(units, runs, extraction)
    hits = [wire.pack_hit(hit) for hit in found.hits]
    yield ["hits", found.languages, hits, [wire.pack_problem(p) for p in found.problems]]


def read_answer(frame: Frame, units: Sequence[Unit]) -> Extracted:
    """What a worker answered, checked. WireError where it is not of the agreed form."""
    try:
        _, languages, hits, problems = frame
        made = Extracted(
            [wire.optional_text(v) for v in languages], [wire.unpack_hit(row, units) for row in hits],
            [wire.unpack_problem(row) for row in problems],
        )  # fmt: skip
    except (IndexError, TypeError, ValueError, KeyError) as error:
        raise WireError("hits") from error
    if len(made.languages) != len(units):
        raise WireError("languages")
    return made
