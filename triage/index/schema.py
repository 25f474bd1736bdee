"""The tables of `evidence.sqlite`: the contract's columns first, ours after them.

`n` columns are SQLite row numbers for joins and full-text search; they carry no meaning and stand in no export.
`units.seq` is the unit's position in its item: a thread is (item_id, conversation) ordered by seq.
JSON columns (`flags`, `recipients`, `reasons`: arrays; `detail`: object) hold canonical JSON text.
`secrets` joins equal masked values by a keyed hash; it stands outside the index root.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from triage.errors import CaseError

VERSION = 1

TABLES = """
create table meta(key text primary key, value text not null);
create table sources(label text primary key, path_hint text, sha256 text, exhibit text, kind text, provenance text,
  tz text, region text, added_at text);
create table items(n integer primary key, id text not null unique, parent_id text, source text not null,
  path text not null, size integer, sha256 text, media_type text, reader text, status text not null,
  flags text not null);
create table units(n integer primary key, id text not null unique, item_id text not null, origin text not null,
  locator text not null, app text not null, conversation text not null, sender text not null,
  recipients text not null, sent_at text, sent_at_local text, sent_at_source text not null, time_basis text not null,
  direction text, deleted integer not null, lang text, text text not null, flags text not null,
  sender_name text not null, detail text not null, native_id text not null, reply_to text not null,
  seq integer not null);
create table findings(n integer primary key, id text not null unique, unit_id text not null, kind text not null,
  type text not null, value text not null, quote text not null, start integer not null, "end" integer not null,
  grade text not null, reported integer not null, toward text not null, flags text not null, rule text not null,
  detail text not null);
create table finding_parts(finding_id text not null, n integer not null, role text not null, unit_id text not null,
  start integer not null, "end" integer not null, primary key(finding_id, n)) without rowid;
create table problems(id text primary key, code text not null, stage text not null, item_id text,
  locator text not null, message text not null, records integer not null) without rowid;
create table tallies(item_id text not null, what text not null, n integer not null,
  primary key(item_id, what)) without rowid;
create table links(kind text not null, a text not null, b text not null, basis text not null,
  primary key(kind, a, b, basis)) without rowid;
create table attachments(unit_id text not null, name text not null, item_id text, primary key(unit_id, name))
  without rowid;
create table vendor_hashes(report_item text not null, path text not null, algorithm text not null,
  value text not null, primary key(report_item, path, algorithm)) without rowid;
create table item_hashes(item_id text not null, algorithm text not null, value text not null,
  primary key(item_id, algorithm)) without rowid;
create table item_chains(item_id text primary key, chain text not null) without rowid;
create table source_facts(item_id text not null, key text not null, value text not null,
  primary key(item_id, key, value)) without rowid;
create table conversations(item_id text not null, name text not null, participants text not null, owner text not null,
  primary key(item_id, name)) without rowid;
create table secrets(finding_id text primary key, digest text not null) without rowid;
create table entities(kind text, type text, value text, findings integer, first_at text, last_at text);
create table exhibits(no integer primary key, item_id text, unit_id text);
create table decisions(no integer primary key, finding_id text, decision text, note text, author text, role text,
  disclosure text, at text);
create table reading_order(rank integer primary key, source text, conversation text, reasons text);
create table persons(id text primary key, label text);
create table identifiers(person_id text, kind text, value text, evidence text, certainty text);
create table ledger(id text primary key, debtor text, creditor text, kind text, amount text, currency text, at text,
  unit_id text, balance text);
create table done(source text not null, path text not null, phase text not null, size integer, mtime_ns integer,
  root_item text, primary key(source, path, phase)) without rowid;
"""

INDEXES = """
create index if not exists units_item on units(item_id, conversation, seq);
create index if not exists findings_unit on findings(unit_id);
create index if not exists findings_value on findings(kind, type, value);
create index if not exists items_source on items(source, path);
create index if not exists items_parent on items(parent_id);
create index if not exists items_sha on items(sha256);
create index if not exists exhibits_unit on exhibits(unit_id, item_id);
"""

FTS = """create virtual table if not exists units_fts using fts5(body, content='',
  tokenize="unicode61 remove_diacritics 2")"""


def add_indexes(db: sqlite3.Connection) -> None:
    """What joins need; made once the bulk of the rows is in. The caller owns the transaction."""
    for statement in INDEXES.strip().split(";\n"):
        db.execute(statement.rstrip(";"))


def create(path: Path) -> sqlite3.Connection:
    """A new, empty index."""
    path.touch(mode=0o600)
    db = _connect(path)
    db.executescript(TABLES)
    db.execute(f"pragma user_version={VERSION}")
    return db


def open_writable(path: Path) -> sqlite3.Connection:
    """The index of an existing case, for its one writer. CaseError when it is not one of this version."""
    db = _connect(path)
    _check(db, path)
    return db


def open_readonly(path: Path) -> sqlite3.Connection:
    """For reports, queries and exports: nothing can be written through it."""
    if not path.is_file():
        raise CaseError(
            "is not a case folder (it has no evidence.sqlite).",
            where=path.parent.name,
            remedy="Give the folder that `triage run` made.",
        )
    db = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.execute("pragma query_only=on")
    _check(db, path)
    return db


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.row_factory = sqlite3.Row
    db.executescript(
        "pragma journal_mode=wal; pragma synchronous=full; pragma temp_store=memory; pragma cache_size=-65536;"
    )
    return db


def _check(db: sqlite3.Connection, path: Path) -> None:
    try:
        version = db.execute("pragma user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise CaseError("the index is damaged.", where=path.parent.name, remedy="Run `triage verify`.") from error
    if version != VERSION:
        raise CaseError(
            f"the index has version {version}, this tool reads version {VERSION}.",
            where=path.parent.name,
            remedy="Use the version of the tool that made it.",
        )
