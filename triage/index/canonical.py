"""Canonical JSON of index values (RFC 8785): strings, integers, booleans, null, arrays and objects; no floats.

For keys in ASCII and values without floats, Python's encoder with sorted keys gives exactly that form (property test
against the `rfc8785` package); any other object goes through the package. Integers above 2^53 become strings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

_SAFE = 1 << 53
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def plain(value: Any) -> Any:
    """`value` with large integers as strings and tuples as lists; floats are refused."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, Sequence):
        return [plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} cannot stand in the index")


def _ascii_keys(value: Any) -> bool:
    if isinstance(value, dict):
        return all(k.isascii() and _ascii_keys(v) for k, v in value.items())
    return all(_ascii_keys(v) for v in value) if isinstance(value, list) else True


def dumps(value: Any) -> str:
    """One line of canonical JSON."""
    made = plain(value)
    return _encode(made) if _ascii_keys(made) else rfc8785.dumps(made).decode()
