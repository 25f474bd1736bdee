"""EMV merchant-presented QR payloads, and the Brazilian BR Code (PIX) that follows them.

Format: a row of two-digit tag, two-digit length, value; tag 00 is `01` and comes first, tag 63 (CRC-16 in four
hex digits) comes last and covers everything before its own value. EMVCo QRCPS-MPM 1.1; Banco Central do Brasil,
"Manual de padrões para iniciação do Pix". The CRC is taken over UTF-8; lengths count characters, and some
issuers count bytes, so both are tried. Refuses a payload whose CRC does not agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extractors.validators.check_digits import crc16_ccitt_false

CURRENCIES = {
    "986": "BRL", "840": "USD", "978": "EUR", "356": "INR", "764": "THB", "702": "SGD", "458": "MYR", "360": "IDR",
    "704": "VND", "608": "PHP", "344": "HKD", "156": "CNY", "116": "KHR", "404": "KES", "566": "NGN", "936": "GHS",
    "710": "ZAR", "834": "TZS", "800": "UGX", "646": "RWF", "050": "BDT", "586": "PKR", "524": "NPR", "144": "LKR",
    "818": "EGP", "643": "RUB", "980": "UAH", "398": "KZT", "860": "UZS", "032": "ARS", "152": "CLP", "170": "COP",
    "604": "PEN", "484": "MXN", "068": "BOB", "600": "PYG", "858": "UYU", "826": "GBP", "392": "JPY", "410": "KRW",
    "104": "MMK", "418": "LAK", "901": "TWD", "946": "RON", "975": "BGN", "941": "RSD", "949": "TRY", "784": "AED",
}  # fmt: skip
"""ISO 4217 numeric codes of the countries that use such payloads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A payload whose CRC agrees, its fields and how many characters it took."""

    fields: Mapping[str, str]
    size: int

    @property
    def label(self) -> str:
        """`name|city|country` (tags 59, 60, 58)."""
        return "|".join(self.fields.get(tag, "").strip() for tag in ("59", "60", "58"))


def _take(text: str, at: int, length: int, *, in_bytes: bool) -> str:
    if not in_bytes:
        return text[at : at + length]
    return text[at : at + length].encode()[:length].decode("utf-8", "ignore")


def fields(text: str, at: int = 0, *, in_bytes: bool = False, until: str = "") -> tuple[dict[str, str], int] | None:
    """Tags and values from `at` to the tag `until` (or to the end), and where they end; None where malformed."""
    found: dict[str, str] = {}
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not (head.isascii() and head.isdigit()):
            return None
        value = _take(text, at + 4, int(head[2:]), in_bytes=in_bytes)
        if (not in_bytes and len(value) < int(head[2:])) or head[:2] in found:
            return None
        found[head[:2]] = value
        at += 4 + len(value)
        if head[:2] == until:
            return found, at
    return None if until else (found, at)


def parse(text: str, at: int) -> Payload | None:
    """The payload that begins at `at`, or None where it is malformed or its CRC is wrong."""
    for in_bytes in (False, True):
        read = fields(text, at, in_bytes=in_bytes, until="63")
        if read is None:
            continue
        found, end = read
        crc = found["63"]
        body = text[at : end - len(crc)]
        if found.get("00") == "01" and len(crc) == 4 and f"{crc16_ccitt_false(body.encode()):04X}" == crc.upper():
            return Payload(fields=found, size=end - at)
    return None
