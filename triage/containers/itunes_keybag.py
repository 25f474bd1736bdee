"""The keybag of an encrypted iTunes or Finder backup: from the password to the key of one file.

`Manifest.plist` holds `BackupKeyBag`: records of a four-letter tag, a big-endian length and a value. The first ones say
how the password becomes a key: PBKDF2-HMAC-SHA-256 with `DPSL` and `DPIC` rounds (since iOS 10.2), then
PBKDF2-HMAC-SHA-1 with `SALT` and `ITER`. Each `UUID` after them begins a class of protection with its number (`CLAS`),
how it is wrapped (`WRAP`, bit 2: by the password) and its key (`WPKY`), wrapped as RFC 3394 says; unwrapping proves the
password. A file's key is wrapped in turn by the key of its class. Sources: Apple's Platform Security guide, the
published analysis of the format by J.-B. Bédrune and J. Sigwald ("iPhone data protection in depth", 2011).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from Crypto.Cipher import AES

MAX_ROUNDS = 100_000_000
_BY_PASSWORD = 2
_WRAPPED = 40


@dataclass(frozen=True, slots=True)
class Keybag:
    """How the password becomes a key, and the classes it opens."""

    salt: bytes
    rounds: int
    first_salt: bytes
    first_rounds: int
    classes: tuple[tuple[int, bytes], ...]
    """Number and wrapped key of each class that the password wraps."""


@dataclass(frozen=True, slots=True)
class ClassKeys:
    """The keys of the classes, open."""

    keys: dict[int, bytes] = field(repr=False)

    def file_key(self, wrapped: bytes) -> bytes | None:
        """The AES key of a file from its class number (four bytes, little-endian) and wrapped key."""
        key = self.keys.get(int.from_bytes(wrapped[:4], "little"))
        return _unwrapped(key, wrapped[4:]) if key is not None else None


def records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Tag and value of each record; ValueError where one runs over the end."""
    at = 0
    while at + 8 <= len(data):
        tag, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        if at + 8 + size > len(data):
            raise ValueError("a record runs over the end")
        yield tag, data[at + 8 : at + 8 + size]
        at += 8 + size


def parse(data: bytes) -> Keybag:
    """The keybag; ValueError where it is not of the known form."""
    general: dict[bytes, bytes] = {}
    classes: list[dict[bytes, bytes]] = []
    for tag, value in records(data):
        if tag == b"UUID" and b"UUID" in general:
            classes.append({})
        (classes[-1] if classes else general)[tag] = value
    rounds, first = _number(general.get(b"ITER", b"")), _number(general.get(b"DPIC", b""))
    if not general.get(b"SALT") or not 0 < rounds <= MAX_ROUNDS or first > MAX_ROUNDS:
        raise ValueError("no salt or rounds")
    found = tuple(
        (_number(one[b"CLAS"]), one[b"WPKY"])
        for one in classes
        if len(one.get(b"WPKY", b"")) == _WRAPPED and b"CLAS" in one and _number(one.get(b"WRAP", b"")) & _BY_PASSWORD
    )
    if not found:
        raise ValueError("no class that the password wraps")
    return Keybag(general[b"SALT"], rounds, general.get(b"DPSL", b""), first, found)


def _number(value: bytes) -> int:
    return int.from_bytes(value, "big")


def unlock(bag: Keybag, passwords: Sequence[str]) -> ClassKeys | None:
    """The class keys under the first password that opens them."""
    for password in passwords:
        secret = password.encode()
        if bag.first_salt and bag.first_rounds:
            secret = hashlib.pbkdf2_hmac("sha256", secret, bag.first_salt, bag.first_rounds, 32)
        key = hashlib.pbkdf2_hmac("sha1", secret, bag.salt, bag.rounds, 32)
        opened = {number: plain for number, wrapped in bag.classes if (plain := _unwrapped(key, wrapped))}
        if opened:
            return ClassKeys(opened)
    return None


def _unwrapped(key: bytes, wrapped: bytes) -> bytes | None:
    try:
        return bytes(AES.new(key, AES.MODE_KW).unseal(wrapped))
    except ValueError:
        return None
