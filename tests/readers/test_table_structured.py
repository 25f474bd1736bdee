"""Tables as JSON and XML: arrays and elements whose fields are headings, others counted, cut ones told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import SHARED, assert_accounts, codes, problems, read, score, tallies, units
from triage.engines.detection import choose
from triage.model import Head
from triage.readers import registry, table_json, table_xml

ANA, BEN = "+34600111222", "+447700900123"
CALL = {"caller": ANA, "callee": BEN, "startTime": "2024-04-03T21:14:00+02:00", "durationSeconds": 62}
MESSAGE = {
    "sender": {"id": ANA, "name": "Ana"},
    "recipients": [BEN, "+447700900124"],
    "text": "hola",
    "timestamp": 1712171645,
}
JSON = json.dumps(
    {"case": "7", "data": {"Calls": [CALL, CALL, 5]}, "Messages": [MESSAGE], "prices": [{"a": 1}]}
).encode()
XML = f"""<?xml version="1.0"?>
<reports xmlns="urn:example"><node type="Calls">
<node type="Call"><property type="From">{ANA}</property><property type="To">{BEN}</property>
<property type="Time">2021-04-08 19:09:21 UTC (Device)</property><property type="Duration">00:01:02</property></node>
<node type="Call"><property type="From">{BEN}</property><property type="To">{ANA}</property>
<property type="Time">2021-04-09 19:09:21 UTC (Device)</property><property type="Duration">00:00:05</property></node>
</node><messages><sms from="{ANA}" to="{BEN}" body="hola" date="03/04/2024 21:14"/></messages>
<prices><price><a>1</a><b>2</b></price></prices></reports>""".encode()


def test_arrays_of_objects() -> None:
    assert 20 < score(table_json.READER, JSON) < 60
    found = read(table_json.READER, JSON)
    assert_accounts(found)
    first, _, message = units(found)
    assert (first.origin, first.locator, first.when.at) == ("call", "ptr=/data/Calls/0", "2024-04-03T19:14:00+00:00")
    assert first.detail["duration_s"] == 62
    assert (message.sender, message.sender_name, message.recipients) == (ANA, "Ana", (BEN, "+447700900124"))
    assert tallies(found)["unread_prices"] == 1
    assert codes(found) == ["R-RECORD", "R-OTHER-RECORDS"]


def test_elements_with_fields() -> None:
    assert 20 < score(table_xml.READER, XML) < 60
    found = read(table_xml.READER, XML)
    assert_accounts(found)
    first, second, message = units(found)
    assert (first.sender, first.recipients, first.when.at) == (ANA, (BEN,), "2021-04-08T19:09:21+00:00")
    assert first.detail["duration_s"] == 62
    assert second.locator == "xml=/reports/node[@Calls]/node[@Call][2]"
    assert (message.text, message.origin) == ("hola", "message")
    assert codes(found) == ["R-DATE-ORDER", "R-OTHER-RECORDS"]


@pytest.mark.parametrize(
    "data", [b'[{"a": 1, "b": 2}]', b"{}", b"[]", b"<html><p>x</p></html>", b"<a/>", b'{"text": "x"}']
)
def test_anything_else_is_left_alone(data: bytes) -> None:
    assert score(table_json.READER, data) == 0
    assert score(table_xml.READER, data) == 0


def test_cut_anywhere_there_is_a_problem() -> None:
    for reader, data in ((table_json.READER, JSON), (table_xml.READER, XML)):
        for cut in range(1, len(data) - 1, 5):
            found = read(reader, data[:cut])
            assert problems(found), cut
            if units(found):
                assert_accounts(found)


_ROW = st.dictionaries(st.sampled_from(["from", "to", "body", "timestamp", "x"]), st.text(max_size=8), min_size=2)


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.lists(_ROW))
def test_every_object_is_accounted_for(rows: list[dict[str, str]]) -> None:
    last = {"from": ANA, "to": BEN, "body": "x", "timestamp": "1712171645"}
    found = read(table_json.READER, json.dumps([*rows, last]).encode())
    assert_accounts(found)
    assert tallies(found)["records"] == len(rows) + 1


ENDS = (".json", ".xml", ".gpx", ".kml", ".geojson", ".jsonl")
CORPUS = sorted(p for p in SHARED.glob("**/*") if p.suffix.lower() in ENDS)


@pytest.mark.skipif(not CORPUS, reason="the shared corpus is not here")
@pytest.mark.parametrize("path", CORPUS, ids=lambda p: p.name)
def test_readers_of_applications_come_first(path: Path) -> None:
    data = path.read_bytes()
    reader, _, _ = choose(Head(name=path.name, size=len(data), start=data[: 1 << 16]), registry.READERS)
    assert reader is None or not reader.name.startswith("table_")
