"""Protocol buffers without a schema: the fields of one message in their order (protobuf.dev, "Encoding").

Only what a header needs: varints, 64-bit, length-delimited and 32-bit fields. Groups and anything that runs over the
end of the data end the parse with ValueError.
"""

from __future__ import annotations

from collections.abc import Iterator

Value = int | bytes
MAX_FIELDS = 10_000


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to 64 bits and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("a varint runs over the end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a varint of more than ten bytes")


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """Number and value of each field."""
    at = 0
    for _ in range(MAX_FIELDS):
        if at == len(data):
            return
        tag, at = varint(data, at)
        number, wire = tag >> 3, tag & 7
        if not number:
            raise ValueError("field 0")
        value: Value
        if wire == 0:
            value, at = varint(data, at)
        elif wire in _FIXED:
            value, at = data[at : at + _FIXED[wire]], at + _FIXED[wire]
        elif wire == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            raise ValueError("a group")
        if at > len(data):
            raise ValueError("a field runs over the end")
        yield number, value
    raise ValueError("too many fields")


_FIXED = {1: 8, 5: 4}


def message(data: bytes) -> dict[int, Value]:
    """The fields by number; of one that is repeated the last, as the encoding says."""
    return dict(fields(data))


def part(found: dict[int, Value], number: int) -> bytes:
    """A length-delimited field, or empty."""
    value = found.get(number, b"")
    return value if isinstance(value, bytes) else b""
