"""The ledger: what texts say of sums, running sums that add up, and that the order of the entries does not matter."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.analysis import identities, ledger, ledger_sheets, roster
from triage.analysis.ledger import SIGNS, Ledger, post
from triage.analysis.ledger_entries import Entry
from triage.analysis.ledger_reading import charges, per_head, read, rules
from triage.analysis.roster import Line

OWNER, WORKER, DRIVER = "+34600555010", "+34600555011", "+573005550112"
_SUM = re.compile(r"\d[\d.,]*\d(?: ?(?:euros|reais|dollars|dolares|EUR))?")


def said(text: str, **marks: bool) -> list[tuple[str, str, str, str]]:
    """(kind, debtor, creditor, rate) of each sum of a text."""
    spans = [m.span() for m in _SUM.finditer(text)]
    out: list[tuple[str, str, str, str]] = []
    for span in spans:
        found = read(text, *span, [other for other in spans if other != span], **marks)
        out.append((found.kind, found.debtor, found.creditor, found.rate))
    return out


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule['for']}-{rule['debtor']}-{rule['creditor']}")
def test_each_rule_holds_its_examples(rule: dict[str, Any]) -> None:
    marks = {"price": rule["for"] == "price", "earning": rule["for"] == "earning"}
    wanted = (rule["debtor"], rule["creditor"])
    assert rule["yes"] and rule["no"]
    for text in rule["yes"]:
        assert said(text, **marks)[0][1:3] == wanted, text
    for text in rule["no"]:
        assert said(text, **marks)[0][1:3] != wanted, text


@pytest.mark.parametrize(("text", "expected"), [
    ("me debes 3000 euros del pasaje y no te vas", [("opening", "addressee", "writer", "")]),
    ("por llegar tarde son 150 euros más, ya van 2.550", [("fine", "", "", ""), ("opening", "", "", "")]),
    ("esta semana son 150 de comida y 60 de multa, súmalos", [("addition", "", "", ""), ("fine", "", "", "")]),
    ("Each day you don't work is 40 euros more on your debt", [("addition", "addressee", "", "day")]),
    ("le debo 3000 del viaje, y cada semana me suma la comida", [("opening", "writer", "", "")]),
    ("Trabajo en España, 2500 euros al mes sin papeles", [("wage_due", "", "", "month")]),
    ("yo sigo pagando el préstamo del banco, 120 euros al mes", [("", "", "", "")]),
    ("have you paid 500 euros?", [("", "", "", "")]),
    ("they havent paid me 700 euros of wages", [("wage_due", "", "writer", "")]),
    ("te pagué tu sueldo, 600 euros", [("wage_paid", "writer", "addressee", "")]),
    ("si te enfermas no cobras y encima te descuento 30", [("earning_taken", "addressee", "writer", "")]),
    ("eles descontam 80 euros se chegamos atrasados", [("earning_taken", "", "", "")]),
    ("t'as encore 7500 euros à rembourser avant d'être libre", [("opening", "addressee", "", "")]),
    ("apenas me has abonado 900 de lo que costó traerte", [("payment", "addressee", "writer", "")]),
    ("mandalo en partes de 800 a nombre de tu primo, no mas de eso", [("", "", "", "")]),
    ("les enfants doivent ramener 2000 CFA", [("", "", "", "")]),
    ("debes pagar 500 euros hoy", [("", "", "", "")]),
    ("VAGA EUROPA, 5000 euros/mes, passagem por nossa conta", [("wage_due", "", "", "month")]),
    ("add 300 to her bill, she broke the machine", [("addition", "", "", "")]),
    ("Estimado cliente, su deuda de 1250 está vencida", [("", "", "", "")]),
    ("j'ai vu un reportage sur des femmes qui doivent 40000", [("", "", "", "")]),
    ("i send 200 to my family every month", [("", "", "", "month")]),
    ("nos vemos a las 10 en el piso 45", [("", "", "", "")] * 2),
])  # fmt: skip
def test_what_is_said(text: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert said(text) == expected


def test_charges_and_heads_without_a_currency() -> None:
    text = "comida 150\nmulta: 60\ntel 600\nhabitación 12, 3 camas"
    spans = [m.span() for m in re.finditer(r"\d+", text)]
    assert [text[a:b] for a, b in charges(text, spans, lists=True)] == ["150", "60"]
    assert charges(text, spans) == []
    assert per_head("I take 6 people, 900 per head", 17, 20)
    assert not per_head("900 euros for each of the doors", 0, 3)


def talk(case: Any, item: str, text: str, at: str, mine: bool, *sums: tuple[str, str, str], code: str = "") -> str:
    """One message between the two, with its sums as (quote, amount, currency)."""
    sender, to = (OWNER, WORKER) if mine else (WORKER, OWNER)
    unit: str = case.unit(item, text, sender=sender, name="N" + sender[-1], to=(to,), talk="t", at=f"{at}:00+00:00",
                          direction="outgoing" if mine else "incoming")  # fmt: skip
    for quote, amount, currency in sums:
        case.find(unit, "amount", "AMOUNT", quote, f"{currency} {amount}", grade="format", rule="amounts.sum@1",
                  detail={"amount": amount, "currency": currency})  # fmt: skip
    if code:
        case.find(unit, "indicator", code, text, code)
    return unit


def made(case: Any) -> tuple[Ledger, roster.Roster]:
    identities.fill(case.db)
    known = roster.load(case.db)
    return ledger.build(case.db, known), known


def test_a_debt_that_grows_is_paid_and_is_contradicted(case: Any) -> None:
    item = case.item("phone-a", "chat.txt")
    talk(case, item, "me debes 3000 euros del pasaje", "2024-02-01T10:00", True, ("3000 euros", "3000", "EUR"),
         code="debt_bondage")  # fmt: skip
    talk(case, item, "son 150 de comida y 60 de multa", "2024-02-02T10:00", True)
    talk(case, item, "ya te mandé 200 euros", "2024-02-03T10:00", False, ("200 euros", "200", "EUR"))
    talk(case, item, "me debes 3.500 euros", "2024-02-04T10:00", True, ("3.500 euros", "3500", "EUR"))
    talk(case, item, "cada dia sin trabajar son 40 euros mas", "2024-02-05T10:00", True, ("40 euros", "40", "EUR"))
    found, known = made(case)
    (account,) = [a for a in found.accounts if a.debtor and a.creditor]
    assert (known.label(account.debtor), known.label(account.creditor), account.currency) == ("N1", "N0", "EUR")
    rows = [(p.entry.kind, p.entry.amount, p.balance) for p in account.lines]
    assert rows == [
        ("opening", Decimal(3000), Decimal(3000)), ("addition", Decimal(150), Decimal(3150)),
        ("fine", Decimal(60), Decimal(3210)), ("payment", Decimal(200), Decimal(3010)),
        ("opening", Decimal(3500), Decimal(3010)), ("addition", Decimal(40), None),
    ]  # fmt: skip
    assert [(p.entry.amount, p.stated) for p in account.contradictions] == [(Decimal(3500), Decimal(3010))]
    assert account.lines[1].by_conversation and account.lines[1].entry.debtor is None
    ledger.fill(case.db)
    row = case.db.execute("select debtor, amount, currency, balance from ledger where kind = 'fine'").fetchone()
    assert tuple(row) == (None, "60", None, "3210")


def test_copies_and_one_transfer_count_once(case: Any) -> None:
    first, second = case.item("phone-a", "a.txt"), case.item("phone-b", "b.txt")
    units = [
        talk(case, item, "me debes 900 euros", "2024-02-01T10:00", True, ("900 euros", "900", "EUR"),
             code="debt_bondage")
        for item in (first, second)
    ]  # fmt: skip
    case.db.execute("insert into links values ('same-message', ?, ?, 'exact')", units)
    for n, item in enumerate((first, second)):
        unit = talk(case, item, "ya te mandé 100 euros MTCN 4832219075", f"2024-02-0{n + 2}T10:00", False,
                    ("100 euros", "100", "EUR"))  # fmt: skip
        case.find(unit, "payment", "WU_MTCN", "4832219075", "4832219075", grade="context")
    found, _ = made(case)
    (account,) = found.accounts
    assert account.balance == Decimal(800)
    assert sum(p.same_as is not None for p in account.lines) == 2
    assert ledger_sheets.gains(found)[0].totals[1].amount == Decimal(100)


def test_a_page_is_an_account_of_its_own_and_is_compared(case: Any) -> None:
    item, page = case.item("phone-a", "chat.txt"), case.item("phone-a", "book.jpg", media="image/jpeg")
    talk(case, item, "me debes 500 euros", "2024-02-01T10:00", True, ("500 euros", "500", "EUR"), code="debt_bondage")
    carrier = talk(case, item, "mira la cuenta", "2024-02-02T10:00", True)
    case.db.execute("insert into attachments values (?, 'book.jpg', ?)", (carrier, page))
    case.unit(page, "pasaje 500\ncomida 70", origin="ocr", app="")
    total = case.unit(page, "TOTAL 570 EUR", origin="ocr", app="")
    case.find(total, "amount", "AMOUNT", "570 EUR", "EUR 570", grade="format", rule="amounts.sum@1",
              detail={"amount": "570", "currency": "EUR"})  # fmt: skip
    found, _ = made(case)
    own = next(a for a in found.accounts if a.page)
    assert own.balance == Decimal(570) and not own.contradictions and own.currency == "EUR"
    (compared,) = found.comparisons
    assert (compared.running, compared.differs) == (Decimal(500), True)


def test_wages_and_prices(case: Any) -> None:
    item = case.item("phone-a", "chat.txt")
    talk(case, item, "me deben 900 euros de sueldo", "2024-02-01T10:00", False, ("900 euros", "900", "EUR"),
         code="wage_withholding")  # fmt: skip
    talk(case, item, "te pagué 300 euros de tu sueldo", "2024-02-02T10:00", True, ("300 euros", "300", "EUR"))
    talk(case, item, "cobro 700 por persona", "2024-02-03T10:00", True, code="smuggling_transport")
    found, known = made(case)
    sheets = {known.label(s.person): s for s in ledger_sheets.wages_and_deductions(found)}
    assert [(t.kind, t.amount) for t in sheets["N1"].totals] == [
        ("wage_due", Decimal(900)), ("wage_paid", Decimal(300)),
    ]  # fmt: skip
    received = {known.label(s.person): s for s in ledger_sheets.gains(found)}
    assert [(p.entry.kind, p.entry.rate) for p in received["N0"].rates] == [("price_paid", "person")]


def test_everyday_sums_stay_out(case: Any) -> None:
    item = case.item("phone-a", "chat.txt")
    talk(case, item, "te debo 5 euros de la pizza", "2024-02-01T10:00", True, ("5 euros", "5", "EUR"))
    assert made(case)[0].accounts == ()


def entry(n: int, kind: str, amount: Decimal, debtor: str | None, creditor: str | None, currency: str | None,
          rate: str = "", item: str = "i_1") -> Entry:  # fmt: skip
    line = Line(unit=f"u_{n:03}", item=item, source="s", conversation="t", seq=n, at=f"2024-01-01T00:{n:02}",
                origin="message", text="9", writer=None, addressee=None, exhibit=None)  # fmt: skip
    return Entry(id=f"l_{n:03}", line=line, start=0, end=1, kind=kind, debtor=debtor, creditor=creditor, amount=amount,
                 currency=currency, rate=rate, at=line.at)  # fmt: skip


KINDS = [*SIGNS, "opening"]
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.decimals(min_value=0, max_value=10**6, places=2), st.sampled_from(["a", "b", None]),
        st.sampled_from(["a", "b", None]), st.sampled_from(["EUR", "USD", None]), st.sampled_from(["", "", "day"]),
    ),
    max_size=14,
)  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=120)
@given(rows=ENTRIES, data=st.data())
def test_sums_balance_in_every_order(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    found = [entry(n, *row) for n, row in enumerate(rows)]
    same = {"u_001": "x", "u_002": "x"}
    first = post(found, same)
    assert first == post(data.draw(st.permutations(found)), same)
    assert sorted(p.entry.id for a in first.accounts for p in a.lines) == sorted(e.id for e in found)
    for account in first.accounts:
        running: Decimal | None = None
        for line in account.lines:
            if line.balance is None:
                continue
            if line.entry.kind == "opening":
                running = line.entry.amount if running is None else running
            else:
                running = (running or Decimal(0)) + SIGNS[line.entry.kind] * line.entry.amount
            assert line.balance == running
            assert line.counted
