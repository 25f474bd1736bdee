"""Lists of file hashes as laboratories hand them round: read as a stream, whatever their length.

Known by content: plain text (one hash a line, `md5sum` and BSD forms, hashdeep with its header, CSV with a column
`md5`, `sha1` or `sha256`), NSRL as RDSv2 text and as RDSv3 database, Project VIC as VICS JSON. NSRL lists files that
are *known* (of published software): they are counted and skipped nowhere. Every other list is an *alert*: a file on it
becomes a finding; nothing is opened, shown or copied for it.

Sources: md5deep's documentation (hashdeep format), NIST's descriptions of RDSv2 and RDSv3, the published VICS data
model (`value[]` with `MediaID`, `Category`, `MD5`, `SHA1`). Refused: lists without a single hash.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from triage.errors import UsageError
from triage.model import WatchEntry
from triage.readers.json_stream import JsonError, JsonStream
from triage.readers.sqlite_evidence import MAGIC, quoted
from triage.readers.text_encoding import sniff

ALGORITHMS = {32: "md5", 40: "sha1", 64: "sha256"}
_SAMPLE = 20_000
_TOKEN = re.compile(r"(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})(?![0-9a-zA-Z])")
_BSD = re.compile(r"\s*(?:MD5|SHA1|SHA256|SHA2-256)\s*\(.*\)\s*=\s*([0-9a-fA-F]+)\s*\Z")
_NAMES = {"md5": "md5", "sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256", "hash": "hash"}


@dataclass(frozen=True, slots=True)
class HashEntry:
    """One file of a list: its hashes, and what the list says of it."""

    row: int
    digests: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HashList:
    """A list as the examiner gave it; `entries` reads it from its file."""

    name: str
    path: Path
    sha256: str
    kind: Literal["alert", "known"]
    form: Literal["text", "json", "database"]
    algorithms: tuple[str, ...]
    """Those that its first entries have; the files of the case are hashed with the same."""

    def entries(self) -> Iterator[HashEntry]:
        """Every entry, in the list's order."""
        return _FORMS[self.form](self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class HashHits:
    """What the lists of earlier runs hit in a case, and its state: a repetition of the run needs no list again."""

    rows: tuple[tuple[str, str, str, int, str, str], ...] = ()
    state: str = ""


def open_list(path: Path) -> HashList:
    """The list; UsageError where it cannot be read or holds no hash."""
    try:
        with path.open("rb") as handle:
            head = handle.read(1 << 16)
            handle.seek(0)
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise UsageError("the hash list cannot be read.", where=str(path), remedy="Check the path.") from error
    form: Literal["text", "json", "database"] = "text"
    if head.startswith(MAGIC):
        form = "database"
    elif head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"["):
        form = "json"
    try:
        first = list(itertools.islice(_FORMS[form](path), _SAMPLE))
    except (JsonError, sqlite3.Error, csv.Error, UnicodeError) as error:
        raise UsageError("the hash list is damaged.", where=path.name, remedy="Get a complete copy.") from error
    found = {ALGORITHMS[len(digest)] for entry in first for digest in entry.digests}
    if not found:
        raise UsageError(
            "no MD5, SHA-1 or SHA-256 was found in the list.", where=path.name,
            remedy="Give a text with one hash a line, an NSRL set or a Project VIC export.",
        )  # fmt: skip
    known = form == "database" or _is_nsrl(head)
    return HashList(name=path.name, path=path, sha256=digest, kind="known" if known else "alert", form=form,
                    algorithms=tuple(sorted(found)))  # fmt: skip


def _is_nsrl(head: bytes) -> bool:
    first = head.split(b"\n", 1)[0].upper()
    return b'"SHA-1"' in first and b'"PRODUCTCODE"' in first


def _text(path: Path) -> Iterator[HashEntry]:
    with path.open("rb") as handle:
        codec = sniff(handle.read(4096)) or "cp1252"
    with path.open(encoding=codec, errors="replace", newline="") as lines:
        columns: list[int] = []
        for row, line in enumerate(lines, 1):
            if line.startswith("%%%%"):
                columns = _columns(line.lstrip("% ").split(",")) or columns
                continue
            if row == 1 and (found := _columns(next(csv.reader([line]), []))):
                columns = found
                continue
            digests = _of_columns(line, columns) if columns else _of_line(line)
            if digests:
                yield HashEntry(row, digests)


def _columns(cells: list[str]) -> list[int]:
    """The columns of hashes that a line of headings names; none where it is no such line."""
    return [n for n, cell in enumerate(cells) if cell.strip().strip('"').lower() in _NAMES]


def _of_columns(line: str, columns: list[int]) -> tuple[str, ...]:
    cells = next(csv.reader([line]), []) if '"' in line else line.rstrip("\r\n").split(",")
    said = (cells[n].strip().lower() for n in columns if n < len(cells))
    return tuple(digest for digest in said if _TOKEN.fullmatch(digest))


def _of_line(line: str) -> tuple[str, ...]:
    text = line.strip().lstrip("\ufeff\\")
    found = _TOKEN.match(text.strip("\"'"))
    if found:
        return (found[0].lower(),)
    bsd = _BSD.match(text)
    return (bsd[1].lower(),) if bsd and _TOKEN.fullmatch(bsd[1]) else ()


def _json(path: Path) -> Iterator[HashEntry]:
    with path.open("rb") as handle:
        codec = sniff(handle.read(4096)) or "utf-8"
        handle.seek(0)
        stream = JsonStream(handle, codec)
        counter = itertools.count(1)
        if stream.peek() == "[":
            yield from _media(stream, counter)
            return
        for _key in stream.members():
            if stream.peek() == "[":
                yield from _media(stream, counter)
            else:
                stream.skip()


def _media(stream: JsonStream, counter: Iterator[int]) -> Iterator[HashEntry]:
    for value in stream.values():
        row = next(counter)
        if not isinstance(value, dict):
            continue
        plain = {str(key).lower(): one for key, one in value.items()}
        listed = plain.get("hashes")
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict):
                plain.setdefault(str(one.get("HashName", "")).lower(), one.get("HashValue"))
        said = (plain.get(name) for name in ("md5", "sha1", "sha256", "sha-1", "sha-256"))
        digests = tuple(
            text.strip().lower() for text in said if isinstance(text, str) and _TOKEN.fullmatch(text.strip())
        )
        if digests:
            category = plain.get("category")
            yield HashEntry(row, digests, f"category {category}" if isinstance(category, int | str) else "")


def _database(path: Path) -> Iterator[HashEntry]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        for (table,) in db.execute("select name from sqlite_master where type='table' and rootpage>0").fetchall():
            named = [str(row[1]) for row in db.execute(f"pragma table_info({quoted(table)})")]
            columns = [name for name in named if name.lower() in ("md5", "sha1", "sha256")]
            if not columns:
                continue
            sql = f"select rowid, {', '.join(map(quoted, columns))} from {quoted(table)}"
            for row, *values in db.execute(sql):
                digests = tuple(v.lower() for v in values if isinstance(v, str) and _TOKEN.fullmatch(v))
                if digests:
                    yield HashEntry(int(row), digests)


_FORMS = {"text": _text, "json": _json, "database": _database}


def algorithms(lists: Sequence[HashList], watch: Sequence[WatchEntry]) -> tuple[str, ...]:
    """Hashes that the files need besides SHA-256, for these lists and the hashes of watch-lists."""
    wanted = {name for listed in lists for name in listed.algorithms}
    wanted |= {
        ALGORITHMS[len(e.value.strip())] for e in watch if e.type == "hash" and len(e.value.strip()) in ALGORITHMS
    }
    return tuple(sorted(wanted - {"sha256"}))
