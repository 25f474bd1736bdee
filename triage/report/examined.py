"""What was walked, read and not read, with the reasons: the sections on devices and on what was examined.

walked = read + no reader + out of scope + held + failed + quarantined. Each failed, quarantined or unreadable item
stands here with its problems; items that were read in spite of a problem stand apart as remarks.
"""

from __future__ import annotations

import sqlite3

from triage.analysis import devices
from triage.report.model import DeviceRow, Examined, Limits, RemarkRow, UnreadRow
from triage.report.units import either, select_in

STATUSES = ("read", "no-reader", "out-of-scope", "held", "failed", "quarantined")
_LISTED = "('failed', 'quarantined', 'no-reader')"


def device_rows(connection: sqlite3.Connection) -> tuple[DeviceRow, ...]:
    """One line per source."""
    digests = {label: digest or "" for label, digest in connection.execute("select label, sha256 from sources")}
    return tuple(
        DeviceRow(device=line, first=either(line.first), last=either(line.last), digest=digests[line.label])
        for line in devices.lines(connection)
    )


def build(connection: sqlite3.Connection, limits: Limits) -> Examined:
    """Counts and lists, from `items`, `problems`, `tallies` and `units`."""
    counts = dict(_pairs(connection, "select status, count(*) from items group by 1"))
    unread = _unread(connection, limits)
    remarks, remarks_total = _remarks(connection, limits)
    return Examined(
        statuses=tuple((status, counts.get(status, 0)) for status in STATUSES),
        unread=unread,
        unread_more=sum(counts.get(status, 0) for status in ("failed", "quarantined", "no-reader")) - len(unread),
        remarks=remarks,
        remarks_more=remarks_total - len(remarks),
        languages=_pairs(
            connection,
            """select coalesce(lang, ''), count(*) from units where text <> ''
               and origin in ('message', 'email', 'ocr', 'page', 'note') group by 1 order by 2 desc, 1""",
        ),
        origins=_pairs(connection, "select origin, count(*) from units group by 1 order by 2 desc, 1"),
        records=_records(connection),
    )


def _pairs(connection: sqlite3.Connection, query: str) -> tuple[tuple[str, int], ...]:
    return tuple((name, n) for name, n in connection.execute(query))


def _unread(connection: sqlite3.Connection, limits: Limits) -> tuple[UnreadRow, ...]:
    items = connection.execute(
        f"""select id, status, source, path, size, sha256, media_type from items where status in {_LISTED}
            order by status = 'no-reader', status, source, path, id limit ?""",
        (limits.rows,),
    ).fetchall()
    why: dict[str, tuple[tuple[str, str], ...]] = {}
    query = "select item_id, code, message from problems where item_id in"
    for item, code, message in select_in(connection, query, sorted(row[0] for row in items), "order by 1, 2, 3"):
        if (code, message) not in why.get(item, ()):
            why[item] = (*why.get(item, ()), (code, message))
    return tuple(
        UnreadRow(
            status=status, source=source, path=path, size=size, sha256=digest or "",
            media_type=media or "", problems=why.get(item, ()),
        )
        for item, status, source, path, size, digest, media in items
    )  # fmt: skip


_REMARKS = f"""
from problems p left join items i on i.id = p.item_id
where coalesce(i.status, '') not in {_LISTED}
group by p.code, p.message, i.source, i.path"""


def _remarks(connection: sqlite3.Connection, limits: Limits) -> tuple[tuple[RemarkRow, ...], int]:
    total = connection.execute(f"select count(*) from (select 1 {_REMARKS})").fetchone()[0]
    query = f"""select p.code, p.message, i.source, i.path, min(p.locator), count(*) {_REMARKS}
                order by p.code, i.source, i.path, p.message limit ?"""
    rows = tuple(
        RemarkRow(
            code=code, message=message, source=source or "", path=path or "",
            locator=locator, times=times,
        )
        for code, message, source, path, locator, times in connection.execute(query, (limits.rows,))
    )  # fmt: skip
    return rows, total


def _records(connection: sqlite3.Connection) -> tuple[tuple[str, int], ...]:
    """records + extra units = units + out of scope + records behind problems; what is missing is the difference."""
    tallies = dict(_pairs(connection, "select what, sum(n) from tallies group by 1"))
    units, behind = connection.execute(
        "select (select count(*) from units), (select coalesce(sum(records), 0) from problems)"
    ).fetchone()
    stated, extra, outside = (tallies.get(what, 0) for what in ("records", "extra_units", "out_of_scope"))
    outside += tallies.get("out_of_scope_undated", 0)
    difference = stated + extra - units - outside - behind
    return (
        ("records", stated), ("extra_units", extra), ("units", units), ("out_of_scope", outside),
        ("behind_problems", behind), ("difference", difference),
    )  # fmt: skip
