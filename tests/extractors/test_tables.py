"""Every row of the extractors' tables runs its own vectors: a new national format needs no new test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from extractors import documents, payments
from extractors.parts import Candidate, Part, TextContext
from extractors.tables import table
from triage.model import Conversation, Run, Unit
from triage.text import clean


def found(part: Part, text: str, *regions: str) -> list[Candidate]:
    """What `part` finds in one message."""
    unit = Unit(origin="message", locator="line=1", text=text)
    run = Run(units=(unit,), conversation=Conversation(name="vectors"), regions=regions)
    return list(part.find(clean(text), TextContext(unit=unit, run=run, index=0, regions=regions)))


def vectors(name: str, key: str, which: str) -> list[Any]:
    return list(_vectors(name, key, which))


def _vectors(name: str, key: str, which: str) -> Iterator[Any]:
    for row in table(name)[key]:
        for vector in row.get(which, ()):
            what = row.get("type") or row.get("country") or row.get("currency")
            label = f"{what}-{row.get('id') or row.get('module', '')}"
            yield pytest.param(row, vector, id=f"{label}:{vector if isinstance(vector, str) else vector[0]}")


def secret_or_value(one: Candidate) -> str:
    return re.sub(r"[^A-Z0-9]", "", one.secret.upper()) if one.type == "GIFT_CARD" else one.value


@pytest.mark.parametrize(("row", "vector"), vectors("references", "reference", "yes"))
def test_reference_is_found(row: dict[str, Any], vector: list[str]) -> None:
    assert (row["type"], vector[1]) in {(c.type, c.value) for c in found(payments.PART, vector[0])}


@pytest.mark.parametrize(("row", "vector"), vectors("references", "reference", "no"))
def test_reference_is_not_found(row: dict[str, Any], vector: str) -> None:
    assert row["type"] not in {c.type for c in found(payments.PART, vector) if c.rank >= 50}


@pytest.mark.parametrize(("row", "vector"), vectors("accounts", "account", "yes"))
def test_account_is_found(row: dict[str, Any], vector: list[str]) -> None:
    assert ("BANK_ACCOUNT", vector[1]) in {
        (c.type, c.value) for c in found(payments.PART, vector[0]) if c.grade == "checksum"
    }


@pytest.mark.parametrize(("row", "vector"), vectors("accounts", "account", "no"))
def test_account_with_wrong_check_digits_is_not_proved(row: dict[str, Any], vector: str) -> None:
    assert not [c for c in found(payments.PART, vector) if c.type == "BANK_ACCOUNT" and c.grade == "checksum"]


@pytest.mark.parametrize(("row", "vector"), vectors("banknotes", "note", "yes"))
def test_banknote_is_found(row: dict[str, Any], vector: list[str]) -> None:
    assert ("BANKNOTE_SERIAL", vector[1]) in {
        (c.type, c.value) for c in found(payments.PART, vector[0]) if c.rank >= 50
    }


@pytest.mark.parametrize(("row", "vector"), vectors("banknotes", "note", "no"))
def test_banknote_is_not_found(row: dict[str, Any], vector: str) -> None:
    assert "BANKNOTE_SERIAL" not in {c.type for c in found(payments.PART, vector) if c.rank >= 50}


@pytest.mark.parametrize(("row", "vector"), vectors("national_ids", "id", "yes"))
def test_national_id_is_found(row: dict[str, Any], vector: list[str]) -> None:
    made = {c.value for c in found(documents.PART, vector[0], row["country"]) if c.type == "NATIONAL_ID"}
    assert vector[1] in made


@pytest.mark.parametrize(("row", "vector"), vectors("national_ids", "id", "no"))
def test_national_id_with_wrong_check_digits_is_not_found(row: dict[str, Any], vector: str) -> None:
    made = {c.value.split(":")[0] for c in found(documents.PART, vector, row["country"]) if c.type == "NATIONAL_ID"}
    assert row["country"] not in made
