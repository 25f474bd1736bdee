"""Reading a log back before writing to it: its state, and its torn tail.

Every line is hashed and must name the one before it; the newest checkpoint must still describe the beginning. A writer
never adds to a log that is broken: that would bury the place. What follows the last LF was being written when the
process or the machine stopped; it was never acknowledged, and is what `recovery` cuts off and records.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from triage.custody.merkle import Frontier, leaf_hash

if TYPE_CHECKING:
    from _hashlib import HASH

ZERO_HEAD = "0" * 64
"""`prev` of the first line."""
LINE_LIMIT = 1 << 20
"""No event is longer; what is longer is no log line."""
_PREV = b'"prev":"'
_MARKS = (b'"type":"run.', b'"type":"log.recovered"', b'"type":"checkpoint.made"', b'"type":"case.created"')


class BrokenChainError(ValueError):
    """A line does not follow from the one before it."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(why)
        self.seq = seq
        self.why = why


@dataclass(slots=True, kw_only=True)
class LogState:
    """What the writer must know of the lines so far. Changes only when lines are safely on disk."""

    lines: int = 0
    size: int = 0
    head: str = ZERO_HEAD
    linear: HASH = field(default_factory=hashlib.sha256)
    tree: Frontier = field(default_factory=Frontier)
    leaves: bytearray = field(default_factory=bytearray)
    """Leaf hashes of the lines after `anchored`."""
    anchored: int = 0
    """How many lines the newest checkpoint covers."""
    open_run: tuple[str, int] | None = None
    """run_id and seq of a run.start that has no end yet."""
    recovered: set[str] = field(default_factory=set)
    """Digests of torn tails already recorded."""
    announced: int = 0
    """The highest checkpoint number the log speaks of."""
    case: str = ""
    """The case's UUID."""
    last_line: bytes = b""
    run_id: str = ""

    def add(self, line: bytes, head: str) -> None:
        """Take in one raw line (without LF) whose SHA-256 is `head`."""
        leaf = leaf_hash(line)
        self.tree.add(leaf)
        if self.lines >= self.anchored:
            self.leaves += leaf
        self.lines += 1
        self.size += len(line) + 1
        self.head = head
        self.last_line = line

    def follow(self, event: dict[str, object]) -> None:
        """Keep track of runs and recoveries; `event` is the parsed line."""
        kind, data = event.get("type"), event.get("data")
        self.run_id = str(event.get("run_id", self.run_id))
        if kind == "run.start":
            self.open_run = (self.run_id, self.lines - 1)
        elif kind in ("run.end", "run.aborted"):
            self.open_run = None
        elif kind == "log.recovered" and isinstance(data, dict):
            self.recovered.add(str(data.get("sha256")))
        elif kind == "checkpoint.made" and isinstance(data, dict):
            number = data.get("number")
            self.announced = max(self.announced, number if type(number) is int else 0)
        elif kind == "case.created" and isinstance(data, dict):
            self.case = str(data.get("case"))

    def anchor(self) -> None:
        """A checkpoint now covers every line."""
        self.anchored = self.lines
        self.leaves.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The state after the last whole line, and the bytes behind it."""

    state: LogState
    torn: bytes
    linear_at_anchor: str
    """Hash of the lines the newest checkpoint covers; empty where the log is shorter than that."""


def _prev_of(line: bytes) -> str:
    # the last `"prev":"` is the line's own: a quote inside a string is escaped, and `data` comes first
    at = line.rfind(_PREV)
    return line[at + len(_PREV) : at + len(_PREV) + 64].decode("ascii", "replace") if at >= 0 else ""


def scan(stream: BinaryIO, anchored: int = 0) -> Scan:
    """Read a whole log. BrokenChainError names the first line that does not follow."""
    stream.seek(0, os.SEEK_SET)
    state = LogState(anchored=anchored)
    at_anchor = state.linear.hexdigest() if anchored == 0 else ""
    torn = b""
    while raw := stream.readline(LINE_LIMIT):
        if not raw.endswith(b"\n"):
            torn = raw + stream.read()
            if b"\n" in torn:
                raise BrokenChainError(state.lines, "the line is longer than any event")
            break
        line = raw[:-1]
        if _prev_of(line) != state.head:
            raise BrokenChainError(state.lines, "the line does not name the one before it")
        state.add(line, hashlib.sha256(line).hexdigest())
        state.linear.update(raw)
        if any(mark in line for mark in _MARKS) or b'"run_id":"' in line:
            state.follow(_parse(line, state.lines - 1))
        if state.lines == anchored:
            at_anchor = state.linear.hexdigest()
    if state.lines and _parse(state.last_line, state.lines - 1).get("seq") != state.lines - 1:
        raise BrokenChainError(state.lines - 1, "the line has the wrong number")
    return Scan(state=state, torn=torn, linear_at_anchor=at_anchor)


def _parse(line: bytes, seq: int) -> dict[str, object]:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        raise BrokenChainError(seq, "the line is not JSON") from None
    if not isinstance(event, dict):
        raise BrokenChainError(seq, "the line is not an event")
    return event
