"""Payment references: the finders of bank accounts, cards, Brazil, crypto, wallets, keyed references, secrets and
codes.

Order inside the part is of no matter: tiers and ranks decide which candidate keeps a span (`extractors.entities`).
A message is looked at only where it holds a digit, `@`, `$` or one of the trigger words; what needs digits is skipped
below the shortest reference's count of them, so everyday messages cost one pass of a character class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors import payments_bank as bank
from extractors import payments_brazil as brazil
from extractors import payments_cards as cards
from extractors import payments_qr as qr
from extractors import payments_secrets as secrets
from extractors import payments_wallets as wallets
from extractors.cues import compile_cues
from extractors.digit_runs import noisy_runs, runs
from extractors.parts import Candidate, Part, TextContext
from extractors.payments_banknotes import banknotes
from extractors.payments_crypto import crypto
from extractors.payments_references import national_accounts, references
from extractors.tables import table
from triage.text import View

_DIGIT = re.compile(r"\d")


def _with_digits(text: str, count: int, context: TextContext) -> Iterator[Candidate]:
    """Finders of tokens with at least `count` digits in the message."""
    if count >= 3:
        yield from secrets.secrets(text)
    if count >= 2:
        yield from references(text, context)
        yield from bank.ibans(text)
    if count >= 7:
        yield from bank.us_routing(text)
        yield from bank.ifsc(text)
        yield from bank.creditor_references(text)
        yield from national_accounts(text, context)
        yield from banknotes(text)
    if count >= 8:
        yield from brazil.persons(text)
        yield from _long_numbers(text)


def _long_numbers(text: str) -> Iterator[Candidate]:
    for all_runs, noisy in ((runs(text), False), (noisy_runs(text), True)):
        if all_runs:
            yield from cards.cards(text, all_runs, noisy=noisy)
            yield from bank.long_accounts(text, all_runs, noisy=noisy)
            yield from brazil.boletos(text, all_runs, noisy=noisy)
    yield from bank.swiss_references(text)


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    """Every payment candidate of a message."""
    text = view.text
    yield from qr.payloads(text)
    yield from crypto(text)
    count = sum(1 for _ in _DIGIT.finditer(text))
    yield from _with_digits(text, count, context)
    yield from bank.bics(text)
    yield from bank.aliases(text)
    yield from brazil.pix_keys(text)
    if "@" in text:
        yield from wallets.upi(text)
    yield from wallets.tags(text)
    if "." in text:
        yield from wallets.paypal(text)
    if "$" in text:
        yield from wallets.cashtags(text)
    yield from wallets.zelle(text)
    if secrets.may_seed(text):
        yield from secrets.seeds(text)


_SEVEN_DIGITS = re.compile(r"\d(?:\D*\d){6}")
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]{4}){2}")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9]{24}")
_SHORT_TYPES = ("MPESA_CODE", "MOBILE_MONEY_REF", "INVOICE_REF", "REMIT_REF")
_SHORT_GROUPS = ("gift", "cvv", "pin", "otp", "bic", "alias", "zelle", "cash", "venmo", "revolut", "upi", "pix")
_SHORT = compile_cues(
    [
        *(word for name in _SHORT_GROUPS for word in table("cues")[name]),
        *(
            word
            for row in table("references")["reference"]
            if row["type"] in _SHORT_TYPES
            for word in (*row["cues"], *row.get("weak", ()))
        ),
        "paypal",
        "wifi:",
    ]
)


def may_pay(text: str) -> bool:
    """The gate: seven digits, a token as long as an address, `@` or `$`, or a word whose reference is shorter."""
    if _SEVEN_DIGITS.search(text) or "@" in text or "$" in text or _LONG_TOKEN.search(text) or _IBAN_START.search(text):
        return True
    return _SHORT.present(text) or secrets.may_seed(text)


PART = Part(
    name="payments",
    find=find,
    marks=r"\d@$",
    triggers=(
        "alias",
        "swift",
        "bic",
        "свифт",
        "سويفت",
        "paypal",
        "venmo",
        "revolut",
        "seed",
        "phrase",
        "mnemonic",
        "palabras",
        "12 words",
        "24 words",
    ),
    quick=may_pay,
)
