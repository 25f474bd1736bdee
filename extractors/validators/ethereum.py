"""Ethereum addresses: 40 hex digits whose letter case is a Keccak-256 checksum (EIP-55).

An address in one case carries no checksum: it is well formed, not proved. Mixed case must match exactly.
"""

from __future__ import annotations

from Crypto.Hash import keccak


def keccak256(data: bytes) -> bytes:
    """The original Keccak, not SHA3-256: Ethereum and Monero predate the standard's padding."""
    return bytes(keccak.new(digest_bits=256, data=data).digest())


def eip55(hex40: str) -> str:
    """`0x` and the 40 hex digits in the case EIP-55 prescribes."""
    lower = hex40.lower()
    digest = keccak256(lower.encode("ascii")).hex()
    return "0x" + "".join(c.upper() if c.isalpha() and int(digest[i], 16) >= 8 else c for i, c in enumerate(lower))


def address(hex40: str) -> tuple[str, bool] | None:
    """(EIP-55 form, proved by its case?) of 40 hex digits; None where mixed case contradicts the checksum."""
    made = eip55(hex40)
    if hex40 in (hex40.lower(), hex40.upper()):
        return made, False
    return (made, True) if made[2:] == hex40 else None
