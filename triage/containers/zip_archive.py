"""ZIP and ZIP64 archives (APPNOTE.TXT 6.3.10), UFDR among them: members in central-directory order.

Real extraction archives hold members with a leading slash and `__MACOSX/._x` twins; both are listed as they are.
Traditional and AES encryption is recognised: the members are listed as locked. An archive whose central directory
is missing or damaged is read from its local headers as far as they go (`zip_recovery`), with a Problem.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from triage.containers import names
from triage.containers.archive import MAX_MEMBER_BYTES, MAX_MEMBERS, MAX_RATIO, RATIO_FLOOR, Container, Member
from triage.containers.zip_recovery import RecoveredZip
from triage.model import Blob, Head, Problem
from triage.problems import ReadError, problem

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_ENCRYPTED = 0x1
_LINK = 0o120000


def detect(head: Head) -> int:
    """A local file header or an empty archive's end record at the start. Office documents are zips too: they keep
    their own readers (a higher score there)."""
    return 80 if head.start[:4] in (b"PK\x03\x04", b"PK\x05\x06") else 0


class ZipArchive:
    """Random access over the central directory."""

    random_access = True

    def __init__(self, handle: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(handle)
        self._infos = [i for i in self._zip.infolist() if not i.is_dir()]

    def members(self) -> Iterator[Member | Problem]:
        locked = sum(bool(i.flag_bits & _ENCRYPTED) for i in self._infos)
        if locked:
            yield problem("C-LOCKED", "container", format="ZIP", n=locked)
        for index, info in enumerate(self._infos):
            if index >= MAX_MEMBERS:
                yield problem("C-LIMIT", "container", limit=f"{MAX_MEMBERS:,} members")
                return
            yield self._member(index, info)

    def _member(self, index: int, info: zipfile.ZipInfo) -> Member:
        found: list[Problem] = []
        if info.flag_bits & _ENCRYPTED:
            found.append(problem("C-LOCKED", "container", format="ZIP", n=1))
        elif info.compress_type not in _METHODS:
            found.append(problem("C-METHOD", "container", method=info.compress_type))
        elif _is_bomb(info):
            found.append(problem("C-LIMIT", "container", limit=f"a ratio of {MAX_RATIO:,} to 1"))
        readable = not found
        if names.unsafe(info.orig_filename) and not info.orig_filename.startswith("/"):
            found.append(problem("C-MEMBER-NAME", "container"))
        return Member(
            index=index,
            path=names.clean_member(info.orig_filename),
            size=info.file_size,
            readable=readable,
            problems=tuple(found),
            link=(info.external_attr >> 16) & 0o170000 == _LINK,
        )

    def open(self, member: Member) -> BinaryIO:
        try:
            return cast("BinaryIO", _Checked(self._zip.open(self._infos[member.index])))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
            raise ReadError(problem("C-MEMBER", "container", format="ZIP")) from error

    def close(self) -> None:
        self._zip.close()


class _Checked(io.RawIOBase):
    """A member's stream whose damage shows as ReadError, not as one of zipfile's many exceptions."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._inner.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
            raise ReadError(problem("C-MEMBER", "container", format="ZIP")) from error

    def close(self) -> None:
        self._inner.close()
        super().close()


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    ratio = info.file_size / max(1, info.compress_size)
    return info.file_size > MAX_MEMBER_BYTES or (info.file_size > RATIO_FLOOR and ratio > MAX_RATIO)


def open_zip(blob: Blob) -> ZipArchive | RecoveredZip:
    """By the central directory; by local headers where that cannot be read."""
    handle = blob.open()
    try:
        return ZipArchive(handle)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        handle.close()
        return RecoveredZip(blob.open())


CONTAINER = Container(name="zip", version="1", media_type="application/zip", detect=detect, open=open_zip)
