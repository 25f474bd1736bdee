"""The whole run over the sample: accounts, quotes, determinism, resumption, untouched evidence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from triage.bench.end_to_end import bench_folder, request_for
from triage.custody.verify import verify_case
from triage.index import queries, schema
from triage.pipeline.request import Request
from triage.pipeline.run import Outcome, run

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "debt-house"


@pytest.fixture(scope="module")
def db(sample_case: Path) -> Iterator[sqlite3.Connection]:
    opened = schema.open_readonly(sample_case / "evidence.sqlite")
    yield opened
    opened.close()


def test_everything_expected_is_found_and_nothing_forbidden(sample_case: Path) -> None:
    scores = bench_folder(SAMPLE, jobs=2)
    assert scores.misses == []
    assert scores.rows > 30


def test_walked_is_the_sum_of_the_statuses(sample_outcome: Outcome, db: sqlite3.Connection) -> None:
    assert sample_outcome.walked == sum(sample_outcome.statuses.values())
    assert sample_outcome.walked == db.execute("select count(*) from items").fetchone()[0]
    assert {s for s, n in sample_outcome.statuses.items() if n} == {"read", "no-reader", "failed"}


def test_records_are_units_and_problem_records(db: sqlite3.Connection) -> None:
    sql = """select i.path, i.reader,
      (select coalesce(sum(n),0) from tallies t where t.item_id=i.id and what='records') as records,
      (select coalesce(sum(n),0) from tallies t where t.item_id=i.id and what='extra_units') as extra,
      (select count(*) from units u where u.item_id=i.id and u.seq < (1<<40)) as units,
      (select coalesce(sum(records),0) from problems p where p.item_id=i.id and p.stage='read') as lost
      from items i where i.status='read' and i.reader not in ('zip','image')"""
    rows = db.execute(sql).fetchall()
    assert len(rows) >= 4
    for path, reader, records, extra, units, lost in rows:
        assert records + extra == units + lost, (path, reader)


def test_every_quote_is_its_slice(db: sqlite3.Connection) -> None:
    rows = list(queries.findings(db))
    assert len(rows) > 40
    for row in rows:
        assert row["quote"] == row["text"][row["start"] : row["end"]]
    for text, start, end in db.execute(
        'select u.text, p.start, p."end" from finding_parts p join units u on u.id=p.unit_id'
    ):
        assert 0 <= start <= end <= len(text)


def test_card_numbers_are_nowhere_in_the_case(sample_case: Path, db: sqlite3.Connection) -> None:
    text = db.execute("select text from units where text like '%tarjeta%'").fetchone()[0]
    assert "4111 11•• •••• 1111" in text
    for path in sample_case.rglob("*"):
        if path.is_file() and path.suffix != ".key":
            data = path.read_bytes()
            assert b"4111 1111 1111 1111" not in data, path
            assert b"4111111111111111" not in data, path


def test_the_case_verifies_and_so_do_its_sources(sample_case: Path) -> None:
    verdict = verify_case(sample_case)
    assert verdict.ok, verdict.summary
    checked = subprocess.run(
        ["sha256sum", "-c", "--quiet", str(sample_case / "manifest.sha256")],
        cwd=SAMPLE,
        capture_output=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_copies_of_a_file_in_two_places_are_linked(db: sqlite3.Connection) -> None:
    kinds = dict(db.execute("select kind, count(*) from links group by 1").fetchall())
    assert kinds["attachment"] >= 3


def test_a_wrong_vendor_hash_is_reported_on_its_file(db: sqlite3.Connection) -> None:
    sql = "select i.path from problems p join items i on i.id=p.item_id where p.code='R-VENDOR-HASH'"
    assert [r[0] for r in db.execute(sql)] == ["controller.ufdr!/files/Text/nota.txt"]


def test_watch_list_entries_without_a_hit_are_listed(db: sqlite3.Connection) -> None:
    lists = json.loads(db.execute("select value from meta where key='watch_lists'").fetchone()[0])
    assert [u["value"] for u in lists[0]["unhit"]] == ["+1 201 555 0199"]
    assert lists[0]["hits"] == lists[0]["entries"] - 1


def _snapshot(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (info.st_size, info.st_mtime_ns, info.st_ctime_ns, digest)
    return found


def _command(case: Path, sources: Path, jobs: int) -> list[str]:
    return [sys.executable, "-m", "tests.pipeline.one_run", str(sources), str(case), str(jobs)]


def _root(case: Path) -> str:
    return hashlib.sha256((case / "index.jsonl").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("jobs", "env"),
    [(1, {}), (2, {"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7"})],
)
def test_the_index_root_depends_on_the_evidence_alone(
    sample_outcome: Outcome, tmp_path: Path, jobs: int, env: dict[str, str]
) -> None:
    before = _snapshot(SAMPLE)
    done = subprocess.run(
        _command(tmp_path / "case", SAMPLE, jobs), cwd=ROOT, env={**os.environ, **env}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert _root(tmp_path / "case") == sample_outcome.index_root
    assert _snapshot(SAMPLE) == before


@pytest.fixture(scope="module")
def plain_root(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The index root of the sample without text in pictures, undisturbed."""
    return run(_plain(tmp_path_factory.mktemp("plain") / "case")).index_root


def _plain(case: Path, sources: Path = SAMPLE) -> Request:
    return replace(request_for(sources, case, jobs=2), ocr=False)


@pytest.mark.parametrize("after", [0.4, 1.6])
def test_a_killed_run_goes_on_and_gives_the_same_root(plain_root: str, tmp_path: Path, after: float) -> None:
    case = tmp_path / "case"
    command = [*_command(case, SAMPLE, 2), "plain"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    acknowledged = _acknowledged(case)
    assert run(_plain(case)).index_root == plain_root
    assert acknowledged <= _acknowledged(case)
    assert verify_case(case).ok


def _acknowledged(case: Path) -> set[str]:
    log = case / "custody.jsonl"
    lines = log.read_bytes().split(b"\n")[:-1] if log.exists() else []
    return {json.loads(line)["data"]["id"] for line in lines if b'"type":"item"' in line}


def test_a_case_grows_and_reads_only_what_is_new(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(SAMPLE, sources)
    late = sources / "recruiter"
    later = tmp_path / "recruiter"
    late.rename(later)
    first = run(_plain(tmp_path / "case", sources))
    later.rename(late)
    second = run(_plain(tmp_path / "case", sources))
    assert second.walked > first.walked
    assert second.new_items == second.walked - first.walked
    again = run(_plain(tmp_path / "case", sources))
    assert (again.new_items, again.index_root) == (0, second.index_root)
    assert verify_case(tmp_path / "case").ok


def test_a_list_added_later_runs_over_stored_units(plain_root: str, tmp_path: Path) -> None:
    request = _plain(tmp_path / "case")
    plain = run(replace(request, watch=()))
    assert plain.findings.get("watch", 0) == 0
    later = run(request)
    assert later.findings["watch"] > 0
    assert later.new_items == 0
    assert b'"type":"refresh"' in (tmp_path / "case" / "custody.jsonl").read_bytes()
    assert later.index_root == plain_root


def test_a_file_with_other_bytes_replaces_its_rows_on_the_record(tmp_path: Path) -> None:
    chat = tmp_path / "source" / "WhatsApp Chat with Ana.txt"
    chat.parent.mkdir()
    chat.write_text("12/03/2024, 10:00 - Ana: hello there\n13/03/2024, 10:01 - Ben: hello\n")
    before = chat.read_bytes()
    request = _plain(tmp_path / "case", chat.parent)
    run(request)
    chat.write_bytes(before + b"14/03/2024, 10:01 - Ana: bye\n")
    assert run(request).walked == 1
    events = [json.loads(line) for line in (tmp_path / "case" / "custody.jsonl").read_text().splitlines()]
    replaced = [e["data"] for e in events if e["type"] == "item.replaced"]
    assert [(r["sha256"], r["items"]) for r in replaced] == [(hashlib.sha256(before).hexdigest(), 1)]
