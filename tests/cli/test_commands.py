"""The commands as a person meets them: what they print, where, and the exit codes of the contract."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from triage.index.queries import PUBLIC

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "samples" / "debt-house"


def triage(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from triage.cli.main import main; main()", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)


def test_findings_json_has_the_fields_of_the_contract(sample_case: Path) -> None:
    done = triage("findings", sample_case, "--json", "--kind", "payment")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert done.stderr == ""
    assert tuple(rows[0]) == PUBLIC
    assert {"IBAN", "CARD_PAN", "CRYPTO_BTC", "WU_MTCN"} <= {row["type"] for row in rows}


def test_show_gives_file_hash_locator_and_neighbours(sample_case: Path) -> None:
    done = triage("show", sample_case, "EX-00001")
    assert done.returncode == 0
    for word in ("file", "SHA-256", "locator", "rule", "EX-00001"):
        assert word in done.stdout
    plain = json.loads(triage("show", sample_case, "EX-00001", "--json").stdout)
    assert {"unit", "findings", "context"} == set(plain)


def test_search_folds_accents_and_finds_phrases(sample_case: Path) -> None:
    done = triage("search", sample_case, "poliCIA", "--json")
    assert "policía" in json.loads(done.stdout.splitlines()[0])["text"]
    assert triage("search", sample_case, '"hasta que pagues"', "--json").stdout.count("\n") == 1


def test_verify_and_report(sample_case: Path) -> None:
    assert triage("verify", sample_case).returncode == 0


def test_the_report_for_the_prosecution_is_a_file_of_its_own(sample_case: Path, tmp_path: Path) -> None:
    case = shutil.copytree(sample_case, tmp_path / "case")
    before = (case / "report" / "index.html").read_bytes()
    done = triage("report", case, "--audience", "prosecution")
    assert done.returncode == 0 and done.stdout.strip().endswith("prosecution.html")
    assert 'id="elements"' in (case / "report" / "prosecution.html").read_text(encoding="utf-8")
    assert (case / "report" / "index.html").read_bytes() == before and b'id="elements"' not in before
    assert triage("verify", case).returncode == 0
    assert triage("report", case, "--audience", "press").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("run", "nowhere"), 2, "there is no such file"),
        (("run", str(SAMPLE), "--tz", "Mars/Olympus"), 2, "no time zone"),
        (("run", str(SAMPLE), "--region", "Spain"), 2, "country code"),
        (("run", str(SAMPLE), "--packs", "xx"), 2, "there is no pack"),
        (("run", str(SAMPLE), "--since", "yesterday"), 2, "is no day"),
        (("run", str(SAMPLE), "--case", str(SAMPLE / "case")), 2, "inside one another"),
        (("run", str(SAMPLE), "--case", str(ROOT / "tests")), 2, "not a case folder"),
        (("findings", str(SAMPLE)), 2, "not a case folder"),
        (("show", str(SAMPLE), "EX-1"), 2, "not a case folder"),
        (("bench", "nowhere.jsonl"), 2, "there is no such file"),
    ],
)
def test_mistakes_are_one_clear_line_with_their_code(arguments: tuple[str, ...], code: int, says: str) -> None:
    done = triage(*arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_empty_folder_is_a_case_with_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = triage("run", tmp_path / "empty", "--case", tmp_path / "case", "--json", "--quiet")
    assert done.returncode == 0
    assert json.loads(done.stdout)["walked"] == 0
    assert done.stderr == ""


def test_scope_is_held_out_and_counted(tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with Ana.txt"
    chat.write_text("".join(f"{day:02}/01/2024, 10:00 - Ana: day {day}\n" for day in range(1, 29)))
    done = triage(
        "run",
        chat,
        "--case",
        tmp_path / "case",
        "--since",
        "2024-01-10",
        "--until",
        "2024-01-11",
        "--quiet",
        "--no-ocr",
    )
    assert done.returncode == 0, done.stderr
    stream = (tmp_path / "case" / "index.jsonl").read_text()
    assert "day 10" in stream
    assert "day 11" in stream
    assert "day 9" not in stream
    assert "day 12" not in stream


def test_doctor_names_every_part(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in triage("doctor", "--json").stdout.splitlines()]
    assert {"Python", "SQLite with FTS5", "worker isolation", "disk"} <= {row["name"] for row in rows}
    assert all(row["state"] == "ok" or row["remedy"] for row in rows)


def test_plan_reads_nothing(tmp_path: Path) -> None:
    done = triage("run", SAMPLE, "--plan", "--case", tmp_path / "case")
    assert done.returncode == 0
    assert "files" in done.stdout
    assert not (tmp_path / "case").exists()


def test_bench_fails_below_a_minimum(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "call +34 612 34 56 78", "country_hint": "ES",
         "expected": [{"type": "PHONE", "value_normalised": "+34612345678"}], "forbidden": []},
        {"id": "2", "text": "nothing here", "country_hint": "ES",
         "expected": [{"type": "PHONE", "value_normalised": "+34600000000"}], "forbidden": []},
    ]  # fmt: skip
    data = tmp_path / "rows.jsonl"
    data.write_text("".join(json.dumps(r) + "\n" for r in rows))
    predictions = tmp_path / "out.jsonl"
    done = triage("bench", data, "--json", "--min-recall", "PHONE=0.9", "--predictions", predictions)
    assert done.returncode == 1
    assert json.loads(done.stdout)["types"]["PHONE"]["recall"] == 0.5
    first = json.loads(predictions.read_text().splitlines()[0])
    assert first["entities"][0]["value_normalised"] == "+34612345678"
    assert triage("bench", data, "--min-recall", "PHONE=0.4").returncode == 0
