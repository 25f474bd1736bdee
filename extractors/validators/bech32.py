"""Segwit addresses: bech32 for witness version 0 (BIP-173), bech32m for versions 1 to 16 (BIP-350).

Refuses mixed case, a checksum of the other constant, program lengths outside BIP-141 and other networks.
"""

from __future__ import annotations

PREFIXES = {"bc": "CRYPTO_BTC", "ltc": "CRYPTO_LTC"}
_CHARSET = {c: i for i, c in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32, _BECH32M = 1, 0x2BC830A3


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATOR):
            if top >> i & 1:
                check ^= generator
    return check


def _program(data: list[int]) -> bytes | None:
    """Five-bit groups as bytes; None where the padding is more than four bits or not zero."""
    acc = 0
    for value in data:
        acc = acc << 5 | value
    spare = len(data) * 5 % 8
    if spare > 4 or acc & ((1 << spare) - 1):
        return None
    return (acc >> spare).to_bytes(len(data) * 5 // 8, "big")


def asset(address: str) -> str | None:
    """The entity type of a valid main-network segwit address, else None."""
    if address not in (address.lower(), address.upper()) or len(address) > 90:
        return None
    prefix, _, rest = address.lower().rpartition("1")
    if prefix not in PREFIXES or len(rest) < 7 or any(c not in _CHARSET for c in rest):
        return None
    data = [_CHARSET[c] for c in rest]
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    version = data[0]
    if _polymod(expanded + data) != (_BECH32 if version == 0 else _BECH32M) or version > 16:
        return None
    program = _program(data[1:-6])
    if program is None or not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        return None
    return PREFIXES[prefix]
