"""Sections "Elements" and "Up the chain": for the prosecution, or where the case enables them.

Each part of an element shows what supports it, what may cut against it, or that it is silent. The words never say more
than that something was located by this tool, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triage.analysis import elements
from triage.analysis.elements import Located, Row, SheetFound
from triage.analysis.roster import Line
from triage.analysis.sheets import Sheet
from triage.report.case_view import CaseView, Cite, Ref

EACH = 8
"""Messages printed of one part."""
ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One part of an element."""

    title: str
    supports: tuple[Cite, ...]
    supports_more: int
    against: tuple[Cite, ...]
    against_more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementView:
    """One element."""

    id: str
    title: str
    text: str
    waived: bool
    """For a person under eighteen it need not be shown, and an indicator of a minor was located."""
    supports: int
    against: int
    parts: tuple[PartView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One conversation, or one person."""

    person: Ref | None
    source: str
    conversation: str
    cells: tuple[tuple[int, int, int, int], ...]
    """For each element: (for, against, received, told of the own situation)."""
    child: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeView:
    """From travel to debt."""

    title: str
    text: str
    conversations: tuple[tuple[str, str], ...]
    persons: tuple[Ref, ...]
    cites: tuple[Cite, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LawView:
    """One sheet."""

    id: str
    title: str
    law: str
    status: str
    elements: tuple[ElementView, ...]
    child_text: str
    child: tuple[Cite, ...]
    child_more: int
    conversations: tuple[RowView, ...]
    conversations_more: int
    persons: tuple[RowView, ...]
    persons_more: int
    bridges: tuple[BridgeView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideView:
    """A person who tells of coercion against themselves, beside the acts they wrote of."""

    person: Ref
    told: tuple[Cite, ...]
    acts: tuple[Cite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """One person up the chain."""

    person: Ref
    receives: tuple[Cite, ...]
    accounts: int
    orders: tuple[Cite, ...]
    orders_n: int
    ordered: tuple[Ref, ...]
    sources: tuple[str, ...]
    facts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Legal:
    """Both sections."""

    laws: tuple[LawView, ...]
    beside: tuple[BesideView, ...]
    chain: tuple[StandingView, ...]
    chain_more: int


def build(view: CaseView, sheets: Sequence[Sheet]) -> Legal:
    """Every sheet, in order."""
    found = elements.build(sheets, view.marks, view.against, view.ledger, _routes(view))
    chain = [one for one in view.up_the_chain() if one.facts]
    return Legal(
        laws=tuple(_law(view, one) for one in found),
        beside=tuple(
            BesideView(person=ref, told=_cites(view, b.told), acts=_cites(view, b.acts))
            for b in elements.beside(view.marks) if (ref := view.ref(b.person))
        ),
        chain=tuple(
            StandingView(
                person=ref, receives=_lines(view, s.receives), accounts=len(s.accounts), orders=_lines(view, s.orders),
                orders_n=len(s.orders), ordered=tuple(r for p in s.ordered if (r := view.ref(p))), sources=s.sources,
                facts=s.facts,
            )
            for s in chain[:ROWS] if (ref := view.ref(s.person))
        ),
        chain_more=max(0, len(chain) - ROWS),
    )  # fmt: skip


def _routes(view: CaseView) -> list[tuple[str, Line]]:
    return [("location:ROUTE", place.line) for place in view.moved().places if place.how == "route"]


def _law(view: CaseView, found: SheetFound) -> LawView:
    sheet = found.sheet
    waived = set(sheet.child.waives) if sheet.child and found.child else set()
    return LawView(
        id=sheet.id, title=sheet.title, law=sheet.law, status=sheet.status,
        elements=tuple(
            ElementView(
                id=e.element.id, title=e.element.title, text=e.element.text, waived=e.element.id in waived,
                supports=e.supports, against=e.against,
                parts=tuple(
                    PartView(
                        title=p.part.title, supports=_cites(view, p.supports), against=_cites(view, p.against),
                        supports_more=max(0, len(p.supports) - EACH), against_more=max(0, len(p.against) - EACH),
                    )
                    for p in e.parts
                ),
            )
            for e in found.elements
        ),
        child_text=sheet.child.text if sheet.child else "", child=_cites(view, found.child),
        child_more=max(0, len(found.child) - EACH),
        conversations=tuple(_row(view, row) for row in found.conversations[:ROWS]),
        conversations_more=max(0, len(found.conversations) - ROWS),
        persons=tuple(_row(view, row) for row in found.persons[:ROWS]),
        persons_more=max(0, len(found.persons) - ROWS),
        bridges=tuple(
            BridgeView(
                title=b.bridge.title, text=b.bridge.text, conversations=b.conversations,
                persons=tuple(r for p in b.persons if (r := view.ref(p))), cites=_cites(view, b.lines),
                more=max(0, len(b.lines) - EACH),
            )
            for b in found.bridges
        ),
    )  # fmt: skip


def _row(view: CaseView, row: Row) -> RowView:
    none = tuple(0 for _ in row.supports)
    received, told = row.received or none, row.told or none
    source, conversation = ("", "") if isinstance(row.key, str) else row.key
    return RowView(
        person=view.ref(row.key) if isinstance(row.key, str) else None, source=source, conversation=conversation,
        cells=tuple(zip(row.supports, row.against, received, told, strict=True)), child=row.child,
    )  # fmt: skip


def _cites(view: CaseView, found: Sequence[Located]) -> tuple[Cite, ...]:
    return view.cites((one.line, one.by, one.spans, one.told) for one in found[:EACH])


def _lines(view: CaseView, found: Sequence[Line]) -> tuple[Cite, ...]:
    return view.cites((line, (), (), False) for line in found[:EACH])
