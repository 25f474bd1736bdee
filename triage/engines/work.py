"""A worker's work: read an item, follow it into containers, extract, and say so in frames.

Frames, in order, for each item `i` (a number local to the task):
    ["item", i, parent, path, size, sha256, media_type, reader, chain]   before anything it yields
    ["unit-batch", i, units, hits]   ["problem", i, …]   ["tally", i, what, n]
    ["conversation", i, name, participants, owner]   ["vendor", i, path, algorithm, value]   ["fact", i, key, value]
    ["fan", i, members, hashes]      an archive whose members are to be shared out: [index, size, path] each
    ["end", i, status, flags, digests]
and ["done"] after the last; ["fault"] instead where the tool itself failed (`triage.engines.worker`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from triage.containers import names
from triage.containers.archive import LOCKED, MAX_DEPTH, Archive, Container, Member
from triage.engines import windows
from triage.engines.blob import HeldBlob, take, take_file
from triage.engines.extraction import Extraction
from triage.engines.held import Privilege
from triage.engines.item_read import read_item
from triage.engines.openings import Openings
from triage.engines.reopening import Reopening, logs_of
from triage.engines.task import Task
from triage.engines.wire import pack_problem
from triage.keyring import Keyring
from triage.model import Head, Problem, ReadContext, Reader, SourceFact
from triage.problems import Failure, ReadError, guarded, problem
from triage.scope import Scope

Frame = list[Any]
FAN_MEMBERS = 256
FAN_BYTES = 64 << 20
"""An archive above either is shared out between workers; smaller ones are read by the worker that opened them."""


@dataclass(slots=True)
class Bench:
    """What a worker holds between tasks: its readers, its extractors, its scratch, the archive opened last."""

    readers: Sequence[Reader]
    ocr_readers: Sequence[Reader]
    extraction: Extraction
    scratch: Path
    scope: Scope = field(default_factory=Scope)
    privilege: Privilege | None = None
    keyring: Keyring = field(default_factory=Keyring)
    _openings: Openings = field(init=False)
    _reopening: Reopening = field(init=False)
    _counter: int = 0

    def __post_init__(self) -> None:
        self._openings = Openings(self.keyring, self.scratch)
        self._reopening = Reopening(self._openings, self.readers, self.scratch)

    def process(self, task: Task) -> Iterator[Frame]:
        self._counter = 0
        if task.phase == "read":
            yield from self._top(task)
        elif task.phase == "members":
            yield from self._members(task)
        elif task.phase == "extract":
            yield from windows.answer(task.window, task.regions, self.extraction)
        else:
            yield from self._picture(task)
        yield ["done"]

    # a top-level file

    def _top(self, task: Task) -> Iterator[Frame]:
        try:
            extra = task.extra_hashes
            blob = take_file(task.real, self.scratch, in_place=True, follow=task.follow, extra=extra)
        except ReadError as error:
            yield from self._unreadable(None, task.path, task.size, (), (error.problem,))
            return
        try:
            side = take_file(task.wal, self.scratch) if task.wal else None
        except ReadError:
            side = None  # its own item says why it could not be read
        try:
            yield from self._item(task, blob, None, task.path, (), side)
        finally:
            blob.close()
            if side:
                side.close()

    def _unreadable(
        self, parent: int | None, path: str, size: int, chain: tuple[int, ...], why: Sequence[Problem],
        status: str = "failed", flags: Sequence[str] = (),
    ) -> Iterator[Frame]:  # fmt: skip
        number = self._next()
        yield ["item", number, parent, path, max(size, 0), None, "", "", chain]
        for found in why:
            yield ["problem", number, pack_problem(found)]
        yield ["end", number, status, list(flags), {}]

    def _next(self) -> int:
        self._counter += 1
        return self._counter - 1

    # any item

    def _item(
        self, task: Task, blob: HeldBlob, parent: int | None, path: str, chain: tuple[int, ...],
        side: HeldBlob | None = None,
    ) -> Iterator[Frame]:  # fmt: skip
        head = Head(name=names.base(path), size=blob.size, start=blob.start())
        reader, container, candidates = self._openings.choose(task, head, path, self.readers)
        number = self._next()
        made = reader or container
        media = made.media_type if made else ""
        yield ["item", number, parent, path, blob.size, blob.sha256, media, made.name if made else "", chain]
        for candidate in candidates:
            yield ["fact", number, "candidate", candidate]
        if side:
            yield ["fact", number, "wal_sha256", side.sha256]
        if reader:
            context = ReadContext(
                source=task.source, path=path, zone=task.zone, regions=task.regions,
                ocr_languages=task.ocr_languages, scratch=self.scratch,
                wal=side.path() if side else None, passwords=self.keyring.keys(task.source).passwords,
            )  # fmt: skip
            frames = read_item(number, blob, reader, context, self.extraction, self.scope, self.privilege)
            yield from self._with_parts(frames, task, blob, container, number, path, chain)
        elif container:
            yield from self._container(task, blob, container, number, path, chain)
        else:
            flags, why = (["empty"], "R-EMPTY") if blob.size == 0 else ([], "")
            if why:
                yield ["problem", number, pack_problem(problem(why, "read"))]
            yield ["end", number, "no-reader", flags, blob.extra]

    def _with_parts(
        self, frames: Iterator[Frame], task: Task, blob: HeldBlob, container: Container | None, number: int, path: str,
        chain: tuple[int, ...],
    ) -> Iterator[Frame]:  # fmt: skip
        """What the reader gave, the files inside the item as items of their own, then the reader's end."""
        end: Frame = []
        for frame in frames:
            if frame[0] == "end":
                end = frame
            else:
                yield frame
        if container is not None and len(chain) >= MAX_DEPTH:
            yield ["problem", number, pack_problem(problem("C-DEPTH", "container", n=MAX_DEPTH))]
        elif container is not None:
            yield from self._parts(task, blob, container, number, path, chain)
        yield end

    def _parts(
        self, task: Task, blob: HeldBlob, container: Container, number: int, path: str, chain: tuple[int, ...]
    ) -> Iterator[Frame]:
        try:
            archive = self._openings.open(container, blob, task, path)
        except ReadError:
            return  # the reader has said what is wrong with the bytes
        yield from self._inside(task, archive, number, path, chain)
        archive.close()

    def _container(
        self, task: Task, blob: HeldBlob, container: Container, number: int, path: str, chain: tuple[int, ...]
    ) -> Iterator[Frame]:
        if len(chain) >= MAX_DEPTH:
            yield ["problem", number, pack_problem(problem("C-DEPTH", "container", n=MAX_DEPTH))]
            yield ["end", number, "no-reader", ["too_deep"], blob.extra]
            return
        try:
            archive = self._openings.open(container, blob, task, path)
        except ReadError as error:
            yield ["problem", number, pack_problem(error.problem)]
            locked = ["locked"] if error.problem.code in LOCKED else []
            yield ["end", number, "failed", locked, blob.extra]
            return
        status = yield from self._inside(task, archive, number, path, chain)
        archive.close()
        yield ["end", number, status, [], blob.extra]

    def _inside(
        self, task: Task, archive: Archive, number: int, path: str, chain: tuple[int, ...]
    ) -> Generator[Frame, None, str]:
        """Read the members here, or hand the list back to be shared out; returns the container's status."""
        members: Iterator[Member | Problem | SourceFact] = archive.members()
        status = "read"
        logs: dict[str, Member] = {}
        if archive.random_access:
            listed = list(members)
            found = [m for m in listed if isinstance(m, Member)]
            if _is_vendor(found):
                task = replace(task, extra_hashes=tuple(sorted({*task.extra_hashes, "md5"})))
            if not chain and (len(found) > FAN_MEMBERS or sum(m.size for m in found) > FAN_BYTES):
                yield ["fan", number, [[m.index, m.size, m.path] for m in found], list(task.extra_hashes)]
                listed = [p for p in listed if not isinstance(p, Member)]
            members = iter(listed)
            logs = logs_of(found)
            task = self._openings.entered(task, archive, path, found)
        for step in guarded(members, lambda error, n: problem("C-TRUNCATED", "container", format="", at="", n=n)):
            if isinstance(step, Member):
                yield from self._member(task, archive, step, number, path, chain, logs)
                continue
            if isinstance(step, SourceFact):
                yield ["fact", number, step.key, step.value]
                continue
            found_problem = step.problem if isinstance(step, Failure) else step
            status = "failed" if found_problem.code in _FAILED else status
            yield ["problem", number, pack_problem(found_problem)]
        return status

    def _member(
        self, task: Task, archive: Archive, member: Member, parent: int | None, path: str, chain: tuple[int, ...],
        logs: Mapping[str, Member],
    ) -> Iterator[Frame]:  # fmt: skip
        below, link = names.join(path, member.path), (*chain, member.index)
        if not member.readable:
            status = "no-reader" if member.link else "failed"
            locked = any(found.code in LOCKED for found in member.problems)
            flags = ["link"] if member.link else ["locked"] if locked else []
            yield from self._unreadable(parent, below, member.size, link, member.problems, status, flags)
            return
        try:
            with archive.open(member) as stream:
                blob = take(stream, self.scratch, task.extra_hashes)
        except (ReadError, OSError, ValueError) as error:
            why = error.problem if isinstance(error, ReadError) else problem("C-MEMBER", "container", format="")
            yield from self._unreadable(parent, below, member.size, link, (why,))
            return
        first = self._counter
        side = self._log_of(archive, member, logs)
        yield from self._item(task, blob, parent, below, link, side)
        for odd in member.problems:
            yield ["problem", first, pack_problem(odd)]
        blob.close()
        if side:
            side.close()

    def _log_of(self, archive: Archive, member: Member, logs: Mapping[str, Member]) -> HeldBlob | None:
        """The write-ahead log that lies beside a database in the same archive."""
        log = logs.get(member.path)
        if log is None:
            return None
        try:
            with archive.open(log) as stream:
                return take(stream, self.scratch)
        except (ReadError, OSError, ValueError):
            return None  # its own item says why it could not be read

    # members of an archive that is shared out, and pictures

    def _members(self, task: Task) -> Iterator[Frame]:
        try:
            shared = self._reopening.shared(task)
        except ReadError as error:
            for index in task.members:
                yield from self._unreadable(None, names.join(task.path, f"#{index}"), 0, (index,), (error.problem,))
            return
        task = replace(task, inner_keys=shared.inner_keys)
        for index in task.members:
            yield from self._member(task, shared.archive, shared.members[index], None, task.path, (), shared.logs)

    def _picture(self, task: Task) -> Iterator[Frame]:
        try:
            blob = self._reopening.follow(task)
        except ReadError as error:
            yield ["problem", 0, pack_problem(error.problem)]
            return
        try:
            head = Head(name=names.base(task.path), size=blob.size, start=blob.start())
            reader = max(self.ocr_readers, key=lambda r: r.detect(head))
            context = ReadContext(
                source=task.source, path=task.path, zone=task.zone, regions=task.regions,
                ocr_languages=task.ocr_languages, scratch=self.scratch,
                passwords=self.keyring.keys(task.source).passwords,
            )  # fmt: skip
            yield from read_item(0, blob, reader, context, self.extraction, self.scope, self.privilege)
        finally:
            blob.close()


_FAILED = LOCKED | {"C-TRUNCATED", "C-LIMIT"}
"""Problems of a container that make it `failed`: not all of its members were listed or could be read."""


def _is_vendor(members: Sequence[Member]) -> bool:
    """A UFDR states an MD5 of each file in its report; members then get theirs in the same read."""
    return any(m.path.lower() == "report.xml" for m in members)
