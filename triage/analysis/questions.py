"""Four questions that units of different countries ask each other, and who stands up the chain.

1. Where and how were people recruited? 2. How were they exploited? 3. Which routes? 4. How did the profits move?
Each answer is a count and the lines it counts; nothing is concluded. *Up the chain* lists, for each person, three facts
and the messages that show them: receives money or is said to be owed it (the ledger's creditor, or a payment reference
given as their own), gives orders or sets conditions to several people, appears on several devices. Whoever has none of
them is not listed.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.analysis.ledger import Ledger, Posted
from triage.analysis.marks import ORDERS, Mark
from triage.analysis.roster import Line, Roster, lines

QUESTIONS = {
    "recruited": ("deception_recruitment", "trade_in_persons", "minor_indicator"),
    "exploited": (
        "debt_bondage", "wage_withholding", "document_retention", "movement_restriction", "isolation_surveillance",
        "threat_violence", "threat_family", "threat_exposure", "excessive_hours_quota", "commercial_sex_control",
        "abusive_housing", "vulnerability_abuse", "forced_criminality", "coaching_authorities",
    ),
    "routes": ("smuggling_transport", "document_fraud"),
    "profits": ("earnings_control", "money_movement"),
}  # fmt: skip
OFFERS = frozenset({"deception_recruitment"})
"""Directed at somebody, and no order."""
_SEVERAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One line of a table: a message with what brings it here."""

    line: Line
    by: tuple[str, ...]
    """Indicator codes, `ledger:` and a kind, `place:`, `route:`, `payment:` and a value."""
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with the lines that bear on it and their counts."""

    id: str
    answers: tuple[Answer, ...]
    writers: tuple[tuple[str, int], ...]
    """(person, lines), most first."""
    conversations: int
    apps: tuple[tuple[str, int], ...]
    by: tuple[tuple[str, int], ...]
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One person with the facts that may place them up the chain."""

    person: str
    receives: tuple[Line, ...]
    accounts: tuple[str, ...]
    """Payment references given as their own."""
    orders: tuple[Line, ...]
    ordered: tuple[str, ...]
    """To whom: persons, where the evidence says."""
    sources: tuple[str, ...]

    @property
    def facts(self) -> int:
        return bool(self.receives or self.accounts) + (len(self.ordered) >= _SEVERAL) + (len(self.sources) >= _SEVERAL)


def build(db: sqlite3.Connection, roster: Roster, marks: Sequence[Mark], ledger: Ledger) -> tuple[Question, ...]:
    """The four questions, in their order."""
    apps = _apps(db)
    extra = {
        "routes": _findings(db, roster, "f.kind = 'location' and (f.type = 'ROUTE' or f.unit_id in"
                            " (select g.unit_id from findings g where g.kind = 'indicator' and g.reported = 1"
                            " and g.type in ('smuggling_transport', 'document_fraud')))", "place"),
        "profits": _findings(db, roster, "f.kind = 'payment'", "payment") + _posted(ledger),
        "recruited": _findings(db, roster, "f.kind in ('location', 'link') and f.unit_id in (select g.unit_id from"
                               " findings g where g.kind = 'indicator' and g.reported = 1 and g.type ="
                               " 'deception_recruitment')", "place"),
    }  # fmt: skip
    return tuple(
        _question(name, [(m.code, m.line, m.spans) for m in marks if m.code in codes] + extra.get(name, []), apps)
        for name, codes in QUESTIONS.items()
    )


_Found = tuple[str, Line, tuple[tuple[int, int], ...]]


def _question(name: str, found: Sequence[_Found], apps: dict[str, str]) -> Question:
    by_unit: dict[str, tuple[Line, set[str], set[tuple[int, int]]]] = {}
    for by, line, spans in found:
        known = by_unit.setdefault(line.unit, (line, set(), set()))
        known[1].add(by)
        known[2].update(spans)
    answers = sorted(
        (Answer(line=line, by=tuple(sorted(by)), spans=tuple(sorted(s))) for line, by, s in by_unit.values()),
        key=lambda a: a.line.order,
    )
    times = [a.line.at for a in answers if a.line.at]
    return Question(
        id=name, answers=tuple(answers),
        writers=_counted(a.line.writer for a in answers),
        conversations=len({(a.line.source, a.line.conversation) for a in answers}),
        apps=_counted(apps.get(a.line.unit) for a in answers),
        by=_counted(by.split(":")[0] for a in answers for by in a.by),
        first=min(times, default=None), last=max(times, default=None),
    )  # fmt: skip


def _counted(names: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    counts = Counter(name for name in names if name)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _apps(db: sqlite3.Connection) -> dict[str, str]:
    query = """select distinct u.id, u.app from units u join findings f on f.unit_id = u.id
               where f.reported = 1 and u.app <> ''"""
    return dict(db.execute(query).fetchall())


def _findings(db: sqlite3.Connection, roster: Roster, where: str, word: str) -> list[_Found]:
    """Reported findings that match, as (word:value, message, span); names of places instead of their numbers."""
    query = f"""select f.unit_id, f.type, f.value, f.detail, f.start, f."end" from findings f join units u
                on u.id = f.unit_id where f.reported = 1 and u.origin <> 'contact' and {where} order by 1, 5, 6"""
    found = db.execute(query).fetchall()
    units = json.dumps(sorted({row[0] for row in found}))
    known = {line.unit: line for line in lines(db, roster, "u.id in (select value from json_each(?))", [units])}
    out: list[_Found] = []
    for unit, _, value, detail, start, end in found:
        shown = json.loads(detail).get("name") or value
        out.append((f"{word}:{shown}", known[unit], ((start, end),)))
    return out


def _posted(ledger: Ledger) -> list[_Found]:
    return [
        (f"ledger:{p.entry.kind}", p.entry.line, ((p.entry.start, p.entry.end),))
        for account in ledger.accounts for p in account.lines if p.same_as is None
    ]  # fmt: skip


def chain(db: sqlite3.Connection, marks: Sequence[Mark], ledger: Ledger) -> tuple[Standing, ...]:
    """Persons by the number of these facts, then by the messages that show them."""
    receives: dict[str, dict[str, Line]] = {}
    for account in ledger.accounts:
        for post in account.lines:
            if account.creditor and account.group != "wage" and _says_receives(post):
                receives.setdefault(account.creditor, {})[post.entry.line.unit] = post.entry.line
    orders: dict[str, dict[str, Line]] = {}
    ordered: dict[str, set[str]] = {}
    for mark in marks:
        if mark.line.writer and mark.toward in ORDERS and mark.code not in OFFERS:
            orders.setdefault(mark.line.writer, {})[mark.line.unit] = mark.line
            ordered.setdefault(mark.line.writer, set()).update([mark.line.addressee] if mark.line.addressee else [])
    accounts, sources = _accounts(db), _sources(db)
    people = {*receives, *orders, *accounts, *(p for p, s in sources.items() if len(s) >= _SEVERAL)}
    found = [
        Standing(
            person=person, receives=_in_order(receives.get(person, {})), accounts=accounts.get(person, ()),
            orders=_in_order(orders.get(person, {})), ordered=tuple(sorted(ordered.get(person, ()))),
            sources=sources.get(person, ()),
        )
        for person in people
    ]  # fmt: skip
    kept = [one for one in found if one.facts or one.orders]
    return tuple(sorted(kept, key=lambda s: (-s.facts, -len(s.orders), -len(s.receives), s.person)))


def _says_receives(post: Posted) -> bool:
    return post.same_as is None and post.entry.creditor is not None


def _in_order(found: dict[str, Line]) -> tuple[Line, ...]:
    return tuple(sorted(found.values(), key=lambda line: line.order))


def _accounts(db: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    query = """select distinct person_id, value from identifiers where kind = 'payment'
               and json_extract(evidence, '$.basis') = 'given-as-own' order by 1, 2"""
    out: dict[str, tuple[str, ...]] = {}
    for person, value in db.execute(query):
        out[person] = (*out.get(person, ()), value)
    return out


def _sources(db: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Sources on which a person's identifiers occur; a name saved on a device counts as an occurrence there."""
    out: dict[str, set[str]] = {}
    query = """select person_id, coalesce(json_extract(evidence, '$.source'), ''), kind, value from identifiers
               where kind in ('name', 'device', 'number')"""
    for person, source, kind, value in db.execute(query):
        out.setdefault(person, set()).update([value if kind == "device" else source])
    occurs = """select distinct n.person_id, i.source from identifiers n join findings f on f.value = n.value
                join units u on u.id = f.unit_id join items i on i.id = u.item_id
                where n.kind = 'phone' and f.kind = 'phone' and f.reported = 1"""
    for person, source in db.execute(occurs):
        out.setdefault(person, set()).add(source)
    return {person: tuple(sorted(found - {""})) for person, found in out.items()}
