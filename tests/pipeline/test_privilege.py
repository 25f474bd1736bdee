"""What a privilege list hits is held: in no file of the case in clear, counted, opened and released on the record."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from triage.case import SourceArgument
from triage.custody.verify import verify_case
from triage.errors import UsageError
from triage.index import schema
from triage.pipeline.lists import read_lists
from triage.pipeline.privilege import held_counts, open_held, release
from triage.pipeline.request import Request
from triage.pipeline.run import run

OPEN = "12/03/2024, 10:00 - Ana: You owe me 3000 dollars\n13/03/2024, 10:01 - Ana: Dr Ortiz-Vidal says hello\n"
LAWYER = (
    "12/03/2024, 10:00 - Ben: zanzibar secret before the lawyer spoke\n"
    "12/03/2024, 10:01 - Clara Ortiz-Vidal: quicksilver advice\n"
    "25/03/2024, 10:01 - Ben: letter.txt (file attached)\n"
)
PASSPHRASE = "filter-team-only"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / "WhatsApp Chat with Ana.txt").write_text(OPEN)
    (folder / "WhatsApp Chat with C.txt").write_text(LAWYER)
    (folder / "letter.txt").write_text("marigold draft of the statement\nsecond line\n")
    (tmp_path / "lawyers.csv").write_text("name\nOrtiz-Vidal\n")
    return folder


def _request(source: Path, *, privileged: bool = True) -> Request:
    lists = read_lists([source.parent / "lawyers.csv"]) if privileged else ()
    return Request(
        sources=(SourceArgument(label="phone", path=source),), case=source.parent / "case", jobs=1, packs=("en",),
        ocr=False, privilege=lists, filter_passphrase=PASSPHRASE if privileged else "",
    )  # fmt: skip


def _clear(case: Path) -> str:
    """Every byte of the case folder, as text."""
    files = [p for p in case.rglob("*") if p.is_file() and ".work" not in p.parts]
    return "\n".join(p.read_bytes().decode("latin-1") for p in files)


def _balanced(case: Path) -> None:
    """records + units that are no records = units + problem records, for every item."""
    db = schema.open_readonly(case / "evidence.sqlite")
    records = "select item_id, sum(n) from tallies where what in ('records','extra_units') group by item_id"
    for item, n in db.execute(records).fetchall():
        units = db.execute("select count(*) from units where item_id=?", (item,)).fetchone()[0]
        lost = db.execute("select coalesce(sum(records),0) from problems where item_id=?", (item,)).fetchone()[0]
        assert n == units + lost, item
    db.close()


def test_what_the_list_hits_is_in_no_file_of_the_case(source: Path) -> None:
    outcome = run(_request(source))
    seen = _clear(outcome.case)
    for word in ("zanzibar", "quicksilver", "marigold", "says hello", PASSPHRASE):
        assert word not in seen
    assert "You owe me 3000 dollars" in seen
    assert outcome.statuses == {"read": 1, "held": 2}
    assert verify_case(outcome.case).ok
    _balanced(outcome.case)


def test_held_records_are_counted_by_file(source: Path) -> None:
    case = run(_request(source)).case
    counted = {str(row["path"]): (row["status"], row["held"]) for row in held_counts(case)}
    assert counted == {
        "WhatsApp Chat with Ana.txt": ("read", 1),
        "WhatsApp Chat with C.txt": ("held", 3),
        "letter.txt": ("held", 1),
    }


def test_opening_needs_the_passphrase_and_is_recorded(source: Path) -> None:
    case = run(_request(source)).case
    with pytest.raises(UsageError, match="passphrase"):
        open_held(case, reviewer="F. Reviewer", key=None, passphrase="wrong")
    found = open_held(case, reviewer="F. Reviewer", key=None, passphrase=PASSPHRASE)
    assert "quicksilver advice" in {o.unit.text for o in found}
    last = json.loads((case / "custody.jsonl").read_text().splitlines()[-1])
    assert last["type"] == "held.opened"
    assert last["data"] == {"reviewer": "F. Reviewer", "units": 5}


def test_a_released_record_is_searched_and_reported_again(source: Path) -> None:
    case = run(_request(source)).case
    found = open_held(case, reviewer="F. Reviewer", key=None, passphrase=PASSPHRASE)
    hello = next(o for o in found if "says hello" in o.unit.text)
    n = release(case, [hello.unit_id], reviewer="F. Reviewer", reason="a greeting", key=None, passphrase=PASSPHRASE)
    assert n == 1
    assert "says hello" in (case / "index.jsonl").read_text()
    assert sum(int(str(row["held"])) for row in held_counts(case)) == 4
    assert verify_case(case).ok
    _balanced(case)


def test_releasing_all_gives_the_rows_of_a_run_without_a_list(source: Path, tmp_path: Path) -> None:
    case = run(_request(source)).case
    release(case, None, reviewer="F. Reviewer", reason="mistaken list", key=None, passphrase=PASSPHRASE)
    plain = tmp_path / "other"
    plain.mkdir()
    source.rename(plain / "phone")
    (tmp_path / "lawyers.csv").rename(plain / "lawyers.csv")
    other = run(_request(plain / "phone", privileged=False)).case
    assert _rows(case) == _rows(other)


def _rows(case: Path) -> set[tuple[str, ...]]:
    db = sqlite3.connect(case / "evidence.sqlite")
    sql = "select id, text, sender from units where origin<>'contact' union select id, type, value from findings"
    found = set(db.execute(sql).fetchall())
    db.close()
    return found


def test_a_list_given_later_moves_what_was_stored(source: Path) -> None:
    run(_request(source, privileged=False))
    case = run(_request(source)).case
    seen = _clear(case)
    for word in ("zanzibar", "quicksilver", "marigold", "says hello"):
        assert word not in seen
    assert verify_case(case).ok
    _balanced(case)


def test_the_reviewers_own_key_opens_and_the_store_holds_none(source: Path) -> None:
    from Crypto.PublicKey import ECC

    key = ECC.generate(curve="Curve25519")
    asked = _request(source)
    case = run(replace(asked, filter_passphrase="", filter_key=key.public_key().export_key(format="PEM"))).case
    with pytest.raises(UsageError, match="own key"):
        open_held(case, reviewer="F", key=None, passphrase="x")
    assert len(open_held(case, reviewer="F", key=key.export_key(format="PEM"), passphrase="")) == 5


def test_the_same_bytes_give_the_same_digest_in_another_case(source: Path, tmp_path: Path) -> None:
    first = run(_request(source))
    again = replace(_request(source), case=tmp_path / "second", jobs=2, filter_passphrase="another")
    assert run(again).index_root == first.index_root
