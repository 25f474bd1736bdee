"""File hashes of watch-lists against the files of the case: a hit is recorded without rendering anything.

A finding needs a unit; a file that is hit and has none of its own gets a `note` unit that states its hash, written by
the tool and flagged `file_record`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from triage import ids
from triage.index.rows import finding_row, unit_row
from triage.model import Finding, ItemId, Unit, WatchEntry

_LENGTHS = {32: "md5", 40: "sha1", 64: "sha256"}
LOCATOR = "file"
SEQ = 1 << 41


def derive(db: sqlite3.Connection, entries: Sequence[WatchEntry]) -> None:
    """Findings of type HASH for every file on a list; idempotent."""
    db.execute(
        "delete from findings where type='HASH' and unit_id in (select id from units where locator=?)", (LOCATOR,)
    )
    db.execute("delete from units where locator=? and origin='note' and seq=?", (LOCATOR, SEQ))
    for entry in entries:
        if entry.type == "hash":
            for item, digest in _items(db, entry.value.strip().lower()):
                _add(db, ItemId(item), digest, entry)


def _items(db: sqlite3.Connection, value: str) -> list[tuple[str, str]]:
    algorithm = _LENGTHS.get(len(value))
    if algorithm == "sha256":
        return [(r[0], value) for r in db.execute("select id from items where sha256=? order by id", (value,))]
    sql = "select item_id from item_hashes where algorithm=? and value=? order by item_id"
    return [(r[0], value) for r in db.execute(sql, (algorithm, value))]


def _record(db: sqlite3.Connection, item: ItemId) -> str:
    """Every hash that the case has of a file, one a line."""
    rows = db.execute("select algorithm, value from item_hashes where item_id=? order by algorithm", (item,)).fetchall()
    (sha256,) = db.execute("select sha256 from items where id=?", (item,)).fetchone()
    return "\n".join(f"{name} {value}" for name, value in (*((r[0], r[1]) for r in rows), ("sha256", sha256)))


def _add(db: sqlite3.Connection, item: ItemId, digest: str, entry: WatchEntry) -> None:
    text = _record(db, item)
    start = text.index(digest)
    unit = Unit(origin="note", locator=LOCATOR, text=text, flags=("file_record",))
    key = ids.unit_id(item, unit.locator, unit.origin)
    row = unit_row(unit, item, unit.text, None, SEQ)
    db.execute(f"insert or ignore into units values(null,{','.join('?' * len(row))})", row)
    found = Finding(
        kind="watch", type="HASH", value=f"{entry.list_name}:{entry.row}", start=start, end=start + len(digest),
        grade="checksum", rule="watch.hash@1",
        detail={"list": entry.list_name, "row": entry.row, "note": entry.note},
    )  # fmt: skip
    made = finding_row(found, key, unit.text)
    db.execute(f"insert or ignore into findings values(null,{','.join('?' * len(made))})", made)
