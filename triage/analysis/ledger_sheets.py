"""Two views of the ledger: wages and deductions of each person who is charged, gains of each person who receives.

The first is for restitution, the second for forfeiture. Both only list what texts say, per currency and kind; sums told
"per day" or "per head" stand as rates, apart from the sums. A person with no line does not appear.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from triage.analysis.ledger import Ledger, Posted

CHARGES = ("opening", "addition", "fine", "interest")
GAINS = ("payment", "earning_taken", "price_paid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The counted sum of one kind and currency, with its lines."""

    kind: str
    currency: str | None
    amount: Decimal
    lines: tuple[Posted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One person's totals; `rates` are lines that are claims of a rate and stand in no sum."""

    person: str
    totals: tuple[Total, ...]
    rates: tuple[Posted, ...]


def wages_and_deductions(ledger: Ledger) -> tuple[Sheet, ...]:
    """What is said to be charged to a person, due to them, paid to them and taken from them."""
    return _sheets(_charged(ledger))


def gains(ledger: Ledger) -> tuple[Sheet, ...]:
    """What a person is said to receive: payments, earnings, prices; and what others are said to owe them."""
    return _sheets(_received(ledger))


def _charged(ledger: Ledger) -> Iterable[tuple[str, Posted]]:
    for account in ledger.accounts:
        for line in account.lines:
            person = account.creditor if account.group == "wage" else account.debtor
            if person and account.group in ("debt", "wage", "earning"):
                yield person, line


def _received(ledger: Ledger) -> Iterable[tuple[str, Posted]]:
    for account in ledger.accounts:
        for line in account.lines:
            if account.creditor and account.group != "wage":
                yield account.creditor, line


def _sheets(found: Iterable[tuple[str, Posted]]) -> tuple[Sheet, ...]:
    by_person: dict[str, list[Posted]] = {}
    for person, line in found:
        by_person.setdefault(person, []).append(line)
    return tuple(_sheet(person, lines) for person, lines in sorted(by_person.items()))


def _sheet(person: str, lines: list[Posted]) -> Sheet:
    groups: dict[tuple[str, str], list[Posted]] = {}
    for line in lines:
        later = line.entry.kind == "opening" and line.stated is not None
        if line.counted and not later:
            groups.setdefault((line.entry.kind, line.currency or ""), []).append(line)
    totals = tuple(
        Total(
            kind=kind, currency=currency or None, lines=tuple(part),
            amount=sum((one.entry.amount for one in part), Decimal(0)),
        )
        for (kind, currency), part in sorted(groups.items())
    )  # fmt: skip
    return Sheet(person=person, totals=totals, rates=tuple(line for line in lines if line.entry.rate))
