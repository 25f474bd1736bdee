"""What a run is asked to do, and whom it tells how far it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from triage.case import SourceArgument
from triage.index.canonical import dumps
from triage.keyring import Keyring
from triage.model import WatchEntry
from triage.pipeline.hash_lists import HashHits, HashList, algorithms
from triage.readers.table_map_file import MapFile
from triage.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """A watch-list as the examiner gave it."""

    name: str
    sha256: str
    entries: tuple[WatchEntry, ...]
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One `triage run`."""

    sources: tuple[SourceArgument, ...]
    case: Path
    jobs: int
    zones: Mapping[str, str] = field(default_factory=dict)
    """Label → IANA zone; the empty label stands for every source without its own."""
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Label → ISO 3166 codes, likewise."""
    packs: tuple[str, ...] = ()
    watch: tuple[WatchList, ...] = ()
    privilege: tuple[WatchList, ...] = ()
    """Lists of lawyers' names and numbers: what they hit is held."""
    filter_key: str = ""
    """Public key (PEM) of the filter reviewer, or empty: the store gets a key of its own under the passphrase."""
    filter_passphrase: str = field(default="", repr=False)
    maps: tuple[MapFile, ...] = ()
    """The examiner's own mappings of tables."""
    hash_lists: tuple[HashList, ...] = ()
    """Lists of file hashes; a case keeps what they hit, not the lists."""
    hash_hits: HashHits = field(default_factory=HashHits)
    """What the lists of earlier runs hit, where a run is repeated without them."""
    keyring: Keyring = field(default_factory=Keyring, repr=False)
    """Passwords and key files; of these the records state the number alone."""
    ocr: bool = True
    ocr_languages: tuple[str, ...] = ("eng", "spa", "por", "fra")
    refresh: bool = False
    scope: Scope = field(default_factory=Scope)
    argv: tuple[str, ...] = ()
    """The command line, for the log; it carries no secrets (passwords come from a prompt or the environment)."""

    def zone(self, label: str) -> str | None:
        return self.zones.get(label, self.zones.get(""))

    def region(self, label: str) -> tuple[str, ...]:
        return self.regions.get(label, self.regions.get("", ()))

    def extra_hashes(self) -> tuple[str, ...]:
        """Algorithms besides SHA-256 that the lists of hashes ask for."""
        return algorithms(self.hash_lists, [entry for listed in self.watch for entry in listed.entries])

    def settings(self) -> dict[str, object]:
        """What decides the content of the index, in plain values: logged, hashed and printed in the report."""
        return {
            "ocr": self.ocr,
            "ocr_languages": list(self.ocr_languages) if self.ocr else [],
            "packs": list(self.packs),
            "scope": {
                "since": self.scope.since,
                "until": self.scope.until,
                "apps": list(self.scope.apps),
                "parties": len(self.scope.parties),
                "include_undated": self.scope.include_undated,
            },
            "hash_lists": [one.sha256 for one in self.hash_lists],
            "maps": [one.sha256 for one in self.maps],
            "privilege": [w.sha256 for w in self.privilege],
            "supplied": self.keyring.counts(),
            "regions": {k: list(v) for k, v in sorted(self.regions.items())},
            "watch": [w.sha256 for w in self.watch],
            "zones": dict(sorted(self.zones.items())),
        }

    def settings_hash(self) -> str:
        return hashlib.sha256(dumps(self.settings()).encode()).hexdigest()


class Progress(Protocol):
    """Told how far the run is; the command line draws it."""

    def phase(self, name: str, files: int, size: int) -> None:
        """A phase begins with so many files and bytes known."""
        ...

    def more(self, files: int, size: int) -> None:
        """Further work was found (members of an archive)."""
        ...

    def advance(self, path: str, files: int, size: int, units: int) -> None:
        """Work that is done."""
        ...


class Silent:
    """Draws nothing."""

    def phase(self, name: str, files: int, size: int) -> None:
        """Not shown."""

    def more(self, files: int, size: int) -> None:
        """Not shown."""

    def advance(self, path: str, files: int, size: int, units: int) -> None:
        """Not shown."""
