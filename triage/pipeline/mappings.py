"""The mappings by which tables were read, as the log states them: how many, and the digest of their wording.

The wording itself (headings of the evidence and the roles they were given) stands in the index, fact `table_mapping`
of each item; the log holds no text of the evidence. The digest is over the lines `item id, tab, mapping`, sorted.
"""

from __future__ import annotations

import hashlib
import sqlite3

from triage.custody.log import CustodyLog

_KEY = "tables_mapped"


def record(db: sqlite3.Connection, log: CustodyLog) -> None:
    """One event where tables were mapped and their mappings are others than the log's last."""
    rows = db.execute("select item_id, value from source_facts where key='table_mapping' order by 1, 2").fetchall()
    digest = hashlib.sha256("".join(f"{row[0]}\t{row[1]}\n" for row in rows).encode()).hexdigest()
    before = db.execute("select value from meta where key=?", (_KEY,)).fetchone()
    if rows and (before is None or before[0] != digest):
        log.append("tables.mapped", {"tables": len(rows), "sha256": digest})
        db.execute("insert or replace into meta(key, value) values(?,?)", (_KEY, digest))
