"""A folder with `expected.jsonl`: the whole of `triage run` against what must and must not be found.

    {"path", "locator"?, "type", "value_normalised"?, "start"?, "end"?, "must": true|false}

`path` is the contract path of the item within the folder. A row that must be is met by a reported finding of that
type and value at that place; one that must not be is broken by any such finding. Value, locator and offsets are
compared where stated (an indicator has no normal form).
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.bench.score import Scores
from triage.case import SourceArgument
from triage.errors import UsageError
from triage.index import queries, schema
from triage.pipeline.lists import read_lists
from triage.pipeline.request import Request
from triage.pipeline.run import run

EXPECTED = "expected.jsonl"
SETTINGS = "expected.json"
"""Optional: {"watch": [file, …], "regions": {label: [CC]}, "zones": {label: zone}} for the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One row of the key."""

    path: str
    type: str
    value: str | None
    must: bool
    locator: str | None = None
    start: int | None = None
    end: int | None = None

    def met_by(self, row: sqlite3.Row) -> bool:
        return (
            row["path"] == self.path
            and row["type"] == self.type
            and self.value in (None, row["value"])
            and self.locator in (None, row["locator"])
            and self.start in (None, row["start"])
            and self.end in (None, row["end"])
        )


def bench_folder(folder: Path, jobs: int) -> Scores:
    """The folder that holds a key, or every folder in it that does, pooled."""
    if (folder / EXPECTED).is_file():
        return _bench_one(folder, jobs, Scores())
    scores, inner = Scores(), sorted(p.parent for p in folder.glob(f"*/{EXPECTED}"))
    if not inner:
        raise UsageError(f"holds no {EXPECTED}.", where=str(folder), remedy="Name a folder that does.")
    for one in inner:
        _bench_one(one, jobs, scores)
    return scores


def _bench_one(folder: Path, jobs: int, scores: Scores) -> Scores:
    """Run over every entry of `folder` but the key and its settings, each entry a source of its own."""
    key = list(_read(folder / EXPECTED))
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as scratch:
        case = Path(scratch) / "case"
        run(request_for(folder, case, jobs))
        db = schema.open_readonly(case / "evidence.sqlite")
        try:
            rows = list(queries.findings(db, reported=True))
        finally:
            db.close()
    for want in key:
        _count(scores, want, any(want.met_by(row) for row in rows))
    return scores


def request_for(folder: Path, case: Path, jobs: int) -> Request:
    settings: dict[str, Any] = {}
    if (folder / SETTINGS).is_file():
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    lists = [folder / name for name in settings.get("watch", ())]
    left_out = {folder / EXPECTED, folder / SETTINGS, *lists}
    found = [p for p in sorted(folder.iterdir()) if p not in left_out]
    sources = tuple(SourceArgument(label=p.name, path=p.resolve()) for p in found)
    regions = {label: tuple(codes) for label, codes in settings.get("regions", {}).items()}
    return Request(
        sources=sources, case=case, jobs=jobs, watch=read_lists(lists), regions=regions,
        zones=settings.get("zones", {}),
    )  # fmt: skip


def _count(scores: Scores, want: Expectation, found: bool) -> None:
    scores.rows += 1
    counts = scores.types[want.type]
    if want.must:
        counts.tp += found
        counts.fn += not found
    else:
        counts.fp += found
    if found != want.must:
        what = "missed" if want.must else "false"
        scores.misses.append({"id": want.path, what: [want.type, want.value], "locator": want.locator})


def _read(path: Path) -> Iterator[Expectation]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Expectation(
                path=row["path"], type=row["type"], value=row.get("value_normalised"), must=bool(row.get("must", True)),
                locator=row.get("locator"), start=row.get("start"), end=row.get("end"),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as error:
            remedy = "Each line has path, type and must."
            raise UsageError("is not an expectation.", where=f"{path.name}:{number}", remedy=remedy) from error
