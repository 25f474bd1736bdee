"""Which files belong to an iTunes or Finder backup: known by the folder they lie in, on disk or in an archive.

A backup is one thing spread over a folder: what a stored file is, and how to decrypt it, stands in the manifest beside
it. The broker names the folder of a top-level file (by names alone, it parses nothing); inside an archive the members
tell. Backups are opened when their first file comes, on private copies, and kept for the files after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from triage.containers import names
from triage.containers.archive import Archive, Container, Member
from triage.containers.itunes_backup import MANIFESTS, MAX_PLIST, PLIST, STORED, Backup, open_backup
from triage.engines.blob import HeldBlob, take, take_file
from triage.keyring import Keys
from triage.problems import ReadError

MAX_OPEN = 4
Taker = Callable[[str], HeldBlob | None]
"""Gives the bytes of a file by its path relative to the folder, or None."""


@dataclass(slots=True)
class _Known:
    """A folder that holds a manifest."""

    manifest: str
    take: Taker
    has: Callable[[str], bool]
    keys: Keys
    archive: Archive | None = None
    """The archive it lies in; None on disk."""
    backup: Backup | None = None


@dataclass(slots=True)
class Backups:
    """The backups of the source in hand, by the contract path of their folder."""

    scratch: Path
    _known: dict[tuple[str, str], _Known] = field(default_factory=dict)

    def on_disk(self, source: str, folder: str, real: str, keys: Keys) -> None:
        """`folder` of the source lies at `real` and holds a manifest."""
        if (source, folder) in self._known:
            return
        root = Path(real)
        manifest = next((name for name in MANIFESTS if (root / name).is_file()), "")

        def fetch(name: str) -> HeldBlob | None:
            try:
                return take_file(str(root / name), self.scratch)
            except ReadError:
                return None  # its own item says why it could not be read

        self._remember(source, folder, _Known(manifest, fetch, lambda name: (root / name).is_file(), keys))

    def in_archive(self, source: str, path: str, archive: Archive, members: dict[str, Member], keys: Keys) -> None:
        """Every folder of the archive at `path` that holds a manifest."""
        for inner in members:
            folder, _, name = inner.rpartition("/")
            if name in MANIFESTS:
                below = names.join(path, folder) if folder else path + names.NESTED[:-1]
                old = self._known.get((source, below))
                if old is None or old.archive is not archive:
                    taker, has = self._taker(archive, members, folder), _has(members, folder)
                    self._remember(source, below, _Known(name, taker, has, keys, archive))

    def _taker(self, archive: Archive, members: dict[str, Member], folder: str) -> Taker:
        def fetch(name: str) -> HeldBlob | None:
            member = members.get(f"{folder}/{name}" if folder else name)
            if member is None or not member.readable:
                return None
            try:
                with archive.open(member) as stream:
                    return take(stream, self.scratch)
            except (ReadError, OSError, ValueError):
                return None  # its own item says why it could not be read

        return fetch

    def _remember(self, source: str, folder: str, known: _Known) -> None:
        old = self._known.pop((source, folder), None)
        if old is not None and old.backup is not None:
            old.backup.close()
        while len(self._known) >= MAX_OPEN:
            first = next(iter(self._known))
            gone = self._known.pop(first).backup
            if gone is not None:
                gone.close()
        self._known[source, folder] = known

    def container(self, source: str, path: str) -> tuple[Container, bool] | None:
        """What opens the item at `path`, where it belongs to a known backup; True where it stands beside a reader."""
        for known in self._around(source, path):
            backup = self._opened(known)
            if STORED.fullmatch(name := names.base(path)):
                made = backup.container(name)
                return (made, False) if made is not None else None
            return backup.manifest_container(known.has), not backup.encrypted
        return None

    def _around(self, source: str, path: str) -> Iterator[_Known]:
        """The backup whose stored file or manifest lies at `path`."""
        folder, _, name = path.rpartition("/")
        stored = STORED.fullmatch(name)
        if not stored and name not in MANIFESTS:
            return
        for place in dict.fromkeys((folder, folder.rpartition("/")[0] if stored else folder)):
            known = self._known.get((source, place))
            if known is not None and (stored or known.manifest == name):
                yield known

    def _opened(self, known: _Known) -> Backup:
        if known.backup is None:
            manifest, plist = known.take(known.manifest), known.take(PLIST)
            data = b""
            if plist is not None and plist.size <= MAX_PLIST:
                with plist.open() as handle:
                    data = handle.read()
            if manifest is None:
                known.backup = Backup(encrypted=False)
            else:
                known.backup = open_backup(manifest, known.manifest, data, known.keys, self.scratch)
            for held in (manifest, plist):
                if held is not None:
                    held.close()
        return known.backup


def _has(members: dict[str, Member], folder: str) -> Callable[[str], bool]:
    return lambda name: (f"{folder}/{name}" if folder else name) in members
