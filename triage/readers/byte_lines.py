"""Lines of a file as bytes, with their numbers, in bounded memory.

A line ends at LF, CR LF or a single CR. A line longer than the limit is handed on in its first `limit` bytes and
marked: a file of one endless line must not fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line, without its end."""

    number: int
    data: bytes
    ended: bool
    """False for the last line of a file that does not end with a line end."""
    cut: bool
    """True where the line is longer than the limit."""


def byte_lines(handle: BinaryIO, limit: int = 1 << 22) -> Iterator[Line]:
    """The lines of `handle` from its current place."""
    held: list[bytes] = []
    number, length = 1, 0
    pending_cr = False
    while block := handle.read(BLOCK):
        if pending_cr and block[:1] == b"\n":
            block = block[1:]
        pending_cr = block[-1:] == b"\r"
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *others = block.split(b"\n")
        if length < limit:
            held.append(first)
        length += len(first)
        for piece in others:
            whole = b"".join(held)
            yield Line(number, whole[:limit], True, length > limit)
            number, held, length = number + 1, [piece], len(piece)
    if length:
        yield Line(number, b"".join(held)[:limit], False, length > limit)
