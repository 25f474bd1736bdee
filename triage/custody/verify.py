"""`triage verify`: one verdict over the whole case, from the log to the evidence, and never an exception.

Order: log, accounts, checkpoints, signatures, stamps, anchor, manifest, case folder, index root, outputs, sources. The
first check that fails is the first thing wrong; the ones after it are still made. Whatever the bytes are, the answer is
a value: each part runs under the project's one broad handler, and what that catches is a failed check.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from triage.custody import checkpoint, manifest, signature, stamp, verify_checkpoints, verify_files, verify_marks
from triage.custody.checkpoint import Checkpoint
from triage.custody.files import open_regular
from triage.custody.log import NAME
from triage.custody.reading import Reading, read_log
from triage.custody.rehash import choose_label, rehash
from triage.custody.verdict import Check, Rehash, Verdict, fail, note, ok
from triage.custody.verify_checkpoints import Stored
from triage.errors import CaseError, TriageError
from triage.model import Problem
from triage.problems import Failure, guarded, problem

Source = tuple[str | None, Path]
"""Label (None: by base name) and where the evidence is now."""


_PARTS = (NAME, checkpoint.FOLDER, manifest.CASE_LIST, manifest.MANIFEST, "case.toml", "evidence.sqlite", "index.jsonl")


def require_case(folder: Path) -> None:
    """CaseError where nothing in the folder is part of a case; where anything is, `verify_case` says what is wrong."""
    if not any(os.path.lexists(folder / name) for name in _PARTS):
        raise CaseError("is not a case folder.", where=str(folder), remedy="Give the folder that `triage run` made.")


def verify_case(
    case_dir: Path,
    *,
    allowed_signers: Path | None = None,
    tsa_roots: Path | None = None,
    outside: Path | None = None,
    sources: Sequence[Source] = (),
    index_root_of: Callable[[Path], str] | None = None,
) -> Verdict:
    """Verify a case folder.

    `allowed_signers`, `tsa_roots`: from outside the folder, whom to believe. `outside`: a checkpoint of this case kept
    elsewhere, against rollback. `sources`: evidence to hash again. `index_root_of`: recomputes the index root from the
    live database, so that it too is compared.
    """
    work = _Verification(case_dir)
    signers = verify_marks.choose(allowed_signers, case_dir, signature.OWN_SIGNERS)
    roots = verify_marks.choose(tsa_roots, case_dir, stamp.OWN_ROOTS)
    checks = (
        *_total("checkpoints", work.load(outside)),
        *_total("log", work.log()),
        *_total("checkpoints", work.checkpoints()),
        *_total("signatures", verify_marks.signatures(case_dir, work.stored, signers)),
        *_total("stamps", verify_marks.stamps(case_dir, work.stored, roots)),
        *_total("anchor", work.anchor()),
        *_total(manifest.MANIFEST, verify_files.check_manifest(case_dir, work.newest)),
        *_total(manifest.CASE_LIST, verify_files.check_closed_world(case_dir, work.newest)),
        *_total("index root", verify_files.check_index(case_dir, work.newest)),
        *_total("database", work.database(index_root_of)),
        *_total("outputs", verify_files.check_outputs(case_dir, work.reading.accounts)),
        *_total("sources", work.sources(sources)),
    )
    return work.verdict(checks, signers.words)


def _total(name: str, steps: Iterator[Check]) -> list[Check]:
    """All checks of one part; whatever it raises becomes a failed check."""

    def failed(error: Exception, _count: int) -> Problem:
        return problem("V-INTERNAL", "derive", kind=type(error).__name__)

    return [fail(name, step.problem.message) if isinstance(step, Failure) else step for step in guarded(steps, failed)]


class _Verification:
    """What one part finds and a later one needs."""

    def __init__(self, case_dir: Path) -> None:
        self.case_dir = case_dir
        self.stored = Stored()
        self.reading = Reading()
        self.anchored = 0
        self.rehashed: list[Rehash] = []

    @property
    def newest(self) -> Checkpoint | None:
        return self.stored.newest[1] if self.stored.newest else None

    def load(self, outside: Path | None) -> Iterator[Check]:
        """Read the checkpoint files; what is wrong with them is said with the checkpoints."""
        self.stored = verify_checkpoints.load(self.case_dir, outside)
        yield from ()

    def log(self) -> Iterator[Check]:
        """Form, numbers, chain and accounts."""
        try:
            fd = open_regular(self.case_dir / NAME)
        except OSError as error:
            yield fail("log", f"{NAME} cannot be read ({error.strerror or error})")
            return
        with os.fdopen(fd, "rb") as stream:
            if os.fstat(fd).st_nlink > 1:
                yield fail("log", f"{NAME} has a second name elsewhere")
            self.reading = read_log(stream, self.stored.sizes, self.stored.leaves)
        found = self.reading
        if found.why:
            yield fail("log", found.why, self._first_bad())
        elif not found.lines:
            yield fail("log", "is empty", 0)
        else:
            yield ok("log", f"{found.lines} events, unbroken chain, head {found.head}")
        yield from found.accounts.checks()

    def _first_bad(self) -> int | None:
        """The line the leaves show to be another, else what the chain says."""
        return self.reading.bad_seq if self.reading.differs_at is None else self.reading.differs_at

    def checkpoints(self) -> Iterator[Check]:
        """Every checkpoint; remembers how far the newest that holds reaches."""
        good = set()
        for check in verify_checkpoints.check_all(self.case_dir, self.stored, self.reading):
            if check.outcome == "ok":
                good.add(check.name)
            yield check
        sizes = {verify_checkpoints.label(number): made.size for number, made in self.stored.parsed.items()}
        if self.stored.outside:
            sizes[verify_checkpoints.OUTSIDE] = self.stored.outside.size
        self.anchored = max((size for name, size in sizes.items() if name in good), default=0)

    def anchor(self) -> Iterator[Check]:
        """What no checkpoint covers."""
        yield from verify_checkpoints.tail(self.stored, self.reading, self.anchored)

    def database(self, index_root_of: Callable[[Path], str] | None) -> Iterator[Check]:
        """The live database still gives the index root."""
        if index_root_of is None or self.newest is None or self.newest.index_root == checkpoint.NONE:
            return
        try:
            same = index_root_of(self.case_dir) == self.newest.index_root
        except (TriageError, sqlite3.Error, OSError, ValueError) as error:
            yield fail("database", f"cannot be read ({type(error).__name__})")
            return
        yield ok("database", "gives the index root") if same else fail("database", "gives another index root")

    def sources(self, sources: Sequence[Source]) -> Iterator[Check]:
        """Evidence hashed again."""
        if not sources:
            return
        entries, _, why = verify_files.read_list(self.case_dir / manifest.MANIFEST)
        if why:
            yield fail("sources", f"{manifest.MANIFEST} {why}")
            return
        for label, path in sources:
            yield self._source(label or choose_label(entries, path), path, entries)

    def _source(self, label: str, path: Path, entries: dict[bytes, str]) -> Check:
        name = f"source {label or path}"
        if not label:
            return fail(name, "which source is this? Give it as LABEL=PATH")
        try:
            found = rehash(label, path, entries)
        except OSError as error:
            return fail(name, f"cannot be read ({error.strerror or error})")
        self.rehashed.append(found)
        words = ", ".join(f"{kind} {count}" for kind, count in found.counts().items() if count or kind == "matched")
        if not found.matched and found.same:
            return note(name, "the manifest lists no file of it")
        return ok(name, words) if found.same else fail(name, words)

    def verdict(self, checks: tuple[Check, ...], signers: str) -> Verdict:
        """Everything together."""
        seqs = [check.seq for check in checks if check.outcome == "fail" and check.seq is not None]
        return Verdict(
            checks=checks,
            events=self.reading.lines,
            anchored=min(self.anchored, self.reading.lines),
            first_bad_seq=self._first_bad() if self._first_bad() is not None else next(iter(seqs), None),
            allowed_signers=signers,
            head=self.reading.head,
            sources=tuple(self.rehashed),
        )
