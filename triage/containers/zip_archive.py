"""ZIP and ZIP64 archives (APPNOTE.TXT 6.3.10), UFDR among them: members in central-directory order.

Real extraction archives hold members with a leading slash and `__MACOSX/._x` twins; both are listed as they are.
Members under traditional or AES encryption are read with a supplied password (`zip_locked`), else listed as locked.
An archive whose central directory
is missing or damaged is read from its local headers as far as they go (`zip_recovery`), with a Problem.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, BinaryIO, cast

from triage.containers import names
from triage.containers.archive import (
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    RATIO_FLOOR,
    UNLOCKED,
    WITH_PASSWORD,
    Container,
    Member,
    Opening,
)
from triage.containers.zip_locked import AES_METHOD, Unlocker, can_unlock, is_locked
from triage.containers.zip_recovery import RecoveredZip
from triage.model import Blob, Head, Problem, SourceFact
from triage.problems import ReadError, problem

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
_LINK = 0o120000


def detect(head: Head) -> int:
    """A local file header or an empty archive's end record at the start. Office documents are zips too: they keep
    their own readers (a higher score there)."""
    return 80 if head.start[:4] in (b"PK\x03\x04", b"PK\x05\x06") else 0


class ZipArchive:
    """Random access over the central directory."""

    random_access = True

    def __init__(self, handle: BinaryIO, second: BinaryIO, passwords: Sequence[str] = ()) -> None:
        self._zip = zipfile.ZipFile(handle)
        self._second = second
        self._infos = [i for i in self._zip.infolist() if not i.is_dir()]
        self._passwords = passwords
        self._unlocker = Unlocker(self._zip, second, passwords)
        self._unlocked: bool | None = None

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        locked = sum(is_locked(i) for i in self._infos)
        if locked and self._opens():
            yield SourceFact(key=UNLOCKED, value=WITH_PASSWORD)
        elif locked:
            yield self._locked(locked)
        for index, info in enumerate(self._infos):
            if index >= MAX_MEMBERS:
                yield problem("C-LIMIT", "container", limit=f"{MAX_MEMBERS:,} members")
                return
            yield self._member(index, info)

    def _opens(self) -> bool:
        """Whether a supplied password opens the archive; asked once."""
        if self._unlocked is None:
            self._unlocked = bool(self._passwords) and self._unlocker.opens_any(self._infos)
        return self._unlocked

    def _locked(self, n: int) -> Problem:
        if self._passwords:
            return problem("C-PASSWORD", "container", format="ZIP archive")
        return problem("C-LOCKED", "container", format="ZIP", n=n)

    def _member(self, index: int, info: zipfile.ZipInfo) -> Member:
        found: list[Problem] = []
        if is_locked(info) and not can_unlock(info):
            found.append(problem("C-METHOD", "container", method="an encryption that is not supported"))
        elif is_locked(info) and not self._opens():
            found.append(self._locked(1))
        elif info.compress_type not in _METHODS and not (is_locked(info) and info.compress_type == AES_METHOD):
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
        info = self._infos[member.index]
        try:
            opened = self._unlocker.open(info) if is_locked(info) else self._zip.open(info)
            return cast("BinaryIO", _Checked(opened))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
            raise ReadError(problem("C-MEMBER", "container", format="ZIP")) from error

    def close(self) -> None:
        self._zip.close()
        self._second.close()


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


def open_zip(blob: Blob, opening: Opening | None = None) -> ZipArchive | RecoveredZip:
    """By the central directory; by local headers where that cannot be read."""
    handle = blob.open()
    try:
        return ZipArchive(handle, blob.open(), opening.keys.passwords if opening else ())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        handle.close()
        return RecoveredZip(blob.open())


CONTAINER = Container(
    name="zip", version="2", media_type="application/zip", detect=detect, open=open_zip, unlock=open_zip
)
