"""`index.jsonl`: the index as one canonical stream, and its SHA-256, the index root.

Tables in the contract's order, each line `{"t": table, …}` in RFC 8785 form, rows sorted by id bytewise (links by
all columns). No absolute paths, run times, exhibit numbers, decisions, persons or secrets' hashes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from triage.index.canonical import dumps

COLUMNS: dict[str, tuple[str, ...]] = {
    "items": ("id", "parent_id", "source", "path", "size", "sha256", "media_type", "reader", "status", "flags"),
    "units": (
        "id", "item_id", "origin", "locator", "app", "conversation", "sender", "recipients", "sent_at",
        "sent_at_local", "sent_at_source", "time_basis", "direction", "deleted", "lang", "text", "flags",
    ),
    "findings": (
        "id", "unit_id", "kind", "type", "value", "quote", "start", "end", "grade", "reported", "toward", "flags",
        "rule", "detail",
    ),
    "finding_parts": ("finding_id", "n", "role", "unit_id", "start", "end"),
    "problems": ("id", "code", "stage", "item_id", "locator", "message"),
    "links": ("kind", "a", "b", "basis"),
}  # fmt: skip
_ORDER = {"finding_parts": "finding_id,n", "links": "kind,a,b,basis"}
_JSON = {"flags", "recipients", "detail"}


def lines(db: sqlite3.Connection) -> Iterator[str]:
    """Every line without its line end."""
    for table, columns in COLUMNS.items():
        listed = ",".join(f'"{c}"' for c in columns)
        parsed = [i for i, c in enumerate(columns) if c in _JSON]
        for row in db.execute(f"select {listed} from {table} order by {_ORDER.get(table, 'id')}"):
            values = list(row)
            for i in parsed:
                values[i] = [] if values[i] == "[]" else {} if values[i] == "{}" else json.loads(values[i])
            yield dumps({"t": table, **dict(zip(columns, values, strict=True))})


def write(db: sqlite3.Connection, path: Path) -> str:
    """Write the stream beside and move it into place; return the index root (64 hex digits)."""
    digest = hashlib.sha256()
    part = path.with_suffix(".part")
    with part.open("wb") as out:
        batch: list[str] = []
        for line in lines(db):
            batch.append(line)
            if len(batch) >= 4096:
                _flush(batch, digest, out)
        _flush(batch, digest, out)
        out.flush()
        os.fsync(out.fileno())
    part.chmod(0o600)
    part.replace(path)
    return digest.hexdigest()


def _flush(batch: list[str], digest: hashlib._Hash, out: object) -> None:
    raw = "".join(line + "\n" for line in batch).encode()
    batch.clear()
    digest.update(raw)
    out.write(raw)  # type: ignore[attr-defined]
