"""Fills `entities`: one row for each distinct (kind, type, value) among the reported findings.

`findings` counts reported findings only, so that a number the default report withholds does not appear here as if
it had been located; `first_at`/`last_at` follow `triage.analysis.dates`: UTC where an instant is known, else local
time without an offset, else null.
"""

from __future__ import annotations

import sqlite3

from triage.analysis.dates import FIRST, LAST


def fill(connection: sqlite3.Connection) -> None:
    """Rebuild the table from the findings. The caller owns the transaction."""
    connection.execute("delete from entities")
    connection.execute(
        f"""
        insert into entities(kind, type, value, findings, first_at, last_at)
        select f.kind, f.type, f.value, count(*), {FIRST}, {LAST}
        from findings f join units u on u.id = f.unit_id
        where f.reported = 1
        group by f.kind, f.type, f.value
        order by f.kind, f.type, f.value"""
    )
