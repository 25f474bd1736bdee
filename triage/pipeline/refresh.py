"""What ran before with other packs or lists runs again over the stored units, and only that.

A fingerprint of each extractor's inputs stands in the index. Where the watch-lists or the rule packs of this run are
others, their findings are removed and made anew from `units.text`; the log says so. The entity extractor is not
repeated this way (stored texts hide card numbers): `--refresh` with the sources at hand reads everything again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

from triage.custody.log import CustodyLog
from triage.engines.extraction import Extraction
from triage.engines.runs import Grouping
from triage.index import stored
from triage.index.writer import OCR_SEQ, Writer, forget_findings
from triage.model import Extractor, Hit, ItemId, Resources, Unit
from triage.packs.identity import pack_hash
from triage.pipeline.request import Request

REPEATABLE = ("language", "watch")


def fingerprints(request: Request, resources: Resources) -> dict[str, str]:
    from extractors.registry import EXTRACTORS

    lists = hashlib.sha256("\n".join(sorted(w.sha256 for w in request.watch)).encode()).hexdigest()
    inputs = {"language": pack_hash(resources), "watch": lists}
    return {e.name: f"{e.version}:{inputs.get(e.name, '')}" for e in EXTRACTORS}


def refresh(
    db: sqlite3.Connection, writer: Writer, log: CustodyLog, request: Request, resources: Resources
) -> None:  # fmt: skip
    """Repeat the extractors whose inputs are not those of the stored findings."""
    from extractors.registry import EXTRACTORS

    now = fingerprints(request, resources)
    row = db.execute("select value from meta where key='extractors'").fetchone()
    before = json.loads(row[0]) if row else now
    changed = [e for e in EXTRACTORS if e.name in REPEATABLE and (request.refresh or before.get(e.name) != now[e.name])]
    if changed and row:
        log.append("refresh", {"extractors": [e.name for e in changed], "pack_hash": now["language"]})
        _repeat(db, writer, changed, resources)
    writer.meta(extractors=json.dumps(now, sort_keys=True), pack_hash=pack_hash(resources))
    writer.commit()


def _repeat(db: sqlite3.Connection, writer: Writer, extractors: list[Extractor], resources: Resources) -> None:
    writer.begin()
    for extractor in extractors:
        forget_findings(db, f"{extractor.name}.")
    extraction = Extraction(extractors, resources)
    for (item,) in db.execute("select distinct item_id from units order by 1").fetchall():
        for units, hits in _windows(db, ItemId(item), extraction):
            writer.hits(ItemId(item), units, hits)
    writer.commit()


def _windows(db: sqlite3.Connection, item: ItemId, extraction: Extraction) -> Iterator[tuple[list[Unit], list[Hit]]]:
    grouping = Grouping(stored.regions(db, item), stored.conversations(db, item))
    for low, high in ((0, OCR_SEQ), (OCR_SEQ, 2 * OCR_SEQ)):  # as they were read: first phase, then pictures
        sql = "select * from units where item_id=? and seq>=? and seq<? order by seq"
        for row in db.execute(sql, (item, low, high)).fetchall():
            if grouping.add(stored.unit(row)):
                yield _drain(grouping, extraction)
        yield _drain(grouping, extraction)


def _drain(grouping: Grouping, extraction: Extraction) -> tuple[list[Unit], list[Hit]]:
    from triage.engines.item_read import placed

    units, runs = grouping.drain()
    hits = [placed(h, indexes) for run, indexes in runs for h in extraction.hits(run) if isinstance(h, Hit)]
    return units, hits
