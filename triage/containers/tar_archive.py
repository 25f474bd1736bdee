"""TAR archives (POSIX.1-2001 ustar and pax, GNU), plain or compressed in any form that `packed` knows.

Members are streamed in archive order. Links, devices and FIFOs inside an archive are listed, never followed or
made. Nothing is extracted by name, so the known traps of tar extraction do not arise.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Self, cast

from triage.containers import names, packed
from triage.containers.archive import MAX_MEMBER_BYTES, MAX_MEMBERS, Container, Member
from triage.containers.packed import packing_of, unpacked_start
from triage.containers.streams import bounded, chunks, guarded_by, stream
from triage.model import Blob, Head, Problem
from triage.problems import ReadError, problem

_DAMAGE = (tarfile.TarError, EOFError, OSError, ValueError)
_END: type[Exception] = tarfile.EOFHeaderError  # type: ignore[attr-defined]
START = 65536


def _is_tar(start: bytes) -> bool:
    return start[257:262] == b"ustar"


def detect_tar(head: Head) -> int:
    return 85 if _is_tar(head.start) or _is_tar(unpacked_start(head.start)) else 0


class _Info(tarfile.TarInfo):
    """A header that remembers, on its archive, whether the archive ended as it should.

    The library takes any header that it cannot read, behind the first one, for the end, in silence.
    """

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except _END:
            tarfile.ended = True  # type: ignore[attr-defined]  # a block of zeros
            raise


class TarStream:
    """Sequential reading; only the member yielded last can be opened."""

    random_access = False

    def __init__(self, handle: BinaryIO, *, piped: bool = False) -> None:
        """`piped` where the handle cannot be wound back: decompressed or decrypted while it is read."""
        self._handle, self._piped = handle, piped
        mode = "r|" if piped else "r:"
        self._tar = tarfile.open(fileobj=handle, mode=mode, errorlevel=2, tarinfo=_Info)  # type: ignore[call-overload]  # noqa: SIM115 - closed by close()
        self._current: tarfile.TarInfo | None = None

    def members(self) -> Iterator[Member | Problem]:
        count = 0
        try:
            for info in self._tar:
                self._tar.members = []  # TarFile keeps every header; a million would not fit
                if info.isdir():
                    continue
                if count >= MAX_MEMBERS:
                    yield problem("C-LIMIT", "container", limit=f"{MAX_MEMBERS:,} members")
                    return
                self._current = info
                yield self._member(count, info)
                count += 1
            if not getattr(self._tar, "ended", False):
                raise tarfile.ReadError
            while self._piped and self._handle.read(1 << 20):
                pass  # what stands behind the end: padding, and the proof that nothing is cut off
        except ReadError as error:  # the stream underneath has said what is wrong
            yield error.problem
            yield problem("C-TRUNCATED", "container", format="TAR", at="", n=count)
        except _DAMAGE:
            yield problem("C-TRUNCATED", "container", format="TAR", at=f" at byte {self._tar.offset:,}", n=count)

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
        pieces = guarded_by(chunks(cast("BinaryIO", handle)), _DAMAGE, "TAR")
        return stream(pieces, handle.close)

    def close(self) -> None:
        self._tar.close()
        self._handle.close()


def open_tar(blob: Blob) -> TarStream:
    handle = blob.open()
    packing = packing_of(handle.read(START))
    handle.seek(0)
    try:
        if packing is None:
            return TarStream(handle)
        pieces = chunks(cast("BinaryIO", packing.opener(handle)))
        safe = bounded(guarded_by(pieces, packed.DAMAGE, packing.name), blob.size)
        return TarStream(stream(safe, handle.close), piped=True)
    except (*_DAMAGE, ReadError) as error:
        handle.close()
        raise ReadError(problem("C-TRUNCATED", "container", format="TAR", at="", n=0)) from error


TAR = Container(name="tar", version="2", media_type="application/x-tar", detect=detect_tar, open=open_tar)
