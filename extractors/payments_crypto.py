"""Addresses and transaction ids of crypto-currencies.

| type        | form                                            | proof                              |
| ----------- | ----------------------------------------------- | ---------------------------------- |
| CRYPTO_BTC  | Base58Check version 0 and 5, `bc1…`             | double SHA-256; bech32 / bech32m   |
| CRYPTO_LTC  | Base58Check 0x30 and 0x32, `ltc1…`              | the same                           |
| CRYPTO_TRX  | Base58Check 0x41                                | double SHA-256                     |
| CRYPTO_ETH  | `0x` and 40 hex digits                          | EIP-55 where the case is mixed     |
| CRYPTO_XMR  | Monero block Base58                             | Keccak-256                         |
| CRYPTO_TXID | 64 hex digits with a transaction word or an explorer's address | none: needs the word |

An Ethereum address in one case is well formed and not proved (grade `format`). USDT lives on TRON and Ethereum; where
the text says so, `detail.asset` does. A bare SHA-256 is no transaction id. Test networks are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from extractors.candidates import formed, keyed, proved
from extractors.cues import named
from extractors.parts import Candidate
from extractors.repair import only
from extractors.validators import base58check, bech32, ethereum, monero

_BASE58 = re.compile(r"(?<![A-Za-z0-9])[13LMT][1-9A-NP-Za-z]{24,34}(?![A-Za-z0-9])")
_SEGWIT = re.compile(r"(?<![A-Za-z0-9])(?:bc|ltc)1[a-z0-9]{8,84}(?![A-Za-z0-9])", re.I)
_ETHEREUM = re.compile(r"(?<![A-Za-z0-9])0x([0-9a-fA-F]{40})(?![A-Za-z0-9])")
_MONERO = re.compile(r"(?<![A-Za-z0-9])[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?(?![A-Za-z0-9])")
_TXID = re.compile(r"(?<![A-Za-z0-9])(?:0x)?[0-9a-fA-F]{64}(?![A-Za-z0-9])")
_LONG = re.compile(r"[A-Za-z0-9]{26}")

_TX_WORDS = named("tx")
_USDT = named("usdt")


def _asset(text: str, start: int, end: int) -> dict[str, object]:
    return {"asset": "USDT"} if _USDT.near(text, start, end, window=40) else {}


def _base58(text: str) -> Iterator[Candidate]:
    for m in _BASE58.finditer(text):
        token = m.group()
        kind = base58check.asset(token)
        repaired = None
        if kind is None and any(c in "Il" for c in token):
            repaired = only([re.sub("[Il]", "1", token)], lambda t: base58check.asset(t) is not None)
            kind = base58check.asset(repaired) if repaired else None
        if kind:
            detail = _asset(text, *m.span()) if kind == "CRYPTO_TRX" else {}
            yield proved(
                kind,
                repaired or token,
                m.span(),
                "payments.base58check@1",
                repaired=repaired is not None,
                detail=detail,
            )


def _segwit(text: str) -> Iterator[Candidate]:
    for m in _SEGWIT.finditer(text):
        token = m.group()
        kind = bech32.asset(token)
        repaired = None
        if kind is None:
            at = token.index("1") + 1
            repaired = only(_bech32_readings(token[:at].lower(), token[at:]), lambda t: bech32.asset(t) is not None)
            kind = bech32.asset(repaired) if repaired else None
        if kind:
            value = (repaired or token).lower()
            yield proved(kind, value, m.span(), "payments.segwit@1", repaired=repaired is not None)


def _bech32_readings(prefix: str, data: str) -> Iterator[str]:
    """`data` with the four characters bech32 never uses read as what an OCR engine takes for them."""
    if data not in (data.lower(), data.upper()) or not any(c in "1bioBIO" for c in data):
        return
    choices = [{"1": "l", "i": "l", "o": "0", "b": "86"}.get(c, c) for c in data.lower()]
    if sum(len(c) > 1 for c in choices) <= 5:
        yield from (prefix + "".join(p) for p in product(*choices))


def _monero(text: str) -> Iterator[Candidate]:
    for m in _MONERO.finditer(text):
        if monero.is_valid(m.group()):
            yield proved("CRYPTO_XMR", m.group(), m.span(), "payments.monero@1")


def _ethereum(text: str) -> Iterator[Candidate]:
    for m in _ETHEREUM.finditer(text):
        made = ethereum.address(m.group(1))
        if made is None:
            continue
        detail = _asset(text, *m.span())
        if made[1]:
            yield proved("CRYPTO_ETH", made[0], m.span(), "payments.eip55@1", detail=detail)
        else:
            yield formed("CRYPTO_ETH", made[0], m.span(), "payments.eth@1", detail=detail)


def _transactions(text: str) -> Iterator[Candidate]:
    for m in _TXID.finditer(text):
        url = text[max(0, m.start() - 40) : m.start()].lower()
        explorer = "/tx/" in url or "/transaction/" in url
        if explorer or _TX_WORDS.near(text, m.start(), m.end()):
            yield keyed("CRYPTO_TXID", m.group().lower(), m.span(), "payments.txid@1")


def crypto(text: str) -> Iterator[Candidate]:
    """Every address and transaction id in `text`."""
    if not _LONG.search(text):
        return
    yield from _base58(text)
    yield from _segwit(text)
    yield from _monero(text)
    if "0x" in text:
        yield from _ethereum(text)
    yield from _transactions(text)
