"""Section "Persons": identifiers that belong together, with the evidence of each join, and what is only proposed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from triage.analysis.marks import roles
from triage.report.case_view import CaseView, Ref
from triage.report.display import defang, mask_value
from triage.report.units import select_in

_REFERENCES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number, account, device or name with where it occurs."""

    kind: str
    value: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person of the register."""

    ref: Ref
    identifiers: tuple[Identifier, ...]
    saved_as: tuple[tuple[str, str], ...]
    """(name, source)."""
    payments: tuple[tuple[str, str, bool], ...]
    """(type, masked value, given as their own)."""
    payments_more: int
    wrote: int
    """Marked messages."""
    roles: tuple[tuple[str, int], ...]
    """Role cues with the number of messages; empty where the audience does not see them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinLine:
    """Two persons that may be one, or a join inside one, with what it rests on."""

    a: Ref
    b: Ref
    basis: str
    certainty: str
    exhibits: tuple[int, ...]
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """The register."""

    rows: tuple[PersonLine, ...]
    more: int
    joins: tuple[JoinLine, ...]
    joins_more: int


def build(view: CaseView, *, legal: bool) -> Persons:
    """In the order of the numbers; `legal`: with role cues."""
    cues = roles(view.marks) if legal else {}
    wrote: dict[str, set[str]] = {}
    for mark in view.marks:
        wrote.setdefault(mark.line.writer or "", set()).add(mark.line.unit)
    listed = sorted(view.refs, key=lambda p: view.refs[p].number)
    part = listed[: view.limits.rows]
    rows: dict[str, list[tuple[str, str, dict[str, object], str]]] = {person: [] for person in part}
    query = "select person_id, kind, value, evidence, certainty from identifiers where person_id in"
    for person, kind, value, evidence, certainty in select_in(view.connection, query, part, "order by 2, 3, 4"):
        rows[person].append((kind, value, json.loads(evidence), certainty))
    joins = _joins(view)
    return Persons(
        rows=tuple(
            _person(
                view.refs[person], rows[person], len(wrote.get(person, ())),
                tuple((role, len({m.line.unit for m in found})) for role, found in cues.get(person, {}).items()),
            )
            for person in part
        ),
        more=len(listed) - len(part), joins=joins[: view.limits.rows], joins_more=max(0, len(joins) - view.limits.rows),
    )  # fmt: skip


def _person(
    ref: Ref, rows: list[tuple[str, str, dict[str, object], str]], wrote: int, cues: tuple[tuple[str, int], ...]
) -> PersonLine:
    given = sorted(
        {(str(e["type"]), mask_value(str(e["type"]), v), e["basis"] == "given-as-own") for k, v, e, _ in rows
         if k == "payment"}
    )  # fmt: skip
    return PersonLine(
        ref=ref,
        identifiers=tuple(
            Identifier(kind=k, value=defang(v), source=str(e.get("source") or "")) for k, v, e, _ in rows if "key" in e
        ),
        saved_as=tuple(sorted({(v, str(e["source"])) for k, v, e, _ in rows if k == "name" and "of" in e})),
        payments=tuple(given[:_REFERENCES]), payments_more=max(0, len(given) - _REFERENCES), wrote=wrote, roles=cues,
    )  # fmt: skip


def _joins(view: CaseView) -> tuple[JoinLine, ...]:
    query = """select person_id, value, evidence, certainty from identifiers where kind = 'join'
               order by certainty, person_id, value, evidence"""
    found = [(a, b, json.loads(evidence), certainty) for a, b, evidence, certainty in view.connection.execute(query)]
    places = sorted({str(place) for _, _, evidence, _ in found for place in evidence.get("in", [])})
    number = dict(select_in(view.connection, "select unit_id, min(no) from exhibits where unit_id in", places,
                            "group by unit_id"))  # fmt: skip
    lines = [
        JoinLine(
            a=view.refs[a], b=view.refs[b], basis=evidence["basis"], certainty=certainty,
            exhibits=tuple(sorted({number[p] for p in evidence.get("in", []) if p in number})),
            entries=len(evidence.get("in", [])),
        )
        for a, b, evidence, certainty in found
        if a in view.refs and b in view.refs
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda j: (j.certainty != "proposed", j.a.number, j.b.number, j.basis)))
