"""Privilege in a run: the sealed store made or opened, later lists applied, attachments held; a release afterwards."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from triage.case import CaseFolder, open_case
from triage.custody.log import CustodyLog
from triage.custody.salt import case_key
from triage.custody.session import this_actor, this_host
from triage.engines.extraction import Extraction
from triage.engines.held import Privilege
from triage.engines.item_read import placed
from triage.engines.runs import Grouping
from triage.errors import UsageError
from triage.index import schema, stored
from triage.index.writer import OCR_SEQ, Writer
from triage.model import Hit, ItemId, Resources, Unit, WatchEntry
from triage.packs.cache import with_packs
from triage.pipeline.derive import derive
from triage.pipeline.kept import again, resources_of
from triage.pipeline.request import Request
from triage.privilege import sealed
from triage.privilege.holding import Holding
from triage.privilege.sealed import Opened, SealedStore


def entries(request: Request) -> tuple[WatchEntry, ...]:
    return tuple(entry for listed in request.privilege for entry in listed.entries)


def prepare(folder: CaseFolder, request: Request) -> SealedStore | None:
    """The sealed store of the case: made when a privilege list is first given, opened ever after."""
    if not sealed.path_of(folder.root).is_file():
        if not request.privilege:
            return None
        if not (request.filter_key or request.filter_passphrase):
            raise UsageError("a privilege list needs a key or a passphrase for what it holds.", remedy="Give "
                             "--filter-key, or set TRIAGE_FILTER_PASSPHRASE.")  # fmt: skip
        sealed.make(folder.root, public_pem=request.filter_key, passphrase=request.filter_passphrase)
    return SealedStore(folder.root)


def apply(db: sqlite3.Connection, writer: Writer, log: CustodyLog, store: SealedStore | None, request: Request) -> None:
    """After a phase: what a new list hits in units of earlier runs, and the files that held messages carry."""
    if store is None:
        return
    holding = Holding(db, writer, store)
    lists = json.dumps(sorted({*_before(db), *(w.sha256 for w in request.privilege)}))
    if request.privilege and lists != json.dumps(_before(db)):
        holding.listed(Privilege(entries(request)))
        writer.meta(privilege_lists=lists)
    moved = holding.attachments()
    writer.commit()
    if moved:
        log.append_many(moved)


def _before(db: sqlite3.Connection) -> list[str]:
    row = db.execute("select value from meta where key='privilege_lists'").fetchone()
    return list(json.loads(row[0])) if row else []


def held_counts(case: Path) -> list[dict[str, object]]:
    """For each item with held records: source, path, how many. Nothing of their content."""
    folder = open_case(case)
    store = SealedStore(folder.root)
    db = schema.open_readonly(folder.index)
    try:
        counted = store.counts()
        rows = [db.execute("select source, path, status from items where id=?", (item,)).fetchone() for item in counted]
        return [
            {"item": item, "source": row["source"], "path": row["path"], "status": row["status"], "held": n}
            for (item, n), row in zip(counted.items(), rows, strict=True)
        ]
    finally:
        db.close()
        store.close()


def open_held(case: Path, *, reviewer: str, key: str | None, passphrase: str) -> list[Opened]:
    """Everything held, for a named filter reviewer; the opening is a custody event before anything is shown."""
    folder = open_case(case)
    actor = this_actor(declared_name=reviewer, role="filter")
    with CustodyLog.open(folder.root, actor=actor, host=this_host()) as log:
        store = SealedStore(folder.root)
        try:
            found = list(store.open(key, passphrase))
        finally:
            store.close()
        log.append("held.opened", {"reviewer": reviewer, "units": len(found)})
    return found


def release(
    case: Path, wanted: Iterable[str] | None, *, reviewer: str, reason: str, key: str | None, passphrase: str
) -> int:
    """Give units (all where `wanted` is None) back to the index; what was found in them and every output anew."""
    from triage.pipeline.outputs import republish

    folder = open_case(case)
    actor = this_actor(declared_name=reviewer, role="filter")
    with CustodyLog.open(folder.root, actor=actor, host=this_host()) as log:
        store = SealedStore(folder.root)
        db = schema.open_writable(folder.index)
        writer = Writer(db, case_key(folder.root).secret, store)
        try:
            names = None if wanted is None else set(wanted)
            found = [o for o in store.open(key, passphrase) if names is None or o.unit_id in names]
            if names is not None and (missing := names - {o.unit_id for o in found}):
                raise UsageError(f"{sorted(missing)[0]} is not held.", remedy="List them with `triage custody held`.")
            request = again(folder, (), folder.root, 1)
            _give_back(db, writer, store, found, resources_of(request))
            log.append("held.released", {"reviewer": reviewer, "units": [o.unit_id for o in found], "reason": reason})
            derive(db, writer, request.watch)
            republish(folder, db, writer, log)
        finally:
            writer.commit()
            db.close()
            store.close()
    return len(found)


def _give_back(
    db: sqlite3.Connection, writer: Writer, store: SealedStore, found: Sequence[Opened], resources: Resources
) -> None:
    """Back into the index, with what the extractors find."""
    from extractors.registry import EXTRACTORS

    extraction = Extraction(EXTRACTORS, with_packs(resources))
    by_item: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for one in found:
        by_item[one.item_id, one.stage].append(one.unit)
    writer.begin()
    for (item, stage), units in by_item.items():
        _restore(db, writer, ItemId(item), units, stage, extraction)
    store.drop(o.unit_id for o in found)


def _restore(
    db: sqlite3.Connection, writer: Writer, item: ItemId, units: list[Unit], stage: str, extraction: Extraction
) -> None:
    grouping = Grouping(stored.regions(db, item), stored.conversations(db, item), list(units))
    window, runs = grouping.drain()
    languages: list[str | None] = [None] * len(window)
    hits: list[Hit] = []
    for run, indexes in runs:
        for index, language in zip(indexes, extraction.languages(run), strict=True):
            languages[index] = language
        hits += [placed(h, indexes) for h in extraction.hits(run) if isinstance(h, Hit)]
    low = OCR_SEQ if stage == "ocr" else 0
    last = db.execute("select max(seq) from units where item_id=? and seq>=? and seq<?", (item, low, low + OCR_SEQ))
    writer.units(item, window, languages, hits, (last.fetchone()[0] or low) + 1)
    _accounts(db, item, len(units))


def _accounts(db: sqlite3.Connection, item: ItemId, released: int) -> None:
    """Held records fewer, the item read again, and a problem row that says how many are still held."""
    db.execute("update tallies set n=n-? where item_id=? and what='held'", (released, item))
    left = db.execute("select n from tallies where item_id=? and what='held'", (item,)).fetchone()[0]
    db.execute("update items set status='read' where id=? and status='held'", (item,))
    if left <= 0:
        db.execute("delete from problems where item_id=? and code in ('H-HELD','H-ATTACHED')", (item,))
        db.execute("delete from tallies where item_id=? and what='held'", (item,))
        return
    for row in db.execute("select id, records from problems where item_id=? and code='H-HELD'", (item,)).fetchall():
        taken = min(row["records"], released)
        released -= taken
        db.execute("update problems set records=records-? where id=?", (taken, row["id"]))
