"""An export as an act on the case: written outside it, recorded in its log, sealed."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from triage.case import open_case, read_settings
from triage.custody.log import CustodyLog
from triage.custody.seal import seal
from triage.custody.session import this_actor, this_host
from triage.errors import UsageError
from triage.exports import formats
from triage.exports.formats import Made
from triage.exports.selection import Selection
from triage.index import schema


def export_case(
    case: Path, name: str, selection: Selection, out: Path | None, country: str, stdout: Callable[[bytes], None]
) -> Made:
    """Write, hash, record. `out` None: a text format goes to standard output, with the same record."""
    format = formats.named(name)
    if out is None and (format.binary or format.shards):
        raise UsageError(f"{name} needs a place to be written to.", where="--to", remedy="Give --out.")
    folder = open_case(case)
    if out is not None and out.resolve().is_relative_to(folder.root):
        raise UsageError("an export does not belong in the case folder.", where=str(out), remedy="Name another place.")
    actor = this_actor(declared_name=str(read_settings(folder).get("examiner", "")))
    with CustodyLog.open(folder.root, actor=actor, host=this_host()) as log:
        db = schema.open_readonly(folder.index)
        try:
            made = _write(db, format, selection, out, country, stdout)
        finally:
            db.close()
        log.append("export.made", {
            "format": name, "sha256": made.root, "size": made.size, "index_root": made.index_root,
            "country": country, **made.account, "filter": selection.words(),
        })  # fmt: skip
        seal(log)
    return made


def _write(
    db: sqlite3.Connection, format: formats.Format, selection: Selection, out: Path | None, country: str,
    stdout: Callable[[bytes], None],
) -> Made:  # fmt: skip
    if out is not None:
        return formats.export(db, format, selection, out, country)
    with tempfile.TemporaryDirectory(prefix="triage-export-") as scratch:
        path = Path(scratch) / "export"
        made = formats.export(db, format, selection, path, country)
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                stdout(piece)
    return made
