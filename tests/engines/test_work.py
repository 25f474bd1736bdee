"""A worker's work on single items: side files, nested archives, and what is listed when nothing can be read."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from triage.engines.extraction import Extraction
from triage.engines.task import Task
from triage.engines.work import Bench
from triage.model import Resources
from triage.readers.registry import OCR_READERS, READERS


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Bench(READERS, OCR_READERS, Extraction((), Resources(packs=("en",))), scratch)


def _frames(bench: Bench, path: Path, **more: Any) -> list[list[Any]]:
    task = Task(id=1, phase="read", source="s", path=path.name, real=str(path), size=path.stat().st_size, **more)
    return list(bench.process(task))


def _texts(frames: list[list[Any]]) -> Iterator[str]:
    yield from (row[2] for frame in frames if frame[0] == "unit-batch" for row in frame[2])


@pytest.fixture
def hot(tmp_path: Path) -> Path:
    """An SMS database whose newest row stands only in its write-ahead log."""
    folder = tmp_path / "hot"
    folder.mkdir()
    db = sqlite3.connect(tmp_path / "live.db", isolation_level=None)
    db.execute("pragma journal_mode=wal")
    db.execute("pragma wal_autocheckpoint=0")
    db.execute(
        "create table sms(_id integer primary key, thread_id integer, address text, person integer, date integer, "
        "date_sent integer, type integer, read integer, body text)"
    )
    db.execute("create table threads(_id integer primary key)")
    db.execute("insert into sms values(1,1,'+34612345678',null,1700000000000,0,1,1,'in the main file')")
    db.execute("pragma wal_checkpoint(truncate)")
    db.execute("insert into sms values(2,1,'+34612345678',null,1700000100000,0,1,1,'in the log alone')")
    for name in ("live.db", "live.db-wal"):
        shutil.copy(tmp_path / name, folder / name.replace("live", "mmssms"))
    db.close()
    return folder


def test_rows_that_stand_only_in_the_write_ahead_log_are_read(bench: Bench, hot: Path) -> None:
    alone = set(_texts(_frames(bench, hot / "mmssms.db")))
    both = set(_texts(_frames(bench, hot / "mmssms.db", wal=str(hot / "mmssms.db-wal"))))
    assert "in the log alone" not in alone
    assert {"in the main file", "in the log alone"} <= both


def test_the_log_is_found_inside_an_archive_too(bench: Bench, hot: Path, tmp_path: Path) -> None:
    archive = tmp_path / "phone.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for path in sorted(hot.iterdir()):
            made.write(path, f"data/{path.name}")
    assert "in the log alone" in set(_texts(_frames(bench, archive)))


def test_archives_in_archives_are_followed_and_each_member_is_an_item(bench: Bench, tmp_path: Path) -> None:
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as made:
        made.writestr("note.txt", "deep words\n")
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as made:
        made.write(inner, "a/inner.zip")
        made.writestr("empty", "")
    frames = _frames(bench, outer)
    items = {frame[3]: frame for frame in frames if frame[0] == "item"}
    assert list(items) == [
        "outer.zip",
        "outer.zip!/a/inner.zip",
        "outer.zip!/a/inner.zip!/note.txt",
        "outer.zip!/empty",
    ]
    ends = {frame[1]: frame[2] for frame in frames if frame[0] == "end"}
    assert [ends[items[path][1]] for path in items] == ["read", "read", "read", "no-reader"]
    assert "deep words" in "".join(_texts(frames))
    assert frames[-1] == ["done"]


def test_a_file_that_cannot_be_opened_is_an_item_with_its_reason(bench: Bench, tmp_path: Path) -> None:
    task = Task(id=1, phase="read", source="s", path="gone.txt", real=str(tmp_path / "gone.txt"))
    frames = list(bench.process(task))
    assert [f[0] for f in frames] == ["item", "problem", "end", "done"]
    assert frames[1][2][0] == "W-UNREADABLE"
    assert frames[2][2] == "failed"


def test_other_bytes_than_those_that_were_hashed_are_refused(bench: Bench, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("note.txt", "words\n")
    task = Task(id=1, phase="members", source="s", path="a.zip", real=str(archive), expected="0" * 64, members=(0,))
    frames = list(bench.process(task))
    assert [f[2][0] for f in frames if f[0] == "problem"] == ["W-CHANGED"]
    assert not list(_texts(frames))
