"""What the review page shows: findings by filter, and a unit in its whole conversation."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from triage.analysis.exhibits import label
from triage.index.search import search
from triage.review import decisions

PAGE = 200
AROUND = 40
"""Units before and after one, as first shown; the page asks for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Empty fields do not limit."""

    kind: str = ""
    type: str = ""
    source: str = ""
    decision: str = ""
    """A verdict, or `open` for what nobody has decided."""
    text: str = ""
    everything: bool = False
    offset: int = 0


def facets(db: sqlite3.Connection) -> dict[str, Any]:
    """What one can filter by, with counts."""

    def table(sql: str) -> list[list[Any]]:
        return [list(row) for row in db.execute(sql)]

    return {
        "kinds": table("select kind, count(*) from findings where reported=1 group by 1 order by 1"),
        "types": table("select type, count(*) from findings where reported=1 group by 1 order by 1"),
        "sources": table(
            "select label, (select count(*) from items i where i.source=s.label) from sources s order by 1"
        ),
        "decided": len(decisions.last(db)),
        "findings": db.execute("select count(*) from findings where reported=1").fetchone()[0],
    }


_LIST = """select f.id, f.kind, f.type, f.value, f.quote, f.grade, f.toward, f.flags, f.reported, u.id as unit_id,
  u.conversation, u.sender, u.sender_name, coalesce(u.sent_at, u.sent_at_local, '') as at, i.source, i.path, x.no
  from findings f join units u on u.id=f.unit_id join items i on i.id=u.item_id left join exhibits x on x.unit_id=u.id
  {where} order by instr(f.flags, 'welfare')=0, i.source, i.path, u.seq, f.start, f.id limit ? offset ?"""


def listed(db: sqlite3.Connection, wanted: Filter) -> list[dict[str, Any]]:
    """One page of findings; possible calls for help first."""
    conditions, values = _conditions(db, wanted)
    where = "where " + " and ".join(conditions) if conditions else ""
    verdicts = decisions.last(db)
    rows = db.execute(_LIST.format(where=where), (*values, PAGE, wanted.offset)).fetchall()
    out = []
    for row in rows:
        made = dict(row) | {"exhibit": label(row["no"]) if row["no"] else "", "flags": json.loads(row["flags"])}
        said = verdicts.get(row["id"]) or verdicts.get(row["unit_id"])
        out.append(made | {"verdict": said["decision"] if said else ""})
    return out


def _conditions(db: sqlite3.Connection, wanted: Filter) -> tuple[list[str], list[Any]]:
    pairs = {"f.kind=?": wanted.kind, "f.type=?": wanted.type, "i.source=?": wanted.source}
    conditions = [] if wanted.everything else ["f.reported=1"]
    values: list[Any] = []
    for sql, value in pairs.items():
        if value:
            conditions.append(sql)
            values.append(value)
    if wanted.decision:
        verdicts = decisions.last(db)
        keys = [k for k, row in verdicts.items() if wanted.decision in ("open", row["decision"])]
        inside = "f.id in (select value from json_each(?)) or f.unit_id in (select value from json_each(?))"
        conditions.append(f"not ({inside})" if wanted.decision == "open" else f"({inside})")
        values += [json.dumps(keys)] * 2
    if wanted.text:
        found = [row["id"] for row in search(db, wanted.text, limit=5_000)]
        conditions.append("f.unit_id in (select value from json_each(?))")
        values.append(json.dumps(found))
    return conditions, values


_UNIT = """select u.*, i.source, i.path, i.sha256 as item_sha256, i.media_type, x.no as exhibit_no from units u
  join items i on i.id=u.item_id left join exhibits x on x.unit_id=u.id """


def conversation(db: sqlite3.Connection, unit: str, before: int = AROUND, after: int = AROUND) -> dict[str, Any] | None:
    """A unit with what stands around it in its conversation, findings and decisions on each."""
    middle = db.execute(_UNIT + "where u.id=?", (unit,)).fetchone()
    if middle is None:
        return None
    thread = (middle["item_id"], middle["conversation"], middle["seq"])
    same = "where u.item_id=? and u.conversation=? and u.origin<>'contact' and u.seq"
    earlier = db.execute(f"{_UNIT}{same}<? order by u.seq desc limit ?", (*thread, before)).fetchall()
    later = db.execute(f"{_UNIT}{same}>=? order by u.seq limit ?", (*thread, after + 1)).fetchall()
    rows = [*reversed(earlier), *later] or [middle]
    if unit not in {row["id"] for row in rows}:
        rows.append(middle)
    return {
        "unit": unit, "source": middle["source"], "path": middle["path"], "sha256": middle["item_sha256"],
        "conversation": middle["conversation"], "media_type": middle["media_type"],
        "more_before": len(earlier) == before, "more_after": len(later) == after + 1,
        "units": [_shown(db, row) for row in rows],
    }  # fmt: skip


def _shown(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    found = db.execute("select * from findings where unit_id=? order by start, id", (row["id"],)).fetchall()
    said = decisions.history(db, [row["id"], *(f["id"] for f in found)])
    return {
        "id": row["id"], "origin": row["origin"], "locator": row["locator"], "sender": row["sender"],
        "sender_name": row["sender_name"], "direction": row["direction"], "text": row["text"],
        "at": row["sent_at"] or row["sent_at_local"] or "", "written": row["sent_at_source"],
        "basis": row["time_basis"], "deleted": bool(row["deleted"]), "flags": json.loads(row["flags"]),
        "exhibit": label(row["exhibit_no"]) if row["exhibit_no"] else "",
        "findings": [{k: f[k] for k in ("id", "kind", "type", "value", "start", "end", "grade", "toward", "reported",
                                        "rule")} for f in found],
        "decisions": [{k: d[k] for k in ("no", "finding_id", "decision", "note", "author", "role", "disclosure", "at")}
                      for d in said],
    }  # fmt: skip
