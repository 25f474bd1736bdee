"""Finding an item again: the archive whose members are shared out, and the bytes at the end of a chain of containers.

Both are refused (`W-CHANGED`) where the bytes are not those that were hashed. An archive that is shared out stays open
between tasks, and what is known of it is found out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from triage.containers import names
from triage.containers.archive import Archive, Member
from triage.engines.blob import HeldBlob, take, take_file
from triage.engines.detection import choose
from triage.engines.openings import Openings
from triage.engines.task import Task
from triage.model import Head, Reader
from triage.problems import ReadError, problem


@dataclass(frozen=True, slots=True)
class Shared:
    """An open archive and its members."""

    real: str
    blob: HeldBlob
    archive: Archive
    members: list[Member]
    logs: Mapping[str, Member]
    inner_keys: tuple[str, ...]

    def close(self) -> None:
        self.archive.close()
        self.blob.close()


@dataclass(slots=True)
class Reopening:
    """Goes to an item again."""

    openings: Openings
    readers: Sequence[Reader]
    scratch: Path
    _shared: Shared | None = None

    def shared(self, task: Task) -> Shared:
        """The top-level archive, its bytes those that were hashed (`expected`), else ReadError."""
        if self._shared and self._shared.real == task.real:
            return self._shared
        if self._shared:
            self._shared.close()
            self._shared = None
        blob = take_file(task.real, self.scratch, in_place=True, follow=task.follow)
        if blob.sha256 != task.expected:
            blob.close()
            raise _changed()
        container = choose(Head(name="", size=blob.size, start=blob.start()), ())[1]
        if container is None:
            raise _changed()
        archive = self.openings.open(container, blob, task, task.path)
        members = [m for m in archive.members() if isinstance(m, Member)]
        keys = self.openings.entered(task, archive, task.path, members).inner_keys
        self._shared = Shared(task.real, blob, archive, members, logs_of(members), keys)
        return self._shared

    def follow(self, task: Task) -> HeldBlob:
        """The bytes at the end of the chain, refused unless they have the expected hash."""
        blob = self.down(task) if task.chain else take_file(task.real, self.scratch, follow=task.follow)
        if blob.sha256 != task.expected:
            blob.close()
            raise _changed()
        return blob

    def down(self, task: Task) -> HeldBlob:
        """The bytes at the end of the chain."""
        blob = take_file(task.real, self.scratch, in_place=True, follow=task.follow)
        parts = task.path.split(names.NESTED)
        with ExitStack() as above:  # archives stay open: a file inside may need one that lies beside it
            for depth, index in enumerate(task.chain, 1):
                path = names.NESTED.join(parts[:depth])
                head = Head(name=names.base(path), size=blob.size, start=blob.start())
                container = self.openings.choose(task, head, path, self.readers)[1]
                if container is None:
                    raise _changed()
                archive = self.openings.open(container, blob, task, path)
                above.callback(blob.close)
                above.callback(archive.close)
                if archive.random_access:
                    members = [m for m in archive.members() if isinstance(m, Member)]
                    task = self.openings.entered(task, archive, path, members)
                member = next((m for m in archive.members() if isinstance(m, Member) and m.index == index), None)
                if member is None:
                    raise _changed()
                with archive.open(member) as stream:
                    blob = take(stream, self.scratch)
        return blob


def _changed() -> ReadError:
    return ReadError(problem("W-CHANGED", "read"))


def logs_of(members: Sequence[Member]) -> dict[str, Member]:
    """Path of a database → the `-wal` member beside it."""
    return {m.path.removesuffix("-wal"): m for m in members if m.path.endswith("-wal") and m.size and m.readable}
