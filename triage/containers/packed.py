"""One compressed file: gzip (RFC 1952), bzip2, xz, Zstandard (RFC 8878), LZ4 frames, zlib (RFC 1950).

Such a file is a container of one member, named as the container without its ending, else `content`. The whole content
is streamed; several compressed streams one after the other are one content, as the programs that make them say. Data
that ends in the middle or is damaged is told (`C-MEMBER`), and so is a ratio that no honest file reaches (`C-LIMIT`).
Zstandard windows above 128 MiB are refused: they would need that much memory.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, cast

import lz4.frame  # type: ignore[import-untyped]
import zstandard

from triage.containers import names
from triage.containers.archive import Container, Member, Opening
from triage.containers.streams import bounded, chunks, guarded_by, stream
from triage.model import Blob, Head, Problem

DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zstandard.ZstdError, RuntimeError, ValueError, MemoryError)
MAX_WINDOW = 128 << 20
ZSTD_STEP = 4096
"""Bytes given to the Zstandard engine at a time: they unpack to 128 MiB at most (a block of 128 KiB in four bytes)."""
_ENDINGS = re.compile(r"\.(?:gz|bz2|xz|zst|lz4|zlib|z)\Z", re.IGNORECASE)


class _Frames(io.RawIOBase):
    """Zstandard frames as a file that ends with EOFError in the middle of one (the library's own ends in silence)."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle, self._packed, self._out = handle, b"", b""
        self._maker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW)
        self._engine = self._maker.decompressobj()
        self._begun = False

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while not self._out:
            self._packed = self._packed or self._handle.read(ZSTD_STEP)
            if not self._packed:
                if self._begun and not self._engine.eof:
                    raise EOFError
                return b""
            if self._engine.eof:
                self._engine = self._maker.decompressobj()
            self._begun = True
            self._out = self._engine.decompress(self._packed)
            self._packed = self._engine.unused_data if self._engine.eof else b""
        cut = len(self._out) if size < 0 else size
        out, self._out = self._out[:cut], self._out[cut:]
        return out


class _Zlib(io.RawIOBase):
    """A zlib stream as a file."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle, self._engine = handle, zlib.decompressobj()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while not self._engine.eof:
            packed = self._engine.unconsumed_tail or self._handle.read(65536)
            if not packed:
                raise EOFError
            if out := self._engine.decompress(packed, 1 << 20 if size < 0 else size):
                return out
        return b""


def zstd_file(handle: BinaryIO) -> IO[bytes]:
    """Zstandard frames as a file."""
    return cast("IO[bytes]", _Frames(handle))


def _lz4(handle: BinaryIO) -> IO[bytes]:
    return cast("IO[bytes]", lz4.frame.LZ4FrameFile(handle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """One form of compression."""

    name: str
    magic: bytes
    opener: Callable[[BinaryIO], IO[bytes]]
    score: int = 70


PACKINGS: tuple[Packing, ...] = (
    Packing(name="gzip", magic=b"\x1f\x8b\x08", opener=lambda handle: cast("IO[bytes]", gzip.GzipFile(fileobj=handle))),
    Packing(name="bzip2", magic=b"BZh", opener=lambda handle: cast("IO[bytes]", bz2.BZ2File(handle))),
    Packing(name="xz", magic=b"\xfd7zXZ\0", opener=lambda handle: cast("IO[bytes]", lzma.LZMAFile(handle))),  # noqa: SIM115
    Packing(name="zstd", magic=b"\x28\xb5\x2f\xfd", opener=zstd_file),
    Packing(name="lz4", magic=b"\x04\x22\x4d\x18", opener=_lz4),
    Packing(name="zlib", magic=b"\x78", opener=lambda handle: cast("IO[bytes]", _Zlib(handle)), score=40),
)


def packing_of(start: bytes) -> Packing | None:
    """The form of compression that the first bytes show; zlib, whose mark is weak, only where they unpack."""
    for packing in PACKINGS:
        if start.startswith(packing.magic):
            if packing.name == "zlib" and not _is_zlib(start):
                return None
            if packing.name == "bzip2" and (start[3:4] not in b"123456789" or start[4:10] not in _BZIP2_BLOCKS):
                return None
            return packing
    return None


_BZIP2_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
"""A block, or the end of an empty file."""


def _is_zlib(start: bytes) -> bool:
    if len(start) < 8 or int.from_bytes(start[:2], "big") % 31 or start[1] & 0x20:
        return False
    try:
        return len(zlib.decompressobj().decompress(start, 4096)) >= 16
    except zlib.error:
        return False


def unpacked_start(start: bytes, size: int = 1024) -> bytes:
    """The first bytes of a compressed file's content, as far as its own first bytes give them."""
    packing = packing_of(start)
    if packing is None:
        return b""
    try:
        return packing.opener(io.BytesIO(start)).read(size)
    except DAMAGE:
        return b""


class PackedFile:
    """A container of one member."""

    random_access = False

    def __init__(self, blob: Blob, packing: Packing, name: str) -> None:
        self._blob, self._packing = blob, packing
        self._path = names.encode(_ENDINGS.sub("", name)) if _ENDINGS.search(name) else "content"

    def members(self) -> Iterator[Member | Problem]:
        yield Member(index=0, path=self._path or "content", size=-1)

    def open(self, member: Member) -> BinaryIO:
        handle = self._blob.open()
        pieces = chunks(cast("BinaryIO", self._packing.opener(handle)))
        safe = guarded_by(pieces, DAMAGE, self._packing.name)
        return stream(bounded(safe, self._blob.size), handle.close)

    def close(self) -> None:
        """Nothing is held open."""


def container(packing: Packing) -> Container:
    """The row of CONTAINERS for one form."""

    def detect(head: Head) -> int:
        return packing.score if packing_of(head.start) is packing else 0

    def unlock(blob: Blob, opening: Opening) -> PackedFile:
        return PackedFile(blob, packing, opening.name)

    return Container(
        name=packing.name, version="2", media_type=_MEDIA[packing.name], detect=detect,
        open=lambda blob: PackedFile(blob, packing, ""), unlock=unlock,
    )  # fmt: skip


_MEDIA = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "zstd": "application/zstd",
    "lz4": "application/x-lz4",
    "zlib": "application/zlib",
}
SINGLE_FILES = tuple(container(packing) for packing in PACKINGS)
