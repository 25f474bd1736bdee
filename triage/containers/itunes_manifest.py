"""What an iTunes or Finder backup says it holds: `Manifest.db` (iOS 10 and later) or `Manifest.mbdb` (before).

`Manifest.db` is SQLite: table `Files` with `fileID` (SHA-1 of `domain-relativePath`, the name a file is stored
under), `domain`, `relativePath`, `flags` (1 file, 2 folder, 4 link) and `file`, a property list in which the archiver
of Apple's frameworks keeps size and, where encrypted, the wrapped key. `Manifest.mbdb` is a list of records: domain,
path, link target, hash and key as big-endian lengths with bytes (FFFF: none), then mode, numbers, times, size, class of
protection, properties. The database is opened read-only on a private copy and asked for one file at a time; nothing
in it is trusted.
"""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

MAX_ENTRIES = 5_000_000
MAX_PLIST = 1 << 20
_FILE = 1
_TAIL = struct.Struct(">HQIIIIIQBB")
_FAULTS = (sqlite3.Error, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the device."""

    path: str
    """`domain/relativePath`."""
    size: int = -1
    wrapped: bytes = field(default=b"", repr=False)
    """Class number and wrapped key, where the backup is encrypted."""


class Manifest(Protocol):
    """The list of a backup's files."""

    def entry(self, stored: str) -> Entry | None:
        """The file stored under this name (40 hex digits), where it is listed."""
        ...

    def stored(self) -> Iterator[str]:
        """The names of all files that are listed as such."""
        ...

    def close(self) -> None: ...


class DatabaseManifest:
    """`Manifest.db`. ValueError where it is no such database."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
        try:
            self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 16 << 20)
            self._db.executescript("pragma trusted_schema=off; pragma query_only=on; pragma cell_size_check=on;")
            kinds = self._db.execute("select type, rootpage from sqlite_master where name='Files'").fetchall()
            if kinds != [("table", kinds[0][1])] or not kinds[0][1]:
                raise ValueError("no table Files")
            self._db.execute("select fileID, domain, relativePath, flags, file from Files limit 1").fetchall()
        except (*_FAULTS, IndexError) as error:
            self._db.close()
            raise ValueError("no manifest") from error
        except ValueError:
            self._db.close()
            raise

    def entry(self, stored: str) -> Entry | None:
        try:
            row = self._db.execute(
                "select domain, relativePath, flags, file from Files where fileID=? limit 1", (stored,)
            ).fetchone()
        except _FAULTS:
            return None
        if row is None or row[2] != _FILE or not isinstance(row[0], str) or not isinstance(row[1], str):
            return None
        size, wrapped = _archived(row[3]) if isinstance(row[3], bytes) else (-1, b"")
        return Entry(f"{row[0]}/{row[1]}", size, wrapped)

    def stored(self) -> Iterator[str]:
        try:
            for (name,) in self._db.execute("select fileID from Files where flags=?", (_FILE,)):
                if isinstance(name, str):
                    yield name
        except _FAULTS:
            return

    def close(self) -> None:
        self._db.close()


def _archived(data: bytes) -> tuple[int, bytes]:
    """Size and wrapped key from the archived object; -1 and nothing where it cannot be read."""
    if len(data) > MAX_PLIST:
        return -1, b""
    try:
        found: Any = plistlib.loads(data)
        objects = found["$objects"]
        root = objects[found["$top"]["root"].data]
        size = root.get("Size", -1)
        key = root.get("EncryptionKey")
        wrapped = objects[key.data] if key is not None else b""
        wrapped = wrapped.get("NS.data", b"") if isinstance(wrapped, dict) else wrapped
    except (plistlib.InvalidFileException, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return -1, b""
    except (OverflowError, EOFError, MemoryError):
        return -1, b""
    ok = isinstance(size, int) and not isinstance(size, bool)
    return (size if ok else -1), (wrapped if isinstance(wrapped, bytes) else b"")


class ListManifest:
    """`Manifest.mbdb`. ValueError where it does not begin like one; a cut one gives what came before."""

    def __init__(self, data: bytes) -> None:
        if data[:6] != b"mbdb\x05\x00":
            raise ValueError("no mbdb")
        self._entries = dict(_listed(data))

    def entry(self, stored: str) -> Entry | None:
        return self._entries.get(stored)

    def stored(self) -> Iterator[str]:
        return iter(self._entries)

    def close(self) -> None:
        """Nothing is held open."""


def _listed(data: bytes) -> Iterator[tuple[str, Entry]]:
    at = 6
    for _ in range(MAX_ENTRIES):
        parts: list[bytes] = []
        for _ in range(5):
            part, at = _string(data, at)
            parts.append(part)
        if at + _TAIL.size > len(data):
            return
        tail = _TAIL.unpack_from(data, at)
        at += _TAIL.size
        for _ in range(2 * tail[9]):
            _, at = _string(data, at)
        domain, path = parts[0].decode("utf-8", "replace"), parts[1].decode("utf-8", "replace")
        if tail[0] & 0xF000 == 0x8000:
            name = hashlib.sha1(parts[0] + b"-" + parts[1], usedforsecurity=False).hexdigest()
            key = parts[4]
            wrapped = tail[8].to_bytes(4, "little") + key[-40:] if len(key) >= 40 else b""
            yield name, Entry(f"{domain}/{path}", tail[7], wrapped)


def _string(data: bytes, at: int) -> tuple[bytes, int]:
    size = int.from_bytes(data[at : at + 2], "big")
    return (b"", at + 2) if size == 0xFFFF else (data[at + 2 : at + 2 + size], at + 2 + size)
