"""The worker process: takes tasks, returns frames; parses hostile bytes so that the broker need not.

It is started with the `spawn` method and an own scratch folder, applies its limits first (`limits`), tells the
broker which of them hold, and then only reads: evidence through read-only handles, tasks from its pipe.
A worker that is killed takes nothing with it but the task in hand.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from triage.engines.extraction import Extraction
from triage.engines.held import Privilege
from triage.engines.limits import Profile, restrict
from triage.engines.task import Task, from_wire
from triage.engines.wire import MAX_FRAME, encode
from triage.engines.work import Bench, Frame
from triage.keyring import Keyring
from triage.model import Resources, WatchEntry
from triage.problems import Failure, guarded, problem
from triage.readers.table_map_file import MapFile
from triage.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a worker is started with; crosses once, at its start."""

    profile: Profile
    resources: Resources
    scratch: Path
    scope: Scope = field(default_factory=Scope)
    privilege: tuple[WatchEntry, ...] = ()
    maps: tuple[MapFile, ...] = ()
    """The examiner's own mappings of tables."""
    keyring: Keyring = field(default_factory=Keyring, repr=False)


def main(channel: Connection, setup: Setup) -> None:
    """Serve tasks until the broker closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the broker's to handle
    os.environ["OMP_THREAD_LIMIT"] = "1"
    layers = restrict(setup.profile)
    bench = _bench(setup)
    credit = _Credit(channel)
    bench.extraction.spare = credit.spend
    channel.send_bytes(encode(["ready", layers, os.getpid()]).encode())
    while True:
        try:
            task = credit.next_task()
        except EOFError:
            return
        for frame in guarded(bench.process(task), lambda error, n: problem("K-FAULT", "read")):
            _send(channel, ["fault"] if isinstance(frame, Failure) else frame)


@dataclass(slots=True)
class _Credit:
    """What the broker says: the next task, or how many windows of the task in hand others will take."""

    channel: Connection
    _left: int = 0

    def next_task(self) -> Task:
        while "task" not in (said := json.loads(self.channel.recv_bytes())):
            pass  # credit for a task that is done by now
        self._left = 0
        return from_wire(said["task"])

    def spend(self) -> bool:
        """Take one credit, if there is any."""
        while self.channel.poll(0):
            self._left += int(json.loads(self.channel.recv_bytes())["credit"])
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _bench(setup: Setup) -> Bench:
    from extractors.registry import EXTRACTORS
    from triage.readers import table_map_file
    from triage.readers.registry import OCR_READERS, READERS

    privilege = Privilege(setup.privilege) if setup.privilege else None
    extraction = Extraction(EXTRACTORS, setup.resources)
    readers = (*table_map_file.readers(setup.maps), *READERS)
    return Bench(readers, OCR_READERS, extraction, setup.scratch, setup.scope, privilege, setup.keyring)


def _send(channel: Connection, frame: Frame) -> None:
    raw = encode(frame).encode()
    if len(raw) <= MAX_FRAME:
        channel.send_bytes(raw)
        return
    if frame[0] not in ("unit-batch", "held") or len(frame[2]) < 2:
        sys.exit("a frame larger than the limit")  # the broker sees a dead worker and quarantines the item
    for half in _halves(frame):
        _send(channel, half)


def _halves(frame: Frame) -> tuple[Frame, Frame]:
    """Two smaller batches; hits go with their unit (a hit whose parts lie in both halves keeps its own unit's)."""
    kind, number, units = frame[:3]
    cut = len(units) // 2
    if kind == "held":
        return [kind, number, units[:cut]], [kind, number, units[cut:]]
    hits = frame[3]
    first = [h for h in hits if h[0] < cut]
    second = [[h[0] - cut, *h[1:]] for h in hits if h[0] >= cut]
    for hit in first:
        hit[14] = [p for p in hit[14] if p[1] < cut]
    for hit in second:
        hit[14] = [[p[0], p[1] - cut, p[2], p[3]] for p in hit[14] if p[1] >= cut]
    return [kind, number, units[:cut], first], [kind, number, units[cut:], second]
