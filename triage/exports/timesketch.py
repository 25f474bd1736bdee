"""Timesketch JSON Lines: `message`, `datetime` (ISO 8601), `timestamp_desc` and fields of our own.

Source: Timesketch documentation, "Import from JSON or CSV": those three fields are needed, further ones are kept. One
line for each unit that carries a selected finding; a unit without an instant cannot stand on a time line and is
counted as left out. `tag` lists the types found, so that a saved search needs no parsing.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterator
from typing import BinaryIO

from triage.exports.selection import Chosen, exhibit, words

_DESCRIBED = {"message": "Message sent", "call": "Call", "event": "Application event", "email": "E-mail sent",
              "location": "Position recorded", "exif": "Picture taken"}  # fmt: skip
NO_INSTANT = "without an instant (zone unknown or no time)"


def write(chosen: Chosen, out: BinaryIO) -> None:
    for rows in _by_unit(chosen):
        if rows[0]["sent_at"] is None:
            chosen.withheld[NO_INSTANT] += len(rows)
            chosen.shown -= len(rows)
            continue
        out.write(json.dumps(_line(rows), ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n")


def _by_unit(chosen: Chosen) -> Iterator[list[sqlite3.Row]]:
    for _, rows in itertools.groupby(chosen, key=lambda row: row["unit_id"]):
        yield list(rows)


def _line(rows: list[sqlite3.Row]) -> dict[str, object]:
    row = rows[0]
    return {
        "message": row["text"],
        "datetime": row["sent_at"],
        "timestamp_desc": _DESCRIBED.get(row["origin"], "Time stated"),
        "tag": sorted({r["type"] for r in rows}),
        "values": sorted({r["value"] for r in rows if r["kind"] != "indicator"}),
        "exhibit": exhibit(row), "time_basis": row["time_basis"], "time_as_written": row["sent_at_source"],
        "app": row["app"], "conversation": row["conversation"], "sender": row["sender"],
        "recipients": words(row["recipients"]), "source": row["source"], "path": row["path"],
        "locator": row["locator"], "sha256": row["item_sha256"], "unit": row["unit_id"],
    }  # fmt: skip
