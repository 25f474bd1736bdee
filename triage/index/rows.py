"""From nouns to rows: masking, quotes and canonical columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from triage import ids
from triage.index.canonical import dumps
from triage.model import Finding, FindingId, Hit, ItemId, Unit, UnitId

HIDDEN = "•"


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with each span overwritten, length kept (line breaks stay, so that lines can still be counted)."""
    out = list(text)
    for start, end in spans:
        for i in range(start, end):
            if out[i] != "\n":
                out[i] = HIDDEN
    return "".join(out)


def mask_units(units: Sequence[Unit], hits: Sequence[Hit]) -> list[str]:
    """The texts as they are stored."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for hit in hits:
        if hit.finding.mask:
            spans.setdefault(hit.unit, []).extend(hit.finding.mask)
    return [masked(u.text, spans[i]) if i in spans else u.text for i, u in enumerate(units)]


def unit_row(unit: Unit, item: ItemId, text: str, lang: str | None, seq: int) -> tuple[Any, ...]:
    w = unit.when
    return (
        ids.unit_id(item, unit.locator, unit.origin), item, unit.origin, unit.locator, unit.app, unit.conversation,
        unit.sender, dumps(unit.recipients) if unit.recipients else "[]", w.at, w.local, w.source, w.basis,
        unit.direction, int(unit.deleted), lang, text, dumps(unit.flags) if unit.flags else "[]", unit.sender_name,
        dumps(unit.detail) if unit.detail else "{}", unit.native_id, unit.reply_to, seq,
    )  # fmt: skip


def finding_row(found: Finding, unit: UnitId, text: str) -> tuple[Any, ...]:
    return (
        ids.finding_id(unit, found), unit, found.kind, found.type, found.value, text[found.start : found.end],
        found.start, found.end, found.grade, int(found.reported), found.toward,
        dumps(found.flags) if found.flags else "[]", found.rule, dumps(found.detail) if found.detail else "{}",
    )  # fmt: skip


def part_rows(found: Finding, finding: FindingId, unit_ids: Sequence[UnitId]) -> list[tuple[Any, ...]]:
    return [(finding, n, p.role, unit_ids[p.unit], p.start, p.end) for n, p in enumerate(found.parts)]
