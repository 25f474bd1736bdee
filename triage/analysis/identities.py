"""Persons of a case: identifiers joined on stated evidence, proposals beside them, and the examiner's own joins.

Nobody is identified here. A *person* is a set of identifiers that belong together because a strong identifier is equal
or a source states its own number, or because an examiner said so. What may belong together (`triage.analysis.
person_evidence`, `name_proposals`) is written as a proposal with its evidence and joins nothing.

The examiner's word comes from the table `decisions`. Two kinds are read, in the order of their numbers; `note` is a
JSON object with `keys`, the identifiers as `Node.key` writes them:
- `person.join`: these identifiers are one person;
- `person.split`: these identifiers are a person apart: earlier joins between them and all others fall.

Table `identifiers`: a row for each identifier (`kind` phone, account, device, name, number), for each name it is saved
or shown under (`kind` name, `evidence.of` the identifier), for each payment reference given (`kind` payment, certainty
`proposed`), and for each proposal or decision (`kind` join, `value` the other person; on the first of the two).
The order in which evidence is met does not matter: a property test shuffles it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from triage.analysis.name_proposals import propose
from triage.analysis.person_evidence import Gathered, Given, Join, Naming, gather
from triage.analysis.person_nodes import Node
from triage.ids import person_id
from triage.index.canonical import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an examiner said about identifiers."""

    no: int
    join: bool
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Identifiers that belong together."""

    id: str
    label: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The persons, and what links or may link them."""

    persons: tuple[Person, ...]
    joins: tuple[tuple[str, str, Join], ...]
    """(person, other person, why): proposals between two persons; within one person the evidence of its joins."""
    decided: tuple[tuple[str, str, int], ...]


def fill(db: sqlite3.Connection) -> None:
    """Rebuild `persons` and `identifiers`. The caller owns the transaction."""
    found = gather(db)
    made = assemble(found, decisions(db))
    db.execute("delete from persons")
    db.execute("delete from identifiers")
    db.executemany("insert into persons(id, label) values (?, ?)", [(p.id, p.label) for p in made.persons])
    db.executemany(
        "insert into identifiers(person_id, kind, value, evidence, certainty) values (?, ?, ?, ?, ?)",
        sorted(set(_rows(made, found))),
    )


def decisions(db: sqlite3.Connection) -> tuple[Decision, ...]:
    """The examiner's joins and splits, in order."""
    query = "select no, decision, note from decisions where decision in ('person.join', 'person.split') order by no"
    out = []
    for number, what, note in db.execute(query):
        keys = json.loads(note or "{}").get("keys", [])
        out.append(Decision(no=number, join=what == "person.join", keys=tuple(sorted(map(str, keys)))))
    return tuple(out)


def assemble(found: Gathered, decided: Iterable[Decision] = ()) -> Identities:
    """Persons out of evidence: pure, and the same for every order of the evidence."""
    nodes = {node.key: node for node in found.seen}
    pairs = {(*_pair(j.a.key, j.b.key), 0) for j in found.joins if j.certain}
    for said in sorted(decided, key=lambda d: d.no):
        keys = [key for key in said.keys if key in nodes]
        if said.join:
            pairs |= {(*_pair(a, b), said.no) for a, b in combinations(keys, 2)}
        else:
            pairs = {pair for pair in pairs if (pair[0] in keys) == (pair[1] in keys)}
    groups = _components(nodes, [(a, b) for a, b, _ in pairs])
    names = _names_of(found.names)
    persons = tuple(sorted((_person(group, names) for group in groups), key=lambda p: p.id))
    of_key = {node.key: person.id for person in persons for node in person.nodes}
    proposals = [*found.joins, *propose(persons, found.names)]
    joins = {(*_pair(of_key[j.a.key], of_key[j.b.key]), j) for j in proposals}
    return Identities(
        persons=persons,
        joins=tuple(sorted(joins, key=_join_order)),
        decided=tuple(sorted((of_key[a], b, no) for a, b, no in pairs if no)),
    )


def _join_order(row: tuple[str, str, Join]) -> tuple[str, str, str, str, str, bool, tuple[str, ...]]:
    person, other, join = row
    return person, other, join.basis, join.a.key, join.b.key, join.certain, join.evidence


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)


def _components(nodes: dict[str, Node], pairs: Iterable[tuple[str, str]]) -> list[list[Node]]:
    root = {key: key for key in nodes}

    def top(key: str) -> str:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    for a, b in pairs:
        low, high = sorted((top(a), top(b)))
        root[high] = low
    groups: dict[str, list[Node]] = {}
    for key in nodes:
        groups.setdefault(top(key), []).append(nodes[key])
    return list(groups.values())


def _names_of(names: Iterable[Naming]) -> dict[Node, Counter[str]]:
    out: dict[Node, Counter[str]] = {}
    for one in names:
        out.setdefault(one.node, Counter())[one.name] += one.times
    return out


def _person(group: list[Node], names: dict[Node, Counter[str]]) -> Person:
    ordered = tuple(sorted(group, key=lambda node: node.order))
    known: Counter[str] = Counter()
    for node in ordered:
        known.update(names.get(node, {}))
        if node.kind == "name":
            known[node.value] += 1
    label = min(known, key=lambda name: (-known[name], name)) if known else ordered[0].value
    return Person(id=person_id(ordered[0].key), label=label, nodes=ordered)


_Row = tuple[str, str, str, str, str]


def _rows(made: Identities, found: Gathered) -> Iterable[_Row]:
    of_node = {node: person.id for person in made.persons for node in person.nodes}
    for node, where in found.seen.items():
        evidence = {"key": node.key, "in": [where], "source": node.source}
        yield of_node[node], node.kind, node.value, dumps(evidence), "certain"
    for naming in _first_of_each(found.names):
        evidence = {"of": naming.node.key, "in": [naming.unit], "source": naming.source, "basis": "saved-as"}
        yield of_node[naming.node], "name", naming.name, dumps(evidence), "certain"
    for given in found.given:
        if given.node in of_node:
            yield _given_row(of_node[given.node], given)
    for person, other, join in made.joins:
        evidence = {"basis": join.basis, "a": join.a.key, "b": join.b.key, "in": list(join.evidence)}
        certainty = "certain" if join.certain and person == other else "proposed"
        if person != other or join.certain:
            yield person, "join", other, dumps(evidence), certainty
    for person, key, number in made.decided:
        yield person, "join", person, dumps({"basis": "examiner", "b": key, "decision": number}), "decided"


def _first_of_each(names: Iterable[Naming]) -> list[Naming]:
    """One row for each identifier, name and source, whatever the number of messages behind it."""
    first: dict[tuple[str, str, str], Naming] = {}
    for one in sorted(names, key=lambda n: n.unit):
        first.setdefault((one.node.key, one.name, one.source), one)
    return list(first.values())


def _given_row(person: str, given: Given) -> _Row:
    basis = "given-as-own" if given.own else "given-in-message"
    evidence = {"basis": basis, "type": given.type, "in": [given.finding]}
    return person, "payment", given.value, dumps(evidence), "proposed"
