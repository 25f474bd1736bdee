"""What `run.start` says: versions and conditions, and a command line without secrets, names or paths."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from triage.custody import run_context
from triage.custody.canonical import encode
from triage.custody.log import CustodyLog
from triage.custody.redact import argv_for_log
from triage.custody.salt import case_key

ARGV = [
    "run", "phone1=/home/ana/case of maria", "/evidence/b.zip", "--case", "/cases/maria", "--jobs", "4", "--tz",
    "America/Mexico_City", "--party", "+52 55 5555 0100", "--password=hunter2", "--watch=/home/ana/list.csv", "--json",
    "after.zip", "-q", "--secret", "s3cret", "--no-ocr", "x.zip",
]  # fmt: skip


def test_the_context_can_stand_in_the_log(tmp_path: Path, opener: Callable[..., CustodyLog]) -> None:
    data = run_context.collect(
        argv=ARGV, configuration={"zones": {"télefono": "UTC"}, "ratio": 0.5}, rule_packs="0" * 64, case_dir=tmp_path,
        limits={"jobs": 4}, sandbox={"seccomp": False}, ocr={"engine": "tesseract", "data": {"eng": "1" * 64}},
    )  # fmt: skip
    encode(data)
    with opener(tmp_path) as log:
        log.append("case.created", {"case": "7b1d2f60-3c84-4a55-9e0a-52d3c1f0a901"})
        log.append("run.start", data)
    assert data["sqlite"] == sqlite3.sqlite_version
    tool = data["tool"]
    assert isinstance(tool, dict) and re.fullmatch("[0-9a-f]{64}", tool["code_sha256"])
    dependencies = data["dependencies"]
    assert isinstance(dependencies, dict) and dependencies["spacy"] and dependencies["pillow"]
    assert data["case_key_id"] == case_key(tmp_path).ident
    assert data["sandbox"] == {"seccomp": False}


def test_the_configuration_hash_depends_on_every_setting(tmp_path: Path) -> None:
    def of(**settings: object) -> object:
        made = run_context.collect(argv=[], configuration=settings, rule_packs="", case_dir=tmp_path)
        return made["configuration_sha256"]

    assert of(a=1, b=2) == of(b=2, a=1) != of(a=1, b=3)


def test_the_code_hash_follows_the_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = run_context.code_hash()
    assert run_context.code_hash() == before
    package = tmp_path / "p"
    package.mkdir()
    (package / "a.py").write_text("1")
    monkeypatch.setattr("triage.custody.run_context.resources.files", lambda name: package)
    first = run_context.code_hash()
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.pyc").write_text("x")
    assert run_context.code_hash() == first
    (package / "a.py").write_text("2")
    assert run_context.code_hash() != first


def test_the_command_line_keeps_its_shape_and_nothing_else() -> None:
    seen: list[str] = []

    def keyed(value: str) -> str:
        seen.append(value)
        return f"{len(seen):064x}"

    shown = argv_for_log(ARGV, keyed)
    text = json.dumps(shown)
    for private in ("ana", "maria", "evidence", "0100", "hunter2", "s3cret", "list.csv", "after", "x.zip"):
        assert private not in text, private
    assert shown[0] == "run" and shown[1].startswith("phone1=<hmac-sha256:")
    assert shown[5:9] == ["--jobs", "4", "--tz", "America/Mexico_City"]
    assert len(shown) == len(ARGV)
    assert {"--no-ocr", "--json", "-q"} <= set(shown)
    assert any(word.startswith("--password=<hmac-sha256:") for word in shown)


def test_an_odd_command_line_is_no_error() -> None:
    for argv in ([], ["-"], ["--"], ["--Ünïcode=x"], ["="], ["", "", ""], ["--tz"]):
        assert len(argv_for_log(argv, lambda _: "0" * 64)) == len(argv)


def test_the_clock_is_said_or_unknown() -> None:
    clock = run_context.clock_state()
    assert set(clock) == {"source", "synchronised", "max_error_us"}
    assert clock["synchronised"] in (True, False, None)
    encode(clock)
    encode(run_context.locale_state())
