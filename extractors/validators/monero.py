"""Monero addresses: Base58 in blocks of 11 characters for 8 bytes, closed by 4 bytes of Keccak-256.

Knowledge: Monero `src/common/base58.cpp` and `cryptonote_config.h` (network bytes 18 standard, 42 subaddress,
19 integrated). 95 characters for 69 bytes, 106 for an integrated address of 77.
"""

from __future__ import annotations

from extractors.validators.ethereum import keccak256

_ALPHABET = {c: i for i, c in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_BLOCK_BYTES = {11: 8, 7: 5, 6: 4, 2: 1, 3: 2, 5: 3, 9: 6, 10: 7}
_NETWORKS = {18: 69, 42: 69, 19: 77}


def _decode(text: str) -> bytes | None:
    out = bytearray()
    for at in range(0, len(text), 11):
        block = text[at : at + 11]
        size = _BLOCK_BYTES.get(len(block))
        if size is None or any(c not in _ALPHABET for c in block):
            return None
        number = 0
        for c in block:
            number = number * 58 + _ALPHABET[c]
        if number >= 1 << (8 * size):
            return None
        out += number.to_bytes(size, "big")
    return bytes(out)


def is_valid(address: str) -> bool:
    """True for a main-network address with a right checksum."""
    if len(address) not in (95, 106):
        return False
    raw = _decode(address)
    return raw is not None and _NETWORKS.get(raw[0]) == len(raw) and keccak256(raw[:-4])[:4] == raw[-4:]
