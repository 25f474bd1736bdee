"""Wording that may cut against a hit: each category's examples, negation, decisions, and only beside indicators."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage.analysis import against, identities, roster

ALL = [(c.name, text, True) for c in against.categories() for text in c.yes]
ALL += [(c.name, text, False) for c in against.categories() for text in c.no]


@pytest.mark.parametrize(("name", "text", "wanted"), ALL)
def test_examples(name: str, text: str, wanted: bool) -> None:
    assert (name in {category.name for category, _ in against.read(text)}) is wanted


@pytest.mark.parametrize("category", [c for c in against.categories() if not c.needs], ids=lambda c: c.name)
@settings(derandomize=True, deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_gate_loses_nothing(category: against.Category, data: st.DataObject) -> None:
    bare = category.pattern.pattern.removeprefix(r"(?<!\w)").removesuffix(r"(?!\w)").replace("(?= |$|[.,!])", "")
    text = data.draw(st.from_regex(bare, fullmatch=True))
    assert any(literal in f" {text} " for literal in category.gate), text


def found(case: Any) -> list[tuple[str, str]]:
    identities.fill(case.db)
    return [(one.category, one.line.text) for one in against.find(case.db, roster.load(case.db))]


def test_only_beside_an_indicator(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    case.unit(item, "ya me pagaron todo", sender="A", talk="quiet")
    case.unit(item, "puedes irte cuando quieras", sender="A", talk="loud")
    hit = case.unit(item, "me debes 900 euros hasta que te vayas", sender="B", talk="loud")
    case.find(hit, "indicator", "debt_bondage", "me debes 900 euros", "debt")
    assert found(case) == [("free_movement", "puedes irte cuando quieras")]


def test_mentions_and_rejected_findings(case: Any) -> None:
    item = case.item("phone-a", "a.txt")
    film = case.unit(item, "in the film they lock them up", sender="A", talk="t")
    case.find(film, "indicator", "movement_restriction", "lock them up", "x", grade="weak", flags=("mention",),
              reported=False)  # fmt: skip
    hit = case.unit(item, "te encierro", sender="B", talk="t")
    name = case.find(hit, "indicator", "movement_restriction", "te encierro", "x")
    add = "insert into decisions(finding_id, decision, author) values (?, ?, 'A. Prüfer')"
    case.db.execute(add, (name, "not-relevant"))
    assert sorted(found(case)) == [("mention", "in the film they lock them up"), ("rejected", "te encierro")]
    case.db.execute(add, (name, "relevant"))
    assert [category for category, _ in found(case)] == ["mention"]
