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
from triage.engines.blob import take_file
from triage.engines.task import Task
from triage.keyring import Keyring
from triage.model import Blob
from triage.problems import ReadError

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

    def open(self, container: Container, blob: Blob, task: Task, path: str) -> Archive:
        """The container, opened with what is known for it. ReadError as `Container.open` raises it."""
        if container.unlock is None:
            return container.open(blob)
        found = (*(self._file(real) for real in task.keys), *(bytes.fromhex(key) for key in task.inner_keys))
        keys = self.keyring.keys(task.source).with_files(one for one in found if one)
        return container.unlock(blob, Opening(name=names.base(path), keys=keys, scratch=self.scratch))

    def entered(self, task: Task, archive: Archive, members: Sequence[Member]) -> Task:
        """The task for what lies inside an archive: it knows the key files that lie there."""
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
