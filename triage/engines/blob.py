"""Bytes that nothing can change any more: an item is copied and hashed in one read, and parsed from that copy.

Small items stay in memory, larger ones go to a private scratch file; a very large archive is hashed through the open
handle and then read through that same handle (a second copy of it would not fit), and its hash is taken again at the
end of the run by the broker. A file that changes while it is read is refused (`W-CHANGED`).
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from triage.problems import ReadError, problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

IN_MEMORY = 32 << 20
IN_PLACE = 1 << 30
CHUNK = 1 << 20
HEAD = 64 << 10


class _Window(io.RawIOBase):
    """A handle with a position of its own on a descriptor that several share."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size, self._at = descriptor, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer)
        if hasattr(os, "pread"):
            data = os.pread(self._descriptor, len(view), self._at)
        else:  # Windows: workers have one thread, so nobody moves the position in between
            os.lseek(self._descriptor, self._at, os.SEEK_SET)
            data = os.read(self._descriptor, len(view))
        view[: len(data)] = data
        self._at += len(data)
        return len(data)


@dataclass(slots=True)
class HeldBlob:
    """A `triage.model.Blob` held in memory or in a scratch file; `close` frees it."""

    size: int
    sha256: str
    scratch: Path
    data: bytes | None = None
    file: Path | None = None
    descriptor: int | None = None
    extra: dict[str, str] = field(default_factory=dict)
    """Other digests that were taken in the same read, by algorithm."""
    _owned: list[Path] = field(default_factory=list)

    def open(self) -> BinaryIO:
        if self.data is not None:
            return io.BytesIO(self.data)
        if self.descriptor is not None:
            return cast("BinaryIO", io.BufferedReader(_Window(self.descriptor, self.size)))
        assert self.file is not None
        return self.file.open("rb")

    def path(self) -> Path:
        if self.file is None:
            handle, name = tempfile.mkstemp(dir=self.scratch)
            with os.fdopen(handle, "wb") as out, self.open() as source:
                while piece := source.read(CHUNK):
                    out.write(piece)
            self.file = Path(name)
            self._owned.append(self.file)
        return self.file

    def start(self) -> bytes:
        """The first 64 KiB, for detection."""
        if self.data is not None:
            return self.data[:HEAD]
        if self.descriptor is not None:
            return self.open().read(HEAD)
        with self.open() as handle:
            return handle.read(HEAD)

    def close(self) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None
        for path in self._owned:
            path.unlink(missing_ok=True)


def _hashers(extra: Iterable[str]) -> dict[str, hashlib._Hash]:
    return {name: hashlib.new(name, usedforsecurity=False) for name in ("sha256", *extra)}


def take(source: BinaryIO, scratch: Path, extra: Iterable[str] = ()) -> HeldBlob:
    """Copy a stream to memory or scratch, hashing in the same read."""
    hashers = _hashers(extra)
    pieces: list[bytes] = []
    size = 0
    while size <= IN_MEMORY and (piece := source.read(CHUNK)):
        _update(hashers, piece)
        pieces.append(piece)
        size += len(piece)
    if size <= IN_MEMORY:
        return _held(hashers, size, scratch, data=b"".join(pieces))
    handle, name = tempfile.mkstemp(dir=scratch)
    try:
        with os.fdopen(handle, "wb") as out:
            out.writelines(pieces)
            pieces.clear()
            while piece := source.read(CHUNK):
                _update(hashers, piece)
                out.write(piece)
                size += len(piece)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return _held(hashers, size, scratch, file=Path(name))


def _update(hashers: dict[str, hashlib._Hash], piece: bytes) -> None:
    for hasher in hashers.values():
        hasher.update(piece)


def _held(
    hashers: dict[str, hashlib._Hash],
    size: int,
    scratch: Path,
    *,
    data: bytes | None = None,
    file: Path | None = None,
    descriptor: int | None = None,
) -> HeldBlob:
    digests = {name: h.hexdigest() for name, h in hashers.items()}
    sha256 = digests.pop("sha256")
    owned = [file] if file is not None else []
    return HeldBlob(size, sha256, scratch, data=data, file=file, descriptor=descriptor, extra=digests, _owned=owned)


_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FLAGS |= getattr(os, "O_NONBLOCK", 0)  # a file swapped for a named pipe must not block the worker


def take_file(
    real: str, scratch: Path, *, in_place: bool = False, follow: bool = False, extra: Iterable[str] = ()
) -> HeldBlob:
    """Read a file of the evidence: opened read-only, without following a link, refused if it changes meanwhile.

    `in_place` keeps a ZIP archive above 1 GiB where it is; `follow` for a source named by the examiner.
    """
    try:
        descriptor = os.open(real, _FLAGS & ~getattr(os, "O_NOFOLLOW", 0) if follow else _FLAGS)
    except OSError as error:
        raise ReadError(problem("W-UNREADABLE", "read")) from error
    keep = False
    try:
        before = os.fstat(descriptor)
        with os.fdopen(os.dup(descriptor), "rb", buffering=0) as raw:
            if in_place and before.st_size > IN_PLACE and _starts_zip(descriptor):
                blob, keep = _hash_in_place(raw, descriptor, scratch, extra), True
            else:
                blob = take(raw, scratch, extra)
        after = os.fstat(descriptor)
    except OSError as error:
        raise ReadError(problem("W-UNREADABLE", "read")) from error
    finally:
        if not keep:
            os.close(descriptor)
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino) or (
        blob.size != after.st_size
    ):
        blob.close()
        raise ReadError(problem("W-CHANGED", "read"))
    return blob


def _hash_in_place(raw: io.RawIOBase | BinaryIO, descriptor: int, scratch: Path, extra: Iterable[str] = ()) -> HeldBlob:
    hashers = _hashers(extra)
    size = 0
    while piece := raw.read(CHUNK):
        _update(hashers, piece)
        size += len(piece)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return _held(hashers, size, scratch, descriptor=descriptor)


def _starts_zip(descriptor: int) -> bool:
    start = os.read(descriptor, 4)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return start == b"PK\x03\x04"
