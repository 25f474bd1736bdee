"""The derive pass: what only the whole index shows. Runs over the rows alone, and gives the same rows every time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from triage.analysis import (
    entities,
    exhibits,
    identities,
    ledger,
    links,
    provenance,
    reading_order,
    reported,
    vendor,
    watch_hashes,
)
from triage.index import schema, search
from triage.index.writer import Writer
from triage.pipeline import hash_matching
from triage.pipeline.request import WatchList


def derive(db: sqlite3.Connection, writer: Writer, watch: Sequence[WatchList] | None) -> None:
    """Corroboration, links, vendor hashes, aggregates, exhibits, reading order, full-text search.

    `watch` None: the lists are not at hand, the hits of their hashes stay as they are.
    """
    writer.begin()
    schema.add_indexes(db)
    reported.derive(db)
    if watch is not None:
        watch_hashes.derive(db, [*(entry for listed in watch for entry in listed.entries), *hash_matching.entries(db)])
    hash_matching.mark_known(db)
    links.derive(db)
    vendor.derive(db)
    provenance.derive(db)
    entities.fill(db)
    exhibits.derive(db)
    identities.fill(db)
    ledger.fill(db)
    reading_order.fill(db)
    search.rebuild(db)
    writer.commit()
