"""What the tests of containers share: bytes as a blob, a container read to its end, and cutting at many places."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from triage.containers.archive import Archive, Container, Member, Opening
from triage.engines.blob import HeldBlob, take
from triage.keyring import Keys
from triage.model import Head, Problem, SourceFact
from triage.problems import ReadError

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
CORPUS = SHARED / "corpus"


@dataclass
class Opened:
    """Everything a container gave."""

    content: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    facts: list[SourceFact] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Paths of members that could not be read."""


def blob(data: bytes, scratch: Path) -> HeldBlob:
    return take(io.BytesIO(data), scratch)


def head(data: bytes, name: str = "") -> Head:
    return Head(name=name, size=len(data), start=data[:65536])


def keys(*passwords: str, files: Iterable[bytes] = ()) -> Keys:
    return Keys(passwords, tuple(files))


def opened(container: Container, data: bytes, scratch: Path, with_keys: Keys | None = None, name: str = "") -> Opened:
    """The container read to its end; what it refuses stands in `problems`."""
    out = Opened()
    opening = Opening(name=name, keys=with_keys or Keys(), scratch=scratch)
    try:
        archive = (
            container.unlock(blob(data, scratch), opening) if container.unlock else container.open(blob(data, scratch))
        )
        for step in steps(archive):
            _take(out, archive, step)
    except ReadError as error:
        out.problems.append(error.problem.code)
        return out
    archive.close()
    return out


def steps(archive: Archive) -> Iterator[Member | Problem | SourceFact]:
    yield from archive.members()


def _take(out: Opened, archive: Archive, step: Member | Problem | SourceFact) -> None:
    if isinstance(step, Problem):
        out.problems.append(step.code)
    elif isinstance(step, SourceFact):
        out.facts.append(step)
    elif not step.readable:
        out.unread.append(step.path)
        out.problems += [found.code for found in step.problems]
    else:
        try:
            with archive.open(step) as stream:
                out.content[step.path] = b"".join(iter(lambda: stream.read(1000), b""))
        except ReadError as error:
            out.unread.append(step.path)
            out.problems.append(error.problem.code)


def cuts(size: int, share: int = 40) -> list[int]:
    """Places to cut at: the first ones all, then evenly, and around the end."""
    even = range(0, size, max(1, size // share))
    return sorted({*range(min(size, 12)), *even, *(max(0, size - n) for n in range(1, 6))})
