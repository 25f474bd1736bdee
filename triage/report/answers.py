"""Sections "Four questions" and "Cuts against": one paragraph of counts and one table each."""

from __future__ import annotations

from dataclasses import dataclass

from triage.report.case_view import CaseView, Cite, Ref
from triage.report.model import Stamp
from triage.report.units import either

_TOP = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """One question."""

    id: str
    messages: int
    conversations: int
    writers: tuple[tuple[Ref, int], ...]
    writers_more: int
    apps: tuple[tuple[str, int], ...]
    by: tuple[tuple[str, int], ...]
    first: Stamp
    last: Stamp
    cites: tuple[Cite, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstLine:
    """One message that may cut against hits."""

    category: str
    codes: tuple[str, ...]
    note: str
    cite: Cite


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstView:
    """The section: counts per category, and the lines."""

    counts: tuple[tuple[str, int], ...]
    lines: tuple[AgainstLine, ...]
    more: int


EACH = 60
"""Lines printed of one question."""


def questions(view: CaseView) -> tuple[QuestionView, ...]:
    """The four, in order."""
    out = []
    for asked in view.four_questions():
        part = asked.answers[:EACH]
        writers = [(ref, n) for person, n in asked.writers if (ref := view.ref(person))]
        out.append(
            QuestionView(
                id=asked.id, messages=len(asked.answers), conversations=asked.conversations,
                writers=tuple(writers[:_TOP]), writers_more=max(0, len(writers) - _TOP), apps=asked.apps[:_TOP],
                by=asked.by, first=either(asked.first), last=either(asked.last),
                cites=view.cites((a.line, a.by, a.spans, False) for a in part), more=len(asked.answers) - len(part),
            )
        )  # fmt: skip
    return tuple(out)


def against(view: CaseView) -> AgainstView:
    """In order of time."""
    part = view.against[: view.limits.rows]
    cites = view.cites((one.line, (one.category,), one.spans, False) for one in part)
    counts: dict[str, int] = {}
    for one in view.against:
        counts[one.category] = counts.get(one.category, 0) + 1
    return AgainstView(
        counts=tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0]))), more=len(view.against) - len(part),
        lines=tuple(
            AgainstLine(category=one.category, codes=one.codes, note=one.note, cite=cite)
            for one, cite in zip(part, cites, strict=True)
        ),
    )  # fmt: skip
