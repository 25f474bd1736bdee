"""Section "Ledger": accounts with their running sums, contradictions side by side, sheets of deductions and gains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from extractors.amounts import plain
from triage.analysis import ledger_sheets
from triage.analysis.ledger import Account, Posted
from triage.analysis.roster import Line
from triage.report.case_view import CaseView, Ref
from triage.report.model import Stamp, Text, Trace
from triage.report.units import UnitRow, fetch, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One line of an account."""

    at: Stamp
    carried: bool
    """The time is that of the message that carries the picture."""
    kind: str
    rate: str
    written: Text
    amount: str
    said_by: Ref | None
    balance: str
    differs_from: str
    """The running sum that a later statement of a total differs from."""
    agrees: bool
    repeats: bool
    by_conversation: bool
    lent_currency: str
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One account."""

    group: str
    debtor: Ref | None
    creditor: Ref | None
    currency: str
    page: str
    """Path of the picture or page that the account stands on."""
    balance: str
    lines: tuple[LedgerLine, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """A total on a page beside the running sum of the conversation that carries it."""

    stated: str
    running: str
    currency: str
    differs: bool
    at: Stamp
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetView:
    """Wages and deductions, or gains, of one person."""

    person: Ref
    totals: tuple[tuple[str, str, str, int], ...]
    """(kind, amount, currency, lines)."""
    rates: tuple[tuple[str, str, str], ...]
    """(kind, as written, rate)."""
    exhibits: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The section."""

    accounts: tuple[AccountView, ...]
    accounts_more: int
    comparisons: tuple[ComparisonView, ...]
    deductions: tuple[SheetView, ...]
    gains: tuple[SheetView, ...]
    unplaced: int
    """Reported sums that stand in no account."""


_EACH = 40
"""Lines printed of one account."""


def build(view: CaseView) -> Money:
    """Accounts with two named sides first, then those with the most lines."""
    ledger = view.ledger
    ordered = sorted(ledger.accounts, key=_rank)
    part = ordered[: view.limits.passages]
    posts = [post for account in part for post in account.lines[:_EACH]] + [c.page for c in ledger.comparisons]
    units = fetch(view.connection, (post.entry.line.unit for post in posts))
    view.printed.update(units)
    return Money(
        accounts=tuple(_account(view, units, account) for account in part), accounts_more=len(ordered) - len(part),
        comparisons=tuple(
            ComparisonView(
                stated=plain(c.page.entry.amount), running=plain(c.running), currency=c.page.currency or "",
                differs=c.differs, at=_stamp(c.page), trace=units[c.page.entry.line.unit].trace,
            )
            for c in ledger.comparisons
        ),
        deductions=_sheets(view, ledger_sheets.wages_and_deductions(ledger)),
        gains=_sheets(view, ledger_sheets.gains(ledger)), unplaced=_unplaced(view),
    )  # fmt: skip


def _rank(account: Account) -> tuple[bool, bool, int, str]:
    return not (account.debtor and account.creditor), account.balance is None, -len(account.lines), account.key


def _account(view: CaseView, units: dict[str, UnitRow], account: Account) -> AccountView:
    lines = tuple(_line(view, units, account, post) for post in account.lines[:_EACH])
    return AccountView(
        group="payment" if {line.kind for line in lines} == {"payment"} else account.group,
        debtor=view.ref(account.debtor), creditor=view.ref(account.creditor),
        currency=account.currency or "", page=lines[0].trace.path if account.page else "",
        balance=_plain(account.balance), lines=lines, more=len(account.lines) - len(lines),
    )  # fmt: skip


def _line(view: CaseView, units: dict[str, UnitRow], account: Account, post: Posted) -> LedgerLine:
    entry, unit = post.entry, units[post.entry.line.unit]
    lent = (account.currency or "") if entry.currency is None else ""
    return LedgerLine(
        at=_stamp(post), carried=entry.line.at is None and entry.at is not None, kind=entry.kind, rate=entry.rate,
        written=unit.shown(only=(entry.start, entry.end)), amount=plain(entry.amount),
        said_by=view.ref(entry.line.writer), balance=_plain(post.balance),
        differs_from=_plain(post.stated) if post.differs else "",
        agrees=post.stated is not None and not post.differs, repeats=post.same_as is not None,
        by_conversation=post.by_conversation, lent_currency=lent, trace=unit.trace,
    )  # fmt: skip


def _stamp(post: Posted) -> Stamp:
    at = post.entry.at
    zoned = at is not None and ("+" in at[10:] or at.endswith("Z"))
    return stamp(at if zoned else None, None if zoned else at)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _sheets(view: CaseView, sheets: Iterable[ledger_sheets.Sheet]) -> tuple[SheetView, ...]:
    out = []
    for sheet in sheets:
        ref = view.ref(sheet.person)
        lines: list[Line] = [p.entry.line for t in sheet.totals for p in t.lines] + [p.entry.line for p in sheet.rates]
        numbers = {line.exhibit for line in lines if line.exhibit is not None}
        if ref is not None:
            out.append(
                SheetView(
                    person=ref, exhibits=tuple(sorted(numbers))[:8],
                    totals=tuple((t.kind, plain(t.amount), t.currency or "", len(t.lines)) for t in sheet.totals),
                    rates=tuple(
                        (p.entry.kind, f"{plain(p.entry.amount)} {p.currency or ''}".strip(), p.entry.rate)
                        for p in sheet.rates
                    ),
                )
            )  # fmt: skip
    return tuple(sorted(out, key=lambda s: s.person.number))


def _unplaced(view: CaseView) -> int:
    placed = {(p.entry.line.unit, p.entry.start) for a in view.ledger.accounts for p in a.lines}
    query = "select unit_id, start from findings where kind = 'amount' and reported = 1"
    return sum((unit, start) not in placed for unit, start in view.connection.execute(query))
