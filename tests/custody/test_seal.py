"""Sealing: what a checkpoint covers, growing cases, and a process that stops in the middle of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from triage.custody import checkpoint, files
from triage.custody.log import CustodyLog
from triage.custody.seal import seal
from triage.custody.verify import verify_case
from triage.errors import CaseError, IntegrityError


def test_the_checkpoint_says_what_a_shell_would_compute(pristine: Path) -> None:
    raw = (pristine / "custody.jsonl").read_bytes()
    for number, size in ((1, 158), (2, 200)):
        made = checkpoint.parse(checkpoint.body_path(pristine, number).read_bytes())
        covered = raw.splitlines(keepends=True)[:size]
        assert made.size == size
        assert made.log_sha256 == hashlib.sha256(b"".join(covered)).hexdigest()
        assert made.head == hashlib.sha256(covered[-1][:-1]).hexdigest()
        assert json.loads(covered[-1])["type"] == "checkpoint.made"
    assert made.index_root == hashlib.sha256((pristine / "index.jsonl").read_bytes()).hexdigest()
    assert made.case_sha256 == hashlib.sha256((pristine / "case.sha256").read_bytes()).hexdigest()
    assert made.manifest_sha256 == hashlib.sha256((pristine / "manifest.sha256").read_bytes()).hexdigest()


def test_the_text_has_the_form_of_c2sp(pristine: Path) -> None:
    lines = checkpoint.body_path(pristine, 2).read_text().split("\n")
    assert lines[0].startswith("triage/") and lines[1] == "200" and len(lines[2]) == 44
    assert lines[-1] == "" and "" not in lines[:-1]


@pytest.mark.parametrize("at", range(0, 780, 13))
def test_a_changed_checkpoint_does_not_parse(pristine: Path, at: int) -> None:
    body = bytearray(checkpoint.body_path(pristine, 2).read_bytes())
    body[at % len(body)] ^= 2
    with pytest.raises(ValueError):
        checkpoint.parse(bytes(body))


def test_a_seal_after_a_seal_covers_the_one_before(case_dir: Path, opener: Callable[..., CustodyLog]) -> None:
    (case_dir / "case.toml").write_text("number = 'changed by a person'\n")
    assert "case.toml" in verify_case(case_dir).summary
    for expected in (3, 4, 5):
        with opener(case_dir, 1) as log:
            number, made = seal(log)
        assert number == expected and made.size == 198 + number
    assert verify_case(case_dir).ok
    previous = json.loads((case_dir / "custody.jsonl").read_bytes().splitlines()[-1])["data"]["previous"]
    assert set(previous) == {"000004.txt", "000004.leaves"}


def test_a_mark_set_late_on_an_early_checkpoint_is_recorded_too(
    case_dir: Path, opener: Callable[..., CustodyLog]
) -> None:
    (case_dir / "checkpoints" / "000001.txt.1.tsq").write_bytes(b"request")
    for _ in range(2):
        with opener(case_dir, 1) as log:
            seal(log)
    assert verify_case(case_dir).ok
    (case_dir / "checkpoints" / "000001.txt.1.tsq").unlink()
    assert "000001.txt.1.tsq was changed or removed" in verify_case(case_dir).summary


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_process_that_stops_while_sealing_leaves_no_half_files(
    case_dir: Path, opener: Callable[..., CustodyLog], monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    """Leaves, case list and checkpoint are placed in this order; the disk is full at one of them."""
    real, calls = files.place, [0]

    def failing(root: Path, target: Path, data: bytes) -> None:
        calls[0] += 1
        if calls[0] == fails_at:
            raise OSError(28, "No space left on device")
        real(root, target, data)

    with monkeypatch.context() as patched:
        patched.setattr("triage.custody.seal.place", failing)
        with opener(case_dir, 1) as log, pytest.raises(CaseError):
            seal(log)
    assert not checkpoint.body_path(case_dir, 3).exists()
    assert not list((case_dir / ".work").glob("*.tmp"))
    verdict = verify_case(case_dir)
    assert not verdict.ok and "stopped while sealing" in verdict.summary and verdict.first_bad_seq == 200
    with opener(case_dir, 1) as log:
        assert json.loads((case_dir / "custody.jsonl").read_bytes().splitlines()[-1])["type"] == "checkpoint.void"
        number, _ = seal(log)
    assert number == 4, "a number is never used twice"
    assert verify_case(case_dir).ok


def test_a_checkpoint_removed_later_is_not_taken_for_an_interrupted_one(case_dir: Path) -> None:
    for number in (1, 2):
        path = checkpoint.body_path(case_dir, number)
        kept = path.read_bytes()
        path.unlink()
        verdict = verify_case(case_dir)
        assert not verdict.ok and f"checkpoint {number:06d}" in verdict.summary
        path.write_bytes(kept)


def test_links_in_the_folder_are_not_sealed(case_dir: Path, opener: Callable[..., CustodyLog]) -> None:
    (case_dir / "report" / "more.html").symlink_to("/etc/hostname")
    with opener(case_dir, 1) as log, pytest.raises(IntegrityError, match="link"):
        seal(log)


def test_a_log_without_a_case_cannot_be_sealed(tmp_path: Path, opener: Callable[..., CustodyLog]) -> None:
    with opener(tmp_path) as log:
        log.append("refresh", {})
        with pytest.raises(IntegrityError):
            seal(log)
