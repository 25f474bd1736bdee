"""Base58Check addresses: one version byte, 20 bytes of hash, 4 bytes of double SHA-256.

Knowledge: Bitcoin `base58.h`/BIP-13 (version 0 and 5), Litecoin chain parameters (0x30, 0x32; 0x05 is written `3…`
and cannot be told from Bitcoin, so it is read as Bitcoin), TRON address format (0x41).
Refuses other versions, lengths and wrong checksums. Main networks only: test coins have no value.
"""

from __future__ import annotations

import base58

VERSIONS = {0x00: "CRYPTO_BTC", 0x05: "CRYPTO_BTC", 0x30: "CRYPTO_LTC", 0x32: "CRYPTO_LTC", 0x41: "CRYPTO_TRX"}


def asset(address: str) -> str | None:
    """The entity type of a valid main-network address, else None."""
    if not 26 <= len(address) <= 35:
        return None
    try:
        payload = base58.b58decode_check(address)
    except ValueError:
        return None
    return VERSIONS.get(payload[0]) if len(payload) == 21 else None
