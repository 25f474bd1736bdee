"""Every row derived anew: identical where nothing changed, listed where it did; lists stay with the case."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from triage.case import SourceArgument
from triage.pipeline.lists import read_lists
from triage.pipeline.replay import Replay, replay
from triage.pipeline.request import Request
from triage.pipeline.run import run

CHAT = "12/03/2024, 10:00 - Ana: You owe me 3000 dollars, call +1 202-555-0143\n12/03/2024, 10:01 - Ben: ok\n"


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / "WhatsApp Chat with Ana.txt").write_text(CHAT)
    (tmp_path / "list.csv").write_text("phone\n+1 202 555 0143\n")
    return Request(
        sources=(SourceArgument(label="phone", path=folder),), case=tmp_path / "case", jobs=1, packs=("en",),
        ocr=False, zones={"": "Europe/Madrid"}, watch=read_lists([tmp_path / "list.csv"]),
    )  # fmt: skip


def _counts(found: Replay) -> dict[str, tuple[int, int]]:
    return {t.table: (t.identical, len(t.differs)) for t in found.tables}


def test_an_untouched_case_replays_identically(request_: Request) -> None:
    run(request_)
    found = replay(request_.case, (), 1)
    assert found.same
    assert found.conditions == ()
    counts = _counts(found)
    assert counts["items"] == (1, 0)
    assert counts["units"][0] >= 2
    assert counts["findings"][0] >= 3


def test_a_changed_row_is_named(request_: Request) -> None:
    run(request_)
    db = sqlite3.connect(request_.case / "evidence.sqlite")
    db.execute("update units set text='You owe me 9000 dollars' where text like 'You owe%'")
    db.commit()
    db.close()
    found = replay(request_.case, (), 1)
    assert not found.same
    units = next(t for t in found.tables if t.table == "units")
    assert units.differs == ["changed: phone/WhatsApp Chat with Ana.txt line=1"]


def test_evidence_that_moved_is_found_where_it_is_said_to_be(request_: Request, tmp_path: Path) -> None:
    run(request_)
    moved = tmp_path / "elsewhere"
    request_.sources[0].path.rename(moved)
    assert replay(request_.case, [("phone", moved)], 1).same


def test_a_list_given_once_stays_with_the_case(request_: Request) -> None:
    first = run(request_)
    again = run(replace(request_, watch=()))
    assert first.findings["watch"] > 0
    assert again.index_root == first.index_root


def test_a_list_of_the_same_name_takes_the_place_of_the_first(request_: Request, tmp_path: Path) -> None:
    run(request_)
    (tmp_path / "list.csv").write_text("phone\n+1 202 555 0199\n")
    again = run(replace(request_, watch=read_lists([tmp_path / "list.csv"])))
    assert again.findings.get("watch", 0) == 0
