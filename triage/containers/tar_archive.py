"""TAR archives (POSIX.1-2001 ustar and pax, GNU), plain or compressed with gzip, bzip2 or xz; and single gzip files.

Members are streamed in archive order. Links, devices and FIFOs inside an archive are listed, never followed or
made. Nothing is extracted by name, so the known traps of tar extraction do not arise.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from triage.containers import names
from triage.containers.archive import MAX_MEMBER_BYTES, MAX_MEMBERS, MAX_RATIO, RATIO_FLOOR, Container, Member
from triage.model import Blob, Head, Problem
from triage.problems import ReadError, problem

_DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


def _is_tar(start: bytes) -> bool:
    return start[257:262] == b"ustar"


def _unpacked_start(start: bytes) -> bytes:
    """The first bytes of a compressed file's content, as far as its own first bytes give them."""
    try:
        if start[:2] == b"\x1f\x8b":
            return zlib.decompressobj(31).decompress(start, 1024)
        if start[:3] == b"BZh":
            return bz2.BZ2Decompressor().decompress(start, 1024)
        if start[:6] == b"\xfd7zXZ\0":
            return lzma.LZMADecompressor().decompress(start, 1024)
    except (OSError, zlib.error, lzma.LZMAError, EOFError):
        return b""
    return b""


def detect_tar(head: Head) -> int:
    return 85 if _is_tar(head.start) or _is_tar(_unpacked_start(head.start)) else 0


def detect_gzip(head: Head) -> int:
    return 70 if head.start[:3] == b"\x1f\x8b\x08" else 0


class TarStream:
    """Sequential reading; only the member yielded last can be opened."""

    random_access = False

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._tar = tarfile.open(fileobj=handle, mode="r:*", errorlevel=2)  # noqa: SIM115 - closed by close()
        self._current: tarfile.TarInfo | None = None

    def members(self) -> Iterator[Member | Problem]:
        count = 0
        try:
            for info in self._tar:
                self._tar.members = []  # type: ignore[attr-defined]  # TarFile keeps every header; a million would not fit
                if info.isdir():
                    continue
                if count >= MAX_MEMBERS:
                    yield problem("C-LIMIT", "container", limit=f"{MAX_MEMBERS:,} members")
                    return
                self._current = info
                yield self._member(count, info)
                count += 1
        except _DAMAGE:
            yield problem("C-TRUNCATED", "container", format="TAR", at=f" at byte {self._handle.tell():,}", n=count)

    def _member(self, index: int, info: tarfile.TarInfo) -> Member:
        found: list[Problem] = []
        link = info.issym() or info.islnk()
        if not info.isfile() and not link:
            found.append(problem("W-SPECIAL", "container", what="device or FIFO in an archive"))
        elif link:
            found.append(problem("W-LINK", "container"))
        elif info.size > MAX_MEMBER_BYTES:
            found.append(problem("C-LIMIT", "container", limit=f"{MAX_MEMBER_BYTES:,} bytes"))
        readable = not found
        if names.unsafe(info.name) and not info.name.startswith("/"):
            found.append(problem("C-MEMBER-NAME", "container"))
        path = names.clean_member(info.name)
        return Member(index=index, path=path, size=info.size, readable=readable, problems=tuple(found), link=link)

    def open(self, member: Member) -> BinaryIO:
        assert self._current is not None
        handle = self._tar.extractfile(self._current)
        if handle is None:
            raise ReadError(problem("C-MEMBER", "container", format="TAR"))
        return cast("BinaryIO", handle)

    def close(self) -> None:
        self._tar.close()
        self._handle.close()


class GzipFile:
    """One compressed file as a container of one member, named as the container without its ending."""

    random_access = False

    def __init__(self, blob: Blob) -> None:
        self._blob = blob

    def members(self) -> Iterator[Member | Problem]:
        yield Member(index=0, path="content", size=-1)

    def open(self, member: Member) -> BinaryIO:
        limit = max(RATIO_FLOOR, self._blob.size * MAX_RATIO)
        return cast("BinaryIO", _Bounded(gzip.open(self._blob.open()), limit))

    def close(self) -> None:
        """Nothing is held open."""


class _Bounded(io.RawIOBase):
    """A decompressed stream that ends with C-LIMIT at the limit and C-MEMBER at damage."""

    def __init__(self, inner: gzip.GzipFile, limit: int) -> None:
        self._inner, self._left = inner, limit

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            data = self._inner.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        except _DAMAGE as error:
            raise ReadError(problem("C-MEMBER", "container", format="GZIP")) from error
        self._left -= len(data)
        if self._left < 0:
            raise ReadError(problem("C-LIMIT", "container", limit=f"a ratio of {MAX_RATIO:,} to 1"))
        return data

    def close(self) -> None:
        self._inner.close()
        super().close()


def open_tar(blob: Blob) -> TarStream:
    handle = blob.open()
    try:
        return TarStream(handle)
    except _DAMAGE as error:
        handle.close()
        raise ReadError(problem("C-TRUNCATED", "container", format="TAR", at="", n=0)) from error


TAR = Container(name="tar", version="1", media_type="application/x-tar", detect=detect_tar, open=open_tar)
GZIP = Container(name="gzip", version="1", media_type="application/gzip", detect=detect_gzip, open=GzipFile)
