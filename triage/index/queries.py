"""Findings with everything a reader needs to trace them: unit, item, hash, locator, exhibit."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

_FINDINGS = """
select f.id, f.kind, f.type, f.value, f.quote, f.start, f."end", f.grade, f.reported, f.toward, f.flags, f.rule,
  u.text, u.lang, u.origin, u.app, u.conversation, u.sender, u.recipients, u.sent_at, u.sent_at_local, u.direction,
  i.source, i.path, i.sha256 as item_sha256, u.locator, f.detail, u.id as unit_id, u.item_id, u.time_basis,
  u.sent_at_source, u.sender_name, u.deleted, u.seq, x.no as exhibit
from findings f join units u on u.id=f.unit_id join items i on i.id=u.item_id
left join exhibits x on x.unit_id=u.id
"""
PUBLIC = (
    "id", "kind", "type", "value", "quote", "start", "end", "grade", "reported", "toward", "flags", "rule", "text",
    "lang", "origin", "app", "conversation", "sender", "recipients", "sent_at", "sent_at_local", "direction", "source",
    "path", "item_sha256", "locator",
)  # fmt: skip
"""The contract's fields of `findings --json`, in order."""


def findings(
    db: sqlite3.Connection, *, kind: str | None = None, type: str | None = None, reported: bool | None = None,
    source: str | None = None,
) -> Iterator[sqlite3.Row]:  # fmt: skip
    """Findings in a fixed order: source, path, position, offset, id."""
    wanted = {"f.kind": kind, "f.type": type, "i.source": source}
    if reported is not None:
        wanted["f.reported"] = str(int(reported))
    used = {k: v for k, v in wanted.items() if v is not None}
    where = " where " + " and ".join(f"{k}=?" for k in used) if used else ""
    order = " order by i.source, i.path, u.seq, f.start, f.id"
    yield from db.execute(_FINDINGS + where + order, tuple(used.values()))


def public(row: Mapping[str, Any] | sqlite3.Row) -> dict[str, Any]:
    """The contract's object of one finding."""
    made = {key: row[key] for key in PUBLIC}
    made["flags"], made["recipients"] = json.loads(made["flags"]), json.loads(made["recipients"])
    return made


_EXHIBIT = re.compile(r"EX-0*(\d+)\Z", re.IGNORECASE)


def find(db: sqlite3.Connection, wanted: str) -> tuple[sqlite3.Row | None, list[sqlite3.Row]]:
    """A unit row and its findings, by finding id, unit id, item id or exhibit number."""
    unit = None
    if m := _EXHIBIT.match(wanted):
        row = db.execute("select unit_id, item_id from exhibits where no=?", (int(m[1]),)).fetchone()
        wanted = (row["unit_id"] or row["item_id"]) if row else ""
    if wanted.startswith("f_"):
        row = db.execute("select unit_id from findings where id=?", (wanted,)).fetchone()
        wanted = row["unit_id"] if row else ""
    if wanted.startswith("i_"):
        row = db.execute("select id from units where item_id=? order by seq limit 1", (wanted,)).fetchone()
        wanted = row["id"] if row else ""
    if wanted.startswith("u_"):
        unit = db.execute(
            "select u.*, i.source, i.path, i.sha256 as item_sha256, i.status from units u "
            "join items i on i.id=u.item_id where u.id=?", (wanted,),
        ).fetchone()  # fmt: skip
    found = db.execute(_FINDINGS + " where u.id=? order by f.start, f.id", (wanted,)).fetchall() if unit else []
    return unit, found


def neighbours(db: sqlite3.Connection, unit: sqlite3.Row, before: int, after: int) -> list[sqlite3.Row]:
    """The units around one in its thread, itself included, in order."""
    thread = (unit["item_id"], unit["conversation"], unit["seq"])
    beside = "" if unit["origin"] == "contact" else "and origin<>'contact'"
    sql = f"select * from units where item_id=? and conversation=? {beside} and seq{{op}}? order by seq {{dir}} limit ?"
    earlier = db.execute(sql.format(op="<", dir="desc"), (*thread, before)).fetchall()
    later = db.execute(sql.format(op=">=", dir="asc"), (*thread, after + 1)).fetchall()
    return [*reversed(earlier), *later]


def counts(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Statuses, findings by kind and problems by code: the numbers of `run --json`."""

    def table(sql: str) -> dict[str, int]:
        return {row[0]: row[1] for row in db.execute(sql)}

    return {
        "statuses": table("select status, count(*) from items group by 1 order by 1"),
        "findings": table("select kind, count(*) from findings group by 1 order by 1"),
        "reported": table("select kind, count(*) from findings where reported=1 group by 1 order by 1"),
        "problems": table("select code, count(*) from problems group by 1 order by 1"),
    }
