"""What kind of material each source is, from the formats that were read in it."""

from __future__ import annotations

import sqlite3

from triage.model import Provenance

_BY_READER: dict[str, Provenance] = {
    "ufed_xml": "vendor-extraction",
    "whatsapp_txt": "user-export",
    "telegram_json": "user-export",
    "telegram_html": "user-export",
    "sms_backup_xml": "user-export",
    "facebook_json": "user-export",
    "facebook_html": "user-export",
    "cdr_csv": "records",
    "email": "records",
}
_ORDER: tuple[Provenance, ...] = ("vendor-extraction", "raw-database", "user-export", "device-files", "screenshots")


def derive(db: sqlite3.Connection) -> None:
    """Set `sources.provenance`, the most specific that its items show; pictures alone are `screenshots`."""
    for (label,) in db.execute("select label from sources").fetchall():
        db.execute("update sources set provenance=? where label=?", (_of(db, label), label))


def _of(db: sqlite3.Connection, label: str) -> Provenance:
    sql = "select distinct reader, media_type from items where source=? and status='read'"
    rows = db.execute(sql, (label,)).fetchall()
    seen: set[Provenance] = {_BY_READER[r[0]] for r in rows if r[0] in _BY_READER}
    if any(r[1] == "application/vnd.sqlite3" and r[0] for r in rows):
        seen.add("raw-database")
    found = next((p for p in _ORDER if p in seen), None)
    if found:
        return found
    kinds = {r[1].split("/")[0] for r in rows if r[1]}
    return "screenshots" if kinds == {"image"} else "device-files"
