"""Wallet handles: UPI addresses, PayPal.Me, Cash App, Venmo, Revolut, Zelle.

| type        | form                                                         | needs                                 |
| ----------- | ------------------------------------------------------------ | ------------------------------------- |
| UPI_VPA     | `name@handle`, the handle without a dot (so it is no e-mail) | a known handle, or a UPI word         |
| PAYPAL_ME   | `paypal.me/<name>`                                           | the address itself                    |
| CASHTAG     | `$` + letter + at most 19 more                               | a Cash App word, or `cash.app/$…`     |
| VENMO       | `venmo.com/u/<name>`, `@name`                                | the address, or the service named     |
| REVOLUT_TAG | `revolut.me/<name>`, `@name`                                 | the same                              |
| ZELLE       | a US phone or an e-mail                                      | the service named                     |

References: NPCI UPI procedural guidelines (VPA), the services' help pages on the form of their handles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import phonenumbers

from extractors.candidates import formed, keyed
from extractors.cues import Cues, named
from extractors.parts import Candidate
from extractors.tables import table

_VPA = re.compile(r"(?<![\w.\-@])([A-Za-z0-9][A-Za-z0-9._\-]{1,255})@([A-Za-z][A-Za-z0-9]{1,63})(?![\w@]|\.\w|-\w)")
_UPI_WORDS = named("upi")
_PAYPAL = re.compile(
    r"(?<![\w])(?:www\.)?(?:paypal\.me|paypal\.com/paypalme2?)/([A-Za-z0-9._\-]{1,40}[A-Za-z0-9])(?:/(\d{1,7}(?:[.,]\d{1,2})?)([A-Za-z]{3})?)?",
    re.I,
)
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Za-z](?:[A-Za-z0-9_\-]{0,18}[A-Za-z0-9])?(?![\w$])")
_CASH_URL = re.compile(r"(?:cash\.app|cash\.me)/(\$[A-Za-z][A-Za-z0-9_\-]{0,19})", re.I)
_CASH_WORDS = named("cash")
_VENMO_URL = re.compile(r"(?<!\w)(?:www\.|account\.)?venmo\.com/(?:u/|code\?user_id=)?@?([A-Za-z0-9_\-]{3,40})", re.I)
_REVOLUT_URL = re.compile(r"(?<!\w)(?:www\.)?revolut\.me/@?([A-Za-z0-9._]{3,32})", re.I)
_TAG = re.compile(r"(?<![\w.@])@([A-Za-z0-9](?:[A-Za-z0-9_.\-]{1,30}[A-Za-z0-9]))(?![\w@])")
_VENMO_WORDS = named("venmo")
_REVOLUT_WORDS = named("revolut")
_ZELLE_WORDS = named("zelle")
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}(?!\w)")
_SITE_WORDS = frozenset({"code", "business", "legal", "about", "signup", "download"})


@cache
def _handles() -> frozenset[str]:
    return frozenset(table("upi_handles")["handles"])


def upi(text: str) -> Iterator[Candidate]:
    """UPI payment addresses; the phone that may stand before the @ is part of the address."""
    for m in _VPA.finditer(text):
        known = m.group(2).lower() in _handles()
        if known or _UPI_WORDS.near(text, *m.span()):
            make = formed if known else keyed
            yield make(
                "UPI_VPA", m.group().lower(), m.span(), "payments.upi@1", detail={"country": "IN"}, shares=("PHONE",)
            )


def paypal(text: str) -> Iterator[Candidate]:
    """PayPal.Me names; the sum in the address is kept as its detail."""
    for m in _PAYPAL.finditer(text):
        detail = {"amount": f"{(m.group(3) or '').upper()} {m.group(2)}".strip()} if m.group(2) else {}
        yield formed(
            "PAYPAL_ME", m.group(1), m.span(), "payments.paypal@1", detail=detail, rank=90, shares=("URL", "AMOUNT")
        )


def cashtags(text: str) -> Iterator[Candidate]:
    """Cash App tags."""
    for m in _CASH_URL.finditer(text):
        yield formed("CASHTAG", m.group(1), m.span(), "payments.cashtag-url@1", rank=90, shares=("URL",))
    for m in _CASHTAG.finditer(text):
        if _CASH_WORDS.near(text, *m.span()) and text[: m.start()][-9:].lower() not in ("cash.app/", "/cash.me/"):
            yield keyed("CASHTAG", m.group(), m.span(), "payments.cashtag@1")


def _tagged(text: str, type_: str, url: re.Pattern[str], words: Cues, sign: str) -> Iterator[Candidate]:
    for m in url.finditer(text):
        if m.group(1).lower() not in _SITE_WORDS:
            yield formed(
                type_, sign + m.group(1), m.span(), f"payments.{type_.lower()}-url@1", rank=90, shares=("URL",)
            )
    for m in _TAG.finditer(text):
        if words.near(text, *m.span()):
            yield keyed(type_, sign + m.group(1), m.span(), f"payments.{type_.lower()}@1")


def tags(text: str) -> Iterator[Candidate]:
    """Venmo and Revolut names."""
    low = text.lower()
    if "venmo" in low:
        yield from _tagged(text, "VENMO", _VENMO_URL, _VENMO_WORDS, "@")
    if "rev" in low:
        yield from _tagged(text, "REVOLUT_TAG", _REVOLUT_URL, _REVOLUT_WORDS, "")


def zelle(text: str) -> Iterator[Candidate]:
    """The phone or e-mail beside the word; both types are right on that span."""
    if not _ZELLE_WORDS.present(text):
        return
    for m in _EMAIL.finditer(text):
        if _ZELLE_WORDS.near(text, *m.span()):
            yield keyed("ZELLE", m.group().lower(), m.span(), "payments.zelle@1", shares=("EMAIL",))
    for match in phonenumbers.PhoneNumberMatcher(text, "US"):
        if _ZELLE_WORDS.near(text, match.start, match.end):
            value = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield keyed("ZELLE", value, (match.start, match.end), "payments.zelle@1", shares=("PHONE",))
