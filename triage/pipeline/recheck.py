"""The evidence hashed again at the end of a run: did anything change while we worked?

Every top-level file read in this run is hashed once more. One that differs is reported (`W-CHANGED`): its units
came from the bytes that were hashed first, which no longer lie there.
"""

from __future__ import annotations

import hashlib
import sqlite3

from triage.custody.log import CustodyLog
from triage.index.writer import Writer
from triage.model import ItemId
from triage.pipeline.planning import Plan
from triage.problems import problem

CHUNK = 1 << 20


def recheck(db: sqlite3.Connection, writer: Writer, log: CustodyLog, plan: Plan) -> None:
    """Compare the sources of this run with the index, record the classes, and mark what changed."""
    known = {(r[0], r[1]): (ItemId(r[2]), r[3]) for r in db.execute(
        "select source, path, id, sha256 from items where parent_id is null and sha256 is not null")}  # fmt: skip
    counted = {"matched": 0, "changed": 0, "moved": 0, "new": 0, "missing": 0}
    for (label, path), entry in plan.files.items():
        item, expected = known.get((label, path), (None, None))
        if item is None:
            continue
        found = hash_file(entry.real)
        outcome = "missing" if found is None else "matched" if found == expected else "changed"
        counted[outcome] += 1
        if outcome != "matched":
            writer.problem(item, problem("W-CHANGED", "walk"))
    writer.commit()
    log.append("source.reverified", counted)


def hash_file(real: str) -> str | None:
    """SHA-256 of a file, or None where it cannot be read; nothing of it is parsed."""
    digest = hashlib.sha256()
    try:
        with open(real, "rb", buffering=0) as source:  # noqa: PTH123 - the name may not be text
            while piece := source.read(CHUNK):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()
