"""What the events of a log say of each other, gathered while it is read: runs, items, outputs, checkpoints.

Runs must end or be recorded as aborted before the next begins; a `run.end` must add up; where it states how many
items it logged, so many item events must stand before it. Only events of an unbroken chain come here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from triage.custody.events import unbalanced
from triage.custody.verdict import Check, fail, note, ok


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A `checkpoint.made`."""

    seq: int
    number: int
    time: str
    data: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The last `output.written` of a path."""

    seq: int
    sha256: str
    size: int


@dataclass(slots=True, kw_only=True)
class Accounts:
    """Facts of the log."""

    case: str = ""
    announced: list[Announced] = field(default_factory=list)
    voids: dict[int, int] = field(default_factory=dict)
    """seq of a `checkpoint.void` → the number it is about."""
    outputs: dict[str, Output] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    runs: int = 0
    aborted: int = 0
    recovered: int = 0
    open_run: int | None = None
    items: int = 0
    walked: int = 0
    set_back: int = 0
    """How often the wall clock went back between two events."""
    _items_in_run: int = 0
    _last_time: str = ""

    def take(self, event: dict[str, object], seq: int) -> None:
        """The next event of the chain."""
        time, kind, data = str(event["time"]), event["type"], event["data"]
        self.set_back += time < self._last_time
        self._last_time = time
        if kind == "item":
            self.items += 1
            self._items_in_run += 1
        elif isinstance(data, dict):
            self._take_other(str(kind), data, seq, time)

    def _take_other(self, kind: str, data: dict[str, object], seq: int, time: str) -> None:
        number = data.get("number")
        if kind == "case.created":
            self._created(data, seq)
        elif kind.startswith("run."):
            self._run(kind, data, seq)
        elif kind == "checkpoint.made":
            self.announced.append(Announced(seq=seq, number=number if type(number) is int else 0, time=time, data=data))
        elif kind == "checkpoint.void":
            self.voids[seq] = number if type(number) is int else 0
        elif kind == "log.recovered":
            self.recovered += 1
        elif kind == "output.written":
            self._output(data, seq)

    def _created(self, data: dict[str, object], seq: int) -> None:
        if self.case:
            self.faults.append((seq, "the case is created a second time"))
        self.case = str(data.get("case"))

    def _run(self, kind: str, data: dict[str, object], seq: int) -> None:
        if kind == "run.start":
            if self.open_run is not None:
                self.faults.append((seq, f"a run starts before the one of seq {self.open_run} has ended"))
            self.runs += 1
            self.open_run, self._items_in_run = seq, 0
        elif self.open_run is None:
            self.faults.append((seq, f"{kind} without a run"))
        else:
            if kind == "run.end":
                self._balance(data, seq)
            self.aborted += kind == "run.aborted"
            self.open_run = None

    def _balance(self, data: dict[str, object], seq: int) -> None:
        if why := unbalanced(data):
            self.faults.append((seq, why))
            return
        walked, stated = data["walked"], data.get("items", self._items_in_run)
        self.walked = walked if isinstance(walked, int) else 0
        if stated != self._items_in_run:
            self.faults.append((seq, f"run.end states {stated} item events, the log has {self._items_in_run}"))

    def _output(self, data: dict[str, object], seq: int) -> None:
        path, digest, size = data.get("path"), data.get("sha256"), data.get("size")
        if isinstance(path, str) and isinstance(digest, str) and isinstance(size, int):
            self.outputs[path] = Output(seq=seq, sha256=digest, size=size)
        else:
            self.faults.append((seq, "output.written does not state path, sha256 and size"))

    def checks(self) -> list[Check]:
        """What follows for the verdict."""
        if self.faults:
            return [fail("accounts", f"seq {seq}: {why}", seq) for seq, why in self.faults[:20]]
        ended = self.runs - self.aborted - (self.open_run is not None)
        found = [ok("accounts", f"{ended} runs ended in balance, {self.items} item events, last walked {self.walked}")]
        if self.aborted or self.recovered:
            found.append(note("history", f"{self.aborted} runs aborted, {self.recovered} torn tails cut and recorded"))
        if self.open_run is not None:
            found.append(
                note("history", f"the run of seq {self.open_run} has no end: at work, or killed", self.open_run)
            )
        if self.set_back:
            found.append(note("history", f"the wall clock was set back {self.set_back} times; mono_ns tells the order"))
        return found
