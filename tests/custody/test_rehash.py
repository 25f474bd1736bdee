"""Evidence hashed again: each class of hashdeep's audit, folders and single files, labels."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from triage.custody import manifest
from triage.custody.handling import labelled_path
from triage.custody.verify import verify_case
from triage.errors import UsageError

FILES = {"a.txt": b"one", "sub/b.txt": b"two", "sub/c.txt": b"three", "empty": b""}


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    folder = tmp_path / "phone"
    for name, data in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def listed(case_dir: Path, evidence: Path) -> Path:
    """A case whose manifest lists the folder, and a second source that is one file."""
    entries = [(f"phone/{name}", hashlib.sha256(data).hexdigest()) for name, data in FILES.items()]
    manifest.write_manifest(case_dir, [*entries, ("export.zip", hashlib.sha256(b"zip").hexdigest())])
    return case_dir


def classes(case_dir: Path, *sources: tuple[str | None, Path]) -> list[dict[str, int]]:
    return [source.counts() for source in verify_case(case_dir, sources=sources).sources]


def test_unchanged_evidence_matches(listed: Path, evidence: Path) -> None:
    assert classes(listed, (None, evidence)) == [
        {"matched": 4, "changed": 0, "moved": 0, "new": 0, "missing": 0, "unreadable": 0}
    ]


def test_every_class(listed: Path, evidence: Path) -> None:
    (evidence / "a.txt").write_bytes(b"One")
    (evidence / "sub/b.txt").rename(evidence / "renamed.txt")
    (evidence / "sub/c.txt").unlink()
    (evidence / "added").write_bytes(b"new")
    (evidence / "link").symlink_to("a.txt")
    os.mkfifo(evidence / "fifo")
    verdict = verify_case(listed, sources=[("phone", evidence)])
    found = verdict.sources[0]
    assert (found.matched, found.changed, found.new, found.missing) == (
        1, ("phone/a.txt",), ("phone/added",), ("phone/sub/c.txt",),
    )  # fmt: skip
    assert found.moved == (("phone/sub/b.txt", "phone/renamed.txt"),)
    check = verdict.checks[-1]
    assert check.outcome == "fail" and check.detail == "matched 1, changed 1, moved 1, new 1, missing 1"


def test_a_source_that_is_one_file(listed: Path, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(b"zip")
    assert classes(listed, (None, path))[0]["matched"] == 1
    path.write_bytes(b"zap")
    assert classes(listed, ("export.zip", path))[0]["changed"] == 1


def test_a_source_under_another_name_needs_its_label(listed: Path, evidence: Path, tmp_path: Path) -> None:
    moved = evidence.rename(tmp_path / "copy of phone")
    verdict = verify_case(listed, sources=[(None, moved)])
    assert verdict.checks[-1].outcome == "fail" and "LABEL=PATH" in verdict.checks[-1].detail
    assert classes(listed, ("phone", moved))[0]["matched"] == 4


def test_a_missing_source_is_a_value(listed: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "phone-not-here", Path("/dev/null")):
        verdict = verify_case(listed, sources=[("phone", path)])
        assert not verdict.ok
    assert verify_case(listed, sources=[("nobody", tmp_path / "keys")]).checks[-1].outcome in ("fail", "note")


def test_labels_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b").mkdir()
    assert labelled_path(f"phone={tmp_path}") == ("phone", tmp_path)
    assert labelled_path(str(tmp_path)) == (None, tmp_path)
    assert labelled_path("a=b") == (None, Path("a=b"))
    for nothing in ("phone=/nowhere/x", "/nowhere/x"):
        with pytest.raises(UsageError):
            labelled_path(nothing)
