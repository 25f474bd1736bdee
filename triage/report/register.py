"""The register of exhibits, and the facts that the index states of itself."""

from __future__ import annotations

import json
import re
import sqlite3

from triage.report.display import mask_untyped
from triage.report.model import CaseFacts, ExhibitRow, Limits, Trace, WatchList
from triage.report.units import fetch, stamp

_HEX = re.compile(r"[0-9a-f]{64}\Z")


def exhibits(connection: sqlite3.Connection, limits: Limits) -> tuple[tuple[ExhibitRow, ...], int]:
    """The first rows by number, and how many more there are."""
    rows = connection.execute(
        """select x.no, coalesce(x.unit_id, ''), i.source, i.path, i.sha256, i.media_type from exhibits x
           left join items i on i.id = x.item_id order by x.no limit ?""",
        (limits.rows,),
    ).fetchall()
    units = fetch(connection, (row[1] for row in rows if row[1]))
    total = connection.execute("select count(*) from exhibits").fetchone()[0]
    out = []
    for number, unit, source, path, digest, media in rows:
        if unit in units:
            known = units[unit]
            out.append(
                ExhibitRow(
                    number=number, at=known.at, conversation=known.conversation, trace=known.trace,
                    media_type=known.media_type,
                )
            )  # fmt: skip
            continue
        trace = Trace(
            exhibit=number, unit="", source=source or "", path=path or "", sha256=digest or "",
            locator="", origin="", app="",
        )  # fmt: skip
        out.append(ExhibitRow(number=number, at=stamp(None), conversation="", trace=trace, media_type=media or ""))
    return tuple(out), total - len(out)


def case_facts(connection: sqlite3.Connection) -> CaseFacts:
    """The `meta` table; what is not there is printed as not recorded."""
    meta = dict(connection.execute("select key, value from meta"))
    created = stamp(meta.get("created_at"))
    return CaseFacts(
        uuid=meta.get("case_uuid", ""),
        created_at=f"{created.day} {created.time} UTC" if created.day else "",
        tool_version=meta.get("tool_version", ""),
        index_root=_digest(meta.get("index_root")),
        custody_head=_digest(meta.get("custody_head")),
        pack_hash=_digest(meta.get("pack_hash")),
        complete=meta.get("run_state") == "complete",
        stated=_pairs(meta.get("case")),
        settings=_pairs(meta.get("settings")),
        versions=_pairs(meta.get("versions")),
    )


def watch_lists(connection: sqlite3.Connection, limits: Limits) -> tuple[WatchList, ...]:
    """What each list held, and its entries without a hit."""
    stored = connection.execute("select value from meta where key = 'watch_lists'").fetchone()
    return tuple(
        WatchList(
            name=entry["name"], sha256=entry["sha256"], entries=entry["entries"], hits=entry["hits"],
            unhit=tuple((row["row"], mask_untyped(row["value"])) for row in entry["unhit"][: limits.rows]),
            unhit_more=max(0, len(entry["unhit"]) - limits.rows),
        )
        for entry in (json.loads(stored[0]) if stored else [])
    )  # fmt: skip


def _digest(value: str | None) -> str:
    """A SHA-256 in hex, '' for anything else: it goes into style sheets and attributes."""
    return value if value and _HEX.match(value) else ""


def _pairs(stored: str | None) -> tuple[tuple[str, str], ...]:
    """A JSON object as (name, value) lines, nested names joined by dots, sorted."""
    table = json.loads(stored) if stored else {}
    return tuple(_lines("", table)) if isinstance(table, dict) else ()


def _lines(prefix: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [line for key in sorted(value) for line in _lines(f"{prefix}.{key}" if prefix else str(key), value[key])]
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return [(prefix, ", ".join(value))]
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return [(prefix, shown)]
