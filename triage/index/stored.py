"""From rows back to nouns: units as they are stored (masked), for passes that run over the index again."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from triage.model import Conversation, Moment, Unit

UNIT = "select *, (select json_group_array(name) from attachments where unit_id=units.id) as files from units "
"""Begin of a query whose rows `unit` takes."""


def unit(row: sqlite3.Row | dict[str, Any]) -> Unit:
    """The unit of a row of `units`; its attachments where the row has them (`UNIT`)."""
    when = Moment(at=row["sent_at"], local=row["sent_at_local"], source=row["sent_at_source"], basis=row["time_basis"])
    files = json.loads(row["files"]) if "files" in row.keys() else []  # noqa: SIM118 - a Row is no mapping
    return Unit(
        origin=row["origin"], locator=row["locator"], text=row["text"], app=row["app"],
        conversation=row["conversation"], sender=row["sender"], sender_name=row["sender_name"],
        recipients=tuple(json.loads(row["recipients"])), when=when, direction=row["direction"],
        deleted=bool(row["deleted"]), flags=tuple(json.loads(row["flags"])), native_id=row["native_id"],
        reply_to=row["reply_to"], detail=json.loads(row["detail"]), attachments=tuple(sorted(files)),
    )  # fmt: skip


def conversations(db: sqlite3.Connection, item: str) -> dict[str, Conversation]:
    """What the index knows of an item's conversations, by name."""
    rows = db.execute("select name, participants, owner from conversations where item_id=?", (item,))
    return {r[0]: Conversation(name=r[0], participants=tuple(json.loads(r[1])), owner=r[2]) for r in rows}


def regions(db: sqlite3.Connection, item: str) -> tuple[str, ...]:
    """The region hints stated for an item's source."""
    sql = "select s.region from sources s join items i on i.source=s.label where i.id=?"
    row = db.execute(sql, (item,)).fetchone()
    return tuple(r for r in ((row[0] if row else "") or "").split(",") if r)
