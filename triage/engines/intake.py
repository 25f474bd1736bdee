"""From frames to rows: what the broker does with a worker's answers.

Frames of a task are checked one by one (`wire`), units are written as they come, and the items of a task are written
together at its end with the mark that it is done. Where the worker dies or answers nonsense, everything the task
sent is forgotten again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from triage import ids
from triage.containers import names
from triage.containers.archive import UNLOCKED, WITH_KEY, WITH_PASSWORD
from triage.engines import windows, wire
from triage.engines.task import Task
from triage.engines.windows import Extracted
from triage.engines.wire import WireError
from triage.index.writer import OCR_SEQ, ItemRow, Writer
from triage.model import ItemId, Problem, Status, Unit
from triage.problems import problem


@dataclass(frozen=True, slots=True)
class Share:
    """A member of an archive whose members are shared out."""

    index: int
    size: int
    path: str


@dataclass(slots=True)
class Open:
    """An item of a task in hand."""

    row: ItemRow
    chain: tuple[int, ...]
    units: int = 0
    findings: int = 0
    problems: int = 0
    ended: bool = False
    unlocked: str = ""
    """With what it was opened, where that was supplied."""


@dataclass(slots=True)
class Account:
    """A task's items so far, by the worker's local number, and the one item of an `ocr` task."""

    items: dict[int, Open] = field(default_factory=dict)
    windows: int = 0
    """Windows that other workers have and that are not back yet."""
    read: bool = False
    """The worker that reads is done."""
    fan: tuple[int, list[Share], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an item that another worker is to extract."""

    task: Task
    account: Account
    item: Open
    first: int
    """Position of its first unit in the item."""
    units: list[Unit]
    packed: tuple[Any, Any]
    """Units and runs as they came."""


@dataclass(slots=True)
class Done:
    """A finished task: its items (parents first) and, for a large archive, the members to share out."""

    task: Task
    items: list[Open]
    fan: tuple[Open, list[Share], tuple[str, ...]] | None


@dataclass(slots=True)
class Intake:
    """Holds the open accounts; one for each run."""

    writer: Writer
    parent_of: Callable[[Task], ItemId | None]
    """The item a `members` task belongs to."""
    item_of: Callable[[Task], ItemRow]
    """The item an `ocr` task belongs to."""
    _accounts: dict[int, Account] = field(default_factory=dict)

    def frame(self, task: Task, frame: list[Any]) -> Done | Window | None:
        """Take one frame; the finished task at its `done`, a window to be passed on.

        WireError where the frame is not of the agreed form.
        """
        account = self._accounts.setdefault(task.id, Account())
        kind = frame[0]
        try:
            if kind == "done":
                account.read = True
                return self._done(task, account) if not account.windows else None
            if kind == "window":
                return self._window(task, account, frame)
            if kind == "item":
                self._item(task, account, frame)
            else:
                self._of_item(task, account, kind, frame)
        except (IndexError, TypeError, ValueError, KeyError) as error:
            raise WireError(str(kind)) from error
        return None

    def _window(self, task: Task, account: Account, frame: list[Any]) -> Window:
        item = self._open(task, account, frame[1])
        units, _ = windows.unpack(frame[2], frame[3], ())
        made = Window(task, account, item, item.units, units, (frame[2], frame[3]))
        item.units += len(units)
        account.windows += 1
        return made

    def extracted(self, window: Window, found: Extracted) -> Done | None:
        """A window is back; the finished task where it was the last. Nothing where its task was given up meanwhile."""
        account, item = window.account, window.item
        if self._accounts.get(window.task.id) is not account:
            return None
        self.writer.units(item.row.id, window.units, found.languages, found.hits, window.first)
        for why in found.problems:
            self.writer.problem(item.row.id, why)
        item.findings += len(found.hits)
        item.problems += len(found.problems)
        account.windows -= 1
        return self._done(window.task, account) if account.read and not account.windows else None

    def _item(self, task: Task, account: Account, frame: list[Any]) -> None:
        _, number, parent, path, size, sha256, media, reader, chain = frame
        if wire.number(number) in account.items:
            raise WireError("item twice")
        digest = wire.optional_text(sha256)
        path = wire.text(path)
        if path != task.path and not path.startswith(task.path + names.NESTED):
            raise WireError("path")
        above = self.parent_of(task) if parent is None else account.items[parent].row.id
        row = ItemRow(
            id=ids.item_id(task.source, path, digest), parent=above, source=task.source, path=path,
            size=wire.number(size), sha256=digest, media_type=wire.text(media), reader=wire.text(reader),
            status="failed",
        )  # fmt: skip
        links = tuple(wire.number(c) for c in chain)
        account.items[number] = Open(row, links)

    def _open(self, task: Task, account: Account, number: object) -> Open:
        if task.phase == "ocr" and number == 0 and 0 not in account.items:
            account.items[0] = Open(self.item_of(task), task.chain)
        return account.items[wire.number(number)]

    def _of_item(self, task: Task, account: Account, kind: str, frame: list[Any]) -> None:
        item = self._open(task, account, frame[1])
        key = item.row.id
        if kind == "unit-batch":
            self._units(task, item, frame)
        elif kind == "held":
            units = [wire.unpack_unit(row)[0] for row in frame[2]]
            self.writer.held(key, "ocr" if task.phase == "ocr" else "read", units)
        elif kind == "problem":
            item.problems += 1
            self.writer.problem(key, wire.unpack_problem(frame[2]))
        elif kind == "end":
            flags = tuple(sorted({*item.row.flags, *wire.texts(frame[3])}))
            self._end(task, item, frame, flags)
        elif kind == "fan":
            shares = [Share(wire.number(m[0]), wire.number(m[1]), wire.text(m[2])) for m in frame[2]]
            account.fan = (wire.number(frame[1]), shares, wire.texts(frame[3]))
        else:
            if kind == "fact" and frame[2] == UNLOCKED and frame[3] in (WITH_PASSWORD, WITH_KEY):
                item.unlocked = frame[3]
            self._side(task, kind, key, frame)

    def _side(self, task: Task, kind: str, key: ItemId, frame: list[Any]) -> None:
        if kind == "tally":
            what = wire.text(frame[2]) if task.phase != "ocr" else f"ocr_{wire.text(frame[2])}"
            self.writer.rows("tallies", [(key, what, wire.number(frame[3]))])
            if what == "ocr_records":
                self.writer.add_records(key, wire.number(frame[3]))
        elif kind == "conversation":
            people = wire.encode(list(wire.texts(frame[3])))
            self.writer.rows("conversations", [(key, wire.text(frame[2]), people, wire.text(frame[4]))])
        elif kind == "vendor":
            self.writer.rows("vendor_hashes", [(key, *(wire.text(v) for v in frame[2:5]))])
        elif kind == "fact":
            self.writer.rows("source_facts", [(key, wire.text(frame[2]), wire.text(frame[3]))])
        else:
            raise WireError("frame")

    def _units(self, task: Task, item: Open, frame: list[Any]) -> None:
        pairs = [wire.unpack_unit(row) for row in frame[2]]
        units = [unit for unit, _ in pairs]
        hits = [wire.unpack_hit(row, units) for row in frame[3]]
        first = item.units + (OCR_SEQ if task.phase == "ocr" else 0)
        self.writer.units(item.row.id, units, [lang for _, lang in pairs], hits, first)
        item.units += len(units)
        item.findings += len(hits)

    def _end(self, task: Task, item: Open, frame: list[Any], flags: tuple[str, ...]) -> None:
        status: Status = item.row.status
        if task.phase != "ocr":
            if frame[2] not in wire.STATUSES:
                raise WireError("status")
            status = frame[2]
        row = item.row
        item.row = ItemRow(
            id=row.id, parent=row.parent, source=row.source, path=row.path, size=row.size, sha256=row.sha256,
            media_type=row.media_type, reader=row.reader, status=status, flags=flags,
        )  # fmt: skip
        digests = [(row.id, wire.text(name), wire.text(value)) for name, value in frame[4].items()]
        self.writer.rows("item_hashes", digests)
        item.ended = True

    def _done(self, task: Task, account: Account) -> Done:
        if not all(item.ended for item in account.items.values()):
            raise WireError("an item without its end")
        items = list(account.items.values())
        for item in items:
            self.writer.item(item.row)
            self.writer.rows("item_chains", [(item.row.id, wire.encode(list(item.chain)))])
        del self._accounts[task.id]
        fan = account.fan
        return Done(task, items, (account.items[fan[0]], fan[1], fan[2]) if fan else None)

    def forget(self, task: Task) -> None:
        """The worker died: what it sent for this task never happened."""
        account = self._accounts.pop(task.id, Account())
        if task.phase == "ocr":
            self.writer.forget_ocr(self.item_of(task).id)
        else:
            self.writer.forget(item.row.id for item in account.items.values())

    def give_up(self, task: Task, reason: str, seconds: int, path: str, digest: str | None) -> Done:
        """The task failed twice: the file at `path` is quarantined, with the reason."""
        why = _REASONS.get(reason, "K-CRASHED")
        found: Problem = problem(why, "read", seconds=seconds)
        if task.phase == "ocr":
            row = self.item_of(task)
            code = "O-TIMEOUT" if reason == "timeout" else "O-FAULT"
            self.writer.problem(row.id, problem(code, "ocr", seconds=seconds))
            return Done(task, [Open(row, task.chain, problems=1, ended=True)], None)
        row = ItemRow(
            id=ids.item_id(task.source, path, digest), parent=self.parent_of(task), source=task.source, path=path,
            size=task.size, sha256=digest, media_type="", reader="", status="quarantined",
        )  # fmt: skip
        self.writer.item(row)
        self.writer.problem(row.id, found)
        return Done(task, [Open(row, (), problems=1, ended=True)], None)


_REASONS = {"fault": "K-FAULT", "timeout": "K-TIMEOUT", "invalid": "K-INVALID", "crash": "K-CRASHED"}
