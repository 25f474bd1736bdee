"""`triage run`: from sources to a sealed case.

    lock and log · walk · read and extract (phase 1) · derive: a usable index, marked incomplete
    · text in pictures (phase 2) · derive · evidence hashed again · index.jsonl, manifest, report · log and checkpoint

Killed at any moment, the next run continues: finished tasks are kept, unfinished ones are done again.
"""

from __future__ import annotations

import json
import platform
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from triage import __version__
from triage.case import CaseFolder, add_source, create, is_case, open_case, read_settings, refuse_inside
from triage.custody import run_context
from triage.custody.log import CustodyLog
from triage.custody.salt import case_key
from triage.custody.session import this_actor, this_host
from triage.engines.intake import Done, Open
from triage.engines.limits import Profile
from triage.engines.pool import Pool
from triage.engines.probe import proved_layers
from triage.engines.task import Task
from triage.index import queries, schema
from triage.index.canonical import dumps
from triage.index.writer import Writer
from triage.model import Resources
from triage.packs.cache import with_packs
from triage.packs.identity import pack_hash
from triage.pipeline import hash_matching, kept, mappings, outputs, privilege, recheck, refresh
from triage.pipeline.derive import derive
from triage.pipeline.loop import Loop
from triage.pipeline.planning import Plan
from triage.pipeline.recovery import complete_log
from triage.pipeline.request import Progress, Request, Silent
from triage.problems import problem

PROFILES: tuple[Profile, ...] = ("parser", "ocr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What `run --json` prints."""

    case: Path
    index_root: str
    walked: int
    statuses: Mapping[str, int]
    findings: Mapping[str, int]
    problems: Mapping[str, int]
    new_items: int


def run(request: Request, progress: Progress | None = None) -> Outcome:
    """Do everything `request` asks for. TriageError where the command itself cannot go on."""
    refuse_inside(request.case, request.sources)
    folder = open_case(request.case) if is_case(request.case) else create(request.case)
    said = read_settings(folder)
    actor = this_actor(declared_name=str(said.get("examiner", "")))
    with CustodyLog.open(folder.root, actor=actor, host=this_host()) as log:
        request = kept.with_kept(folder, request)
        return Session(request, folder, log, progress or Silent()).work()


class Session:
    """One run over one case; holds the lock for its whole life."""

    def __init__(self, request: Request, folder: CaseFolder, log: CustodyLog, progress: Progress) -> None:
        self.request, self.folder, self.log, self.progress = request, folder, log, progress
        self.new = not folder.index.exists()
        self.db: sqlite3.Connection = schema.create(folder.index) if self.new else schema.open_writable(folder.index)
        self.store = privilege.prepare(folder, request)
        self.writer = Writer(self.db, case_key(folder.root).secret, self.store)
        self.plan = Plan(request)
        self.loop = Loop(self.writer, log, self.plan, progress)
        self.resources = Resources(
            packs=request.packs,
            cache=folder.work / "cache",
            watch=tuple(entry for listed in request.watch for entry in listed.entries),
        )

    def work(self) -> Outcome:
        scratch = self.folder.work / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700, parents=True)
        (self.folder.work / "cache").mkdir(mode=0o700, exist_ok=True)
        try:
            return self._phases(scratch)
        finally:
            self.writer.commit()
            self.db.close()
            if self.store:
                self.store.close()
            shutil.rmtree(scratch, ignore_errors=True)

    def _phases(self, scratch: Path) -> Outcome:
        self._begin()
        before = self.db.execute("select count(*) from items").fetchone()[0]
        self._read(self._pool("parser", scratch))
        privilege.apply(self.db, self.writer, self.log, self.store, self.request)
        refresh.refresh(self.db, self.writer, self.log, self.request, self.resources)
        mappings.record(self.db, self.log)
        hash_matching.compare(self.db, self.log, self.request.hash_lists)
        derive(self.db, self.writer, self.request.watch)
        self._pictures(self._pool("ocr", scratch))
        privilege.apply(self.db, self.writer, self.log, self.store, self.request)
        recheck.recheck(self.db, self.writer, self.log, self.plan)
        derive(self.db, self.writer, self.request.watch)
        root = outputs.finish(self.folder, self.db, self.writer, self.log, self.request.watch)
        counted = queries.counts(self.db)
        return Outcome(
            case=self.folder.root, index_root=root, walked=sum(counted["statuses"].values()),
            statuses=counted["statuses"], findings=counted["findings"], problems=counted["problems"],
            new_items=self.db.execute("select count(*) from items").fetchone()[0] - before,
        )  # fmt: skip

    def _begin(self) -> None:
        """The run's first event, the sources, and what an interrupted run left behind."""
        with_packs(self.resources)  # once, before any worker: a mistake in a pack ends the run here, with its place
        uuid = str(read_settings(self.folder)["uuid"])
        if not self.log.state.case:
            self.log.append("case.created", {"case": uuid})
        if not self.db.execute("select 1 from meta where key='case_uuid'").fetchone():
            self.writer.meta(case_uuid=uuid, created_at=_now())
        settings = self.request.settings()
        context = run_context.collect(
            argv=self.request.argv, configuration=settings, rule_packs=pack_hash(self.resources),
            limits=_limits(self.request), sandbox={p: proved_layers(p) for p in PROFILES},
            ocr=ocr_engine() if self.request.ocr else {}, case_dir=self.folder.root)  # fmt: skip
        self.log.append("run.start", {**context, "supplied": self.request.keyring.counts()})
        if self.db.execute("select 1 from meta where key='run_state' and value='incomplete'").fetchone():
            self.writer.recover()
            complete_log(self.db, self.log)
        self._sources()
        hash_matching.seed(self.db, self.request.hash_hits)
        kept.keep(self.folder, self.request)
        said = {k: v for k, v in read_settings(self.folder).items() if k not in ("source", "uuid")}
        self.writer.meta(
            run_state="incomplete", settings=dumps(settings), tool_version=__version__, case=dumps(said),
            versions=dumps(_versions()),
        )  # fmt: skip
        self.writer.commit()

    def _sources(self) -> None:
        for source in self.request.sources:
            kind = "folder" if source.path.is_dir() else "file"
            zone, regions = self.request.zone(source.label), ",".join(self.request.region(source.label))
            known = self.db.execute("select 1 from sources where label=?", (source.label,)).fetchone()
            if known:
                self.db.execute(
                    "update sources set path_hint=?, tz=coalesce(?,tz), region=? where label=?",
                    (str(source.path), zone, regions, source.label),
                )
                continue
            row = (source.label, str(source.path), None, None, kind, None, zone, regions, _now())
            self.writer.rows("sources", [row])
            self.log.append("source.added", {"label": source.label, "kind": kind})
            add_source(self.folder, source.label)

    def _pool(self, profile: Profile, scratch: Path) -> Pool:
        held = privilege.entries(self.request)
        return Pool(profile, self.resources, self.request.jobs, scratch, self.request.scope, held, self.request.keyring,
                    self.request.maps)  # fmt: skip

    def _read(self, pool: Pool) -> None:
        self.plan.walk()
        tasks, listed = self.plan.reading(self.db, self.writer)
        self.log.append_many(("item.replaced", old) for old in self.plan.replaced)
        self.progress.phase("reading", len(tasks) + len(listed), sum(t.size for t in tasks))
        for row, entry in listed:
            self.writer.item(row)
            for found in entry.problems:
                self.writer.problem(row.id, found)
            task = self.plan.task(row.source, row.path, entry.real, phase="read", size=entry.size)
            self.loop.finish(None, Done(task, [Open(row, (), problems=len(entry.problems), ended=True)], None))
        self.loop.run(pool, tasks)
        self.loop.flush()
        self.writer.meta(maps=json.dumps([one.sha256 for one in self.request.maps]))
        self.writer.commit()

    def _pictures(self, pool: Pool) -> None:
        tasks = self.plan.pictures(self.db)
        if not self.request.ocr:
            self._not_asked(tasks)
            return
        for task in tasks:
            self.writer.forget_ocr(self.loop.item_of(task).id)
        self.progress.phase("text in pictures", len(tasks), sum(t.size for t in tasks))
        self.loop.run(pool, tasks)

    def _not_asked(self, tasks: list[Task]) -> None:
        for task in tasks:
            self.writer.problem(self.loop.item_of(task).id, problem("O-DISABLED", "ocr"))
        self.writer.commit()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    """What the report's method section names."""
    names = ("spacy", "phonenumbers", "exifread", "pytesseract", "pillow", "tzdata")
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return found | {name: version(name) for name in names}


def _limits(request: Request) -> dict[str, int]:
    from triage.containers import archive
    from triage.engines import limits, wire

    return {
        "jobs": request.jobs, "worker_memory": limits.MEMORY, "frame_bytes": wire.MAX_FRAME,
        "text_characters": wire.MAX_TEXT, "archive_depth": archive.MAX_DEPTH, "archive_members": archive.MAX_MEMBERS,
    }  # fmt: skip


def ocr_engine() -> dict[str, object]:
    """Engine, version and a digest for each language's data, for the log."""
    from triage.readers import ocr_engine as engine

    return {"engine": "tesseract", "version": engine.engine_version(), "languages": engine.language_data_hashes()}
