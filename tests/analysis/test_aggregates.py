"""Entities, devices and calls for help: counts of the index, nothing more."""

from __future__ import annotations

import sqlite3
from types import ModuleType

from triage.analysis import calls_for_help, devices, entities


def test_entities_count_reported_findings_only(index: sqlite3.Connection) -> None:
    rows = {(kind, type_, value): n for kind, type_, value, n, _, _ in index.execute("select * from entities")}
    assert rows["phone", "PHONE", "+34600555013"] == 2
    assert ("amount", "AMOUNT", "XXX 3000") not in rows
    assert sum(rows.values()) == index.execute("select count(*) from findings where reported = 1").fetchone()[0]


def test_entities_know_when(fixture_index: ModuleType, empty: sqlite3.Connection) -> None:
    case = fixture_index.Case(empty)
    case.source("a", "zip", "user-export")
    item = case.item("a", "x")
    for at, local in (
        ("2024-01-02T10:00:00+00:00", None), ("2024-03-02T10:00:00.250+00:00", None),
        ("1970-01-01T00:00:00+00:00", None),
        (None, "2023-01-01T00:00:00"), ("2199-01-01T00:00:00+00:00", None),
    ):  # fmt: skip
        case.find(case.unit(item, "call 600", at=at, local=local), "phone", "PHONE", "600")
    late = case.unit(item, "code 77", local="2023-05-01T08:00:00")
    case.find(late, "payment", "MPESA_CODE", "77")
    entities.fill(empty)
    rows = [tuple(row)[2:] for row in empty.execute("select * from entities order by kind desc")]
    assert rows == [
        ("600", 5, "2024-01-02T10:00:00+00:00", "2024-03-02T10:00:00.250+00:00"),
        ("77", 1, "2023-05-01T08:00:00", "2023-05-01T08:00:00"),
    ]


def test_devices(index: sqlite3.Connection) -> None:
    lines = {device.label: device for device in devices.lines(index)}
    assert list(lines) == ["controller-phone", "maria", "recruiter-phone"]
    phone = lines["controller-phone"]
    assert (phone.items, phone.conversations, phone.deleted, phone.zone) == (3, 1, 1, "Europe/Madrid")
    assert phone.contacts[0].conversation == "María nueva" and phone.apps == (("WhatsApp", 19),)
    assert dict(phone.facts)["model"] == "Galaxy A54"
    recruiter = lines["recruiter-phone"]
    assert recruiter.implausible == 1 and recruiter.last == "2024-02-01T12:00:00+00:00"
    assert sum(device.items for device in lines.values()) == index.execute("select count(*) from items").fetchone()[0]
    assert sum(device.units for device in lines.values()) == index.execute("select count(*) from units").fetchone()[0]


def test_calls_newest_first_and_one_per_message(index: sqlite3.Connection) -> None:
    calls = calls_for_help.find(index)
    assert [call.at for call in calls] == ["2024-03-05T23:40:00", None]
    assert calls[1].quote == "no nos dejan salir" and calls[1].exhibit == 9
    assert [copy.source for copy in calls[1].copies] == ["recruiter-phone"]


def test_calls_merge_quotes_and_leave_out_what_is_not_reported(
    fixture_index: ModuleType, empty: sqlite3.Connection
) -> None:
    case = fixture_index.Case(empty)
    case.source("a", "zip", "user-export")
    item = case.item("a", "x")
    unit = case.unit(item, "they lock us in and they hit us", at="2024-01-02T10:00:00+00:00")
    case.find(unit, "indicator", "movement_restriction", "lock us in", flags=("welfare",))
    case.find(unit, "indicator", "movement_restriction", "us in and", flags=("welfare",), rule="b@1")
    case.find(unit, "indicator", "threat_violence", "hit us", flags=("welfare",))
    other = case.unit(item, "can't go out", at="2024-01-03T10:00:00+00:00")
    case.find(other, "indicator", "movement_restriction", "can't go out", flags=("welfare",), reported=False)
    (call,) = calls_for_help.find(empty)
    assert call.spans == ((5, 19), (25, 31)) and call.quote == "lock us in and they hit us"
