"""Small SQLite databases built in memory and read as evidence, for the tests of those readers."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from triage.engines.blob import HeldBlob
from triage.model import Conversation, Head, Problem, Read, ReadContext, Reader, SourceFact, Tally, Unit
from triage.problems import ReadError
from triage.readers import sqlite_unknown

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"
Cells = Mapping[str, object]


def build(schema: str, rows: Mapping[str, Sequence[Cells]] | None = None, *, pragmas: str = "") -> bytes:
    """A database file with these tables and rows."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(pragmas)
    connection.executescript(schema)
    for table, held in (rows or {}).items():
        for row in held:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def read(data: bytes, reader: Reader = sqlite_unknown.READER, *, wal: Path | None = None) -> list[Read]:
    """What the reader yields; the Problem of a ReadError comes last."""
    found: list[Read] = []
    with tempfile.TemporaryDirectory() as folder:
        blob = HeldBlob(size=len(data), sha256="", scratch=Path(folder), data=data)
        try:
            found.extend(reader.read(blob, ReadContext(source="s", path="x.db", scratch=Path(folder), wal=wal)))
        except ReadError as error:
            found.append(error.problem)
        blob.close()
    return found


def units(found: Iterable[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def by_row(found: Iterable[Read]) -> dict[str, Unit]:
    return {one.locator.removeprefix("row="): one for one in units(found)}


def codes(found: Iterable[Read]) -> list[str]:
    return [one.code for one in found if isinstance(one, Problem)]


def tally(found: Iterable[Read]) -> dict[str, int]:
    return {one.what: one.n for one in found if isinstance(one, Tally)}


def facts(found: Iterable[Read]) -> dict[str, str]:
    return {one.key: one.value for one in found if isinstance(one, SourceFact)}


def conversations(found: Iterable[Read]) -> dict[str, Conversation]:
    return {one.name: one for one in found if isinstance(one, Conversation)}


def assert_accounts(found: list[Read]) -> None:
    """Records and extra units are the units and what problems stand for; locators are unique."""
    counted, read_units = tally(found), units(found)
    lost = sum(one.records for one in found if isinstance(one, Problem))
    assert counted["records"] + counted["extra_units"] == len(read_units) + lost
    assert len({(one.origin, one.locator) for one in read_units}) == len(read_units)


def score(data: bytes, reader: Reader) -> int:
    return reader.detect(Head(name="x", size=len(data), start=data[: 1 << 16]))
