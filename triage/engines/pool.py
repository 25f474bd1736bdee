"""The broker's side of its workers: hands out tasks, hears frames, survives the death of any worker.

A worker that dies or passes its time limit is replaced; its task is tried once more by a fresh worker and then given
up (`died`), so one file can never stall the queue or take others with it.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from triage.engines.limits import Profile
from triage.engines.task import Task, to_wire
from triage.engines.wire import MAX_FRAME, WireError, decode
from triage.engines.worker import Setup, main
from triage.errors import PrerequisiteError
from triage.keyring import Keyring
from triage.model import Resources, WatchEntry
from triage.readers.table_map_file import MapFile
from triage.scope import Scope

ATTEMPTS = 2
BASE_SECONDS = 120.0
SECONDS_PER_BYTE = 1 / (256 << 10)
"""Time limit of a task: a base, and a rate far below what the slowest reader does."""


@dataclass(slots=True)
class _Seat:
    """One worker process and what it is doing."""

    process: BaseProcess
    channel: Connection
    scratch: Path
    task: Task | None = None
    deadline: float = 0.0
    ready: bool = False
    credit: int = 0
    """Windows of its task that it may still hand over."""


@dataclass(slots=True)
class Pool:
    """A number of workers of one profile."""

    profile: Profile
    resources: Resources
    jobs: int
    scratch: Path
    scope: Scope = field(default_factory=Scope)
    privilege: tuple[WatchEntry, ...] = ()
    keyring: Keyring = field(default_factory=Keyring, repr=False)
    maps: tuple[MapFile, ...] = ()
    seconds: float = BASE_SECONDS
    queue: deque[Task] = field(default_factory=deque)
    layers: dict[str, bool] = field(default_factory=dict)
    """Which isolation layers the workers proved; false where any worker lacks one."""
    _seats: list[_Seat] = field(default_factory=list)
    _tries: dict[int, int] = field(default_factory=dict)

    def add(self, *tasks: Task) -> None:
        self.queue.extend(tasks)

    def add_first(self, task: Task) -> None:
        """Work that finishes something that is under way."""
        self.queue.appendleft(task)

    def run(self) -> Iterator[tuple[Task, list[Any]]]:
        """Frames with their task, until the queue is empty; tasks may be added meanwhile.

        `["died", reason, again]` in place of `["done"]`: what the task sent so far is to be forgotten.
        """
        try:
            while self.queue or any(s.task for s in self._seats):
                self._fill()
                yield from self._hear()
        finally:
            self.close()

    def _fill(self) -> None:
        busy = sum(s.task is not None for s in self._seats)
        while len(self._seats) < min(self.jobs, busy + len(self.queue)):
            self._seats.append(self._start())
        for seat in self._seats:
            if seat.ready and seat.task is None and self.queue:
                seat.task, seat.credit = self.queue.popleft(), 0
                seat.deadline = time.monotonic() + self.seconds + seat.task.size * SECONDS_PER_BYTE
                _say(seat, {"task": to_wire(seat.task)})
        self._give_credit()

    def _give_credit(self) -> None:
        """Let workers that read large items hand windows over while others would be idle.

        No more windows are on their way than twice the number of workers, so that memory stays bounded.
        """
        if self.jobs < 2 or any(task.phase != "extract" for task in self.queue):
            return
        reading = [s for s in self._seats if s.task is not None and s.task.phase in ("read", "members")]
        free = self.jobs - len(reading)
        under_way = len(self.queue) + sum(s.task is not None and s.task.phase == "extract" for s in self._seats)
        left = 2 * free - under_way - sum(s.credit for s in reading)
        for seat in sorted(reading, key=lambda s: s.credit)[: max(left, 0)]:
            seat.credit += 1
            _say(seat, {"credit": 1})

    def _start(self) -> _Seat:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        scratch = Path(tempfile.mkdtemp(dir=self.scratch, prefix="worker-"))
        setup = Setup(
            profile=self.profile, resources=self.resources, scratch=scratch, scope=self.scope,
            privilege=self.privilege, keyring=self.keyring, maps=self.maps,
        )  # fmt: skip
        process = context.Process(target=main, args=(theirs, setup), daemon=True)
        process.start()
        theirs.close()
        return _Seat(process, ours, scratch, deadline=time.monotonic() + BASE_SECONDS)

    def _hear(self) -> Iterator[tuple[Task, list[Any]]]:
        channels = {s.channel: s for s in self._seats}
        for channel in wait(list(channels), timeout=0.5):
            seat = channels[channel]  # type: ignore[index]
            try:
                frame = decode(seat.channel.recv_bytes(MAX_FRAME))
            except (EOFError, OSError):
                yield from self._bury(seat, "crash")
            except WireError:
                yield from self._bury(seat, "invalid")
            else:
                yield from self._pass_on(seat, frame)
        now = time.monotonic()
        for seat in [s for s in self._seats if (s.task or not s.ready) and s.deadline < now]:
            yield from self._bury(seat, "timeout")

    def _pass_on(self, seat: _Seat, frame: list[Any]) -> Iterator[tuple[Task, list[Any]]]:
        if frame[0] == "ready":
            seat.ready = True
            self.layers = {k: bool(v) and self.layers.get(k, True) for k, v in frame[1].items()}
            return
        task = seat.task
        if task is None:
            return
        if frame[0] in ("done", "fault"):
            seat.task = None
        seat.credit -= frame[0] == "window"
        yield task, ["died", "fault", False] if frame[0] == "fault" else frame

    def fail(self, task: Task) -> Iterator[tuple[Task, list[Any]]]:
        """The broker found the answer of `task` invalid: end its worker."""
        for seat in [s for s in self._seats if s.task is task]:
            yield from self._bury(seat, "invalid")

    def _bury(self, seat: _Seat, reason: str) -> Iterator[tuple[Task, list[Any]]]:
        self._seats.remove(seat)
        _end(seat)
        task = seat.task
        if task is None:
            if not seat.ready:
                raise PrerequisiteError("a worker process cannot be started.", remedy="Run `triage doctor`.")
            return
        self._tries[task.id] = self._tries.get(task.id, 0) + 1
        again = self._tries[task.id] < ATTEMPTS
        if again:
            self.queue.appendleft(task)
        yield task, ["died", reason, again]

    def close(self) -> None:
        for seat in self._seats:
            _end(seat)
        self._seats.clear()


def _say(seat: _Seat, what: dict[str, Any]) -> None:
    """To the worker; one that is gone is buried when its time is up, which is now."""
    try:
        seat.channel.send_bytes(json.dumps(what).encode())
    except (BrokenPipeError, OSError):
        seat.deadline = 0.0


def _end(seat: _Seat) -> None:
    seat.channel.close()
    if seat.task is not None or not seat.ready:
        seat.process.kill()
    seat.process.join(2)
    if seat.process.is_alive():
        seat.process.kill()
        seat.process.join()
    shutil.rmtree(seat.scratch, ignore_errors=True)
