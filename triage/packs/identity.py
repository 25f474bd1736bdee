"""The identity of a rule set: SHA-256 over its files, in the order of their names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from triage.model import Resources
from triage.packs.load import EVERY, available, default_root


def pack_files(resources: Resources) -> Iterator[tuple[str, Path]]:
    """Name and place of every file the packs of `resources` are made of."""
    root = resources.pack_root or default_root()
    for folder in (EVERY, *(resources.packs or available(root))):
        for path in sorted((root / folder).glob("*.toml")):
            yield f"{folder}/{path.name}", path


def pack_hash(resources: Resources) -> str:
    """64 hex digits over `<sha256>  <name>` lines, as `sha256sum` prints them."""
    digest = hashlib.sha256()
    for name, path in pack_files(resources):
        digest.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    return digest.hexdigest()
