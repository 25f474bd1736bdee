"""What is to be done: the walk against what the case already holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from triage import ids
from triage.containers import names
from triage.containers.archive import LOCKED
from triage.containers.directory import TopFile, walk
from triage.containers.itunes_backup import MANIFESTS, STORED
from triage.engines.intake import Done, Share
from triage.engines.openings import MAX_KEYS, is_key_name
from triage.engines.task import Task
from triage.index.writer import ItemRow, Writer
from triage.model import ItemId
from triage.pipeline.hash_matching import algorithms_in_use, lacking
from triage.pipeline.request import Request

BATCH_MEMBERS = 200
BATCH_BYTES = 64 << 20


@dataclass(slots=True)
class Plan:
    """The walk of every source of this run, and the numbering of its tasks."""

    request: Request
    files: dict[tuple[str, str], TopFile] = field(default_factory=dict)
    """(label, path) → the entry as walked."""
    _keys: dict[str, list[str]] = field(default_factory=dict)
    """Label → where files lie that may be keys of encrypted ones."""
    replaced: list[dict[str, object]] = field(default_factory=list)
    """Files read by an earlier run whose bytes are others now: what the log says of each."""
    _next: int = 0

    def walk(self) -> None:
        for source in self.request.sources:
            for entry in walk(source.path):
                self.files[source.label, entry.path] = entry
                if is_key_name(entry.path, entry.size) and not entry.problems:
                    self._keys.setdefault(source.label, []).append(entry.real)

    def task(self, label: str, path: str, real: str, **more: object) -> Task:
        self._next += 1
        single = any(s.label == label and str(s.path) == real for s in self.request.sources)
        return Task(
            id=self._next, source=label, path=path, real=real, follow=single, zone=self.request.zone(label),
            regions=self.request.region(label), ocr_languages=self.request.ocr_languages,
            **self._backup(label, path), keys=tuple(self._keys.get(label, ())[:MAX_KEYS]), **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def _backup(self, label: str, path: str) -> dict[str, str]:
        """The folder of the iTunes backup to which a top-level file belongs by its name and its neighbours' names."""
        top = path.split(names.NESTED, 1)[0]
        folder, _, name = top.rpartition("/")
        stored = STORED.fullmatch(name) is not None
        if not stored and name not in MANIFESTS:
            return {}
        for place in (folder, folder.rpartition("/")[0]) if stored else (folder,):
            for manifest in MANIFESTS:
                entry = self.files.get((label, f"{place}/{manifest}" if place else manifest))
                if entry is not None and not entry.problems:
                    return {"backup": str(Path(entry.real).parent), "backup_folder": place}
        return {}

    def reading(self, db: sqlite3.Connection, writer: Writer) -> tuple[list[Task], list[tuple[ItemRow, TopFile]]]:
        """Tasks for files that are new or changed, and rows for entries that are listed only."""
        known = {(r[0], r[1]): (r[2], r[3]) for r in db.execute(
            "select source, path, size, mtime_ns from done where phase='read'")}  # fmt: skip
        tasks, listed = [], []
        vendor = {label for label, path in self.files if names.base(path).lower() == "report.xml"}
        wanted = sorted({*self.request.extra_hashes(), *algorithms_in_use(db)})
        again = self._unlockable(db, known) | self._read_otherwise(db)
        again |= {(label, path.split(names.NESTED, 1)[0]) for label, path in lacking(db, wanted)}
        for (label, path), entry in self.files.items():
            if known.get((label, path)) == (entry.size, entry.mtime_ns) and (label, path) not in again:
                continue
            gone = forget_tree(db, writer, label, path)
            if (label, path) in known and gone:
                self.replaced.append(gone)
            if entry.problems:
                listed.append((_listed(label, entry), entry))
                continue
            extra = tuple(sorted({*wanted, *(("md5",) if label in vendor else ())}))
            log = self.files.get((label, path + "-wal"))
            wal = log.real if log and log.size and not log.problems else ""
            task = self.task(label, path, entry.real, phase="read", size=entry.size, extra_hashes=extra, wal=wal)
            tasks.append(task)
        return tasks, listed

    def _read_otherwise(self, db: sqlite3.Connection) -> set[tuple[str, str]]:
        """Files of tables and plain text, where this run brings mappings that the last one did not have."""
        row = db.execute("select value from meta where key='maps'").fetchone()
        if (json.loads(row[0]) if row else []) == [one.sha256 for one in self.request.maps]:
            return set()
        sql = "select source, path from items where reader like 'table_%' or coalesce(reader,'') in ('plain_text','')"
        return {(label, path.split(names.NESTED, 1)[0]) for label, path in db.execute(sql)}

    def _unlockable(
        self, db: sqlite3.Connection, known: Mapping[tuple[str, str], tuple[int, int]]
    ) -> set[tuple[str, str]]:
        """Files that hold something locked, where this run brings passwords or keys for their source."""
        found: set[tuple[str, str]] = set()
        for source in self.request.sources:
            new_key = any(is_key_name(p, e.size) and (s, p) not in known
                          for (s, p), e in self.files.items() if s == source.label)  # fmt: skip
            if self.request.keyring.keys(source.label) or new_key:
                rows = db.execute(_LOCKED, (source.label, *sorted(LOCKED)))
                found |= {(source.label, path.split(names.NESTED, 1)[0]) for (path,) in rows}
        return found

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


_LOCKED = f"""select distinct i.path from items i join problems p on p.item_id=i.id
  where i.source=? and p.code in ({",".join("?" * len(LOCKED))})"""


def forget_tree(db: sqlite3.Connection, writer: Writer, label: str, path: str) -> dict[str, object]:
    """Remove what an earlier reading of this file gave: its bytes are others now, or were never finished.

    Gives the id and hash of the file as it was and how many items went with it, or nothing where there were none.
    """
    inside = path + names.NESTED
    rows = db.execute(
        "select id, sha256, path from items where source=? and (path=? or substr(path,1,?)=?) order by path=? desc",
        (label, path, len(inside), inside, path),
    ).fetchall()
    if rows:
        writer.forget(ItemId(r[0]) for r in rows)
    writer.begin()
    db.execute("delete from done where source=? and (path=? or substr(path,1,?)=?)", (label, path, len(inside), inside))
    if not rows or rows[0]["path"] != path:
        return {}
    return {"id": rows[0]["id"], "sha256": rows[0]["sha256"], "items": len(rows)}


def _listed(label: str, entry: TopFile) -> ItemRow:
    status = "failed" if entry.problems[0].code == "W-UNREADABLE" else "no-reader"
    return ItemRow(
        id=ids.item_id(label, entry.path, None), parent=None, source=label, path=entry.path, size=entry.size,
        sha256=None, media_type="", reader="", status=status, flags=entry.flags,  # type: ignore[arg-type]
    )  # fmt: skip
