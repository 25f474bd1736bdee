"""Persons out of identifiers: what joins, what only proposes, what an examiner decides; order does not matter."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.analysis import identities, roster
from triage.analysis.name_proposals import compared
from triage.analysis.person_evidence import Gathered, Join, Naming, gather
from triage.analysis.person_nodes import Node

ANA, BRUNO, CARLA = "+34600555010", "+34600555011", "+573005550112"


def persons(db: sqlite3.Connection) -> dict[str, set[str]]:
    """Label → keys of its identifiers."""
    out: dict[str, set[str]] = {}
    query = """select p.label || '|' || p.id, json_extract(i.evidence, '$.key') from persons p
               join identifiers i on i.person_id = p.id where i.kind <> 'join'"""
    for label, key in db.execute(query):
        out.setdefault(label, set()).update([key] if key else [])
    return {label.split("|")[0]: keys for label, keys in out.items()}


def proposals(db: sqlite3.Connection) -> set[tuple[str, str]]:
    query = "select json_extract(evidence, '$.basis'), certainty from identifiers where kind = 'join'"
    return {(basis, certainty) for basis, certainty in db.execute(query)}


def test_one_number_in_every_notation_is_one_person(case: Any) -> None:
    a, b = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")
    case.unit(a, "hola", sender="34600555010@s.whatsapp.net", name="Ana", talk="Ana")
    case.unit(b, "hola", sender="+34 600 555 010", name="Ana trabajo", talk="x")
    case.unit(b, "hola", sender="34600555010@lid", name="Opaque", talk="x")
    identities.fill(case.db)
    found = persons(case.db)
    assert found["Ana"] == {f"phone:{ANA}"}
    assert found["Opaque"] == {"account:34600555010@lid"}
    names = case.db.execute(
        "select value, json_extract(evidence, '$.source') from identifiers where kind = 'name' order by 1"
    )
    assert {tuple(row) for row in names} == {("Ana", "phone-a"), ("Ana trabajo", "phone-b"), ("Opaque", "phone-b")}


def test_names_propose_and_join_nothing(case: Any) -> None:
    a, b = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")
    case.unit(a, "1", sender="Óscar Agencia", talk="t")
    case.unit(b, "2", sender=ANA, name="oscar", talk="t")
    case.unit(a, "3", sender="Mamá", talk="m")
    case.unit(b, "4", sender=BRUNO, name="mama", talk="m")
    identities.fill(case.db)
    assert proposals(case.db) == {("name-with-addition", "proposed")}
    assert len(persons(case.db)) == 4


def test_a_card_with_two_numbers_a_new_number_and_an_app_event_propose(case: Any) -> None:
    a = case.item("phone-a", "a.txt")
    card = case.unit(a, f"FN: Ana\nTEL: {ANA}\nTEL: {BRUNO}", origin="contact", app="Contacts")
    for number in (ANA, BRUNO):
        case.find(card, "phone", "PHONE", number, number, grade="format")
    said = case.unit(a, f"cambié de número, este es {CARLA}", sender=BRUNO, name="B", talk="t")
    case.find(said, "phone", "PHONE", CARLA, CARLA, grade="format")
    case.unit(a, "34600555010@s.whatsapp.net changed the number 573005550112@s.whatsapp.net", origin="event", talk="t")
    identities.fill(case.db)
    expected = {("same-card", "proposed"), ("said-new-number", "proposed"), ("number-change", "proposed")}
    assert expected <= proposals(case.db)
    assert all(len(keys) == 1 for keys in persons(case.db).values())


def test_the_one_number_of_a_device_is_joined_and_two_are_proposed(case: Any) -> None:
    a, b = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")
    case.unit(a, "x", sender=ANA, name="Ana", to=(BRUNO,), talk="t", direction="outgoing")
    for number in (BRUNO, CARLA):
        case.unit(b, "y", sender=number, name="N", to=(ANA,), talk=number, direction="outgoing")
    case.unit(b, "sin remitente", to=(ANA,), talk=ANA, direction="outgoing")
    case.db.execute("insert into source_facts values (?, 'msisdn', '')", (a,))
    identities.fill(case.db)
    found = list(persons(case.db).values())
    assert {f"phone:{ANA}", "device:phone-a"} in found
    assert {"device:phone-b"} in found and {f"phone:{BRUNO}"} in found


def test_payment_references_are_listed_with_who_gave_them(case: Any, fixture_index: ModuleType) -> None:
    a = case.item("phone-a", "a.txt")
    unit = case.unit(a, f"mi cuenta es {fixture_index.IBAN}", sender=ANA, name="Ana", talk="t")
    case.find(unit, "payment", "IBAN", fixture_index.IBAN, fixture_index.IBAN, grade="checksum")
    identities.fill(case.db)
    row = case.db.execute("select value, certainty, evidence from identifiers where kind = 'payment'").fetchone()
    assert tuple(row)[:2] == (fixture_index.IBAN, "proposed")
    assert json.loads(row[2])["basis"] == "given-as-own"


def test_the_examiner_joins_and_splits(case: Any) -> None:
    a = case.item("phone-a", "a.txt")
    for number in (ANA, BRUNO, CARLA):
        case.unit(a, "x", sender=number, name=f"N{number[-1]}", talk="t")

    def decide(what: str, *numbers: str) -> None:
        note = json.dumps({"keys": [f"phone:{number}" for number in numbers]})
        case.db.execute("insert into decisions(finding_id, decision, note) values ('', ?, ?)", (what, note))
        identities.fill(case.db)

    decide("person.join", ANA, BRUNO, CARLA)
    assert {frozenset(keys) for keys in persons(case.db).values()} == {
        frozenset(f"phone:{number}" for number in (ANA, BRUNO, CARLA))
    }
    decide("person.split", BRUNO)
    assert sorted(len(keys) for keys in persons(case.db).values()) == [1, 2]
    decide("person.split", ANA)
    assert {len(keys) for keys in persons(case.db).values()} == {1}
    decide("person.join", ANA, CARLA)
    assert sorted(len(keys) for keys in persons(case.db).values()) == [1, 2]
    assert ("examiner", "decided") in proposals(case.db)


def test_roster_knows_writer_and_addressee(case: Any) -> None:
    a = case.item("phone-a", "a.txt")
    case.unit(a, "x", sender=ANA, name="Ana", to=(BRUNO,), talk="t", direction="outgoing")
    case.unit(a, "y", sender="Carla", talk="pair")
    case.unit(a, "z", sender="Ana R", talk="pair")
    for one in ("Uno", "Dos", "Tres"):
        case.unit(a, one, sender=one, talk="group")
    identities.fill(case.db)
    known = roster.load(case.db)
    found = {line.text: line for line in roster.lines(case.db, known, "u.origin = 'message'")}
    assert known.label(found["x"].writer) == "Ana" and known.label(found["x"].addressee) == BRUNO
    assert known.label(found["y"].addressee) == "Ana R"
    assert found["Uno"].writer is not None and found["Uno"].addressee is None


@pytest.mark.parametrize(("name", "parts"), [
    ("Chofer Wilmer 2", ("wilmer",)), ("MAMÁ", ()), ("Jo", ()), ("José  Luís", ("jose", "luis")), ("+34 600", ()),
])  # fmt: skip
def test_what_of_a_name_is_compared(name: str, parts: tuple[str, ...]) -> None:
    assert compared(name) == parts


NODES = [Node(kind="phone", value=f"+3460055501{n}") for n in range(6)] + [
    Node(kind="name", value=name, source="phone-a") for name in ("Ana", "Ana Luz", "Bruno")
]


@st.composite
def gathered(draw: st.DrawFn) -> Gathered:
    pairs = draw(st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.booleans()), max_size=12))
    joins = tuple(
        Join(a=a, b=b, basis="same-card", certain=certain, evidence=("u_1",)) for a, b, certain in pairs if a != b
    )
    names = tuple(
        Naming(node=node, name=name, source="phone-a", times=1, unit="u_2")
        for node, name in draw(st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(["Ana", "Bruno Z"]))))
    )
    return Gathered(seen=dict.fromkeys(NODES, "u_0"), names=names, joins=joins, given=())


@settings(derandomize=True, deadline=None, max_examples=80)
@given(found=gathered(), data=st.data())
def test_the_order_of_the_evidence_does_not_matter(found: Gathered, data: st.DataObject) -> None:
    shuffled = replace(
        found,
        seen=dict(data.draw(st.permutations(list(found.seen.items())))),
        joins=tuple(data.draw(st.permutations(found.joins))),
        names=tuple(data.draw(st.permutations(found.names))),
    )
    assert identities.assemble(found) == identities.assemble(shuffled)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(found=gathered())
def test_proposals_never_join(found: Gathered) -> None:
    certain = replace(found, joins=tuple(j for j in found.joins if j.certain), names=())
    groups = {tuple(p.nodes) for p in identities.assemble(found).persons}
    assert groups == {tuple(p.nodes) for p in identities.assemble(certain).persons}


def test_the_fixture_case(index: sqlite3.Connection) -> None:
    found = gather(index)
    assert found.seen and all(join.evidence for join in found.joins)
