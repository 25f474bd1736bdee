"""Keys of encrypted WhatsApp backups, from key files and typed digits.

`key` (158 bytes: a serialised Java byte array of 131 bytes) holds what `.crypt12` and `.crypt14` need: two bytes and
one of version, the server's salt (32), the account's (16 and 32), a vector (16), the AES key (32).
`encrypted_backup.key` (a Java byte array of 32) or the 64 hex digits that the app shows hold the root of `.crypt15`;
its AES key is HMAC-SHA-256 of "backup encryption" and 0x01 under HMAC-SHA-256 of the root under a key of zeros.
Sources: public descriptions and test files of wa-crypt-tools; checked against those files.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.keyring import Keys

_JAVA = bytes.fromhex("aced0005757200025b42acf317f8060854e00200007870")
_HEX = re.compile(r"[0-9a-fA-F]{64}")
ROOT, OLD = 32, 131


@dataclass(frozen=True, slots=True)
class WhatsAppKey:
    """An AES key, and the salt of the server that a file must name to be of this key (`.crypt12`, `.crypt14`)."""

    aes: bytes = field(repr=False)
    salt: bytes = b""
    of_file: bool = True
    """False where it was typed."""


def keys_of(keys: Keys) -> Iterator[WhatsAppKey]:
    """Every key that the key files and passwords hold."""
    for content in keys.files:
        yield from _of_file(content)
    for password in keys.passwords:
        if root := typed_root(password):
            yield WhatsAppKey(derived(root), of_file=False)


def typed_root(text: str) -> bytes | None:
    """64 hex digits, in groups or not."""
    digits = re.sub(r"[\s:-]", "", text)
    return bytes.fromhex(digits) if _HEX.fullmatch(digits) else None


def derived(root: bytes) -> bytes:
    """The AES key of `.crypt15`."""
    middle = hmac.digest(b"\0" * 32, root, hashlib.sha256)
    return hmac.digest(middle, b"backup encryption\x01", hashlib.sha256)


def _of_file(content: bytes) -> Iterator[WhatsAppKey]:
    if content.startswith(_JAVA) and len(content) > len(_JAVA) + 4:
        content = content[len(_JAVA) + 4 :]
    if len(content) == OLD:
        yield WhatsAppKey(content[99:], salt=content[3:35])
    elif len(content) == ROOT:
        yield WhatsAppKey(derived(content))
    elif len(content) <= 256 and (root := typed_root(content.decode("ascii", "replace"))):
        yield WhatsAppKey(derived(root))
