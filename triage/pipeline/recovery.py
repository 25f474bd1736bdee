"""After a killed run: items that were made durable but not yet acknowledged get their event now."""

from __future__ import annotations

import json
import sqlite3

from triage.custody import events
from triage.custody.log import NAME, CustodyLog


def complete_log(db: sqlite3.Connection, log: CustodyLog) -> None:
    """Append an `item` event for every item of the index that the log does not name."""
    known: set[str] = set()
    with (log.case_dir / NAME).open("rb") as lines:
        for line in lines:
            if b'"type":"item"' in line:
                known.add(json.loads(line)["data"]["id"])
    missing = [row for row in db.execute(_ITEMS) if row["id"] not in known]
    log.append_many(
        events.item(
            id=r["id"], sha256=r["sha256"], size=r["size"], status=r["status"], reader=r["reader"], units=r["units"],
            findings=r["findings"], problems=r["problems"],
        )
        for r in missing
    )  # fmt: skip


_ITEMS = """select i.id, i.sha256, i.size, i.status, i.reader,
  (select count(*) from units u where u.item_id=i.id) as units,
  (select count(*) from units u join findings f on f.unit_id=u.id where u.item_id=i.id) as findings,
  (select count(*) from problems p where p.item_id=i.id) as problems
from items i order by i.source, i.path, i.id"""
