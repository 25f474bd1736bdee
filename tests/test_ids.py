"""Ids are what the contract says: SHA-256 over RFC 8785 arrays."""

from __future__ import annotations

import hashlib

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from triage import ids
from triage.model import Finding, ItemId, Problem, UnitId

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def _digest(prefix: str, fields: list[object]) -> str:
    return prefix + hashlib.sha256(rfc8785.dumps(fields)).hexdigest()[:32]  # type: ignore[arg-type]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(_TEXT, _TEXT, _TEXT)
def test_item_and_unit_ids_are_canonical(a: str, b: str, c: str) -> None:
    assert ids.item_id(a, b, c) == _digest("i_", [a, b, c])
    assert ids.item_id(a, b, None) == _digest("i_", [a, b, None])
    assert ids.unit_id(ItemId(a), b, c) == _digest("u_", [a, b, c])


def test_finding_and_problem_ids_name_their_fields() -> None:
    found = Finding(kind="phone", type="PHONE", value="+34", start=3, end=9, grade="format", rule="r@1")
    assert ids.finding_id(UnitId("u_1"), found) == _digest("f_", ["u_1", "PHONE", 3, 9, "r@1", "+34"])
    why = Problem(code="R-EMPTY", stage="read", locator="line=1")
    assert ids.problem_id(ItemId("i_1"), why) == _digest("p_", ["i_1", "R-EMPTY", "read", "line=1"])
