"""What the broker asks of a worker: plain values that cross as JSON."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

Phase = Literal["read", "members", "ocr", "extract"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work: a file, some members of an archive, or one picture.

    `chain` leads from the top-level file to the item: the index of a member in each container on the way.
    `expected` is the SHA-256 that the top-level file must have (members) or the item (ocr); other bytes are refused.
    """

    id: int
    phase: Phase
    source: str
    path: str
    """Contract path of the item, or of the archive for `members`."""
    real: str
    follow: bool = False
    zone: str | None = None
    regions: tuple[str, ...] = ()
    ocr_languages: tuple[str, ...] = ()
    chain: tuple[int, ...] = ()
    expected: str = ""
    members: tuple[int, ...] = ()
    extra_hashes: tuple[str, ...] = ()
    wal: str = ""
    """Where the write-ahead log of a database lies, if the source has one beside it."""
    backup: str = ""
    """Where the folder of the iTunes backup lies to which the top-level file belongs, or empty."""
    backup_folder: str = ""
    """The same folder as a contract path."""
    keys: tuple[str, ...] = ()
    """Where files of the source lie that may be keys of encrypted ones."""
    inner_keys: tuple[str, ...] = ()
    """Contents, in hex, of key files found in the archives on the way; set by workers only."""
    window: tuple[Any, ...] = ()
    """For `extract`: units and runs, as `triage.engines.windows` packs them."""
    size: int = 0
    """For ordering and time limits only."""


def to_wire(task: Task) -> dict[str, Any]:
    return {f.name: getattr(task, f.name) for f in fields(task)}


def from_wire(value: dict[str, Any]) -> Task:
    """The broker is trusted by its workers; only JSON's lists are turned back into tuples."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items()}
    return Task(**values)
