"""A vendor's hashes against ours: every mismatch and every missing file becomes a Problem of the file or the report.

The paths in a vendor's report are relative to the folder or archive that holds it.
"""

from __future__ import annotations

import sqlite3

from triage import ids
from triage.model import ItemId, Problem
from triage.problems import problem


def derive(db: sqlite3.Connection) -> None:
    """Compare `vendor_hashes` with `items` and `item_hashes`; idempotent."""
    db.execute("delete from problems where stage='derive' and code in ('R-VENDOR-HASH','R-VENDOR-MISSING')")
    for report in db.execute("select distinct report_item from vendor_hashes order by 1").fetchall():
        _compare(db, ItemId(report[0]))


def _compare(db: sqlite3.Connection, report: ItemId) -> None:
    source, path = db.execute("select source, path from items where id=?", (report,)).fetchone()
    folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
    known = {
        row[1][len(folder) :].casefold(): (row[0], row[2])
        for row in db.execute(
            "select id, path, sha256 from items where source=? and substr(path,1,?)=?", (source, len(folder), folder)
        )
    }
    missing = set()
    sql = "select path, algorithm, value from vendor_hashes where report_item=? order by 1,2"
    for stated, algorithm, value in db.execute(sql, (report,)).fetchall():
        found = known.get(stated.replace("\\", "/").lstrip("/").casefold())
        if found is None:
            missing.add(stated)
        elif (ours := _ours(db, found, algorithm)) and ours != value:
            _add(db, ItemId(found[0]), problem("R-VENDOR-HASH", "derive", algorithm=algorithm.upper()))
    if missing:
        _add(db, report, problem("R-VENDOR-MISSING", "derive", n=len(missing)))


def _ours(db: sqlite3.Connection, item: tuple[str, str | None], algorithm: str) -> str | None:
    if algorithm == "sha256":
        return item[1]
    row = db.execute("select value from item_hashes where item_id=? and algorithm=?", (item[0], algorithm)).fetchone()
    return row[0] if row else None


def _add(db: sqlite3.Connection, item: ItemId, found: Problem) -> None:
    row = (ids.problem_id(item, found), found.code, found.stage, item, found.locator, found.message, found.records)
    db.execute("insert or ignore into problems values(?,?,?,?,?,?,?)", row)
