"""The exhibit register: every unit with a reported finding gets a number, once and for ever.

Append-only: numbers are given in the order of source, path and position at the time of the run; units that appear
later get later numbers, and a number is never given to something else.
"""

from __future__ import annotations

import sqlite3


def derive(db: sqlite3.Connection) -> None:
    """Number what has no number yet."""
    last = db.execute("select coalesce(max(no),0) from exhibits").fetchone()[0]
    sql = """select u.item_id, u.id from units u join items i on i.id=u.item_id join sources s on s.label=i.source
      where exists(select 1 from findings f where f.unit_id=u.id and f.reported=1)
        and not exists(select 1 from exhibits x where x.unit_id=u.id)
      order by s.rowid, i.path, u.seq, u.id"""
    rows = [(last + n, item, unit) for n, (item, unit) in enumerate(db.execute(sql), 1)]
    db.executemany("insert into exhibits values(?,?,?)", rows)


def label(number: int) -> str:
    """As printed: EX-00007."""
    return f"EX-{number:05d}"
