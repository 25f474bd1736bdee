"""A readable stream over pieces that are made one after the other: decompressed, decrypted, cut out of a larger one.

Whatever makes the pieces may fail in the middle; the failure then shows as `ReadError` with the Problem that says so,
never as one of the exceptions of the library underneath. Limits are checked here, while the bytes come.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from triage.containers.archive import MAX_MEMBER_BYTES, MAX_RATIO, RATIO_FLOOR
from triage.problems import ReadError, problem

CHUNK = 1 << 20


class Pieces(io.RawIOBase):
    """The pieces of an iterator as one stream. `close` ends the iterator and calls `done`."""

    def __init__(self, pieces: Iterator[bytes], done: Callable[[], None] | None = None) -> None:
        self._pieces, self._done = pieces, done
        self._held = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            held, self._held = self._held, b""
            return held + b"".join(self._pieces)
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._held = piece
        out, self._held = self._held[:size], self._held[size:]
        return out

    def close(self) -> None:
        if self._done is not None:
            self._done()
            self._done = None
        super().close()


def stream(pieces: Iterator[bytes], done: Callable[[], None] | None = None) -> BinaryIO:
    """`pieces` as a file-like object."""
    return cast("BinaryIO", Pieces(pieces, done))


def chunks(handle: BinaryIO, left: int = -1, size: int = CHUNK) -> Iterator[bytes]:
    """The bytes of a handle from where it stands, at most `left` of them."""
    while left and (piece := handle.read(size if left < 0 else min(size, left))):
        left -= len(piece) if left > 0 else 0
        yield piece


def bounded(pieces: Iterator[bytes], packed: int) -> Iterator[bytes]:
    """`pieces`, ended with `C-LIMIT` where they pass what `packed` bytes may unpack to."""
    limit, total = min(MAX_MEMBER_BYTES, max(RATIO_FLOOR, packed * MAX_RATIO)), 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise ReadError(problem("C-LIMIT", "container", limit=f"a ratio of {MAX_RATIO:,} to 1"))
        yield piece


def guarded_by(pieces: Iterator[bytes], damage: tuple[type[Exception], ...], form: str) -> Iterator[bytes]:
    """`pieces`, whose `damage` is told as `C-MEMBER`."""
    try:
        yield from pieces
    except damage as error:
        raise ReadError(problem("C-MEMBER", "container", format=form)) from error
