"""What a container is: bytes that hold other files. Members are streamed, never extracted to names of the evidence.

Limits are counts, so that every machine stops at the same place (`custody.md` on archive bombs): members, bytes in
all, and the ratio of unpacked to packed bytes of one member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from triage.keyring import NO_KEYS, Keys
from triage.model import Blob, Head, Problem, SourceFact

MAX_DEPTH = 8
MAX_MEMBERS = 2_000_000
MAX_RATIO = 2_000
"""Unpacked against packed size of one member, checked above `RATIO_FLOOR` bytes (DEFLATE cannot pass 1,032)."""
RATIO_FLOOR = 64 << 20
MAX_MEMBER_BYTES = 64 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file inside a container, in the container's own order."""

    index: int
    """Its ordinal among the members that are files: what a worker opens it by."""
    path: str
    """Relative contract path (`triage.containers.names`)."""
    size: int
    readable: bool = True
    problems: tuple[Problem, ...] = ()
    """Why it cannot be read, or what is odd about it."""
    link: bool = False


class Archive(Protocol):
    """An opened container."""

    random_access: bool
    """True where single members can be opened cheaply: their work may be shared between workers."""

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        """Members in order; a Problem of the container itself where it cannot be read further; facts about it."""
        ...

    def open(self, member: Member) -> BinaryIO:
        """The member's bytes. Raises OSError, ValueError or `triage.problems.ReadError` where they are damaged.

        For an archive without random access only the member that `members()` yielded last can be opened.
        """
        ...

    def close(self) -> None: ...


UNLOCKED = "opened_with"
"""Key of the fact that a container was opened with something supplied; its value is one of the two below."""
WITH_PASSWORD, WITH_KEY = "a supplied password", "a key file"
LOCKED = frozenset({"C-LOCKED", "C-ENCRYPTED", "C-PASSWORD", "C-KEY", "C-KEY-WRONG"})
"""Codes of problems that a password or a key can mend: what has one is read again when one is supplied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What helps to open a container that may be encrypted."""

    name: str = ""
    """Base name of the item, a hint only."""
    keys: Keys = NO_KEYS
    scratch: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container format; each module of `triage.containers` ends with one."""

    name: str
    version: str
    media_type: str
    detect: Callable[[Head], int]
    open: Callable[[Blob], Archive]
    """Raises `triage.problems.ReadError` where the bytes are no such container after all."""
    unlock: Callable[[Blob, Opening], Archive] | None = None
    """As `open`, for a format that may be encrypted; used in place of `open` where it is given."""
    beside: str = ""
    """The reader that reads the item itself (a mail, a document) while this container lists the files inside it."""
