"""Elements, the four questions, up the chain, contacts, movement and chronology over a small index of stated truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.analysis import (
    against,
    chronology,
    contacts,
    elements,
    identities,
    ledger,
    marks,
    movement,
    questions,
    roster,
    sheets,
)
from triage.analysis.contacts import Edge
from triage.errors import UsageError

HOUSE, GUEST, DRIVER = "+34600555010", "+34600555011", "+573005550112"


class Views:
    """The builders over one index."""

    def __init__(self, case: Any) -> None:
        identities.fill(case.db)
        self.db = case.db
        self.roster = roster.load(case.db)
        self.marks = marks.find(case.db, self.roster)
        self.ledger = ledger.build(case.db, self.roster)
        self.against = against.find(case.db, self.roster)

    def names(self, people: Any) -> list[str]:
        return [self.roster.label(person) for person in people]


def say(case: Any, item: str, text: str, sender: str, to: str, at: str, code: str = "", toward: str = "to_addressee",
        talk: str = "t") -> str:  # fmt: skip
    unit: str = case.unit(item, text, sender=sender, name=f"N{sender[-2:]}", to=(to,) if to else (), talk=talk,
                          at=f"{at}:00+00:00", direction="outgoing" if sender == HOUSE else "incoming")  # fmt: skip
    if code:
        case.find(unit, "indicator", code, text, code, toward=toward)
    return unit


def test_elements_for_against_and_silent(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    say(case, item, "no te vas hasta pagar", HOUSE, GUEST, "2024-01-01T10:00", "debt_bondage")
    say(case, item, "mando tu hermano si hablas", HOUSE, GUEST, "2024-01-02T10:00", "threat_family")
    say(case, item, "el chofer te pasa de noche", HOUSE, GUEST, "2024-01-03T10:00", "smuggling_transport")
    say(case, item, "no me debes nada", HOUSE, GUEST, "2024-01-04T10:00")
    say(case, item, "nos pegan", GUEST, HOUSE, "2024-01-05T10:00", "threat_violence", "self_report")
    say(case, item, "llevo seis personas", GUEST, HOUSE, "2024-01-06T10:00", "smuggling_transport", "self_report")
    views = Views(case)
    found = {s.sheet.id: s for s in elements.build(sheets.load(), views.marks, views.against, views.ledger)}
    palermo = {e.element.id: e for e in found["palermo"].elements}
    assert (palermo["means"].supports, palermo["means"].against) == (3, 1)
    papers = next(p for p in palermo["means"].parts if p.part.id == "papers")
    assert not papers.supports and not papers.against
    assert found["palermo"].child == ()
    (row,) = found["palermo"].conversations
    assert row.key == ("phone-a", "t") and row.supports == (2, 3, 1)
    house = next(r for r in found["palermo"].persons if views.roster.label(str(r.key)) == "N10")
    assert house.supports == (1, 2, 1) and house.received == (1, 1, 0)
    bridge = found["smuggling"].bridges[0]
    assert bridge.conversations == (("phone-a", "t"),) and views.names(bridge.persons) == ["N10"]
    guest = next(r for r in found["palermo"].persons if views.roster.label(str(r.key)) == "N11")
    assert guest.supports == (1, 1, 0) and guest.told == (0, 1, 0)
    (both,) = elements.beside(views.marks)
    assert views.roster.label(both.person) == "N11" and len(both.told) == len(both.acts) == 1


def test_who_owes_decides_the_direction_of_a_debt(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    say(case, item, "me debes 900 euros del pasaje", HOUSE, GUEST, "2024-01-01T10:00", "debt_bondage", "self_report")
    assert [m.toward for m in Views(case).marks] == ["to_addressee"]


def test_a_rejected_finding_counts_no_longer(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    unit = say(case, item, "no te vas", HOUSE, GUEST, "2024-01-01T10:00")
    name = case.find(unit, "indicator", "movement_restriction", "no te vas", "x")
    add = "insert into decisions(finding_id, decision) values (?, ?)"
    case.db.execute(add, (name, "not-relevant"))
    views = Views(case)
    assert views.marks == () and [a.category for a in views.against] == ["rejected"]
    case.db.execute(add, (name, "relevant"))
    assert len(Views(case).marks) == 1


def test_roles_are_cues_by_direction(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    say(case, item, "te encierro", HOUSE, GUEST, "2024-01-01T10:00", "movement_restriction")
    say(case, item, "no me dejan salir", GUEST, HOUSE, "2024-01-01T11:00", "movement_restriction", "self_report")
    views = Views(case)
    found = {views.roster.label(p): set(by) for p, by in marks.roles(views.marks).items()}
    assert found == {"N10": {"exploiter"}, "N11": {"affected"}}


def test_four_questions_and_up_the_chain(case: Any) -> None:
    a, b = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")
    say(case, a, "trabajo fácil todo pagado", HOUSE, GUEST, "2024-01-01T10:00", "deception_recruitment", "advert")
    say(case, a, "vigílala", HOUSE, GUEST, "2024-01-02T10:00", "isolation_surveillance", "by_addressee")
    say(case, b, "guarda los pasaportes", HOUSE, DRIVER, "2024-01-03T10:00", "document_retention", "by_addressee", "u")
    pay = say(case, b, "mándame a mi cuenta ES91", HOUSE, DRIVER, "2024-01-04T10:00", talk="u")
    case.find(pay, "payment", "IBAN", "ES91", "ES9121000418450200051332", grade="checksum")
    route = say(case, b, "de Cali por Madrid", DRIVER, HOUSE, "2024-01-05T10:00", talk="u")
    case.find(route, "location", "ROUTE", "de Cali por Madrid", "GN:1>GN:2", detail={"names": ["Cali", "Madrid"]})
    views = Views(case)
    asked = {q.id: q for q in questions.build(case.db, views.roster, views.marks, views.ledger)}
    assert {name: len(q.answers) for name, q in asked.items()} == {
        "recruited": 1, "exploited": 2, "routes": 1, "profits": 1,
    }  # fmt: skip
    assert asked["exploited"].conversations == 2 and asked["exploited"].first == "2024-01-02T10:00:00+00:00"
    first = questions.chain(case.db, views.marks, views.ledger)[0]
    assert views.roster.label(first.person) == "N10" and first.facts == 3
    assert first.accounts == ("ES9121000418450200051332",) and set(views.names(first.ordered)) == {GUEST, "N12"}
    assert first.sources == ("phone-a", "phone-b")


def test_contacts_count_copies_once_and_are_drawn_without_chance(case: Any) -> None:
    a, b = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")
    units = [say(case, item, "hola", HOUSE, GUEST, "2024-01-01T10:00") for item in (a, b)]
    case.db.execute("insert into links values ('same-message', ?, ?, 'exact')", units)
    say(case, a, "te encierro", HOUSE, GUEST, "2024-01-02T10:00", "movement_restriction")
    case.unit(a, "Missed", sender=GUEST, name="N11", to=(HOUSE,), talk="t", origin="call", direction="incoming")
    for one in ("Uno", "Dos", "Tres"):
        case.unit(a, one, sender=one, talk="group")
    views = Views(case)
    graph = contacts.build(case.db, views.roster)
    edges = [(views.roster.label(e.a), views.roster.label(e.b), e.messages, e.calls, e.marked) for e in graph.edges]
    assert edges == [("N10", "N11", 2, 0, 1), ("N11", "N10", 0, 1, 0)]
    assert graph == contacts.build(case.db, views.roster)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=60), st.randoms())
def test_every_drawing_stays_on_its_sheet_in_every_order(pairs: list[tuple[int, int]], chance: Any) -> None:
    edges = [
        Edge(a=f"p{a:02}", b=f"p{b:02}", messages=1, calls=0, marked=0, first=None, last=None, apps=(), sources=())
        for a, b in sorted(set(pairs))
        if a != b
    ]
    nodes, undrawn = contacts.place(edges)
    shuffled = list(edges)
    chance.shuffle(shuffled)
    assert (nodes, undrawn) == contacts.place(shuffled)
    assert all(0 <= n.x <= 1000 and 0 <= n.y <= 1000 for n in nodes)
    assert len(nodes) + undrawn == len({p for e in edges for p in (e.a, e.b)})


def test_mentions_are_no_positions_and_devices_near_each_other_are_listed(case: Any) -> None:
    a, b = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")

    def point(item: str, origin: str, where: str, at: str, **more: Any) -> None:
        unit = case.unit(item, f"GPS {where}", origin=origin, at=f"{at}:00+00:00", talk="t", sender="X", **more)
        case.find(unit, "location", "GEO_POINT", where, where.replace(" ", ""), grade="format")

    point(a, "exif", "40.416775, -3.703790", "2024-01-01T10:00")
    point(b, "message", "40.416900, -3.703790", "2024-01-01T10:20", flags=("location",))
    point(b, "message", "40.416775, -3.703790", "2024-01-01T10:05")
    point(b, "exif", "41.000000, -3.703790", "2024-01-01T10:10")
    found = movement.build(case.db, Views(case).roster)
    assert [p.how for p in found.places] == ["recorded", "said", "recorded", "shared"]
    assert [(n.a.line.source, n.b.line.source, n.metres, n.minutes) for n in found.near] == [
        ("phone-a", "phone-b", 14, 20)
    ]


def test_silences_and_traces(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    for day in range(1, 10):
        say(case, item, f"hola {day}", HOUSE, GUEST, f"2024-01-0{day}T10:00")
    say(case, item, "aquí estoy", GUEST, HOUSE, "2024-03-01T10:00")
    case.unit(item, "x changed the timer of disappearing messages", origin="event", talk="t", at="2024-03-02T10:00:00Z")
    case.unit(item, "y changed the number", origin="event", talk="t", flags=("number_change",))
    for n in range(5):
        case.unit(item, f"gone {n}", sender=HOUSE, talk="t", deleted=True, at=f"2024-03-03T10:0{n}:00+00:00")
    say(case, item, "borra todo antes de la policía", HOUSE, GUEST, "2024-03-04T10:00", "coaching_authorities")
    for value in ("+34600555010", "+34600555099"):
        case.db.execute("insert into source_facts values (?, 'msisdn', ?)", (item, value))
    views = Views(case)
    found = chronology.build(case.db, views.roster, views.marks)
    assert [(s.conversation, s.days) for s in found.silences] == [("t", 52)]
    assert [(t.kind, t.messages) for t in found.traces] == [("timer", 1), ("deleted", 5), ("wipe", 1), ("number", 1)]
    assert [(s.source, s.values) for s in found.sims] == [("phone-a", ("+34600555010", "+34600555099"))]
    assert found.labels == ("2024-03-04",) and found.lanes[0].counts == (1,)


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.dates(), st.dates())
def test_labels_cover_the_range(a: Any, b: Any) -> None:
    first, last = sorted((a.isoformat(), b.isoformat()))
    for width in (7, 4):
        labels = chronology._labels(first, last, width)
        assert labels[0] == first[:width] and labels[-1] == last[:width] and list(labels) == sorted(set(labels))


def test_a_sheet_of_an_office_is_read_and_mistakes_are_named(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text(
        'id = "ours"\ntitle = "Ours"\nlaw = "Penal code 1"\nstatus = "Draft"\n[[element]]\nid = "a"\ntitle = "A"\n'
        'text = "t"\nparts = [{ id = "p", title = "P", codes = ["debt_bondage"], ledger = ["fine"] }]\n'
    )
    assert [s.id for s in sheets.load([own])] == ["palermo", "smuggling", "usc-1589-1592", "ours"]
    for broken, place in (
        (own.read_text().replace("debt_bondage", "debts"), "codes"), (own.read_text() + "colour = 1\n", "colour"),
        (own.read_text().replace('"fine"', '"gift"'), "ledger"), ("id = ", "TOML"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=place):
            sheets.parse(broken, "ours.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        sheets.load([tmp_path / "none.toml"])


@pytest.mark.parametrize("sheet", sheets.load(), ids=lambda s: s.id)
def test_shipped_sheets_use_every_element_and_say_that_they_are_drafts(sheet: sheets.Sheet) -> None:
    assert "draft" in sheet.status.casefold() and "counsel" in sheet.status
    assert sheet.child is None or set(sheet.child.waives) <= {e.id for e in sheet.element}
