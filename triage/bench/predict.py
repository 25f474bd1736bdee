"""The extractors of `run` over labelled rows, unmasked, in this process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from triage.analysis.corroboration import Mark, corroborate
from triage.bench.rows import Row
from triage.engines.extraction import Extraction
from triage.model import Conversation, Finding, Hit, Resources, Run, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What was found in one row; `reported` holds after corroboration within the row."""

    row: Row
    entities: tuple[tuple[Finding, bool], ...]
    indicators: tuple[tuple[Finding, bool], ...]

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.row.id,
            "entities": [
                {"type": f.type, "value_normalised": plain_value(f), "start": f.start, "end": f.end, "grade": f.grade,
                 "reported": shown} for f, shown in self.entities
            ],
            "indicators": [
                {"indicator": f.type, "start": f.start, "end": f.end, "strength": f.grade, "toward": f.toward,
                 "reported": shown} for f, shown in self.indicators
            ],
        }  # fmt: skip


def plain_value(found: Finding) -> str:
    """The normal form to compare: what is stored masked is compared in full (cards have a masked normal form)."""
    if found.type == "GIFT_CARD" and found.secret:
        return re.sub(r"[\s-]", "", found.secret).upper()
    return found.value


def predict(rows: Iterable[Row], packs: Sequence[str] = ()) -> Iterator[Prediction]:
    """One prediction a row; the row's language is never told, its country acts as `--region`."""
    from extractors.registry import EXTRACTORS

    extraction = Extraction(EXTRACTORS, Resources(packs=tuple(packs)))
    for row in rows:
        unit = Unit(origin="message", locator="row", text=row.text, conversation=row.id)
        regions = tuple(c for c in row.country.upper().split(",") if c)
        run = Run(units=(unit,), conversation=Conversation(name=row.id), regions=regions)
        found = [hit.finding for hit in extraction.hits(run) if isinstance(hit, Hit)]
        indicators = [f for f in found if f.kind == "indicator"]
        marks = [_mark(n, row, f) for n, f in enumerate(indicators)]
        raised = set(corroborate(marks))
        yield Prediction(
            row=row,
            entities=tuple((f, f.reported) for f in found if f.kind != "indicator"),
            indicators=tuple((f, f.grade == "strong" or n in raised) for n, f in enumerate(indicators)),
        )


def _mark(number: int, row: Row, found: Finding) -> Mark:
    strong, mention = found.grade == "strong", "mention" in found.flags
    return Mark(key=number, thread=row.id, position=0, code=found.type, strong=strong, mention=mention)
