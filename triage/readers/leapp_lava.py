"""Databases of the LEAPP tools (iLEAPP, ALEAPP, RLEAPP, VLEAPP): `_lava_artifacts.db`, one table for each artifact.

Names of tables and columns are the artifact's headings in lower case with underscores, so the same mapping reads them
as reads the TSV exports; columns of type *datetime* hold Unix seconds in UTC. The tool's own tables (media items,
file paths, search patterns) tell the format; a database of an older version has none of them and is taken by its name
together with its shape: tables of plain columns without a key. Artifacts that are no messages, calls, contacts, places
or accounts are counted by table, not read. Times that the tool computed are the tool's; the source of a row stands in
its details.

Sources: the published code of iLEAPP (`lavafuncs`) for names and types; public descriptions of the report folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import partial

from triage.model import Blob, Head, Problem, Read, ReadContext, Reader, Tally
from triage.problems import problem
from triage.readers.sqlite_evidence import FAULTS, MAGIC, Opened, describe, quoted
from triage.readers.sqlite_reader import MEDIA_TYPE
from triage.readers.sqlite_rows import Rows
from triage.readers.sqlite_views import read_views
from triage.readers.table_mapping import map_header
from triage.readers.table_reading import Accounts, SheetReading
from triage.readers.table_row import RawRow

_OWN = re.compile(
    rb"CREATE (?:TABLE|VIEW)\s+(?:IF NOT EXISTS\s+)?[\"'`\[]?(?:_lava_\w+|_artifact_search_patterns|_file_path_list)",
    re.IGNORECASE,
)
_TABLE = re.compile(rb"CREATE TABLE\s+[\"'`\[]?(\w+)[\"'`\]]?\s*\(([^)]*)\)", re.IGNORECASE)


def detect(head: Head) -> int:
    """By the tool's own tables; by name and shape for older versions."""
    if not head.start.startswith(MAGIC):
        return 0
    if _OWN.search(head.start):
        return 88
    tables = _TABLE.findall(head.start)
    plain_ones = [body for _, body in tables if b"PRIMARY" not in body.upper() and b"," in body]
    return 70 if head.name.lower() == "_lava_artifacts.db" and tables and len(plain_ones) == len(tables) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The artifacts in the order of their tables."""
    yield from read_views(blob, ctx, _read_opened)


def _read_opened(opened: Opened, ctx: ReadContext) -> Iterator[Read]:
    rows, accounts, others = Rows(opened), Accounts(), Counter[str]()
    mapped: list[str] = []
    yield from opened.facts
    for table in [one.name for one in opened.tables.values() if not one.name.startswith("_")]:
        columns = _columns(opened, table)
        found = map_header(columns, table)
        if found is None:
            others[table] = rows.count(table) or 0
            continue
        mapped.append(table)
        describe(opened, table)
        source = partial(_rows, rows, table, columns)
        yield from SheetReading(source, name=table, hint=table, zone=ctx.zone, fixed=found).units(accounts)
    yield from _lost(rows, frozenset(mapped), accounts)
    if total := others.total():
        accounts.lost += total
        yield problem("R-OTHER-RECORDS", "read", records=total, n=total, kinds=len(others))
    yield from accounts.close()
    for table, n in sorted(others.items()):
        yield Tally(what=f"unread_{table}", n=n)


def _columns(opened: Opened, table: str) -> list[str]:
    try:
        return [str(row[1]) for row in opened.connection.execute(f"PRAGMA table_info({quoted(table)})")]
    except FAULTS:
        return []


def _rows(rows: Rows, table: str, columns: list[str]) -> Iterator[RawRow | Problem]:
    for row in rows.scan(table, *columns):
        cells = [_seconds(row.text(column)) for column in columns]
        yield RawRow(f"row={table}:{row.id}", cells)


def _seconds(text: str) -> str:
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def _lost(rows: Rows, mapped: frozenset[str], accounts: Accounts) -> Iterator[Problem]:
    for trouble in rows.troubles(mapped):
        accounts.lost += trouble.records
        yield trouble


READER = Reader(name="leapp_lava", version="1", media_type=MEDIA_TYPE, detect=detect, read=read)
