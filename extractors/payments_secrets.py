"""What must never be stored in clear: gift-card codes, CVV, PINs, one-time codes, seed phrases, private keys.

The value of such a finding says only what kind it is (a gift code becomes a row of `*`); the secret goes to the
per-case keyed hash and its whole span is masked. All but private keys and seed phrases need their word directly
by: three or four digits prove nothing. Seed phrases: 12 to 24 words of the English BIP-39 list
(`tables/bip39_english.txt`, github.com/bitcoin/bips) whose checksum holds, or that follow a seed word. Private keys:
WIF (Base58Check 0x80), extended keys (BIP-32 `xprv`), PEM blocks, 64 hex digits after "private key".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import base58

from extractors.candidates import keyed, proved
from extractors.cues import folded, named
from extractors.parts import Candidate, Part, TextContext
from triage.text import View

_GIFT_WORDS = named("gift")
_GROUP = r"(?:[A-Z0-9]{4,6}|(?=[a-z]{0,5}\d)[a-z0-9]{4,6})"
_GIFT = re.compile(
    rf"(?<![A-Za-z0-9\-])(?:{_GROUP}(?:[ ]?-[ ]?{_GROUP}){{2,5}}|{_GROUP}(?:[ ]{_GROUP}){{2,5}}|"
    rf"[A-Z0-9]{{10,20}})(?![A-Za-z0-9\-])"
)
_CVV_WORDS = named("cvv")
_CVV = re.compile(r"(?<![\w.,])\d{3,4}(?![\w]|[.,/:\-]\d)")
_PIN_WORDS = named("pin")
_PIN = re.compile(r"(?<![\w.,])\d{4,6}(?![\w]|[.,/:\-]\d)")
_OTP_WORDS = named("otp")
_OTP = re.compile(r"(?<![\w.,])(?:G-)?(?:\d{4,8}|\d{3}[- ]\d{3})(?![\w]|[.,/:\-]\d)")
_OTP_AFTER = re.compile(
    r"^[\s:*]{0,3}(?:is|es|e|est|ist|este)\s+(?:your|tu|su|seu|o seu|votre|ton|dein|ihr|codul)\b.{0,40}\b(?:code"
    r"|codigo|cod|otp|password|pin)\b"
)
_SEED_WORDS = named("seed")
_WIF = re.compile(
    r"(?<![A-Za-z0-9])(?:5[1-9A-HJ-NP-Za-km-z]{50}|[KL][1-9A-HJ-NP-Za-km-z]{51}"
    r"|[xyz]prv[1-9A-HJ-NP-Za-km-z]{107})(?![A-Za-z0-9])"
)
_HEX_KEY = re.compile(r"(?<![A-Za-z0-9])(?:0x)?[0-9a-fA-F]{64}(?![A-Za-z0-9])")
_KEY_WORDS = named("key")
_PEM = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[A-Za-z0-9+/=\s]{40,8000}-----END [A-Z ]{0,20}PRIVATE KEY-----"
)


def _secret(kind: str, text: str, span: tuple[int, int], *, sure: bool = False) -> Candidate:
    make = proved if sure else keyed
    return make(
        "SECRET",
        kind,
        span,
        f"payments.secret-{kind.replace(' ', '-')}@1",
        mask=(span,),
        secret=text[slice(*span)],
        detail={"what": kind},
    )


def gift_cards(text: str) -> Iterator[Candidate]:
    """Grouped codes beside a brand or "gift card"."""
    if not _GIFT_WORDS.present(text):
        return
    for m in _GIFT.finditer(text):
        code = re.sub(r"[^A-Za-z0-9]", "", m.group())
        groups = re.split(r"[ \-]+", m.group())
        if sum(c.isdigit() for c in code) < 2 or not 10 <= len(code) <= 30:
            continue
        if len(groups) == 1 and code.isdigit() and len(code) not in (15, 16, 19):
            continue
        if _GIFT_WORDS.near(text, *m.span()):
            yield keyed(
                "GIFT_CARD",
                "*" * len(code),
                m.span(),
                "payments.gift-card@1",
                rank=75,
                mask=(m.span(),),
                secret=code.upper(),
            )


def _short_codes(text: str) -> Iterator[Candidate]:
    low = folded(text)
    for kind, words, form in (
        ("CVV", _CVV_WORDS, _CVV),
        ("PIN", _PIN_WORDS, _PIN),
        ("one-time code", _OTP_WORDS, _OTP),
    ):
        if words.present(text):
            yield from (_secret(kind, text, m.span()) for m in form.finditer(text) if words.leads(text, m.start()))
    for m in _OTP.finditer(text):
        if _OTP_AFTER.match(low[m.end() : m.end() + 90]):
            yield _secret("one-time code", text, m.span())


@lru_cache(maxsize=1)
def _seed_list() -> dict[str, int]:
    lines = (Path(__file__).parent / "tables" / "bip39_english.txt").read_text("ascii").split()
    return {word: i for i, word in enumerate(lines)}


def _checksum_holds(words: list[str]) -> bool:
    """BIP-39: the last n/33 of the bits are the first bits of the SHA-256 of the rest."""
    number = 0
    for word in words:
        number = number << 11 | _seed_list()[word]
    check = len(words) * 11 // 33
    entropy = (number >> check).to_bytes((len(words) * 11 - check) // 8, "big")
    return hashlib.sha256(entropy).digest()[0] >> (8 - check) == number & ((1 << check) - 1)


def seeds(text: str) -> Iterator[Candidate]:
    """Seed phrases: all words of the BIP-39 list, and the checksum or a seed word."""
    low = text.lower()
    if low.count(" ") + low.count("\n") < 11:
        return
    words = list(re.finditer(r"[a-z]{3,8}", low))
    run: list[re.Match[str]] = []
    for m in [*words, None]:
        joined = (
            m is not None
            and m.group() in _seed_list()
            and (not run or re.fullmatch(r"[\s\d,.):\-]{1,6}", low[run[-1].end() : m.start()]))
        )
        if joined and m is not None:
            run.append(m)
            continue
        yield from _phrase(text, run)
        run = [m] if m is not None and m.group() in _seed_list() else []


def _phrase(text: str, run: list[re.Match[str]]) -> Iterator[Candidate]:
    """The phrase in a row of words of the list: the longest part whose checksum holds ("seed" is itself a word of the
    list), else the whole row behind a seed word."""
    for size in (24, 21, 18, 15, 12):
        for first in range(min(len(run), 60) - size + 1):
            part = run[first : first + size]
            if _checksum_holds([w.group() for w in part]):
                yield _secret("seed phrase", text, (part[0].start(), part[-1].end()), sure=True)
                return
    span = (run[0].start(), run[-1].end()) if run else (0, 0)
    if 12 <= len(run) <= 25 and _SEED_WORDS.near(text, *span, window=0, before=50):
        yield _secret("seed phrase", text, span)


def private_keys(text: str) -> Iterator[Candidate]:
    """WIF and extended keys by their checksum, PEM blocks by their frame, bare hex by its word."""
    for m in _WIF.finditer(text):
        try:
            raw = base58.b58decode_check(m.group())
        except ValueError:
            continue
        if raw[0] == 0x80 or m.group()[1:4] == "prv":
            yield _secret("private key", text, m.span(), sure=True)
    if "PRIVATE KEY" in text:
        yield from (_secret("private key", text, m.span(), sure=True) for m in _PEM.finditer(text))
    for m in _HEX_KEY.finditer(text):
        if _KEY_WORDS.near(text, *m.span(), window=0, before=30):
            yield _secret("private key", text, m.span())


def secrets(text: str) -> Iterator[Candidate]:
    """Everything of this module that holds a digit."""
    yield from gift_cards(text)
    yield from _short_codes(text)
    yield from private_keys(text)


_TWELVE = re.compile(r"[a-z]{3,8}(?:[^a-z]{1,6}[a-z]{3,8}){11}")


def may_seed(text: str) -> bool:
    """The gate of seed phrases: twelve words of three to eight letters in a row."""
    return len(text) >= 47 and text.count(" ") + text.count("\n") >= 11 and _TWELVE.search(text.lower()) is not None


def _find_seeds(view: View, context: TextContext) -> Iterator[Candidate]:
    yield from seeds(view.text)


SEEDS = Part(name="seeds", find=_find_seeds, quick=may_seed)
