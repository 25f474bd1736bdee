"""The evidence against `manifest.sha256`, years later: every file hashed again, in the classes of hashdeep's audit.

matched: same name, same content. changed: same name, other content. moved: a listed content under a name that is not
listed, its own name gone. new: a name and content not listed. missing: a listed name whose content is nowhere.
unreadable: listed, there, and not to be opened. Links are not followed, devices and FIFOs not opened: they were not
in the manifest either.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from triage.custody.files import sha256_file
from triage.custody.manifest import Found, walk_tree
from triage.custody.verdict import Rehash


def labels(entries: Mapping[bytes, str]) -> list[str]:
    """The labels a manifest speaks of."""
    return sorted({os.fsdecode(name.split(b"/", 1)[0]) for name in entries})


def choose_label(entries: Mapping[bytes, str], path: Path) -> str:
    """The label meant by a path given without one: its base name, or the only label there is. Empty: unclear."""
    known = labels(entries)
    name = path.resolve().name
    if name in known:
        return name
    return known[0] if len(known) == 1 else ""


def rehash(label: str, path: Path, entries: Mapping[bytes, str]) -> Rehash:
    """Compare one source with its part of the manifest. OSError where the source cannot be listed at all."""
    prefix = os.fsencode(label)
    wanted = {name: digest for name, digest in entries.items() if name == prefix or name.startswith(prefix + b"/")}
    actual: dict[bytes, str] = {}
    unreadable: list[bytes] = []
    for found in _files(path, prefix, wanted):
        try:
            actual[found.name] = sha256_file(found.path)
        except OSError:
            unreadable.append(found.name)
    return _classes(label, path, wanted, actual, unreadable)


def _files(path: Path, prefix: bytes, wanted: Mapping[bytes, str]) -> list[Found]:
    if path.is_dir():
        return [found for found in walk_tree(path, prefix + b"/") if found.why_not in ("", "second name")]
    # a source that is one file stands under its label alone, or under label and base name
    name = prefix if prefix in wanted else prefix + b"/" + os.fsencode(path.name)
    return [Found(name=name, path=path)]


def _classes(
    label: str, path: Path, wanted: Mapping[bytes, str], actual: Mapping[bytes, str], unreadable: list[bytes]
) -> Rehash:
    gone = {name: digest for name, digest in wanted.items() if name not in actual and name not in unreadable}
    by_digest: dict[str, list[bytes]] = {}
    for name in sorted(gone):
        by_digest.setdefault(gone[name], []).append(name)
    moved: list[tuple[str, str]] = []
    new: list[str] = []
    for name in sorted(actual.keys() - wanted.keys()):
        if before := by_digest.get(actual[name]):
            moved.append((os.fsdecode(before.pop(0)), os.fsdecode(name)))
        else:
            new.append(os.fsdecode(name))
    both = wanted.keys() & actual.keys()
    return Rehash(
        label=label,
        path=str(path),
        matched=sum(wanted[name] == actual[name] for name in both),
        changed=tuple(os.fsdecode(name) for name in sorted(both) if wanted[name] != actual[name]),
        moved=tuple(moved),
        new=tuple(new),
        missing=tuple(sorted(os.fsdecode(name) for left in by_digest.values() for name in left)),
        unreadable=tuple(os.fsdecode(name) for name in sorted(unreadable)),
    )
