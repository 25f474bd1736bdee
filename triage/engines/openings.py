"""How a worker opens containers: with the passwords of the source and the key files that lie in it.

A key file may lie beside what it opens, in a folder of the source (the broker names it in the task) or in the same
archive (it is found when the archive is entered). Names only say what to look at; whether it is a key, and whether
it fits, the container decides by content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from triage.containers import names
from triage.containers.archive import Archive, Container, Member, Opening
from triage.engines.backups import Backups
from triage.engines.blob import take_file
from triage.engines.detection import choose
from triage.engines.task import Task
from triage.keyring import Keyring, Keys
from triage.model import Blob, Head, Reader
from triage.problems import ReadError

Choice = tuple[Reader | None, Container | None, list[str]]
KEY_NAMES = frozenset({"key", "encrypted_backup.key", "password_data.key"})
MAX_KEY = 4096
MAX_KEYS = 64


def is_key_name(path: str, size: int) -> bool:
    """True where a file may be a key: looked at, not believed."""
    return 0 < size <= MAX_KEY and names.base(path) in KEY_NAMES


@dataclass(slots=True)
class Openings:
    """What a worker was given to open things with."""

    keyring: Keyring
    scratch: Path
    _files: dict[str, bytes] = field(default_factory=dict)
    """Key files of the source, by where they lie."""
    _backups: Backups = field(init=False)

    def __post_init__(self) -> None:
        self._backups = Backups(self.scratch)

    def choose(self, task: Task, head: Head, path: str, readers: Sequence[Reader]) -> Choice:
        """As `detection.choose`; a file of a backup is opened as such whatever its bytes look like."""
        if task.backup and names.NESTED not in path:
            self._backups.on_disk(task.source, task.backup_folder, task.backup, self._keys(task))
        reader, container, candidates = choose(head, readers)
        found = self._backups.container(task.source, path) if head.size else None
        if found is None:
            return reader, container, candidates
        return (reader, found[0], candidates) if found[1] else (None, found[0], [])

    def open(self, container: Container, blob: Blob, task: Task, path: str) -> Archive:
        """The container, opened with what is known for it. ReadError as `Container.open` raises it."""
        if container.unlock is None:
            return container.open(blob)
        return container.unlock(blob, Opening(name=names.base(path), keys=self._keys(task), scratch=self.scratch))

    def _keys(self, task: Task) -> Keys:
        found = (*(self._file(real) for real in task.keys), *(bytes.fromhex(key) for key in task.inner_keys))
        return self.keyring.keys(task.source).with_files(one for one in found if one)

    def entered(self, task: Task, archive: Archive, path: str, members: Sequence[Member]) -> Task:
        """The task for what lies inside the archive at `path`: it knows the keys and the backups that lie there."""
        by_path = {m.path: m for m in members}
        self._backups.in_archive(task.source, path, archive, by_path, self._keys(task))
        keys = tuple(dict.fromkeys((*task.inner_keys, *_keys_in(archive, members))))
        return replace(task, inner_keys=keys[:MAX_KEYS]) if keys else task

    def _file(self, real: str) -> bytes:
        if real not in self._files:
            try:
                blob = take_file(real, self.scratch)
                with blob.open() as handle:
                    self._files[real] = handle.read(MAX_KEY)
                blob.close()
            except ReadError:
                self._files[real] = b""  # its own item says why it could not be read
        return self._files[real]


def _keys_in(archive: Archive, members: Sequence[Member]) -> Iterator[str]:
    for member in members:
        if member.readable and is_key_name(member.path, member.size):
            try:
                with archive.open(member) as stream:
                    yield stream.read(MAX_KEY).hex()
            except (ReadError, OSError, ValueError):
                continue  # its own item says why it could not be read
