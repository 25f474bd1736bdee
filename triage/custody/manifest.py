"""`manifest.sha256` (the evidence) and `case.sha256` (every other file of the case folder), in coreutils form.

A line is `<64 hex>  <name>` and LF; where the name has a backslash, LF or CR, the line begins with a backslash and the
name has `\\\\`, `\\n` or `\\r` instead (GNU coreutils, "Output of md5sum"). Names are bytes: a name that is not UTF-8
stands as it is on the disk. Lines are sorted by name bytewise. `sha256sum -c` reads both files as they are.

`case.sha256` is a closed world: whatever lies in the case folder is listed, or it is an error. `sha256sum -c` alone
would not notice an added file. Left out are the checkpoints (they come after it and are bound to the log), the live
SQLite files (their content is `index.jsonl`), `.work/` and the list itself. Links and files with a second name are
never part of a case folder.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from triage.custody.files import place, sha256_file

MANIFEST = "manifest.sha256"
CASE_LIST = "case.sha256"
SEPARATE = frozenset({b"evidence.sqlite", b"evidence.sqlite-wal", b"evidence.sqlite-shm", b"evidence.sqlite-journal"})
_OWN_FOLDERS = frozenset({b"checkpoints", b".work"})
_LINE = re.compile(rb"(\\?)([0-9a-f]{64})  (.+)", re.DOTALL)
_ESCAPES = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"))
_UNESCAPE = re.compile(rb"\\(.?)", re.DOTALL)
_PLAIN = {b"\\": b"\\", b"n": b"\n", b"r": b"\r"}


def format_line(name: bytes, digest: str) -> bytes:
    """One line, LF included."""
    escaped = name
    for plain, code in _ESCAPES:
        escaped = escaped.replace(plain, code)
    mark = b"\\" if escaped != name else b""
    return mark + digest.encode("ascii") + b"  " + escaped + b"\n"


def render(entries: Mapping[bytes, str]) -> bytes:
    """A whole list."""
    return b"".join(format_line(name, entries[name]) for name in sorted(entries))


def parse(data: bytes) -> dict[bytes, str]:
    """Names and digests of a list; ValueError names the first line that is wrong."""
    entries: dict[bytes, str] = {}
    if data and not data.endswith(b"\n"):
        raise ValueError("the last line is cut off")
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number} is not a digest and a name")
        name = _unescaped(match[3], number) if match[1] else match[3]
        if name in entries:
            raise ValueError(f"line {number} names a file a second time")
        entries[name] = match[2].decode("ascii")
    return entries


def _unescaped(name: bytes, number: int) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        if match[1] not in _PLAIN:
            raise ValueError(f"line {number} has an unknown escape")
        return _PLAIN[match[1]]

    return _UNESCAPE.sub(plain, name)


def write_manifest(case_dir: Path, entries: Iterable[tuple[bytes | str, str]]) -> None:
    """Write `manifest.sha256` from (`LABEL/relative path`, SHA-256) pairs; str names as `os.fsdecode` gives them."""
    named = {os.fsencode(name): digest for name, digest in entries}
    place(case_dir, case_dir / MANIFEST, render(named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One entry of a folder tree that is no folder."""

    name: bytes
    """Relative, with `/` between the parts."""
    path: Path
    why_not: str = ""
    """`link`, `special` or `second name`; empty for a plain file."""


def walk_tree(folder: Path, prefix: bytes = b"", leave_out: frozenset[bytes] = frozenset()) -> Iterator[Found]:
    """Everything below a folder but folders, links not followed, in the order of names. OSError where unlistable."""
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    for entry in entries:
        name = prefix + os.fsencode(entry.name)
        if name in leave_out:
            continue
        path = Path(entry.path)
        if entry.is_symlink():
            yield Found(name=name, path=path, why_not="link")
        elif entry.is_dir(follow_symlinks=False):
            yield from walk_tree(path, name + b"/", leave_out)
        elif not entry.is_file(follow_symlinks=False):
            yield Found(name=name, path=path, why_not="special")
        else:
            yield Found(name=name, path=path, why_not="second name" if os.lstat(path).st_nlink > 1 else "")


def walk_case(case_dir: Path) -> Iterator[Found]:
    """What `case.sha256` must list, and what should not be there: links, also in place of the folders left out."""
    own = {name for name in _OWN_FOLDERS if stat.S_ISDIR(_mode(case_dir / os.fsdecode(name)))}
    separate = {name for name in SEPARATE if stat.S_ISREG(_mode(case_dir / os.fsdecode(name)))}
    for found in walk_tree(case_dir, leave_out=frozenset(own | separate)):
        if found.why_not or found.name != os.fsencode(CASE_LIST):
            yield found


def _mode(path: Path) -> int:
    try:
        return os.lstat(path).st_mode
    except OSError:
        return 0


def hash_case(case_dir: Path, known: Mapping[bytes, str] | None = None) -> dict[bytes, str]:
    """Digest of every file `case.sha256` lists, but those `known` already. ValueError for a link among them."""
    digests = dict(known or {})
    for found in walk_case(case_dir):
        if found.why_not:
            raise ValueError(f"{os.fsdecode(found.name)!r} is a {found.why_not}; a case folder holds plain files only")
        if found.name not in digests:
            digests[found.name] = sha256_file(found.path)
    return digests
