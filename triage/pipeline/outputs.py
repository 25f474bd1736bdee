"""The end of a run: what is written, in which order, and what the log says of it.

index.jsonl (its hash is the index root) · manifest.sha256 · report · verify scripts · output.written for each
· run.end with balanced accounts · seal: checkpoint over log, manifest and index root
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from triage.case import CaseFolder, read_settings
from triage.containers import names
from triage.custody.log import CustodyLog
from triage.custody.manifest import write_manifest
from triage.custody.scripts import write_verify_script
from triage.custody.seal import seal
from triage.custody.session import this_actor, this_host
from triage.index import queries, schema, stream
from triage.index.canonical import dumps
from triage.index.writer import Writer
from triage.pipeline.request import WatchList
from triage.report.html import render
from triage.report.model import Audience


def finish(
    folder: CaseFolder, db: sqlite3.Connection, writer: Writer, log: CustodyLog, watch: Sequence[WatchList]
) -> str:
    """Write every output, end the run in the log and seal the case; returns the index root."""
    root = stream.write(db, folder.stream)
    write_manifest(folder.root, manifest_entries(db))
    source_hashes(db)
    writer.meta(
        index_root=root, custody_head=log.head, run_state="complete", watch_lists=dumps(_lists(db, watch)),
    )  # fmt: skip
    writer.commit()
    write_verify_script(folder.root)
    scripts = [folder.root / name for name in ("verify.sh", "verify.ps1")]
    written = [folder.stream, folder.manifest, *scripts, *write_report(folder, db)]
    for path in written:
        log.append("output.written", _digest(folder, path))
    statuses = queries.counts(db)["statuses"]
    log.append("run.end", {"walked": sum(statuses.values()), "statuses": statuses, "index_root": root})
    seal(log)
    return root


def republish(folder: CaseFolder, db: sqlite3.Connection, writer: Writer, log: CustodyLog) -> str:
    """After a change of the index outside a run: index.jsonl and the report anew, recorded and sealed."""
    root = stream.write(db, folder.stream)
    writer.meta(index_root=root, custody_head=log.head)
    writer.commit()
    for path in (folder.stream, *write_report(folder, db)):
        log.append("output.written", _digest(folder, path))
    seal(log)
    return root


def write_report(folder: CaseFolder, db: sqlite3.Connection, audience: Audience = "examiner") -> list[Path]:
    """The report for one audience: `index.html` for the examiner, else a file of the audience's name."""
    path = folder.report if audience == "examiner" else folder.report.with_name(f"{audience}.html")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    render(db, path, audience=audience, folder=folder.root)
    path.chmod(0o600)
    return [path]


def rewrite_report(
    folder: CaseFolder, audience: Audience = "examiner", forms: Sequence[str] = ("html",), exhibit: str = ""
) -> list[Path]:
    """The report of a finished case written again, or the sheet of one exhibit, recorded and sealed."""
    actor = this_actor(declared_name=str(read_settings(folder).get("examiner", "")))
    with CustodyLog.open(folder.root, actor=actor, host=this_host()) as log:
        db = schema.open_readonly(folder.index)
        try:
            if exhibit:
                written = [_sheet(folder, db, exhibit)]
            else:
                written = [path for form in forms for path in _in_form(folder, db, audience, form)]
        finally:
            db.close()
        for path in written:
            log.append("output.written", _digest(folder, path))
        seal(log)
    return written


def _in_form(folder: CaseFolder, db: sqlite3.Connection, audience: Audience, form: str) -> list[Path]:
    """One form of the report: `html`, `pdf` (PDF/A) or `xlsx`."""
    if form == "html":
        return write_report(folder, db, audience)
    path = folder.report.with_name(f"report.{form}")
    if form == "pdf":
        from triage.exports.printed import write_report as write_pdf

        write_pdf(db, path)
    else:
        from triage.exports.selection import Chosen, Selection
        from triage.exports.workbook import write_xlsx

        with path.open("wb") as out:
            write_xlsx(Chosen(db, Selection()), out)
    path.chmod(0o600)
    return [path]


def _sheet(folder: CaseFolder, db: sqlite3.Connection, exhibit: str) -> Path:
    from triage.exports.printed import write_exhibit

    path = folder.report.with_name(f"{re.sub(r'[^A-Za-z0-9-]', '-', exhibit)}.pdf")
    write_exhibit(db, exhibit, path)
    path.chmod(0o600)
    return path


def _digest(folder: CaseFolder, path: Path) -> dict[str, object]:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"path": folder.relative(path), "sha256": digest, "size": path.stat().st_size}


def manifest_entries(db: sqlite3.Connection) -> Iterator[tuple[bytes, str]]:
    """Every top-level file as `sha256sum -c` finds it from the folder that holds the sources.

    `LABEL/path` for a folder; the label alone for a source that is one file.
    """
    sql = """select s.label, s.kind, i.path, i.sha256 from items i join sources s on s.label=i.source
      where i.parent_id is null and i.sha256 is not null order by s.label, i.path"""
    for label, kind, path, sha256 in db.execute(sql):
        yield (label.encode() if kind == "file" else label.encode() + b"/" + names.raw(path)), sha256


def source_hashes(db: sqlite3.Connection) -> None:
    """The hash of a source: of its file, or of its part of the manifest."""
    for label, kind in db.execute("select label, kind from sources").fetchall():
        rows = [(n, h) for n, h in manifest_entries(db) if n == label.encode() or n.startswith(label.encode() + b"/")]
        if kind == "file" and rows:
            value = rows[0][1]
        else:
            value = hashlib.sha256(b"".join(h.encode() + b"  " + n + b"\n" for n, h in rows)).hexdigest()
        db.execute("update sources set sha256=? where label=?", (value, label))


def _lists(db: sqlite3.Connection, watch: Sequence[WatchList]) -> list[dict[str, object]]:
    """For each watch-list: how many entries were found, and which were not."""
    sql = "select distinct json_extract(detail,'$.list'), json_extract(detail,'$.row') from findings where kind='watch'"
    hit = {(r[0], r[1]) for r in db.execute(sql)}
    out: list[dict[str, object]] = []
    for listed in watch:
        missed = [{"row": e.row, "value": e.value} for e in listed.entries if (listed.name, e.row) not in hit]
        out.append({
            "name": listed.name, "sha256": listed.sha256, "entries": len(listed.entries),
            "hits": len(listed.entries) - len(missed), "unhit": missed,
        })  # fmt: skip
    return out


def stored_lists(db: sqlite3.Connection) -> list[dict[str, object]]:
    """What the last run said of its watch-lists."""
    row = db.execute("select value from meta where key='watch_lists'").fetchone()
    return list(json.loads(row[0])) if row else []
