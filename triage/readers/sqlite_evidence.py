"""SQLite evidence: the one safe way to open it, and what is in it.

The bytes that a reader gets are already a private, hashed copy (`Blob.path`), so the file is opened read-only and
`immutable`: no lock, no `-shm`, no journal is ever written. Nothing in the file's schema is trusted: views, triggers,
virtual tables, functions, ATTACH and recursion are refused by an authorizer, values longer than `MAX_VALUE` are not
loaded, and a step budget ends a query that does not come to an end. Only real tables are read: `type='table'` with a
root page; a view or virtual table of the name a reader looks for is a Problem (`R-VIEW-AS-TABLE`), not data.

A file that is cut off would be refused by SQLite as a whole. Its header is then corrected in a scratch copy to the
pages that are there, so that the rows on them can be read, and the cut is reported (`R-TRUNCATED`).

Side files: a reader is given one file. Rows that stand only in a `-wal` beside it are not seen; the fact is stated
(`SourceFact("wal", …)`). To read them, set `ReadContext.wal` to a private copy of the `-wal` file: main file and log
are then copied together to scratch and opened `mode=ro`, where SQLite replays the log (`sqlite_views` compares both).

Sources: the SQLite file format (sqlite.org/fileformat2.html) and "Defense Against The Dark Arts" (security.html).
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from triage.model import Blob, Read, ReadContext, SourceFact
from triage.problems import ReadError, problem

FORMAT = "SQLite database"
MAGIC = b"SQLite format 3\0"
MAX_VALUE = 16 << 20
"""Bytes of one row; a longer one is reported and the rows around it are read."""
MAX_TABLES = 20_000
STEPS_PER_CALL = 50_000
STEPS = 500_000_000
STEPS_PER_BYTE = 10
FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged database raises; the second where SQLite's own message quotes damaged bytes."""
_HEADER = 100
_PRAGMAS = ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0", "temp_store=MEMORY")
_LIMITS = (
    (sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
)
_READING = {"table_info", "index_list", "index_info", "quick_check"}
_FUNCTIONS = {"count"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A real table; names of columns in lower case, as SQLite compares them."""

    name: str
    columns: frozenset[str]
    rowid_column: str = ""
    """The column that is the row id (`INTEGER PRIMARY KEY`), or empty."""


class MendedText(str):
    """A text that was not valid UTF-8; the bytes that are not are replaced."""

    __slots__ = ()


def decode(data: bytes) -> str:
    """UTF-8; halves of surrogate pairs that stand side by side are joined, as old Android versions wrote them."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass  # the second attempt is below
    try:
        joined = data.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return MendedText(data.decode("utf-8", "replace"))
    return joined


@dataclass(slots=True)
class Opened:
    """An open database, its real tables and what posed as one."""

    connection: sqlite3.Connection
    size: int
    tables: dict[str, Table] = field(default_factory=dict)
    """By lower-case name."""
    posing: dict[str, str] = field(default_factory=dict)
    """Lower-case names of views and virtual tables, with what they are."""
    facts: tuple[SourceFact, ...] = ()
    cut: str = ""
    """Where the file is cut off, in words; empty where it is whole."""
    unlisted: int = 0
    """Tables beyond `MAX_TABLES`, which are not looked at."""
    spent: bool = False
    """The step budget is used up: every further query ends at once."""

    def columns(self, table: str) -> frozenset[str]:
        known = self.tables.get(table.lower())
        return known.columns if known is not None else frozenset()

    def has(self, table: str, *columns: str) -> bool:
        """True where it is a real table with these columns."""
        return table.lower() in self.tables and {one.lower() for one in columns} <= self.columns(table)


@contextmanager
def open_database(blob: Blob, ctx: ReadContext, *, wal: Path | None = None) -> Iterator[Opened]:
    """The database, opened on a private copy; ReadError where it is none that can be opened."""
    with tempfile.TemporaryDirectory(dir=ctx.scratch) as folder:
        try:
            path, cut, facts = _prepared(blob, Path(folder), wal)
        except OSError as error:
            raise ReadError(problem("R-LIMIT", "read", format=FORMAT, limit="space for scratch copies")) from error
        mode = "mode=ro" if wal is not None else "mode=ro&immutable=1"
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
        try:
            opened = Opened(connection, blob.size, facts=facts, cut=cut)
            _harden(opened)
            _list_tables(opened)
            yield opened
        except FAULTS as error:
            raise ReadError(problem("R-MALFORMED", "read", format=FORMAT, at="", n=0)) from error
        finally:
            connection.close()


def _prepared(blob: Blob, folder: Path, wal: Path | None) -> tuple[Path, str, tuple[SourceFact, ...]]:
    """The file to open: the blob's own, or a copy where something must stand beside it or be corrected in it."""
    with blob.open() as handle:
        header = handle.read(_HEADER)
    if len(header) < _HEADER:
        raise ReadError(problem("R-TRUNCATED", "read", format=FORMAT, at="", n=0))
    page = int.from_bytes(header[16:18], "big")
    page = 65536 if page == 1 else page
    if not header.startswith(MAGIC) or page < 512 or page & (page - 1):
        raise ReadError(problem("R-MALFORMED", "read", format=FORMAT, at=" in its header", n=0))
    if wal is not None:
        path = folder / "evidence.db"
        shutil.copyfile(blob.path(), path)
        shutil.copyfile(wal, folder / "evidence.db-wal")
        return path, "", (SourceFact(key="wal", value="replayed"),)
    facts = (SourceFact(key="wal", value="the main file alone was read"),) if header[18] == 2 else ()
    stated = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    held = blob.size // page
    if held < stated:
        return _shortened(blob, folder, held), f" after page {held} of {stated}", facts
    return blob.path(), "", facts


def _shortened(blob: Blob, folder: Path, pages: int) -> Path:
    path = folder / "evidence.db"
    shutil.copyfile(blob.path(), path)
    path.chmod(0o600)
    with path.open("r+b") as handle:
        handle.seek(28)
        handle.write(pages.to_bytes(4, "big"))
    return path


def _harden(opened: Opened) -> None:
    connection = opened.connection
    connection.text_factory = decode
    for category, limit in _LIMITS:
        connection.setlimit(category, limit)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_authorize)
    calls = (STEPS + STEPS_PER_BYTE * opened.size) // STEPS_PER_CALL

    def count() -> int:
        nonlocal calls
        calls -= 1
        opened.spent = calls < 0
        return int(opened.spent)

    connection.set_progress_handler(count, STEPS_PER_CALL)


def _authorize(action: int, first: str | None, second: str | None, _base: str | None, within: str | None) -> int:
    """Plain reading of plain tables; whatever a view or trigger asks for (`within`) is refused."""
    if within is not None:
        return sqlite3.SQLITE_DENY
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second in _FUNCTIONS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in _READING:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _list_tables(opened: Opened) -> None:
    for kind, name, root in opened.connection.execute("SELECT type, name, rootpage FROM sqlite_master"):
        if not isinstance(name, str) or "\0" in name:
            continue
        if kind == "view" or (kind == "table" and not root):
            opened.posing[name.lower()] = "view" if kind == "view" else "virtual table"
        elif kind == "table" and len(opened.tables) >= MAX_TABLES:
            opened.unlisted += 1
        elif kind == "table" and isinstance(root, int) and root > 0:
            opened.tables[name.lower()] = Table(name=name, columns=frozenset())
    for key in tuple(opened.posing):
        opened.tables.pop(key, None)  # two things of one name: which of them a query reads is not ours to guess


def describe(opened: Opened, *names: str) -> None:
    """Look up the columns of tables that a reader means to use."""
    for name in names:
        known = opened.tables.get(name.lower())
        if known is None or known.columns:
            continue
        rows = opened.connection.execute(f"PRAGMA table_info({quoted(known.name)})").fetchall()
        columns = frozenset(str(row[1]).lower() for row in rows)
        keys = [row for row in rows if row[5]]
        single = len(keys) == 1 and str(keys[0][2]).upper() == "INTEGER"
        opened.tables[name.lower()] = Table(
            name=known.name, columns=columns, rowid_column=str(keys[0][1]).lower() if single else ""
        )


def quick_check(opened: Opened) -> Read:
    """What SQLite's own check says, as a fact; a database that fails it is read all the same."""
    try:
        rows = opened.connection.execute("PRAGMA quick_check(1)").fetchall()
    except FAULTS:
        return SourceFact(key="quick_check", value="failed")
    said = rows[0][0] if rows else ""
    return SourceFact(key="quick_check", value="ok" if said == "ok" else "not ok")
