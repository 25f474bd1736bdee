"""The custody log: `custody.jsonl`, append-only, one writer, every line naming the one before it.

A line is an object in RFC 8785 form and LF. `seq` counts from 0 without a gap, `prev` is the SHA-256 of the raw line
before it without its LF (64 zeros for the first), `time` is UTC in microseconds, `mono_ns` nanoseconds since the
session's first line, `type` and `data` say what happened (`events`). A line that opens a session also says who, where
and which run (`session`).

An event is acknowledged when `append` or `append_many` returns: by then its batch has gone to the file in one write
and `fdatasync` has returned. Where that fails, what was written of the batch is cut off again, CaseError is raised and
this log takes nothing more. A torn tail of an earlier process is cut on opening, kept in `.work/torn/` and recorded.
Two writers are refused (`lock`). A log that is broken, or shorter than its newest checkpoint, is never added to.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from triage.custody import canonical, checkpoint, events, lock, recovery
from triage.custody.clock import SYSTEM, Clock, utc_text
from triage.custody.files import sync, sync_folder, work_folder
from triage.custody.scan import LINE_LIMIT, BrokenChainError, LogState, Scan, scan
from triage.custody.session import Actor, Host, Session
from triage.errors import CaseError, IntegrityError, LockedError

NAME = "custody.jsonl"
_FLAGS = (
    os.O_RDWR
    | os.O_APPEND
    | os.O_CREAT
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BROKEN = "Run `triage verify` on it, and keep it as it is."


class CustodyLog:
    """The one writer of a case's log. Use as a context manager."""

    def __init__(
        self, case_dir: Path, fd: int, lock_kind: str, session: Session, clock: Clock, state: LogState
    ) -> None:
        self.case_dir = case_dir
        self.session = session
        self._fd = fd
        self._lock_kind = lock_kind
        self._clock = clock
        self._state = state
        self._mono_start: int | None = None
        self._why_closed = ""

    @classmethod
    def open(
        cls, case_dir: Path, *, actor: Actor, host: Host, clock: Clock = SYSTEM, run_id: str | None = None
    ) -> Self:
        """Open or begin the log of a case folder, lock it, and record what an interrupted process left behind.

        LockedError: another process writes. IntegrityError: the log is broken. CaseError: it cannot be written.
        """
        boot_id = clock.boot_id()
        session = (
            Session(actor=actor, host=host, boot_id=boot_id)
            if run_id is None
            else Session(actor=actor, host=host, boot_id=boot_id, run_id=run_id)
        )
        fd, lock_kind = _open_locked(case_dir)
        try:
            found = _scan_checked(case_dir, fd)
            log = cls(case_dir, fd, lock_kind=lock_kind, session=session, clock=clock, state=found.state)
            leftovers = recovery.leftovers(case_dir, fd, found)
            if leftovers:
                log.append_many(leftovers)
        except BaseException as error:
            os.close(fd)
            lock.release(lock_kind, case_dir)
            if isinstance(error, OSError):
                raise _cannot_open(case_dir, error) from error
            raise
        return log

    @property
    def seq(self) -> int:
        """Of the last acknowledged line; -1 for an empty log."""
        return self._state.lines - 1

    @property
    def head(self) -> str:
        """SHA-256 of the last acknowledged line; 64 zeros for an empty log."""
        return self._state.head

    @property
    def state(self) -> LogState:
        """For `seal`: hashes and tree of the lines so far. Not to be changed elsewhere."""
        return self._state

    def append(self, kind: str, data: Mapping[str, object]) -> int:
        """Record one event; gives its `seq` when it is safely on disk."""
        return self.append_many([(kind, data)])[-1]

    def append_many(self, batch: Iterable[events.Event]) -> range:
        """Record events with one write and one sync; gives their `seq`s. ValueError: an event of a wrong form.

        A run.start that finds an earlier run without an end puts a run.aborted before itself.
        """
        if self._why_closed:
            raise CaseError(self._why_closed, where=str(self.case_dir / NAME))
        pending: list[events.Event] = []
        for kind, data in batch:
            events.check(kind, data)
            if kind == "run.start" and self._state.open_run:
                aborted, start = self._state.open_run
                pending.append(("run.aborted", {"run_id": aborted, "start_seq": start}))
            pending.append((kind, data))
        now, mono = utc_text(self._clock.now()), self._clock.mono_ns()
        lines, heads = self._render(pending, now, mono)
        if lines:
            block = b"\n".join(lines) + b"\n"
            self._why_closed = "writing the custody log was interrupted; run again."  # until all of it is done
            self._write(block)
            self._mono_start = mono if self._mono_start is None else self._mono_start
            self._acknowledge(lines, heads, block, pending)
            self._why_closed = ""
        return range(self._state.lines - len(lines), self._state.lines)

    def _render(self, pending: list[events.Event], now: str, mono: int) -> tuple[list[bytes], list[str]]:
        """Raw lines and their hashes; changes nothing."""
        opens = self._mono_start is None
        elapsed = 0 if self._mono_start is None else mono - self._mono_start
        seq, head = self._state.lines, self._state.head
        lines, heads = [], []
        for kind, data in pending:
            if opens or kind == "run.start":
                line = self._session_line(data, elapsed, mono, head, seq, now, kind)
                opens = False
            else:
                line = (
                    f'{{"data":{canonical.encode_text(dict(data))},"mono_ns":{elapsed},"prev":"{head}",'
                    f'"seq":{seq},"time":"{now}","type":"{kind}"}}'
                ).encode()
            if len(line) >= LINE_LIMIT:
                raise ValueError(f"a {kind} event longer than {LINE_LIMIT} bytes")
            head = hashlib.sha256(line).hexdigest()
            seq += 1
            lines.append(line)
            heads.append(head)
        return lines, heads

    def _session_line(
        self, data: Mapping[str, object], elapsed: int, mono: int, head: str, seq: int, now: str, kind: str
    ) -> bytes:
        own = {"data": dict(data), "mono_ns": elapsed, "prev": head, "seq": seq, "time": now, "type": kind}
        return canonical.encode({**own, **self.session.to_json(), "boot_us": mono // 1000, "lock": self._lock_kind})

    def _write(self, block: bytes) -> None:
        """Returns when the block is on disk; otherwise cuts off what got there and closes the log for good."""
        view = memoryview(block)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
            sync(self._fd)
        except OSError as error:
            self._why_closed = "the custody log could not be written, so nothing more is done in this case."
            with contextlib.suppress(OSError):  # then the next opening cuts it
                os.ftruncate(self._fd, self._state.size)
                sync(self._fd)
            raise CaseError(
                f"the custody log could not be written ({error.strerror}).",
                where=str(self.case_dir / NAME),
                remedy="Free space or mend the medium, then run again; what was acknowledged is kept.",
            ) from error

    def _acknowledge(self, lines: list[bytes], heads: list[str], block: bytes, pending: list[events.Event]) -> None:
        state = self._state
        state.linear.update(block)
        for line, head, (kind, data) in zip(lines, heads, pending, strict=True):
            state.add(line, head)
            if kind != "item":
                state.follow({"type": kind, "data": dict(data), "run_id": self.session.run_id})

    def close(self) -> None:
        """Give the lock back. Nothing is written: everything acknowledged is already on disk."""
        if not self._why_closed:
            self._why_closed = "the custody log is closed."
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            lock.release(self._lock_kind, self.case_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _open_locked(case_dir: Path) -> tuple[int, str]:
    """The log's descriptor, locked, and sure to be the file of that name."""
    path = case_dir / NAME
    try:
        work_folder(case_dir)
        fd = os.open(path, _FLAGS, 0o600)
    except OSError as error:
        raise _cannot_open(case_dir, error) from error
    try:
        opened, named = os.fstat(fd), os.lstat(path)
        if not stat.S_ISREG(opened.st_mode) or opened.st_nlink > 1:
            raise IntegrityError("the custody log is not a file of its own.", where=str(path), remedy=_BROKEN)
        kind = lock.acquire(fd, case_dir)
        if os.name != "nt" and (opened.st_dev, opened.st_ino) != (named.st_dev, named.st_ino):
            raise LockedError("the custody log was replaced while it was opened.", where=str(path))
        sync_folder(case_dir)
    except BaseException:
        os.close(fd)
        raise
    return fd, kind


def _cannot_open(case_dir: Path, error: OSError) -> CaseError:
    return CaseError(f"the custody log cannot be opened ({error.strerror or error}).", where=str(case_dir / NAME))


def _scan_checked(case_dir: Path, fd: int) -> Scan:
    """Read the log back; IntegrityError where it is broken or does not fit its newest checkpoint."""
    path = case_dir / NAME
    try:
        last = checkpoint.newest(case_dir)
    except (OSError, ValueError) as error:
        raise IntegrityError(
            f"the newest checkpoint cannot be read ({error}).", where=str(path), remedy=_BROKEN
        ) from error
    try:
        with os.fdopen(os.dup(fd), "rb") as stream:
            found = scan(stream, last[1].size if last else 0)
    except BrokenChainError as error:
        raise IntegrityError(f"broken at seq {error.seq}: {error.why}.", where=str(path), remedy=_BROKEN) from error
    if last and found.linear_at_anchor != last[1].log_sha256:
        raise IntegrityError(f"the log is not the one checkpoint {last[0]} describes.", where=str(path), remedy=_BROKEN)
    return found
