"""The analyses of one index, computed once for all sections that show them, and how persons and messages are cited.

Persons carry the number of their row in the register (P1, P2 …) so that a section can name them briefly; the number is
that of this report, not of the case. A cited message brings its time, its writer, its text and its trace; a text that
carries a severe indicator is printed closed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from triage.analysis import against, chronology, contacts, ledger, marks, movement, questions, roster, sheets
from triage.analysis.roster import Line
from triage.report.display import Span
from triage.report.model import Limits, Stamp, Text, Trace
from triage.report.units import fetch
from triage.report.wording import Wording

LEGAL = ("elements", "chain")
"""Sections that only `prosecution` sees, unless the case enables them (`elements = true` in case.toml)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A person as other sections name them."""

    number: int
    label: str
    device: bool = False
    """Nothing but the device is known: whoever uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cite:
    """One message as a line of proof."""

    at: Stamp
    writer: Ref | None
    addressee: Ref | None
    by: tuple[str, ...]
    """Why it stands here: indicator codes, kinds of ledger lines …"""
    text: Text
    severe: bool
    told: bool
    conversation: str
    trace: Trace


Wanted = tuple[Line, tuple[str, ...], tuple[Span, ...], bool]
"""(message, by, quoted spans, told of the writer's own situation)"""


@dataclass(slots=True, kw_only=True)
class CaseView:
    """Everything the analyses say of one index."""

    connection: sqlite3.Connection
    wording: Wording
    limits: Limits
    roster: roster.Roster
    marks: tuple[marks.Mark, ...]
    ledger: ledger.Ledger
    against: tuple[against.Against, ...]
    refs: dict[str, Ref]
    printed: set[str] = field(default_factory=set)
    """Units whose text a section prints."""

    def ref(self, person: str | None) -> Ref | None:
        return self.refs.get(person) if person else None

    def cites(self, wanted: Iterable[Wanted]) -> tuple[Cite, ...]:
        """Messages as lines of proof, in the order given."""
        listed = list(wanted)
        units = fetch(self.connection, (line.unit for line, _, _, _ in listed))
        self.printed.update(units)
        severe = self._severe([line.unit for line, _, _, _ in listed])
        return tuple(
            Cite(
                at=units[line.unit].at, writer=self.ref(line.writer), addressee=self.ref(line.addressee), by=by,
                text=units[line.unit].shown(spans), severe=line.unit in severe, told=told,
                conversation=line.conversation, trace=units[line.unit].trace,
            )
            for line, by, spans, told in listed
        )  # fmt: skip

    def _severe(self, units: Sequence[str]) -> set[str]:
        wanted = set(units)
        return {m.line.unit for m in self.marks if m.line.unit in wanted and self.wording.severe(m.code)}

    def proposed(self) -> list[tuple[str, str]]:
        """Pairs of persons that are proposed to be one."""
        query = """select distinct person_id, value from identifiers where kind = 'join' and certainty = 'proposed'
                   order by 1, 2"""
        return [(a, b) for a, b in self.connection.execute(query)]

    def four_questions(self) -> tuple[questions.Question, ...]:
        return questions.build(self.connection, self.roster, self.marks, self.ledger)

    def up_the_chain(self) -> tuple[questions.Standing, ...]:
        return questions.chain(self.connection, self.marks, self.ledger)

    def graph(self) -> contacts.Graph:
        return contacts.build(self.connection, self.roster)

    def moved(self) -> movement.Movement:
        return movement.build(self.connection, self.roster)

    def run_of_time(self) -> chronology.Chronology:
        return chronology.build(self.connection, self.roster, self.marks)


def load(connection: sqlite3.Connection, wording: Wording, limits: Limits) -> CaseView:
    """The views of an index."""
    known = roster.load(connection)
    found = marks.find(connection, known)
    return CaseView(
        connection=connection, wording=wording, limits=limits, roster=known, marks=found,
        ledger=ledger.build(connection, known), against=against.find(connection, known), refs=_refs(known, found),
    )  # fmt: skip


def _refs(known: roster.Roster, found: Sequence[marks.Mark]) -> dict[str, Ref]:
    """Numbers in the order of the register: who wrote the most marked messages first."""
    wrote: dict[str, set[str]] = {}
    for mark in found:
        if mark.line.writer:
            wrote.setdefault(mark.line.writer, set()).add(mark.line.unit)
    order = sorted(known.labels, key=lambda p: (-len(wrote.get(p, ())), known.labels[p].casefold(), p))
    kinds: dict[str, set[str]] = {}
    for key, person in known.person_of.items():
        kinds.setdefault(person, set()).add(key.split(":", 1)[0])
    return {
        person: Ref(number=n, label=known.labels[person], device=kinds.get(person) == {"device"})
        for n, person in enumerate(order, 1)
    }


def element_sheets(connection: sqlite3.Connection, folder: Path | None) -> tuple[sheets.Sheet, ...]:
    """The sheets that ship and those that case.toml names, relative to the case folder."""
    named = stated(connection).get("element_sheets", [])
    paths = [str(name) for name in named] if isinstance(named, list) else []
    return sheets.load((folder or Path()) / name for name in paths)


def stated(connection: sqlite3.Connection) -> dict[str, object]:
    """What case.toml says, as the run stored it."""
    row = connection.execute("select value from meta where key = 'case'").fetchone()
    table = json.loads(row[0]) if row else {}
    return table if isinstance(table, dict) else {}
