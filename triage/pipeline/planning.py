"""What is to be done: the walk against what the case already holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from triage import ids
from triage.containers import names
from triage.containers.directory import TopFile, walk
from triage.engines.intake import Done, Share
from triage.engines.task import Task
from triage.index.writer import ItemRow, Writer
from triage.model import ItemId
from triage.pipeline.request import Request

BATCH_MEMBERS = 200
BATCH_BYTES = 64 << 20


@dataclass(slots=True)
class Plan:
    """The walk of every source of this run, and the numbering of its tasks."""

    request: Request
    files: dict[tuple[str, str], TopFile] = field(default_factory=dict)
    """(label, path) → the entry as walked."""
    _next: int = 0

    def walk(self) -> None:
        for source in self.request.sources:
            for entry in walk(source.path):
                self.files[source.label, entry.path] = entry

    def task(self, label: str, path: str, real: str, **more: object) -> Task:
        self._next += 1
        single = any(s.label == label and str(s.path) == real for s in self.request.sources)
        return Task(
            id=self._next, source=label, path=path, real=real, follow=single, zone=self.request.zone(label),
            regions=self.request.region(label), ocr_languages=self.request.ocr_languages, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def reading(self, db: sqlite3.Connection, writer: Writer) -> tuple[list[Task], list[tuple[ItemRow, TopFile]]]:
        """Tasks for files that are new or changed, and rows for entries that are listed only."""
        known = {(r[0], r[1]): (r[2], r[3]) for r in db.execute(
            "select source, path, size, mtime_ns from done where phase='read'")}  # fmt: skip
        tasks, listed = [], []
        vendor = {label for label, path in self.files if names.base(path).lower() == "report.xml"}
        for (label, path), entry in self.files.items():
            if known.get((label, path)) == (entry.size, entry.mtime_ns):
                continue
            forget_tree(db, writer, label, path)
            if entry.problems:
                listed.append((_listed(label, entry), entry))
                continue
            extra = ("md5",) if label in vendor else ()
            log = self.files.get((label, path + "-wal"))
            wal = log.real if log and log.size and not log.problems else ""
            task = self.task(label, path, entry.real, phase="read", size=entry.size, extra_hashes=extra, wal=wal)
            tasks.append(task)
        return tasks, listed

    def shares(self, done: Done) -> Iterator[Task]:
        """The members of a large archive in batches."""
        assert done.fan is not None
        archive, members, extra = done.fan
        batch: list[Share] = []
        for member in members:
            batch.append(member)
            if len(batch) >= BATCH_MEMBERS or sum(m.size for m in batch) >= BATCH_BYTES:
                yield self._share(done.task, archive.row, batch, extra)
                batch = []
        if batch:
            yield self._share(done.task, archive.row, batch, extra)

    def _share(self, task: Task, archive: ItemRow, batch: Sequence[Share], extra: tuple[str, ...]) -> Task:
        return self.task(
            task.source, task.path, task.real, phase="members", expected=archive.sha256 or "",
            members=tuple(m.index for m in batch), size=sum(m.size for m in batch), extra_hashes=extra,
        )  # fmt: skip

    def pictures(self, db: sqlite3.Connection) -> list[Task]:
        """Pictures, and documents with pages that hold no text, whose text was not read yet; those of conversations
        with findings first."""
        sql = """select i.id, i.source, i.path, i.size, i.sha256, c.chain,
            exists(select 1 from attachments a join findings f on f.unit_id=a.unit_id where a.item_id=i.id) as likely
          from items i join item_chains c on c.item_id=i.id
          where (i.media_type like 'image/%' or exists(select 1 from tallies t
              where t.item_id=i.id and t.what='pages_without_text' and t.n>0)) and i.status='read'
            and not exists(select 1 from done d where d.source=i.source and d.path=i.path and d.phase='ocr')
          order by likely desc, i.source, i.path"""
        tasks = []
        for row in db.execute(sql):
            top = row["path"].split(names.NESTED, 1)[0]
            entry = self.files.get((row["source"], top))
            if entry is not None:
                chain = tuple(json.loads(row["chain"]))
                tasks.append(self.task(row["source"], row["path"], entry.real, phase="ocr", chain=chain,
                                       expected=row["sha256"], size=row["size"]))  # fmt: skip
        return tasks


def forget_tree(db: sqlite3.Connection, writer: Writer, label: str, path: str) -> None:
    """Remove what an earlier reading of this file gave: its bytes are others now, or were never finished."""
    inside = path + names.NESTED
    rows = db.execute(
        "select id from items where source=? and (path=? or substr(path,1,?)=?)", (label, path, len(inside), inside)
    ).fetchall()
    if rows:
        writer.forget(ItemId(r[0]) for r in rows)
    writer.begin()
    db.execute("delete from done where source=? and (path=? or substr(path,1,?)=?)", (label, path, len(inside), inside))


def _listed(label: str, entry: TopFile) -> ItemRow:
    status = "failed" if entry.problems[0].code == "W-UNREADABLE" else "no-reader"
    return ItemRow(
        id=ids.item_id(label, entry.path, None), parent=None, source=label, path=entry.path, size=entry.size,
        sha256=None, media_type="", reader="", status=status, flags=entry.flags,  # type: ignore[arg-type]
    )  # fmt: skip
