"""The sample case end to end: persons, ledger, what cuts against hits, who stands up the chain, as its story says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from samples.build import story
from triage.analysis import against, elements, identities, ledger, marks, movement, questions, roster, sheets
from triage.index import schema


@pytest.fixture(scope="module")
def db(sample_case: Path) -> Iterator[sqlite3.Connection]:
    connection = schema.open_readonly(sample_case / "evidence.sqlite")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def known(db: sqlite3.Connection) -> roster.Roster:
    return roster.load(db)


def test_persons(db: sqlite3.Connection) -> None:
    found: dict[str, list[set[str]]] = {}
    keys: dict[str, set[str]] = {}
    for person, key in db.execute("select person_id, json_extract(evidence, '$.key') from identifiers"):
        keys.setdefault(person, set()).update([key] if key else [])
    for person, label in db.execute("select id, label from persons"):
        found.setdefault(label, []).append(keys[person])
    for label, wanted in story.PERSONS.items():
        assert wanted in found[label], label
    assert {"name:affected.zip/Maribel"} in found["Maribel"]
    assert sum(map(len, found.values())) == len(story.PERSONS) + 1


def test_proposals_join_nothing(db: sqlite3.Connection) -> None:
    query = """select a.label, b.label from identifiers i join persons a on a.id = i.person_id
               join persons b on b.id = i.value where i.kind = 'join' and i.certainty = 'proposed'"""
    assert {tuple(sorted(row)) for row in db.execute(query)} == {tuple(sorted(pair)) for pair in story.PROPOSED}


def test_the_debt_adds_up_and_the_book_says_the_same(db: sqlite3.Connection, known: roster.Roster) -> None:
    made = ledger.build(db, known)
    (account,) = [a for a in made.accounts if a.debtor and a.creditor]
    assert (known.label(account.debtor), known.label(account.creditor), account.currency) == ("Maribel", "Nilda", "EUR")
    rows = tuple((p.entry.kind, str(p.entry.amount), str(p.balance)) for p in account.lines)
    assert rows == story.DEBT and not account.contradictions
    (compared,) = made.comparisons
    assert compared.page.entry.amount == Decimal(story.BOOK_TOTAL) and not compared.differs
    rates = {(p.entry.kind, str(p.entry.amount), p.entry.rate) for a in made.accounts for p in a.lines if p.entry.rate}
    assert {rate for rate in rates if rate[0] != "addition"} == story.RATES


def test_one_transfer_counts_once(db: sqlite3.Connection, known: roster.Roster) -> None:
    lines = [p for a in ledger.build(db, known).accounts for p in a.lines if p.entry.kind == "payment"]
    assert [str(p.entry.amount) for p in lines] == ["50", "50"]
    assert sum(p.same_as is None for p in lines) == 1


def test_the_table_holds_the_same_lines(db: sqlite3.Connection, known: roster.Roster) -> None:
    wanted = {p.entry.id for a in ledger.build(db, known).accounts for p in a.lines}
    assert {row[0] for row in db.execute("select id from ledger")} == wanted
    assert not db.execute("select 1 from ledger where unit_id not in (select id from units)").fetchall()


def test_what_cuts_against(db: sqlite3.Connection, known: roster.Roster) -> None:
    assert {(a.category, a.line.text) for a in against.find(db, known)} >= story.AGAINST


def test_elements_and_up_the_chain(db: sqlite3.Connection, known: roster.Roster) -> None:
    found, made = marks.find(db, known), ledger.build(db, known)
    palermo, smuggling, _ = elements.build(sheets.load(), found, against.find(db, known), made)
    assert all(e.supports for e in (*palermo.elements, *smuggling.elements)) and palermo.child == ()
    assert ("recruiter", story.MARIBEL) in palermo.bridges[0].conversations
    first = questions.chain(db, found, made)[0]
    assert known.label(first.person) == "Nilda" and first.facts == 3
    asked = {q.id: q for q in questions.build(db, known, found, made)}
    assert all(q.answers for q in asked.values())


def test_a_position_is_recorded_by_the_camera_alone(db: sqlite3.Connection, known: roster.Roster) -> None:
    found = {(p.how, p.line.source) for p in movement.build(db, known).places if p.lat}
    assert found == {("recorded", "recruiter"), ("shared", "affected.zip"), ("said", "controller.ufdr")}


def test_derived_tables_stand_outside_the_root(sample_case: Path, tmp_path: Path) -> None:
    from triage.index.live import live_root

    copy = tmp_path / "evidence.sqlite"
    copy.write_bytes((sample_case / "evidence.sqlite").read_bytes())
    before = live_root(tmp_path)
    connection = schema.open_writable(copy)
    connection.execute(
        "insert into decisions(finding_id, decision, note) values ('', 'person.join', ?)",
        (f'{{"keys":["phone:{story.MARIBEL}","name:affected.zip/Maribel"]}}',),
    )
    identities.fill(connection)
    ledger.fill(connection)
    joined = connection.execute("select count(*) from persons").fetchone()[0]
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    assert joined == len(story.PERSONS) and live_root(tmp_path) == before
