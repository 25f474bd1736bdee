"""Passwords through a whole run: what was locked is read later, and of them nothing but their number is written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.containers.backup_building import sms_db, stored_name, write_backup
from tests.containers.seven_zip_building import seven_zip
from triage.case import SourceArgument
from triage.custody.verify import verify_case
from triage.errors import UsageError
from triage.index import schema
from triage.keyring import Keyring, from_environment, read_key_files, read_passwords, variable_of
from triage.pipeline.request import Request
from triage.pipeline.run import Outcome, run

BACKUP, ARCHIVE = "contraseña-del-móvil", "llave-del-archivo"
SMS = ("HomeDomain", "Library/SMS/sms.db")
MESSAGE = "Debes 900 euros y no sales de la casa."


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain note, an encrypted 7z, an encrypted backup in a folder, the same in a zip of 300 files."""
    root = tmp_path_factory.mktemp("sources") / "phone"
    root.mkdir()
    (root / "nota.txt").write_text("Una nota sin cifrar.\n", encoding="utf-8")
    (root / "caja.7z").write_bytes(seven_zip({"dentro/carta.txt": b"Carta cifrada. " * 30}, password=ARCHIVE))
    files = {SMS: sms_db(root, MESSAGE), ("MediaDomain", "Media/x.txt"): b"un texto del movil\n"}
    write_backup(root / "backup", files, password=BACKUP)
    with zipfile.ZipFile(root / "copia.zip", "w") as made:
        for path in sorted((root / "backup").rglob("*")):
            if path.is_file():
                made.write(path, f"telefono/{path.relative_to(root / 'backup').as_posix()}")
        for n in range(300):
            made.writestr(f"otros/{n}.txt", f"archivo {n}\n")
    return root


def _run(sources: Path, case: Path, keyring: Keyring | None = None) -> Outcome:
    source = SourceArgument(label="phone", path=sources)
    return run(Request(sources=(source,), case=case, jobs=2, packs=("en",), ocr=False, keyring=keyring or Keyring()))


@pytest.fixture(scope="module")
def cases(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[Path, Outcome]]:
    """A case without passwords, the same with them later, and one with them from the start."""
    folder = tmp_path_factory.mktemp("cases")
    both = Keyring(passwords=("equivocada", ARCHIVE), by_label={"phone": (BACKUP,)})
    first = _run(sources, folder / "grown")
    locked = _rows(folder / "grown", "select path, code from problems p join items i on i.id=p.item_id")
    grown = _run(sources, folder / "grown", both)
    return {
        "first": (folder / "first-problems.json", _kept(folder, locked, first)),
        "grown": (folder / "grown", grown),
        "fresh": (folder / "fresh", _run(sources, folder / "fresh", both)),
    }


def _kept(folder: Path, locked: list[tuple[str, ...]], outcome: Outcome) -> Outcome:
    (folder / "first-problems.json").write_text(json.dumps(locked), encoding="utf-8")
    return outcome


def _rows(case: Path, sql: str) -> list[tuple[str, ...]]:
    db = schema.open_readonly(case / "evidence.sqlite")
    try:
        return [tuple(row) for row in db.execute(sql)]
    finally:
        db.close()


def test_without_passwords_everything_locked_is_listed_with_its_remedy(
    cases: Mapping[str, tuple[Path, Outcome]],
) -> None:
    path, outcome = cases["first"]
    locked = dict(json.loads(path.read_text(encoding="utf-8")))
    name = stored_name(*SMS)
    assert locked["caja.7z"] == "C-ENCRYPTED"
    assert locked[f"backup/{name[:2]}/{name}"] == "C-ENCRYPTED"
    assert locked[f"copia.zip!/telefono/{name[:2]}/{name}"] == "C-ENCRYPTED"
    assert outcome.statuses["failed"] >= 6


def test_a_later_run_with_the_passwords_gives_the_same_as_one_that_had_them(
    cases: Mapping[str, tuple[Path, Outcome]],
) -> None:
    grown, fresh = cases["grown"][1], cases["fresh"][1]
    assert grown.index_root == fresh.index_root
    assert fresh.statuses.get("failed", 0) == 0
    assert fresh.problems == {}
    assert verify_case(cases["grown"][0]).ok


def test_messages_stand_under_the_path_of_the_device_in_folder_and_zip(
    cases: Mapping[str, tuple[Path, Outcome]],
) -> None:
    name = stored_name(*SMS)
    inner = f"{name[:2]}/{name}!/HomeDomain/Library/SMS/sms.db"
    rows = _rows(cases["fresh"][0], f"select i.path, i.reader from units u join items i on i.id=u.item_id "
                                    f"where u.text='{MESSAGE}'")  # fmt: skip
    assert sorted(rows) == [(f"backup/{inner}", "ios_sms"), (f"copia.zip!/telefono/{inner}", "ios_sms")]


def test_only_what_was_locked_is_read_again(cases: Mapping[str, tuple[Path, Outcome]]) -> None:
    case = cases["grown"][0]
    note = _rows(case, "select id from items where path='nota.txt'")[0][0]
    events = [json.loads(line) for line in (case / "custody.jsonl").read_bytes().splitlines()]
    read = [event["data"]["id"] for event in events if event["type"] == "item"]
    assert read.count(note) == 1
    seven = _rows(case, "select id from items where path='caja.7z'")[0][0]
    assert read.count(seven) == 2
    opened = {event["data"]["id"]: event["data"]["with"] for event in events if event["type"] == "item.unlocked"}
    assert opened[seven] == "a supplied password"
    supplied = [event["data"]["supplied"] for event in events if event["type"] == "run.start"]
    assert supplied == [{"passwords": 0, "key_files": 0}, {"passwords": 3, "key_files": 0}]


def test_no_password_is_written_anywhere_in_the_case(cases: Mapping[str, tuple[Path, Outcome]]) -> None:
    for case in (cases["grown"][0], cases["fresh"][0]):
        for path in case.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                for secret in (BACKUP, ARCHIVE, "equivocada"):
                    for codec in ("utf-8", "utf-16-le"):
                        assert secret.encode(codec) not in data, path


def test_the_environment_gives_passwords_and_is_emptied_of_them() -> None:
    environment = {"TRIAGE_PASSWORD": "a", "TRIAGE_PASSWORD_PHONE_ZIP": "b", "TRIAGE_PASSWORD_OTHER": "c", "HOME": "/"}
    assert variable_of("phone.zip") == "TRIAGE_PASSWORD_PHONE_ZIP"
    found = from_environment(environment, ["phone.zip", "tablet"])
    assert (found.keys("phone.zip").passwords, found.keys("tablet").passwords) == (("b", "a"), ("a",))
    assert environment == {"HOME": "/"}
    assert "a" not in repr(found).replace("Keyring", "")


def test_password_files_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes("\ufeffuno dos \r\n\r\n ñandú\nuno dos \n".encode())
    assert read_passwords(path) == ("uno dos ", " ñandú")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError):
        read_passwords(path)
    with pytest.raises(UsageError):
        read_passwords(tmp_path / "missing")
    path.write_bytes(bytes(70_000))
    with pytest.raises(UsageError):
        read_key_files([path])


def test_the_command_line_has_no_option_for_a_password_itself(sources: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from triage.cli.main import main; main()"]
    command = [*program, "run", str(sources), "--case", str(tmp_path / "c")]
    refused = subprocess.run(
        [*command, "--password", "x"], capture_output=True, check=False, cwd=Path(__file__).resolve().parents[2]
    )
    assert refused.returncode == 2
    asked = subprocess.run(
        [*command, "--ask-password"], capture_output=True, check=False, stdin=subprocess.DEVNULL,
        cwd=Path(__file__).resolve().parents[2], env={**os.environ},
    )  # fmt: skip
    assert asked.returncode == 2
    assert b"--password-file" in asked.stderr
