"""From the index to the lines of the ledger: each sum that a text says something of, with who says it.

Which sums: those with a cue in their sentence (`ledger_reading`), in a conversation where a reported indicator speaks
of debts, wages, earnings or prices of persons; those of a receipt (a payment reference in the same message or on the
same picture); on a page or picture, the lines of an account (`comida 150`, `TOTAL 3210`). A number without a currency
counts where the extractor took it for a sum, or where a word for a charge or `per head` stands right beside it.
A picture takes the time of the message that carries it. Who reads out an account on a picture is not known.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from extractors.amounts_numbers import quantities
from extractors.cues import folded
from triage.analysis import ledger_reading as reading
from triage.analysis.ledger_reading import Said
from triage.analysis.roster import Line, Roster, Thread, lines
from triage.ids import ledger_id

PRICES = frozenset({"smuggling_transport", "trade_in_persons", "document_fraud", "commercial_sex_control"})
EARNINGS = frozenset({"earnings_control"})
UNPAID = frozenset({"wage_withholding"})
MONEY = PRICES | EARNINGS | UNPAID | {"debt_bondage", "money_movement", "forced_criminality", "deception_recruitment"}
PAGES = frozenset({"ocr", "note", "page", "code", "exif"})
_LEAST = Decimal(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One sum with what its text says of it; persons are ids, None where the text names nobody."""

    id: str
    line: Line
    start: int
    end: int
    kind: str
    debtor: str | None
    creditor: str | None
    amount: Decimal
    currency: str | None
    rate: str = ""
    at: str | None = None
    carrier: Thread | None = None
    """Thread of the message that carries the picture."""
    page: bool = False
    assumed: bool = False
    """The currency is that of the stated country, for a sign that several use."""
    exhibit: int | None = None

    @property
    def written(self) -> str:
        return self.line.text[self.start : self.end]

    @property
    def order(self) -> tuple[str, bool, str, str, int, str, int]:
        """By time; a page behind the messages of its minute."""
        where = self.line
        return self.at or "9999", self.page, where.source, where.item, where.seq, where.unit, self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sum:
    start: int
    end: int
    amount: Decimal
    currency: str | None
    assumed: bool
    reported: bool


def entries(db: sqlite3.Connection, roster: Roster) -> list[Entry]:
    """All lines, in the order of the ledger."""
    codes, threads, priced = _codes(db)
    sums, references = _sums(db), _references(db)
    carriers = _carriers(db)
    pages = _page_items(db, sums)
    out: list[Entry] = []
    for line in lines(db, roster, *_wanted(sums, threads, pages, codes)):
        found = codes.get(line.unit, frozenset())
        receipt = line.unit in references or (line.origin in PAGES and line.item in references)
        if line.origin in PAGES:
            if line.item not in pages and not receipt and not found & MONEY:
                continue
        elif line.thread not in threads and not found & MONEY and not receipt:
            continue
        out += _of_line(
            line, sums.get(line.unit, []), found, receipt=receipt, listed=line.item in pages,
            priced=line.thread in priced, carrier=carriers.get(line.item),
        )  # fmt: skip
    return sorted(out, key=lambda entry: entry.order)


def _of_line(
    line: Line, sums: list[_Sum], codes: frozenset[str], *, receipt: bool, listed: bool, priced: bool,
    carrier: Line | None,
) -> Iterator[Entry]:  # fmt: skip
    page = line.origin in PAGES
    known = sums + _bare(line.text, sums, lists=page and listed, heads=priced or bool(codes & PRICES))
    spans = [(s.start, s.end) for s in known]
    for one in known:
        head = priced and reading.per_head(line.text, one.start, one.end)
        said = reading.read(
            line.text, one.start, one.end, [span for span in spans if span != (one.start, one.end)],
            price=head or bool(codes & PRICES), earning=bool(codes & EARNINGS), unpaid=bool(codes & UNPAID),
        )  # fmt: skip
        kind = said.kind or ("payment" if receipt and _is_amount(line.text, one.start) else "")
        if not kind or (not one.reported and one.currency is None and not said.kind):
            continue
        yield _entry(line, one, said, kind, page, carrier)


_RECEIPT = re.compile(r"(?:amount|importe|monto|total|valor|montant|cantidad|sent|enviado|principal)\W{0,4}\s*\Z")


def _is_amount(text: str, start: int) -> bool:
    """A receipt's own line for the sum: fees and rates stand on others."""
    return bool(_RECEIPT.search(folded(text[max(0, start - 24) : start])))


def _entry(line: Line, one: _Sum, said: Said, kind: str, page: bool, carrier: Line | None) -> Entry:
    persons = {"writer": line.writer, "addressee": line.addressee, "": None}
    return Entry(
        id=ledger_id(line.unit, one.start, one.end, kind), line=line, start=one.start, end=one.end, kind=kind,
        debtor=persons[said.debtor], creditor=persons[said.creditor], amount=one.amount, currency=one.currency,
        rate=said.rate, at=line.at or (carrier.at if carrier else None), carrier=carrier.thread if carrier else None,
        page=page, assumed=one.assumed,
        exhibit=line.exhibit if line.exhibit is not None else carrier.exhibit if carrier else None,
    )  # fmt: skip


def _bare(text: str, sums: Iterable[_Sum], *, lists: bool, heads: bool) -> list[_Sum]:
    """Numbers without a currency that a charge, a fine or `per head` stands right beside."""
    taken = [(s.start, s.end) for s in sums]
    numbers = [
        q
        for q in quantities(folded(text))
        if q.value >= _LEAST and not any(a < q.end and q.start < b for a, b in taken)
    ]
    spans = [(q.start, q.end) for q in numbers]
    kept = set(reading.charges(text, spans, lists=lists))
    if heads:
        kept |= {span for span in spans if reading.per_head(text, *span)}
    return [
        _Sum(start=q.start, end=q.end, amount=q.value, currency=None, assumed=False, reported=True)
        for q in numbers
        if (q.start, q.end) in kept
    ]


def _codes(db: sqlite3.Connection) -> tuple[dict[str, frozenset[str]], frozenset[Thread], frozenset[Thread]]:
    """Reported indicator codes of each unit, the threads in which one speaks of money, and of prices of persons."""
    codes: dict[str, set[str]] = {}
    threads: set[Thread] = set()
    priced: set[Thread] = set()
    query = """select u.id, f.type, u.item_id, u.conversation from findings f join units u on u.id = f.unit_id
               where f.kind = 'indicator' and f.reported = 1"""
    for unit, code, item, talk in db.execute(query):
        codes.setdefault(unit, set()).add(code)
        if code in MONEY:
            threads.add((item, talk))
        if code in PRICES:
            priced.add((item, talk))
    return {unit: frozenset(found) for unit, found in codes.items()}, frozenset(threads), frozenset(priced)


def _sums(db: sqlite3.Connection) -> dict[str, list[_Sum]]:
    """The sums of each unit; a currency that nobody wrote is none."""
    out: dict[str, list[_Sum]] = {}
    query = """select unit_id, start, "end", flags, reported, detail from findings where kind = 'amount'
               order by unit_id, start, 3, id"""
    for unit, start, end, flags, reported, detail in db.execute(query):
        known, words = json.loads(detail), json.loads(flags)
        stated = "currency_unstated" not in words and known.get("currency", "XXX") != "XXX"
        if "amount" in known:
            out.setdefault(unit, []).append(
                _Sum(
                    start=start, end=end, amount=Decimal(str(known["amount"])),
                    currency=str(known["currency"]) if stated else None,
                    assumed=stated and "region_assumed" in words, reported=bool(reported),
                )
            )  # fmt: skip
    return out


def _references(db: sqlite3.Connection) -> frozenset[str]:
    """Units with a payment reference, and items whose pictures show one."""
    query = """select u.id, u.item_id, u.origin from findings f join units u on u.id = f.unit_id
               where f.kind = 'payment' and f.reported = 1"""
    found: set[str] = set()
    for unit, item, origin in db.execute(query):
        found.update((unit, item) if origin in PAGES else (unit,))
    return frozenset(found)


def _page_items(db: sqlite3.Connection, sums: dict[str, list[_Sum]]) -> frozenset[str]:
    """Pictures and pages that read like an account: at least two lines of a charge, a fine or a total."""
    query = f"""select item_id, id, text from units where origin in {tuple(sorted(PAGES))}
                and text glob '*[0-9]*' order by item_id, seq"""
    counts: dict[str, int] = {}
    for item, unit, text in db.execute(query):
        spans = [(q.start, q.end) for q in quantities(folded(text)) if q.value >= _LEAST]
        spans += [(s.start, s.end) for s in sums.get(unit, [])]
        if spans:
            starts = {start for start, _ in reading.charges(text, spans, lists=True)}
            counts[item] = counts.get(item, 0) + len(starts)
    return frozenset(item for item, n in counts.items() if n >= 2)


def _carriers(db: sqlite3.Connection) -> dict[str, Line]:
    """Item of a picture → the message that carries it, where there is one."""
    query = "select item_id, min(unit_id) from attachments where item_id is not null group by 1 having count(*) = 1"
    units = {unit: item for item, unit in db.execute(query)}
    none = Roster(person_of={}, labels={})
    marks = list(units)
    out: dict[str, Line] = {}
    for start in range(0, len(marks), 400):
        part = marks[start : start + 400]
        for line in lines(db, none, f"u.id in ({','.join('?' * len(part))})", part):
            out[units[line.unit]] = line
    return out


def _wanted(
    sums: dict[str, list[_Sum]], threads: frozenset[Thread], pages: frozenset[str], codes: dict[str, frozenset[str]]
) -> tuple[str, tuple[str, ...]]:
    """The units to look at: those with a sum, and those with a figure in a thread or on a page that speaks of money."""
    units = sorted(set(sums) | {unit for unit, found in codes.items() if found & PRICES})
    where = """(u.id in (select value from json_each(?)) or (u.text glob '*[0-9]*' and (
               u.item_id || char(31) || u.conversation in (select value from json_each(?))
               or u.item_id in (select value from json_each(?))))) and u.origin <> 'contact'"""
    keys = sorted(f"{item}\x1f{talk}" for item, talk in threads)
    return where, (json.dumps(units), json.dumps(keys), json.dumps(sorted(pages)))
