"""Two cases side by side: changes with their cause, and the selectors they share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from triage.case import SourceArgument
from triage.exports.diff import Diff
from triage.exports.match import match
from triage.index import schema
from triage.pipeline.lists import read_lists
from triage.pipeline.request import Request
from triage.pipeline.run import run

FIRST = "12/03/2024, 10:00 - Ana: You owe me 3000 dollars, call +1 202-555-0143 tomorrow in Madrid\n"
SECOND = "14/05/2024, 09:00 - Sam: the new number is (202) 555-0143 and the IBAN ES91 2100 0418 4502 0005 1332\n"


def _request(tmp_path: Path, name: str, text: str) -> Request:
    folder = tmp_path / name / "phone"
    folder.mkdir(parents=True)
    (folder / "WhatsApp Chat with Ana.txt").write_text(text)
    source = SourceArgument(label="phone", path=folder)
    return Request(sources=(source,), case=tmp_path / name / "case", jobs=1, packs=("en",), ocr=False,
                   regions={"": ("US",)})  # fmt: skip


@pytest.fixture
def first(tmp_path: Path) -> Request:
    made = _request(tmp_path, "first", FIRST)
    run(made)
    return made


def _diff(a: Path, b: Path) -> tuple[int, dict[tuple[str, str], int]]:
    one, two = (schema.open_readonly(case / "evidence.sqlite") for case in (a, b))
    found = Diff(one, two)
    changes = list(found)
    assert len(changes) == sum(found.counts.values())
    one.close()
    two.close()
    return found.same, dict(found.counts)


def test_the_same_run_differs_in_nothing(first: Request) -> None:
    again = replace(first, case=first.case.with_name("again"))
    run(again)
    same, counts = _diff(first.case, again.case)
    assert same > 2
    assert counts == {}


def test_a_list_more_is_a_change_of_rules_and_no_list_a_removal(first: Request, tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("name\nMadrid\n")
    listed = replace(first, case=first.case.with_name("listed"), watch=read_lists([tmp_path / "l.csv"]))
    run(listed)
    assert _diff(first.case, listed.case)[1] == {("added", "rule"): 1}
    assert _diff(listed.case, first.case)[1] == {("removed", "rule"): 1}


def test_other_bytes_are_another_source(first: Request, tmp_path: Path) -> None:
    other = _request(tmp_path, "other", FIRST.replace("Madrid", "Lisbon"))
    run(other)
    counts = _diff(first.case, other.case)[1]
    assert {cause for _, cause in counts} == {"source"}


def test_shared_numbers_are_found_in_any_notation_and_names_are_not_compared(first: Request, tmp_path: Path) -> None:
    second = _request(tmp_path, "second", SECOND)
    run(second)
    one, two = (schema.open_readonly(r.case / "evidence.sqlite") for r in (first, second))
    found = list(match(one, two))
    one.close()
    two.close()
    assert [(s.kind, s.value) for s in found] == [("phone", "+12025550143")]
    assert found[0].a["count"] == 1
