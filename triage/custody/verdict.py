"""What a verification says: checks in a fixed order, each a value, the first wrong one named.

Four outcomes: `ok`; `note`, which is no fault but must be read (no signature, events after the last checkpoint);
`unchecked`, which could not be tried here (a program is missing); `fail`. Only `fail` makes the verdict negative.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "note", "unchecked", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was checked."""

    name: str
    outcome: Outcome
    detail: str = ""
    """May hold file names from the case or the evidence: print through `triage.display`."""
    seq: int | None = None
    """The event concerned, where there is one."""

    def to_json(self) -> dict[str, object]:
        return {"name": self.name, "outcome": self.outcome, "detail": self.detail, "seq": self.seq}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehash:
    """A source against the manifest, in the classes of hashdeep's audit."""

    label: str
    path: str
    matched: int = 0
    changed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    """(name in the manifest, name now) of files whose content is found under another name."""
    new: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        return not (self.changed or self.moved or self.new or self.missing or self.unreadable)

    def counts(self) -> dict[str, int]:
        """How many files of each class."""
        classes = ("changed", "moved", "new", "missing", "unreadable")
        return {"matched": self.matched, **{name: len(getattr(self, name)) for name in classes}}

    def to_json(self) -> dict[str, object]:
        listed = {name: list(getattr(self, name)) for name in ("changed", "moved", "new", "missing", "unreadable")}
        return {"label": self.label, "path": self.path, "matched": self.matched, **listed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer."""

    checks: tuple[Check, ...]
    events: int = 0
    anchored: int = 0
    """How many events the newest checkpoint that holds covers."""
    first_bad_seq: int | None = None
    allowed_signers: str = ""
    """Which list of signers was used: its path and whether it came from outside the case folder."""
    head: str = ""
    sources: tuple[Rehash, ...] = ()

    @property
    def ok(self) -> bool:
        return self.first_wrong is None

    @property
    def unanchored(self) -> int:
        """Events after the last checkpoint: nothing but the chain speaks for them."""
        return self.events - self.anchored

    @property
    def first_wrong(self) -> Check | None:
        return next((check for check in self.checks if check.outcome == "fail"), None)

    @property
    def summary(self) -> str:
        """One sentence."""
        wrong = self.first_wrong
        if wrong is not None:
            place = f" (first bad event: seq {self.first_bad_seq})" if self.first_bad_seq is not None else ""
            return f"DOES NOT HOLD: {wrong.name}: {wrong.detail}{place}"
        if self.unanchored:
            return (
                f"holds for {self.anchored} events; UNANCHORED TAIL: {self.unanchored} events after the last "
                "checkpoint (an interrupted run, or lines added by someone)"
            )
        return f"holds: {self.events} events, all under the last checkpoint"

    def lines(self) -> Iterator[str]:
        """The checks for a person, one a line; files of a source that differ below them."""
        words = {"ok": "ok", "note": "note", "unchecked": "?", "fail": "FAIL"}
        for check in self.checks:
            yield f"{words[check.outcome]:5} {check.name}: {check.detail}"
        for source in self.sources:
            for kind in ("changed", "new", "missing", "unreadable"):
                yield from (f"      {kind}: {name}" for name in getattr(source, kind)[:20])
            yield from (f"      moved: {old} → {new}" for old, new in source.moved[:20])
        if self.allowed_signers:
            yield f"      signers by {self.allowed_signers}"

    def to_json(self) -> dict[str, object]:
        wrong = self.first_wrong
        return {
            "ok": self.ok,
            "summary": self.summary,
            "first_wrong": wrong.to_json() if wrong else None,
            "first_bad_seq": self.first_bad_seq,
            "events": self.events,
            "anchored": self.anchored,
            "unanchored": self.unanchored,
            "head": self.head,
            "allowed_signers": self.allowed_signers,
            "checks": [check.to_json() for check in self.checks],
            "sources": [source.to_json() for source in self.sources],
        }


def ok(name: str, detail: str = "", seq: int | None = None) -> Check:
    return Check(name=name, outcome="ok", detail=detail, seq=seq)


def note(name: str, detail: str, seq: int | None = None) -> Check:
    return Check(name=name, outcome="note", detail=detail, seq=seq)


def unchecked(name: str, detail: str) -> Check:
    return Check(name=name, outcome="unchecked", detail=detail)


def fail(name: str, detail: str, seq: int | None = None) -> Check:
    return Check(name=name, outcome="fail", detail=detail, seq=seq)


def listed(names: Sequence[str], most: int = 5) -> str:
    """A few names and how many more."""
    shown = ", ".join(repr(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
