"""Canonical JSON (RFC 8785, JCS) for the subset the custody log uses, and the strict way back.

The subset: objects with ASCII keys, arrays, strings without unpaired surrogates, integers up to 2^53 - 1 in size,
booleans and null. No floating-point numbers at all, so that no two programs can print one differently. Within it the
standard library's encoder gives the canonical bytes: RFC 8785 §3.2.2.2 asks for the short escapes and lower-case
`\\u00xx` that Python writes, and its order of keys by UTF-16 units is the order of ASCII bytes. A property test
compares with the `rfc8785` package. Refused with ValueError: everything else, and nesting deeper than 16.
"""

from __future__ import annotations

import json

INTEGER_LIMIT = 2**53 - 1
"""I-JSON (RFC 7493 §2.2): integers beyond it are not the same in every program."""
_DEPTH_LIMIT = 16

_dumps = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def _check(value: object, depth: int = 0) -> None:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return
    if kind is int:
        if not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:  # type: ignore[operator]
            raise ValueError("an integer beyond 2^53")
    elif depth >= _DEPTH_LIMIT:
        raise ValueError("nested too deep")
    elif kind is dict:
        for key, inner in value.items():  # type: ignore[attr-defined]
            if type(key) is not str or not key.isascii():
                raise ValueError("a key that is not ASCII text")
            _check(inner, depth + 1)
    elif kind is list or kind is tuple:
        for inner in value:  # type: ignore[attr-defined]
            _check(inner, depth + 1)
    else:
        raise ValueError(f"a value of type {kind.__name__}")


def encode_text(value: object) -> str:
    """The canonical text of a value of the subset."""
    _check(value)
    return _dumps(value)


def encode(value: object) -> bytes:
    """The canonical bytes. ValueError also for unpaired surrogates, which UTF-8 cannot carry."""
    return encode_text(value).encode("utf-8")


def decode(raw: bytes) -> object:
    """The value of canonical bytes; ValueError where they are not JSON or not in canonical form.

    Re-encoding is the whole test: duplicate keys, other orders, spaces, `1.0`, `-0`, a byte order mark or a longer
    escape all come out as other bytes.
    """
    try:
        value: object = json.loads(raw.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    if encode(value) != raw:
        raise ValueError("not in canonical form (RFC 8785)")
    return value
