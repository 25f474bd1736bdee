"""A review as an act on the case: the sitting under the case's lock, and what must be written anew after it.

Decisions change the report; a privileged one also changes the index, so `index.jsonl` is written anew. Either way the
case is sealed at the end, after Ctrl-C too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from triage.case import CaseFolder, open_case, read_settings
from triage.custody.log import CustodyLog
from triage.custody.salt import case_key
from triage.custody.session import this_actor, this_host
from triage.errors import UsageError
from triage.index import schema
from triage.index.writer import Writer
from triage.model import ItemId
from triage.pipeline.derive import derive
from triage.pipeline.outputs import republish
from triage.privilege import sealed
from triage.privilege.holding import Holding
from triage.privilege.sealed import SealedStore
from triage.review import decisions
from triage.review.server import Sitting


@contextmanager
def sitting(case: Path, *, author: str, role: str, filter_key: str = "", passphrase: str = "") -> Iterator[Sitting]:
    """One review of a case. `filter_key` or `passphrase` make the sealed store where the case has none yet."""
    folder = open_case(case)
    name = author or str(read_settings(folder).get("examiner", ""))
    if not name.strip():
        raise UsageError("a review needs the name of who decides.", remedy="Give --author, or fill case.toml.")
    actor = this_actor(declared_name=name, role=role)
    with CustodyLog.open(folder.root, actor=actor, host=this_host()) as log:
        db = schema.open_writable(folder.index)
        try:
            made = Sitting(db=db, log=log, author=name, role=role, hold=_holder(folder, db, filter_key, passphrase))
            yield made
            _finish(folder, db, log, made)
        finally:
            db.close()


def _holder(folder: CaseFolder, db: sqlite3.Connection, filter_key: str, passphrase: str) -> Callable[[str], int]:
    def hold(unit: str) -> int:
        if not sealed.path_of(folder.root).is_file():
            if not (filter_key or passphrase):
                raise UsageError(
                    "the case has no sealed store yet.",
                    remedy="Start the review with --filter-key, or with TRIAGE_FILTER_PASSPHRASE set.",
                )
            sealed.make(folder.root, public_pem=filter_key, passphrase=passphrase)
        store = SealedStore(folder.root)
        writer = Writer(db, case_key(folder.root).secret, store)
        try:
            row = db.execute("select item_id from units where id=?", (unit,)).fetchone()
            holding = Holding(db, writer, store)
            moved = holding.units(ItemId(row[0]), [unit]) if row else 0
            holding.attachments()
            writer.commit()
        finally:
            store.close()
        return moved

    return hold


def _finish(folder: CaseFolder, db: sqlite3.Connection, log: CustodyLog, made: Sitting) -> None:
    if not (made.made or made.held):
        return
    writer = Writer(db, case_key(folder.root).secret)
    writer.meta(decisions_root=decisions.root(db))
    derive(db, writer, None)
    republish(folder, db, writer, log)
