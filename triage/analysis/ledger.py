"""The ledger: who says that who owes what to whom, line by line, with the running sum of each account as written.

Table `ledger`: `debtor` owes or pays, `creditor` is owed or receives; persons by id, null where the text names nobody.
For `earning_taken` and `price_paid` the debtor gives and the creditor receives. Amounts are decimals as text.

An *account* is a pair of persons, a kind of claim and a currency; where the text of a line names one side or none, it
counts in the account of the only pair that its conversation states, and says so. A page (a debt book on a picture) is
an account of its own, so that its lines and the messages about them are not added to each other. The running sum is
first statement + additions + fines + interest - payments, in order of time. A later statement of a total is not added:
it is held against the sum, and where they differ both are shown. Sums "per day" or "per head" are claims of a rate and
never added. Copies of a message (`links`), and sums with the same payment reference, count once.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extractors.amounts import plain
from triage.analysis import roster
from triage.analysis.ledger_entries import Entry, entries
from triage.analysis.ledger_reading import GROUPS

SIGNS = {"addition": 1, "fine": 1, "interest": 1, "payment": -1, "wage_due": 1, "wage_paid": -1, "earning_taken": 1,
         "price_paid": 1}  # fmt: skip
_GROUP = {**GROUPS, "payment": "debt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An entry in its account."""

    entry: Entry
    account: str
    currency: str | None
    """Of the account: the line's own, else the only one its conversation or page states."""
    balance: Decimal | None = None
    """The running sum behind this line; None for a rate, a copy, or an account of payments alone."""
    stated: Decimal | None = None
    """For a later statement of a total: the running sum it is held against."""
    same_as: str | None = None
    """The line that this one repeats: counted there."""
    by_conversation: bool = False
    """Its sides are those of the only pair that its conversation states, not of its own text."""

    @property
    def counted(self) -> bool:
        return self.same_as is None and not self.entry.rate

    @property
    def differs(self) -> bool:
        return self.stated is not None and self.stated != self.entry.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The lines of one account, in order."""

    key: str
    group: str
    debtor: str | None
    creditor: str | None
    currency: str | None
    page: str
    """Item of the page, for an account that stands on one."""
    lines: tuple[Posted, ...]

    @property
    def balance(self) -> Decimal | None:
        return next((line.balance for line in reversed(self.lines) if line.balance is not None), None)

    @property
    def contradictions(self) -> tuple[Posted, ...]:
        return tuple(line for line in self.lines if line.differs)

    def total(self, *kinds: str) -> Decimal:
        """The sum of the counted lines of these kinds."""
        return sum((p.entry.amount for p in self.lines if p.counted and p.entry.kind in kinds), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A total stated on a page, beside the running sum of the conversation that carries the page."""

    page: Posted
    account: str
    running: Decimal

    @property
    def differs(self) -> bool:
        return self.page.entry.amount != self.running


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All accounts of a case."""

    accounts: tuple[Account, ...]
    comparisons: tuple[Comparison, ...] = ()


def build(db: sqlite3.Connection, known: roster.Roster | None = None) -> Ledger:
    """The ledger of an index whose persons are written."""
    return post(entries(db, known or roster.load(db)), same_sets(db))


def fill(db: sqlite3.Connection) -> None:
    """Rebuild the table. The caller owns the transaction."""
    made = build(db)
    db.execute("delete from ledger")
    rows = [_row(line) for account in made.accounts for line in account.lines]
    db.executemany(
        """insert into ledger(id, debtor, creditor, kind, amount, currency, at, unit_id, balance)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        sorted(rows),
    )


def _row(line: Posted) -> tuple[str | None, ...]:
    e = line.entry
    balance = None if line.balance is None else plain(line.balance)
    return e.id, e.debtor, e.creditor, e.kind, plain(e.amount), e.currency, e.at, e.line.unit, balance


def same_sets(db: sqlite3.Connection) -> dict[str, str]:
    """Unit (or item of a page) → the name of the set of copies it belongs to."""
    root: dict[str, str] = {}

    def top(key: str) -> str:
        root.setdefault(key, key)
        while root[key] != key:
            key = root[key]
        return key

    def join(a: str, b: str) -> None:
        low, high = sorted((top(a), top(b)))
        root[high] = low

    for a, b in db.execute("select a, b from links where kind in ('same-message', 'same-picture') order by a, b"):
        join(a, b)
    for reference, place in db.execute(_TRANSFERS):
        join(f"ref {reference}", place)
    return {key: top(key) for key in root}


_TRANSFERS = """
select f.type || char(31) || f.value, case when u.origin in ('ocr', 'page', 'code') then u.item_id else u.id end
from findings f join units u on u.id = f.unit_id where f.kind = 'payment' and f.reported = 1
and f.type not in ('IBAN', 'CARD_PAN', 'CLABE', 'PIX_KEY', 'BANK_ACCOUNT', 'AR_CBU', 'CVU')
and f.type not like 'CRYPTO%' order by 1, 2"""
"""References of single transfers: an account or a wallet takes many payments."""


def post(found: Iterable[Entry], same: dict[str, str]) -> Ledger:
    """Entries into accounts: pure, and the same for every order of the entries."""
    ordered = sorted(found, key=lambda e: e.order)
    pairs, lent = _pairs(ordered), _currencies(ordered)
    repeated = _repeats(ordered, same)
    groups: dict[tuple[str, ...], list[Posted]] = defaultdict(list)
    for entry in ordered:
        line, key = _place(entry, pairs, lent, repeated.get(entry.id))
        groups[key].append(line)
    accounts = tuple(_account(key, lines) for key, lines in sorted(groups.items()))
    return Ledger(accounts=accounts, comparisons=tuple(_comparisons(accounts, pairs)))


Pair = tuple[str | None, str | None]
_Place = tuple[str, str]


def _where(entry: Entry) -> _Place:
    """What a line without parties or currency belongs to: its page, else its conversation."""
    return (entry.line.item, "") if entry.page else entry.line.thread


def _pairs(found: Sequence[Entry]) -> dict[tuple[_Place, str], Pair]:
    """The pair of each conversation and group, where its texts state exactly one."""
    stated: dict[tuple[_Place, str], set[Pair]] = defaultdict(set)
    for entry in found:
        if entry.debtor and entry.creditor and not entry.page:
            stated[_where(entry), _GROUP[entry.kind]].add((entry.debtor, entry.creditor))
    return {place: next(iter(pairs)) for place, pairs in stated.items() if len(pairs) == 1}


def _currencies(found: Sequence[Entry]) -> dict[_Place, str]:
    """The one currency in which the debts of a conversation or page are stated; payments may be made in another."""
    stated: dict[_Place, set[str]] = defaultdict(set)
    for entry in found:
        if entry.currency and entry.kind in ("opening", "addition", "fine", "interest"):
            stated[_where(entry)].add(entry.currency)
    return {place: next(iter(names)) for place, names in stated.items() if len(names) == 1}


def _repeats(found: Sequence[Entry], same: dict[str, str]) -> dict[str, str]:
    """Line → the first line of its linked set with the same kind, amount and currency."""
    first: dict[tuple[str, str, str, str], str] = {}
    out = {}
    for entry in found:
        group = same.get(entry.line.unit) or (same.get(entry.line.item) if entry.page else None)
        if group is None:
            continue
        key = (group, entry.kind, plain(entry.amount), entry.currency or "")
        if key in first:
            out[entry.id] = first[key]
        else:
            first[key] = entry.id
    return out


def _place(
    entry: Entry, pairs: dict[tuple[_Place, str], Pair], lent: dict[_Place, str], same_as: str | None
) -> tuple[Posted, tuple[str, ...]]:
    group, where = _GROUP[entry.kind], _where(entry)
    debtor, creditor, by_conversation = entry.debtor, entry.creditor, False
    pair = pairs.get((where, group))
    if pair and not (debtor and creditor) and debtor in (None, pair[0]) and creditor in (None, pair[1]):
        (debtor, creditor), by_conversation = pair, True
    full = bool(debtor and creditor) and not entry.page
    currency = entry.currency or (lent.get(where) if group == "debt" else None)
    key = (
        group, debtor or "", creditor or "", currency or "",
        "" if full else "\x1f".join(where), entry.line.item if entry.page else "",
    )  # fmt: skip
    line = Posted(
        entry=entry, account="|".join(key), currency=currency, same_as=same_as, by_conversation=by_conversation
    )
    return line, key


def _account(key: tuple[str, ...], lines: list[Posted]) -> Account:
    group, debtor, creditor, currency, _, page = key
    return Account(
        key="|".join(key), group=group, debtor=debtor or None, creditor=creditor or None, currency=currency or None,
        page=page, lines=tuple(_run(lines)),
    )  # fmt: skip


def _run(lines: Sequence[Posted]) -> Iterable[Posted]:
    """The running sum; the first statement opens it, later ones are held against it."""
    claims = any(line.counted and line.entry.kind != "payment" for line in lines)
    running: Decimal | None = None
    for line in lines:
        if not line.counted or not claims:
            yield line
        elif line.entry.kind == "opening":
            if running is None:
                running = line.entry.amount
                yield replace(line, balance=running)
            else:
                yield replace(line, balance=running, stated=running)
        else:
            running = (running or Decimal(0)) + SIGNS[line.entry.kind] * line.entry.amount
            yield replace(line, balance=running)


def _comparisons(accounts: Sequence[Account], pairs: dict[tuple[_Place, str], Pair]) -> Iterable[Comparison]:
    """Totals of pages against the account of the conversation that carries them, as it stood then."""
    by_key = {(a.debtor, a.creditor, a.currency): a for a in accounts if a.group == "debt" and not a.page}
    for account in accounts:
        for line in account.lines if account.page else ():
            carrier = line.entry.carrier
            pair = pairs.get((carrier, "debt")) if carrier else None
            other = by_key.get((*pair, line.currency)) if pair else None
            if other is None or line.entry.kind != "opening":
                continue
            before = [p for p in other.lines if p.balance is not None and p.entry.order <= line.entry.order]
            if before and before[-1].balance is not None:
                yield Comparison(page=line, account=other.key, running=before[-1].balance)
