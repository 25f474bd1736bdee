"""The closed world: any file of the case folder added, removed, changed, emptied or linked is named."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from triage.custody.log import CustodyLog
from triage.custody.verify import verify_case

FILES = (
    "case.toml", "index.jsonl", "report/index.html", "manifest.sha256", "case.sha256", "verify.sh", "verify.ps1",
    "custody.jsonl", "checkpoints/000001.txt", "checkpoints/000002.txt", "checkpoints/000001.leaves",
    "checkpoints/000002.leaves",
)  # fmt: skip
ADDED = (
    "extra.txt", "report/more.html", "checkpoints/000003.txt", "checkpoints/notes.txt", "checkpoints/000001.txt.sig",
    "evidence.sqlite.bak", "evidence.sqlite/x", "new/deep/file", ".hidden", "checkpoints/000009.leaves",
    "name with\nnewline", "back\\slash", "checkpoints/.work/x",
)  # fmt: skip


def change(path: Path, pick: random.Random) -> None:
    raw = bytearray(path.read_bytes())
    raw[pick.randrange(len(raw))] ^= 1 << pick.randrange(8)
    path.write_bytes(raw)


def harm(case_dir: Path, how: str, name: str, pick: random.Random) -> None:
    path = case_dir / name
    if how == "removed":
        path.unlink()
    elif how == "changed":
        change(path, pick)
    elif how == "emptied":
        path.write_bytes(b"")
    elif how == "renamed":
        path.rename(path.with_name("renamed-" + path.name))
    elif how == "symlinked":
        path.rename(case_dir.parent / "away")
        path.symlink_to(case_dir.parent / "away")
    elif how == "hard-linked":
        (case_dir.parent / "twin").unlink(missing_ok=True)
        (case_dir.parent / "twin").hardlink_to(path)
    elif how == "grown":
        path.write_bytes(path.read_bytes() + b"\n")
    elif how == "fifo":
        path.unlink()
        os.mkfifo(path)
    elif how == "folder":
        path.unlink()
        path.mkdir()


HARMS = ("removed", "changed", "emptied", "renamed", "symlinked", "hard-linked", "grown", "fifo", "folder")


@pytest.mark.parametrize("how", HARMS)
def test_a_harmed_file_is_found(pristine: Path, tmp_path: Path, how: str) -> None:
    for name in FILES:
        case_dir = Path(shutil.copytree(pristine, tmp_path / name.replace("/", "-") / "case"))
        harm(case_dir, how, name, random.Random(f"{how} {name}"))
        verdict = verify_case(case_dir)
        assert not verdict.ok, (how, name)
        assert not any("Please report" in check.detail for check in verdict.checks), (how, name)
        assert ("log" if name == "custody.jsonl" else Path(name).name.split(".")[0]) in str(verdict.to_json()), name


@pytest.mark.parametrize("name", ADDED)
def test_an_added_file_is_found(case_dir: Path, name: str) -> None:
    path = case_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    verdict = verify_case(case_dir)
    assert not verdict.ok, name


@pytest.mark.parametrize("name", ["checkpoints", ".work", "report", "evidence.sqlite"])
def test_a_link_in_place_of_a_part_is_found(case_dir: Path, name: str) -> None:
    path = case_dir / name
    if path.exists():
        path.rename(case_dir.parent / "away")
    else:
        (case_dir.parent / "away").write_text("x")
    path.symlink_to(case_dir.parent / "away")
    assert not verify_case(case_dir).ok


def test_what_is_left_out_may_change(case_dir: Path) -> None:
    for name in ("evidence.sqlite", "evidence.sqlite-wal", "evidence.sqlite-shm", ".work/cache/x"):
        (case_dir / name).parent.mkdir(parents=True, exist_ok=True)
        (case_dir / name).write_text("anything")
    assert verify_case(case_dir).ok


def test_everything_removed_but_the_log(case_dir: Path) -> None:
    for path in case_dir.iterdir():
        if path.name != "custody.jsonl":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    verdict = verify_case(case_dir)
    assert not verdict.ok and "checkpoint 000001" in verdict.summary


def test_an_empty_or_missing_folder_is_a_value(tmp_path: Path) -> None:
    for case_dir in (tmp_path, tmp_path / "nowhere", Path("/dev/null")):
        verdict = verify_case(case_dir, outside=tmp_path / "none", sources=[(None, tmp_path / "x"), ("a", tmp_path)])
        assert not verdict.ok and verdict.checks[0].name == "log"


def copies(case_dir: Path, folder: Path, times: int) -> None:
    """Through zip, tar, cp and a copy without times and modes: never a false alarm."""
    for n in range(times):
        packed = folder / f"{n}.zip"
        with zipfile.ZipFile(packed, "w") as bundle:
            for path in sorted(case_dir.rglob("*")):
                bundle.write(path, path.relative_to(case_dir))
        with zipfile.ZipFile(packed) as bundle:
            bundle.extractall(folder / f"zip-{n}")
        with tarfile.open(folder / f"{n}.tar", "w") as archive:
            archive.add(case_dir, "case")
        with tarfile.open(folder / f"{n}.tar") as archive:
            archive.extractall(folder / f"tar-{n}", filter="data")
        shutil.copytree(case_dir, folder / f"copy-{n}", copy_function=shutil.copyfile)
        for copy in (folder / f"zip-{n}", folder / f"tar-{n}" / "case", folder / f"copy-{n}"):
            verdict = verify_case(copy)
            assert verdict.ok and not verdict.unanchored, verdict.summary
            shutil.rmtree(copy)


def test_copies_raise_no_alarm(pristine: Path, tmp_path: Path) -> None:
    copies(pristine, tmp_path, 5)


def clean_runs(folder: Path, runner: Callable[..., None], times: int) -> None:
    pick = random.Random(1)
    for n in range(times):
        case_dir = folder / f"case-{n}"
        case_dir.mkdir()
        for run in range(pick.randrange(1, 3)):
            runner(case_dir, run, run * 50, pick.randrange(0, 40))
        verdict = verify_case(case_dir)
        assert verdict.ok and not verdict.unanchored, verdict.summary
        shutil.rmtree(case_dir)


def test_clean_runs_raise_no_alarm(tmp_path: Path, runner: Callable[..., None]) -> None:
    clean_runs(tmp_path, runner, 20)


@pytest.mark.prove
def test_a_thousand_clean_runs_and_copies(pristine: Path, tmp_path: Path, runner: Callable[..., None]) -> None:
    clean_runs(tmp_path, runner, 700)
    copies(pristine, tmp_path, 100)


def test_another_report_than_the_log_recorded_is_found(case_dir: Path, opener: Callable[..., CustodyLog]) -> None:
    """Also when the case is sealed again over it."""
    from triage.custody.seal import seal

    (case_dir / "report" / "index.html").write_text("another")
    with opener(case_dir, 1) as log:
        seal(log)
    verdict = verify_case(case_dir)
    assert not verdict.ok and verdict.first_wrong is not None and verdict.first_wrong.name == "outputs"


def test_the_live_database_is_compared_when_asked(case_dir: Path) -> None:
    root = subprocess.run(["sha256sum", case_dir / "index.jsonl"], capture_output=True, check=True).stdout[:64].decode()
    assert verify_case(case_dir, index_root_of=lambda _: root).ok
    assert "database" in verify_case(case_dir, index_root_of=lambda _: "0" * 64).summary

    def breaks(_: Path) -> str:
        raise RuntimeError("damaged")

    assert "V-INTERNAL" not in verify_case(case_dir, index_root_of=breaks).summary
    assert not verify_case(case_dir, index_root_of=breaks).ok
