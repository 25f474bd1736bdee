"""Errors that end a command, and its exit codes.

    TriageError
    ├── UsageError           2   the command line, a config or a list typed by a person is wrong
    ├── SourceError          2   a named source is missing or is inside the case
    ├── CaseError            2   the case folder is not one, or belongs to another version
    ├── IntegrityError       4   custody, manifest, index or edition does not hold
    ├── PrerequisiteError    5   something needed is not installed
    └── LockedError          2   another run works on this case

What goes wrong with *evidence* is no error but a `Problem` (`triage.problems`).
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command. Precedence: 130 > 5 > 2 > 4 > 1 > 3."""

    DONE = 0
    CONDITION = 1
    """A `--fail-on` or `--min-…` condition is met."""
    USAGE = 2
    UNREAD = 3
    """Done, but some items are `failed` or `quarantined`."""
    INTEGRITY = 4
    PREREQUISITE = 5
    INTERRUPTED = 130


PRECEDENCE = (Exit.INTERRUPTED, Exit.PREREQUISITE, Exit.USAGE, Exit.INTEGRITY, Exit.CONDITION, Exit.UNREAD, Exit.DONE)


def worst(*codes: Exit) -> Exit:
    """The code that wins when several apply."""
    return min(codes, key=PRECEDENCE.index, default=Exit.DONE)


class TriageError(Exception):
    """One clear sentence: what, where, and the remedy."""

    code = Exit.USAGE

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.remedy = what, where, remedy

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} {self.remedy}".strip()


class UsageError(TriageError):
    """The command line, a configuration or a list typed by a person is wrong."""


class SourceError(TriageError):
    """A named source cannot be used at all."""


class CaseError(TriageError):
    """The case folder is not one, or cannot be used by this version."""


class LockedError(TriageError):
    """Another run works on this case."""


class IntegrityError(TriageError):
    """Custody, manifest, index or an edition does not hold."""

    code = Exit.INTEGRITY


class PrerequisiteError(TriageError):
    """Something this needs is not installed."""

    code = Exit.PREREQUISITE
