"""The files of the case against lists of hashes: the list is read once as a stream, memory holds the case's own hashes.

What a list hits is kept in the index (`hash_list_hits`), for this run and later ones: a hit of an alert list is made a
finding by `watch_hashes`, a file that a list of known files holds gets the tally `known_file`. The log says of each
list how many entries it has, how many files were compared and hit, and how many could not be compared because their
bytes were not hashed that way. A list is compared anew when it or the files of the case are others than last time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence

from triage.custody.log import CustodyLog
from triage.model import WatchEntry
from triage.pipeline.hash_lists import HashEntry, HashHits, HashList

_TABLE = """create table if not exists hash_list_hits(list_sha256 text not null, list text not null,
  kind text not null, row integer not null, value text not null, note text not null,
  primary key(list_sha256, row, value)) without rowid"""
_STATE = "hash_lists"


def compare(db: sqlite3.Connection, log: CustodyLog, lists: Sequence[HashList]) -> None:
    """Compare every list with the files that the case holds now."""
    db.execute(_TABLE)
    held = _held(db)
    state = hashlib.sha256("\n".join(sorted(held)).encode()).hexdigest()
    row = db.execute("select value from meta where key=?", (_STATE,)).fetchone()
    done: dict[str, list[str]] = json.loads(row[0]) if row else {}
    for listed in lists:
        if done.get(listed.sha256, [""])[0] != state:
            _one(db, log, listed, held)
            done[listed.sha256] = [state, *listed.algorithms]
    db.execute("insert or replace into meta(key, value) values(?,?)", (_STATE, json.dumps(done, sort_keys=True)))


def kept(db: sqlite3.Connection) -> HashHits:
    """What the case keeps of the lists it was compared with."""
    row = db.execute("select value from meta where key=?", (_STATE,)).fetchone()
    if row is None or not db.execute("select 1 from sqlite_master where name='hash_list_hits'").fetchone():
        return HashHits()
    sql = "select list_sha256, list, kind, row, value, note from hash_list_hits order by 1, 4, 5"
    return HashHits(rows=tuple((r[0], r[1], r[2], r[3], r[4], r[5]) for r in db.execute(sql)), state=row[0])


def seed(db: sqlite3.Connection, hits: HashHits) -> None:
    """Put what another index of the same evidence keeps into this one."""
    if hits.state:
        db.execute(_TABLE)
        db.executemany("insert or ignore into hash_list_hits values(?,?,?,?,?,?)", hits.rows)
        db.execute("insert or ignore into meta(key, value) values(?,?)", (_STATE, hits.state))


def algorithms_in_use(db: sqlite3.Connection) -> set[str]:
    """What the lists of earlier runs asked for: files that are read again keep these hashes, and so their hits."""
    row = db.execute("select value from meta where key=?", (_STATE,)).fetchone()
    return {name for listed in (json.loads(row[0]).values() if row else ()) for name in listed[1:]} - {"sha256"}


def entries(db: sqlite3.Connection) -> list[WatchEntry]:
    """What alert lists have hit in this case, as entries of watch-lists."""
    if not db.execute("select 1 from sqlite_master where name='hash_list_hits'").fetchone():
        return []
    rows = db.execute("select list, row, value, note from hash_list_hits where kind='alert' order by list, row, value")
    return [WatchEntry(list_name=r[0], row=r[1], type="hash", value=r[2], note=r[3]) for r in rows]


def mark_known(db: sqlite3.Connection) -> None:
    """The tally `known_file` for every file that a list of known files holds; idempotent."""
    db.execute("delete from tallies where what='known_file'")
    if db.execute("select 1 from sqlite_master where name='hash_list_hits'").fetchone():
        db.execute("""insert or ignore into tallies select i.id, 'known_file', 1 from hash_list_hits h
          join items i on i.sha256=h.value where h.kind='known'""")
        db.execute("""insert or ignore into tallies select d.item_id, 'known_file', 1 from hash_list_hits h
          join item_hashes d on d.value=h.value where h.kind='known'""")


def lacking(db: sqlite3.Connection, algorithms: Sequence[str]) -> set[tuple[str, str]]:
    """Source and path of items whose bytes were not hashed with one of these algorithms."""
    found: set[tuple[str, str]] = set()
    for algorithm in algorithms:
        sql = """select i.source, i.path from items i where i.sha256 is not null and not exists(
          select 1 from item_hashes h where h.item_id=i.id and h.algorithm=?)"""
        found |= {(r[0], r[1]) for r in db.execute(sql, (algorithm,))}
    return found


def _held(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Every hash of the case's files with their ids."""
    held: dict[str, list[str]] = {}
    for value, item in db.execute("select sha256, id from items where sha256 is not null"):
        held.setdefault(value, []).append(item)
    for value, item in db.execute("select value, item_id from item_hashes"):
        held.setdefault(value, []).append(item)
    return held


def _one(db: sqlite3.Connection, log: CustodyLog, listed: HashList, held: dict[str, list[str]]) -> None:
    db.execute("delete from hash_list_hits where list_sha256=? or list=?", (listed.sha256, listed.name))
    n = 0
    hit: set[str] = set()
    for entry in listed.entries():
        n += 1
        if not any(digest in held for digest in entry.digests):
            continue
        digest = next(d for d in entry.digests if d in held)
        hit.update(held[digest])
        _keep(db, listed, entry, digest)
    usable = [algorithm for algorithm in listed.algorithms if algorithm != "sha256"]
    missing = lacking(db, usable) if "sha256" not in listed.algorithms else set()
    compared = db.execute("select count(*) from items where sha256 is not null").fetchone()[0] - len(missing)
    log.append("hashes.compared", {
        "list": listed.sha256, "kind": listed.kind, "entries": n, "files": compared, "hits": len(hit),
        "not_compared": len(missing), "algorithms": list(listed.algorithms),
    })  # fmt: skip


def _keep(db: sqlite3.Connection, listed: HashList, entry: HashEntry, digest: str) -> None:
    db.execute("insert or ignore into hash_list_hits values(?,?,?,?,?,?)",
               (listed.sha256, listed.name, listed.kind, entry.row, digest, entry.note))  # fmt: skip
