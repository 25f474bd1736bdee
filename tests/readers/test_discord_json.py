"""Discord exports: the exporter's JSON and the data package; cut at every place."""

from __future__ import annotations

import json

import pytest

from tests.readers.export_reading import SHARED, assert_accounts, assert_cuts_are_told, codes, read, score, units
from triage.readers.discord_json import READER

AUTHOR = {"id": "5", "name": "ana", "discriminator": "0000", "nickname": "Ana Ñ", "isBot": False}


def export(*messages: dict[str, object], count: int | None = None) -> bytes:
    body = {
        "guild": {"id": "1", "name": "Club"},
        "channel": {"id": "2", "type": "GuildTextChat", "category": "Text", "name": "general"},
        "dateRange": {"after": None, "before": None},
        "messages": [{"author": AUTHOR, "timestamp": "2023-01-06T15:03:03.853+01:00"} | one for one in messages],
        "messageCount": len(messages) if count is None else count,
    }
    return json.dumps(body).encode()


def test_published_sample() -> None:
    found = sorted(SHARED.glob("discord_dce_json/*/*.json"))
    if not found:
        pytest.skip("the shared corpus is not beside the repository")
    data = found[0].read_bytes()
    assert score(READER, data) == 92
    said = read(READER, data)
    (one,) = units(said)
    assert (one.sender, one.sender_name, one.native_id) == ("Adam#7077", "Adam", "1045178587575242772")
    assert one.when.at == "2023-01-06T14:03:03.853+00:00"
    assert one.conversation == "Example server / Text Channels / general"
    assert not codes(said)
    assert_accounts(said)


def test_replies_files_cards_and_events() -> None:
    found = read(
        READER,
        export(
            {"id": "10", "type": "Reply", "content": "yes", "reference": {"messageId": "9"},
             "attachments": [{"url": "x_Files\\a.png", "fileName": "a.png"}],
             "embeds": [{"title": "Job", "url": "https://example.org", "fields": [{"name": "Pay", "value": "300"}]}]},
            {"id": "11", "type": "RecipientAdd", "content": "Added Bo."},
            {"id": "12", "type": "Call", "content": "Started", "callEndedTimestamp": "2023-01-06T15:09:00+01:00"},
        ),
    )  # fmt: skip
    reply, added, call = units(found)
    assert reply.text == "yes\nJob\nhttps://example.org\nPay: 300"
    assert (reply.reply_to, reply.attachments, reply.sender_name) == ("9", ("x_Files\\a.png",), "Ana Ñ")
    assert reply.when.at == "2023-01-06T14:03:03.853+00:00"
    assert (added.origin, added.detail["type"], call.origin) == ("event", "RecipientAdd", "call")


def test_a_stated_count_that_differs_is_said() -> None:
    assert codes(read(READER, export({"id": "1", "content": "x"}, count=4))) == ["R-COUNT"]


def test_the_data_package_takes_times_from_ids_where_no_offset_stands() -> None:
    data = json.dumps([
        {"ID": 175928847299117063, "Timestamp": "2016-04-30 11:18:25", "Contents": "hola",
         "Attachments": "https://e.example/a https://e.example/b"},
        {"ID": 1, "Timestamp": "2020-01-01 12:00:00.123000+00:00", "Contents": "", "Attachments": ""},
        "odd",
    ]).encode()  # fmt: skip
    assert score(READER, data) == 88
    found = read(READER, data, path="package/messages/c123/messages.json")
    first, second = units(found)
    assert (first.when.at, first.when.source) == ("2016-04-30T11:18:25.796+00:00", "2016-04-30 11:18:25")
    assert (first.conversation, first.direction, len(first.attachments)) == ("channel 123", "outgoing", 2)
    assert second.when.at == "2020-01-01T12:00:00.123+00:00"
    assert codes(found) == ["R-RECORD"]
    assert_accounts(found)


def test_cut_anywhere() -> None:
    data = export({"id": "1", "type": "Default", "content": "x"}, {"id": "2", "content": "y"})
    assert_cuts_are_told(READER, data, len(data))
    assert_cuts_are_told(READER, b'[{"ID":1,"Contents":"a"},{"ID":2}]', 33)
