"""Folders and single files as sources: the walk. Nothing is opened here; links are listed, never followed.

The order is by name bytes, so that every machine walks alike. A folder that cannot be listed is a Problem.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from triage.containers import names
from triage.model import Problem
from triage.problems import problem


@dataclass(frozen=True, slots=True, kw_only=True)
class TopFile:
    """One file-system entry of a source."""

    path: str
    """Contract path relative to the source."""
    real: str
    """Where to open it (surrogate-escaped where undecodable); stays between broker and worker."""
    size: int
    mtime_ns: int
    problems: tuple[Problem, ...] = ()
    """Not empty: listed, not opened."""
    flags: tuple[str, ...] = ()


def walk(root: Path) -> Iterator[TopFile]:
    """Every entry below `root` that is no folder; `root` itself when it is a file."""
    if not root.is_dir():
        yield _entry(root.lstat() if not root.is_symlink() else root.stat(), str(root), names.encode(root.name))
        return
    yield from _folder(str(root), "")


def _folder(real: str, path: str) -> Iterator[TopFile]:
    """Depth-first with an own stack: a tree 10,000 deep is survived."""
    stack = [(real, path)]
    while stack:
        real, path = stack.pop()
        try:
            with os.scandir(real) as found:
                entries = sorted(found, key=lambda e: os.fsencode(e.name))
        except OSError:
            yield _unlistable(real, path)
            continue
        folders = []
        for entry in entries:
            below = f"{path}/{names.encode(entry.name)}" if path else names.encode(entry.name)
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, below))
            else:
                yield _scan_entry(entry, below)
        stack.extend(reversed(folders))


def _scan_entry(entry: os.DirEntry[str], path: str) -> TopFile:
    try:
        return _entry(entry.stat(follow_symlinks=False), entry.path, path)
    except OSError:
        return _unlistable(entry.path, path)


def _unlistable(real: str, path: str) -> TopFile:
    return TopFile(path=path or ".", real=real, size=0, mtime_ns=0, problems=(problem("W-UNREADABLE", "walk"),))


def _entry(info: os.stat_result, real: str, path: str) -> TopFile:
    kind = stat.S_IFMT(info.st_mode)
    found: tuple[Problem, ...] = ()
    flags: tuple[str, ...] = ()
    if kind == stat.S_IFLNK:
        found, flags = (problem("W-LINK", "walk"),), ("link",)
    elif kind != stat.S_IFREG:
        found, flags = (problem("W-SPECIAL", "walk", what=_SPECIAL.get(kind, "unknown kind")),), ("special",)
    return TopFile(path=path, real=real, size=info.st_size, mtime_ns=info.st_mtime_ns, problems=found, flags=flags)


_SPECIAL = {
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}
