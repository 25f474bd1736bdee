"""The loop: tasks to workers, frames to the index, events to the log, in that order.

Rows are committed first and acknowledged in the custody log afterwards, in groups; whatever a killed run leaves
between the two is found at the next start and completed.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from triage.custody import events
from triage.custody.log import CustodyLog
from triage.engines import windows
from triage.engines.intake import Done, Intake, Open, Window
from triage.engines.pool import Pool
from triage.engines.task import Task
from triage.engines.wire import WireError
from triage.index.writer import ItemRow, Writer
from triage.model import ItemId
from triage.pipeline.planning import Plan
from triage.pipeline.recheck import hash_file
from triage.pipeline.request import Progress
from triage.problems import problem

GROUP_SECONDS = 0.5
GROUP_ROWS = 20_000
WINDOW_SIZE = 64 << 20
"""Bytes a window counts as for its time limit."""


@dataclass(slots=True)
class Loop:
    """One phase after the other over the same index and log."""

    writer: Writer
    log: CustodyLog
    plan: Plan
    progress: Progress
    _parents: dict[tuple[str, str], ItemId] = field(default_factory=dict)
    _waiting: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Member tasks of an archive that are not done yet."""
    _member_paths: dict[tuple[str, str, int], str] = field(default_factory=dict)
    _windows: dict[int, Window] = field(default_factory=dict)
    """Task of a window → the window, while another worker has it."""
    _events: list[events.Event] = field(default_factory=list)
    _flushed: float = 0.0

    def run(self, pool: Pool, tasks: list[Task]) -> None:
        """Do `tasks` and what they lead to."""
        intake = Intake(self.writer, self._parent_of, self.item_of)
        pool.add(*tasks)
        for task, frame in pool.run():
            if frame[0] == "died":
                self._died(pool, intake, task, str(frame[1]), bool(frame[2]))
                continue
            try:
                self._take(pool, intake, task, frame)
            except WireError:
                for again, dead in pool.fail(task):
                    self._died(pool, intake, again, str(dead[1]), bool(dead[2]))
                continue
            self._flush_sometimes()
        self.flush()

    def _take(self, pool: Pool, intake: Intake, task: Task, frame: list[Any]) -> None:
        """One frame: rows, a finished task, or a window that another worker is to extract or has extracted."""
        made: Done | Window | None
        if task.phase == "extract":
            if frame[0] == "done":
                return
            window = self._windows.get(task.id)
            if window is None:
                return  # answered already by a worker that died after that
            made = intake.extracted(window, windows.read_answer(frame, window.units))
            del self._windows[task.id]
        else:
            made = intake.frame(task, frame)
        if isinstance(made, Window):
            again = self.plan.task(task.source, task.path, task.real, phase="extract", window=made.packed,
                                   size=WINDOW_SIZE)  # fmt: skip
            self._windows[again.id] = made
            pool.add_first(again)
        elif made is not None:
            self.finish(pool, made)

    def _unsearched(self, pool: Pool, intake: Intake, task: Task) -> None:
        """Workers died on a window twice: its units stand, and a problem says that nothing was looked for in them."""
        window = self._windows.pop(task.id, None)
        if window is None:
            return
        why = problem("X-WINDOW", "extract", window.units[0].locator, n=len(window.units))
        lost = windows.Extracted([None] * len(window.units), [], [why])
        if (done := intake.extracted(window, lost)) is not None:
            self.finish(pool, done)

    def _parent_of(self, task: Task) -> ItemId | None:
        return self._parents.get((task.source, task.path)) if task.phase == "members" else None

    def item_of(self, task: Task) -> ItemRow:
        row = self.writer.db.execute(
            "select * from items where source=? and path=?", (task.source, task.path)
        ).fetchone()
        return ItemRow(
            id=row["id"], parent=row["parent_id"], source=row["source"], path=row["path"], size=row["size"],
            sha256=row["sha256"], media_type=row["media_type"], reader=row["reader"], status=row["status"],
        )  # fmt: skip

    def _died(self, pool: Pool, intake: Intake, task: Task, reason: str, again: bool) -> None:
        if task.phase == "extract":
            if not again:
                self._unsearched(pool, intake, task)
            return
        intake.forget(task)
        if again:
            return
        if task.phase == "members" and len(task.members) > 1:
            for index in task.members:
                single = self.plan.task(task.source, task.path, task.real, phase="members", expected=task.expected,
                                        members=(index,), size=task.size, extra_hashes=task.extra_hashes)  # fmt: skip
                self._waiting[task.source, task.path] += 1
                pool.add(single)
            self._member_done(task)
            return
        path = task.path
        if task.phase == "members":
            path = self._member_paths[task.source, task.path, task.members[0]]
        digest = hash_file(task.real) if task.phase == "read" else None
        self.finish(pool, intake.give_up(task, reason, int(pool.seconds), path, digest))

    def finish(self, pool: Pool | None, done: Done) -> None:
        """A task's rows are written: mark it, say so in the log, share out what it found."""
        task = done.task
        self._events += [_event(item) for item in done.items]
        self._events += [("item.unlocked", {"id": i.row.id, "with": i.unlocked}) for i in done.items if i.unlocked]
        units = sum(item.units for item in done.items)
        self.progress.advance(task.path, 1, task.size, units)
        if task.phase == "members":
            self._member_done(task)
        elif done.fan is not None and pool is not None:
            self._fan(pool, done)
        else:
            self._mark(task)

    def _fan(self, pool: Pool, done: Done) -> None:
        assert done.fan is not None
        task, archive = done.task, done.fan[0]
        key = task.source, task.path
        self._parents[key] = archive.row.id
        for member in done.fan[1]:
            self._member_paths[*key, member.index] = f"{task.path}!/{member.path}"
        shares = list(self.plan.shares(done))
        self._waiting[key] = len(shares)
        self.progress.more(len(shares), sum(s.size for s in shares))
        pool.add(*shares)
        if not shares:
            self._mark(task)

    def _member_done(self, task: Task) -> None:
        key = task.source, task.path
        self._waiting[key] -= 1
        if self._waiting[key] == 0:
            self._mark(task)

    def _mark(self, task: Task) -> None:
        phase = "ocr" if task.phase == "ocr" else "read"
        entry = self.plan.files.get((task.source, task.path))
        size, mtime = (entry.size, entry.mtime_ns) if entry else (task.size, 0)
        self.writer.rows("done", [(task.source, task.path, phase, size, mtime, None)])

    def _flush_sometimes(self) -> None:
        if self.writer.pending >= GROUP_ROWS or time.monotonic() - self._flushed > GROUP_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Make durable, then acknowledge."""
        self.writer.commit()
        if self._events:
            self.log.append_many(self._events)
            self._events.clear()
        self._flushed = time.monotonic()


def _event(item: Open) -> events.Event:
    row = item.row
    return events.item(
        id=row.id, sha256=row.sha256, size=row.size, status=row.status, reader=row.reader, units=item.units,
        findings=item.findings, problems=item.problems,
    )  # fmt: skip
