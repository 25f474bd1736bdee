"""Payloads of payment codes, read from a QR unit's text or pasted into a chat: EMV and BR Code, EPC, `upi://pay`, and
the address schemes of crypto-currencies. Also `WIFI:` (its password is a secret) and `MECARD`.

- EMV/BR Code: `validators.emv`. - EPC069-12 (SEPA credit transfer): lines `BCD`, version, charset, `SCT`, BIC, name,
  IBAN, `EUR` amount, purpose, reference, text. - UPI: NPCI UPI Linking Specifications (pa, pn, am, cu, tr, tn). -
  BIP-21 and its likes: the scheme, the address, `?amount=`. The address itself is found by `payments_crypto`, whose
  checksum rules hold here too: the sample address of BIP-21 fails and stays unreported. Refuses an EMV payload whose
  CRC does not agree, and reads nothing else out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl

from stdnum.br import cnpj, cpf

from extractors.parts import Candidate, Tier
from extractors.validators import emv

_UPI = re.compile(r"upi://(?:pay|mandate|collect)\?([^\s<>\"]{3,800})", re.I)
_EPC = re.compile(
    r"(?:^|(?<=\n))BCD\r?\n00[12]\r?\n\d?\r?\n(?:SCT"
    r"|INST)\r?\n([A-Z0-9]{0,11})\r?\n([^\n]{1,70})\r?\n([A-Z0-9 ]{15,42})(?:\r?\n(?:EUR([\d.]{1,12}))?)?"
)
_WIFI = re.compile(r"WIFI:(?:[^\n]{0,120}?;)?P:((?:\\.|[^;\\\n]){1,63});", re.I)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_INSIDE = ("AMOUNT", "PIX_KEY", "UPI_VPA", "EMAIL", "PHONE", "IBAN", "URL", "BR_CPF", "BR_CNPJ")


def money(currency: str, number: str) -> str | None:
    """`CCC decimal` without trailing zeros, or None."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    if not value.is_finite() or value <= 0 or not re.fullmatch(r"[A-Z]{3}", currency):
        return None
    shown = format(value.normalize(), "f")
    return f"{currency} {shown}"


def _inner(
    type_: str,
    value: str,
    span: tuple[int, int],
    rule: str,
    *,
    grade: str = "checksum",
    detail: dict[str, object] | None = None,
) -> Candidate:
    """What a payload states: in its tier and above its rank, so that the payload's block leaves it standing."""
    return Candidate(
        tier=Tier.LINK,
        type=type_,
        start=span[0],
        end=span[1],
        value=value,
        grade="checksum" if grade == "checksum" else "format",
        rule=f"payments.{rule}@1",
        rank=96,
        detail=detail or {},
        shares=("*",),
    )


def _pix(key: str) -> str | None:
    """Registered form of the key in a BR Code."""
    key = key.strip()
    if "@" in key or _UUID.fullmatch(key):
        return key.lower()
    if key.startswith("+") or cpf.is_valid(key):
        return key if key.startswith("+") else str(cpf.compact(key))
    return str(cnpj.compact(key)).upper() if cnpj.is_valid(key) else None


def _accounts(found: emv.Payload, text: str, start: int, end: int) -> Iterator[Candidate]:
    for tag in (f"{n:02}" for n in range(2, 52)):
        template = emv.fields(found.fields.get(tag, "")) if int(tag) >= 26 else None
        if template is None:
            continue
        for value in template[0].values():
            at = text.find(value, start, end) if value else -1
            span = (at, at + len(value))
            if at < 0:
                continue
            if template[0].get("00", "").lower() == "br.gov.bcb.pix" and value == template[0].get("01"):
                key = _pix(value)
                if key:
                    yield _inner("PIX_KEY", key, span, "emv-pix", detail={"country": "BR"})
                    if key.startswith("+"):
                        yield _inner("PHONE", key, span, "emv-pix")
            elif re.fullmatch(r"[\w.\-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}", value):
                yield _inner("UPI_VPA", value.lower(), span, "emv-upi")


def emv_codes(text: str) -> Iterator[Candidate]:
    """EMV payloads with a right CRC, their amount, and the keys inside."""
    at = text.find("000201")
    while at >= 0:
        found = emv.parse(text, at)
        if found is None:
            at = text.find("000201", at + 1)
            continue
        end = at + found.size
        yield Candidate(
            tier=Tier.LINK,
            type="EMV_QR",
            start=at,
            end=end,
            value=found.label,
            grade="checksum",
            rule="payments.emv@1",
            rank=95,
            detail={"merchant": found.fields.get("59", ""), "country": found.fields.get("58", "")},
            blocks=True,
        )
        currency, amount = emv.CURRENCIES.get(found.fields.get("53", ""), ""), found.fields.get("54", "")
        value = money(currency, amount)
        if value:
            where = text.find("54" + f"{len(amount):02}" + amount, at, end) + 4
            yield _inner("AMOUNT", value, (where, where + len(amount)), "emv-amount", detail={"role": "payment"})
        yield from _accounts(found, text, at, end)
        at = text.find("000201", end)


def upi_links(text: str) -> Iterator[Candidate]:
    """`upi://pay?pa=…&am=…`."""
    for m in _UPI.finditer(text):
        given = {k.lower(): v for k, v in parse_qsl(m.group(1))}
        address = given.get("pa", "")
        if not re.fullmatch(r"[\w.\-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}", address):
            continue
        at = text.lower().find("pa=", m.start()) + 3
        detail: dict[str, object] = {k: given[k] for k in ("pn", "tn", "tr") if given.get(k)}
        yield Candidate(
            tier=Tier.LINK,
            type="UPI_VPA",
            start=at,
            end=min(m.end(), at + len(address)),
            value=address.lower(),
            grade="format",
            rule="payments.upi-link@1",
            rank=96,
            detail=detail,
            blocks=True,
        )
        value = money(given.get("cu", "INR").upper(), given.get("am", ""))
        if value:
            where = text.lower().find("am=", m.start()) + 3
            span = (where, where + len(given["am"]))
            yield _inner("AMOUNT", value, span, "upi-link", grade="format", detail={"role": "payment"})


def epc_codes(text: str) -> Iterator[Candidate]:
    """The amount of an EPC code; its IBAN and BIC are found by their own rules, the BIC by its place here."""
    for m in _EPC.finditer(text):
        detail: dict[str, object] = {"name": m.group(2).strip()}
        if m.group(1):
            yield _inner("BIC", m.group(1), m.span(1), "epc", grade="format", detail=detail)
        value = money("EUR", m.group(4) or "")
        if value:
            yield _inner("AMOUNT", value, m.span(4), "epc", grade="format", detail={"role": "payment"})


def wifi_secrets(text: str) -> Iterator[Candidate]:
    """The password of a Wi-Fi code."""
    for m in _WIFI.finditer(text):
        span = m.span(1)
        yield Candidate(
            tier=Tier.LINK,
            type="SECRET",
            start=span[0],
            end=span[1],
            value="wifi password",
            grade="format",
            rule="payments.wifi@1",
            rank=96,
            mask=(span,),
            secret=m.group(1),
            detail={"what": "wifi password"},
            blocks=True,
        )


def payloads(text: str) -> Iterator[Candidate]:
    """Every payload in `text`."""
    if "000201" in text:
        yield from emv_codes(text)
    low = text[:4000].lower() if len(text) > 4000 else text.lower()
    if "upi:" in low:
        yield from upi_links(text)
    if "BCD" in text:
        yield from epc_codes(text)
    if "wifi:" in low:
        yield from wifi_secrets(text)
