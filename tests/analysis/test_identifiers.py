"""Addresses are compared only where the evidence gives addresses; the source's own account stands apart."""

from __future__ import annotations

import sqlite3
from types import ModuleType

import pytest

from triage.analysis.identifiers import address_key, presence


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("+34 600 555 010", "+34600555010"),
        ("\u2066+34 600\u00a0555\u00a0010\u2069", "+34600555010"),
        ("0034600555010", "+34600555010"),
        ("34600555010@s.whatsapp.net", "+34600555010"),
        ("34600555010:7@s.whatsapp.net", "+34600555010"),
        ("٠٠٣٤٦٠٠٥٥٥٠١٠", "+34600555010"),
        ("600 555 010", "600555010"),
        ("Ana@Example.org", "ana@example.org"),
        ("1203630255@g.us", "1203630255@g.us"),
        ("@ana", "@ana"),
        ("Mum", None),
        ("Boss 2", None),
        ("1234", None),
        ("", None),
        ("  ", None),
    ],
)
def test_keys(address: str, key: str | None) -> None:
    assert address_key(address) == key


def test_an_address_beside_a_name_is_one_whatever_its_form() -> None:
    assert address_key("user4711", is_address=True) == "user4711"
    assert address_key("", is_address=True) is None


def test_own_account_does_not_make_every_conversation_shared(
    fixture_index: ModuleType, empty: sqlite3.Connection
) -> None:
    case = fixture_index.Case(empty)
    for label in ("a", "b"):
        case.source(label, "zip", "user-export")
    first, second = case.item("a", "x"), case.item("b", "x")
    case.unit(first, "hi", sender="+34600555001", to=("+34600555002",), talk="Two", direction="outgoing")
    case.unit(first, "hi", sender="+34600555001", to=("+34600555003",), talk="Three", direction="outgoing")
    case.unit(second, "hi", sender="+34600555002", to=("+34600555001",), talk="One", direction="outgoing")
    seen = presence(empty)
    assert seen.threads[("a", "Two")] == {"+34600555002"}
    assert seen.threads[("a", "Three")] == {"+34600555003"}
    assert seen.sources["+34600555002"] == {"a", "b"} and seen.sources["+34600555003"] == {"a"}


def test_a_number_in_a_text_is_present_but_takes_no_part(index: sqlite3.Connection) -> None:
    seen = presence(index)
    assert {"maria", "recruiter-phone", "controller-phone"} <= seen.sources["+34600555013"]
    assert "+34600555013" not in seen.threads.get(("maria", "نور"), frozenset())
