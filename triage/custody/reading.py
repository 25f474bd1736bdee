"""One pass over a log for `verify`: form, numbers, chain, and the hashes the checkpoints are compared with.

Nothing here raises for any bytes. After the first fault the lines are still hashed, because the checkpoints cover
bytes, but they are no longer believed. Where the leaves of a checkpoint are at hand and give its root, the first line
that differs from them is the first bad event, exactly; otherwise the chain alone is asked, which leaves two candidates
at a broken link: the line before (its bytes changed) or the line itself (its `prev` changed), told apart by the next.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from triage.custody import canonical
from triage.custody.accounts import Accounts
from triage.custody.events import TYPE_FORM
from triage.custody.merkle import Frontier, leaf_hash
from triage.custody.scan import LINE_LIMIT, ZERO_HEAD
from triage.custody.session import LINE_KEYS, SESSION_KEYS, VERSION

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The log as a checkpoint of some size should find it."""

    root: bytes
    linear: str
    head: str


@dataclass(slots=True, kw_only=True)
class Reading:
    """What one pass over the log found."""

    lines: int = 0
    torn: int = 0
    """Bytes after the last LF."""
    head: str = ZERO_HEAD
    bad_seq: int | None = None
    why: str = ""
    """The first fault of form, number or chain; empty where there is none."""
    differs_at: int | None = None
    """First line that is not the one the leaves of the checkpoints name."""
    snapshots: dict[int, Snapshot] = field(default_factory=dict)
    accounts: Accounts = field(default_factory=Accounts)


def read_log(stream: BinaryIO, sizes: frozenset[int], leaves: bytes = b"") -> Reading:
    """Read a log; snapshots are taken at `sizes`; `leaves` are leaf hashes already proved against a checkpoint."""
    found = Reading()
    tree, linear = Frontier(), hashlib.sha256()
    chain = _Chain(found)
    for raw in _raw_lines(stream, found):
        line = raw[:-1]
        chain.take(line)
        leaf = leaf_hash(line)
        tree.add(leaf)
        linear.update(raw)
        at = found.lines * 32
        if found.differs_at is None and at < len(leaves) and leaves[at : at + 32] != leaf:
            found.differs_at = found.lines
        found.lines += 1
        if found.lines in sizes:
            found.snapshots[found.lines] = Snapshot(root=tree.root(), linear=linear.hexdigest(), head=chain.hash)
    if found.differs_at is None and found.lines * 32 < len(leaves):
        found.differs_at = found.lines
    found.head = chain.hash
    if found.torn and not found.why:
        found.bad_seq, found.why = found.lines, f"the last line is cut off after {found.torn} bytes (torn tail)"
    return found


def _raw_lines(stream: BinaryIO, found: Reading) -> Iterator[bytes]:
    """Whole lines with their LF. A line past the limit is handed over in pieces, none of which is an event."""
    while raw := stream.readline(LINE_LIMIT):
        if raw.endswith(b"\n"):
            yield raw
        elif len(raw) < LINE_LIMIT:
            found.torn = len(raw)
        else:
            yield raw + b"\n"


class _Chain:
    """Checks each line against the one before, until the first fault."""

    def __init__(self, found: Reading) -> None:
        self._found = found
        self.hash = ZERO_HEAD
        self._before = ZERO_HEAD
        """Hash of the line before the last one."""
        self._last = b""
        self._suspect = False
        """A link broke at the last line; the next line tells which side was changed."""

    def take(self, line: bytes) -> None:
        """The next raw line."""
        digest = hashlib.sha256(line).hexdigest()
        if self._suspect:
            self._settle(line)
        elif not self._found.why:
            self._check(line)
        self._before, self.hash, self._last = self.hash, digest, line

    def _blame(self, seq: int, why: str) -> None:
        self._found.bad_seq, self._found.why = seq, why

    def _settle(self, line: bytes) -> None:
        """The line after a broken link: it names its predecessor rightly, or that one was changed too."""
        self._suspect = False
        if f'"prev":"{self.hash}"'.encode() not in line:
            self._blame(self._found.lines - 1, f"seq {self._found.lines - 1} does not name the line before it")

    def _check(self, line: bytes) -> None:
        seq = self._found.lines
        event, why = parse_line(line)
        if why:
            self._blame(seq, f"seq {seq} is no event: {why}")
        elif event["seq"] != seq:
            twin = event["seq"] == seq - 1 and line != self._last and event["prev"] == self._before
            self._blame(seq - 1 if twin else seq, f"line {seq + 1} has seq {event['seq']}, expected {seq}")
        elif event["prev"] != self.hash:
            self._blame(max(seq - 1, 0), f"seq {seq} does not name the line before it, so one of them was changed")
            self._suspect = True
        elif seq == 0 and "run_id" not in event:
            self._blame(0, "the first line opens no session")
        else:
            self._found.accounts.take(event, seq)


def parse_line(line: bytes) -> tuple[dict[str, object], str]:
    """The event of a raw line, or why it is none."""
    try:
        event = canonical.decode(line)
    except ValueError as error:  # also of text that is no UTF-8 and of numbers too long
        why = str(error) if type(error) is ValueError else "not JSON in UTF-8"
        return {}, why
    if not isinstance(event, dict) or event.keys() not in (LINE_KEYS, SESSION_KEYS):
        return {}, "its keys are not those of an event"
    return event, _wrong_value(event)


def _wrong_value(event: dict[str, object]) -> str:
    if type(event["seq"]) is not int or type(event["mono_ns"]) is not int:
        return "seq or mono_ns is no number"
    if not isinstance(event["data"], dict):
        return "data is no object"
    time, kind = event["time"], event["type"]
    if not isinstance(time, str) or not _TIME.fullmatch(time):
        return "time is not UTC with microseconds"
    if not isinstance(kind, str) or not TYPE_FORM.fullmatch(kind):
        return "type is not the name of an event"
    return "" if event.get("v", VERSION) == VERSION else "a version this program does not know"
