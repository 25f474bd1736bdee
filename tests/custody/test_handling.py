"""Notes, transfers, the commands, and the folder handed over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from triage.cli import custody as custody_commands
from triage.cli import verify as verify_command
from triage.custody import rewheel, stamp
from triage.custody.export import export_case
from triage.custody.handling import add_note, record_transfer
from triage.custody.log import CustodyLog
from triage.custody.show import checkpoints, events
from triage.custody.verify import verify_case
from triage.errors import CaseError, IntegrityError, UsageError

APP = typer.Typer()
verify_command.register(APP)
custody_commands.register(APP)


def call(*arguments: object) -> tuple[int, str]:
    """One command; its exit code and what it printed."""
    ended = CliRunner().invoke(APP, [str(argument) for argument in arguments])
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    return ended.exit_code, ended.stdout


@pytest.fixture
def commanded(case_dir: Path) -> Path:
    """A case the commands accept; they look for the index, which `verify` leaves out."""
    import sqlite3

    from triage.index.schema import VERSION

    db = sqlite3.connect(case_dir / "evidence.sqlite")
    db.execute(f"pragma user_version={VERSION}")
    db.close()
    return case_dir


def test_a_note_is_kept_apart_from_the_log(case_dir: Path, opener: Callable[..., CustodyLog]) -> None:
    with opener(case_dir, 1) as log:
        for number, text in enumerate(("Seal 12 was broken on arrival.", "Ünïcode \ud800"), 1):
            assert add_note(log, text).name == f"{number:06d}.txt"
        with pytest.raises(UsageError):
            add_note(log, "  ")
    raw = (case_dir / "custody.jsonl").read_text()
    assert "Seal 12" not in raw and '"type":"note.added"' in raw
    verdict = verify_case(case_dir)
    assert verdict.ok and not verdict.unanchored
    (case_dir / "notes" / "000001.txt").write_text("Seal 12 was whole.")
    assert not verify_case(case_dir).ok


def test_a_transfer_names_what_was_handed_over(case_dir: Path, opener: Callable[..., CustodyLog]) -> None:
    with opener(case_dir, 1) as log:
        head = log.head
        record_transfer(log, giver="A. Examiner", taker="B. Clerk", means="in person", seal_no="77")
        record_transfer(log, giver="A. Examiner", taker="B. Clerk", means="in person", seal_no="77", received=True)
    lines = [json.loads(line) for line in (case_dir / "custody.jsonl").read_bytes().splitlines()]
    out, received = lines[200], lines[202]
    assert out["type"] == "transfer.out" and received["type"] == "transfer.in"
    assert out["data"]["checkpoint"] == 2 and out["data"]["head_before"] == head
    assert verify_case(case_dir).ok


def test_the_log_is_shown_for_people(pristine: Path) -> None:
    text = "\n".join([*events(pristine), *checkpoints(pristine)])
    assert "151 item events" in text and "A. Examiner examiner examiner on lab-3" in text
    assert "checkpoint 000002  not signed, not stamped" in text
    assert len(list(events(pristine, items=True))) > 200


def test_a_broken_log_is_shown_as_far_as_it_goes(case_dir: Path) -> None:
    log = case_dir / "custody.jsonl"
    log.write_bytes(log.read_bytes()[:5000] + b"\n\xff\n" + b"x" * (3 << 20))
    assert any("UNREADABLE" in line for line in events(case_dir))
    log.unlink()
    with pytest.raises(CaseError):
        list(events(case_dir))


def test_the_commands(commanded: Path, keys: Any, authorities: Any) -> None:
    case_dir = commanded
    code, text = call("verify", case_dir, "--json")
    assert code == 4 and json.loads(text)["first_wrong"]["name"] == "database", "an empty database is no index"
    assert call("custody", "note", case_dir, "Examined again.")[0] == 0
    handed = ("--from", "A", "--to", "B", "--means", "courier")
    assert call("custody", "transfer", case_dir, *handed)[1].startswith("recorded")
    assert call("custody", "sign", case_dir, "--key", keys.key("examiner"))[1].strip().endswith("000004.txt.1.sig")
    request = Path(call("custody", "stamp-request", case_dir)[1].strip())
    good = authorities[0]
    assert call("custody", "stamp-import", case_dir, good.answer(request), "--tsa-ca", good.root)[0] == 0
    assert "note.added" in call("custody", "show", case_dir)[1]
    assert call("custody", "show", case_dir, "--json")[1].count("\n") == 204
    shown = call("custody", "prove", case_dir, 5)[1]
    document = case_dir.parent / "proof.json"
    document.write_text(shown)
    assert "holds" in call("custody", "prove", "--check", document)[1]
    assert json.loads(call("custody", "prove", case_dir, "--since", 1)[1])["form"].startswith("triage-consistency")


def test_verify_prints_the_first_thing_wrong_and_exits_4(case_dir: Path) -> None:
    options = ("--checkpoint", case_dir / "checkpoints" / "000002.txt")
    code, text = call("verify", case_dir, *options)
    assert code == 0 and "holds: 200 events" in text
    (case_dir / "report" / "a\x1b]0;title\x07\u202e.html").write_text("x")
    code, text = call("verify", case_dir)
    assert code == 4 and "DOES NOT HOLD: case folder: added" in text
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text
    assert call("verify", case_dir, "--quiet")[1].count("\n") == 1
    report = json.loads(call("verify", case_dir, "--json")[1])
    assert report["ok"] is False and report["first_wrong"]["name"] == "case folder"


def test_a_wrong_command_line_is_no_verdict(case_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(CaseError):
        call("verify", tmp_path / "empty")
    with pytest.raises(UsageError):
        call("verify", case_dir, "--source", tmp_path / "nowhere")
    for option in ("--allowed-signers", "--tsa-ca", "--checkpoint"):
        assert call("verify", case_dir, option, tmp_path / "nowhere")[0] == 2


def test_an_export_verifies_alone_and_leaves_the_key_behind(case_dir: Path, tmp_path: Path) -> None:
    (case_dir / ".work" / "case.key").write_text("secret")
    (case_dir / "evidence.sqlite").write_text("live")
    said = export_case(case_dir, tmp_path / "out")
    copy = tmp_path / "out" / case_dir.name
    assert str(copy) in said[0]
    assert not (copy / ".work").exists() and not (copy / "evidence.sqlite").exists()
    assert verify_case(copy).ok
    for wrong in (tmp_path / "out", case_dir / "inside"):
        with pytest.raises(UsageError):
            export_case(case_dir, wrong)
    (case_dir / "case.toml").write_text("changed")
    with pytest.raises(IntegrityError):
        export_case(case_dir, tmp_path / "more")


def test_an_export_takes_the_wheels_it_is_given(case_dir: Path, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    (wheels / "thing-1-py3-none-any.whl").write_bytes(b"wheel")
    export_case(case_dir, tmp_path / "out", with_tool=True, wheels=wheels)
    tool = tmp_path / "out" / "tool"
    assert (tool / "wheels" / "thing-1-py3-none-any.whl").read_bytes() == b"wheel"
    checked = subprocess.run(["sha256sum", "-c", "--quiet", "tool.sha256"], cwd=tool, capture_output=True, check=False)
    assert checked.returncode == 0 and (tool / "versions.txt").read_text()


def test_an_installed_package_is_packed_again(tmp_path: Path) -> None:
    """pip takes the wheel, and the module in it works."""
    wheel = rewheel.pack("rfc8785", tmp_path)
    assert wheel.name.endswith("-py3-none-any.whl")
    target = tmp_path / "target"
    install = ["pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
    ended = subprocess.run([sys.executable, "-m", *install], capture_output=True, text=True, check=False)
    if "No module named pip" in ended.stderr:
        pytest.skip("pip is not installed")
    assert ended.returncode == 0, ended.stderr
    code = (
        f"import sys; sys.path.insert(0, {str(target)!r}); import rfc8785; print(rfc8785.dumps([1]), rfc8785.__file__)"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert "b'[1]'" in ran.stdout and str(target) in ran.stdout


def test_a_request_needs_a_checkpoint_that_can_be_read(case_dir: Path) -> None:
    with pytest.raises(CaseError):
        stamp.write_request(case_dir, 9)
