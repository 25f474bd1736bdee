"""Snapchat and TikTok downloads: both generations, texts with references, sections not read; cut at every place."""

from __future__ import annotations

import json
from typing import Any

from tests.readers.export_reading import assert_accounts, assert_cuts_are_told, codes, read, score, tallies, units
from triage.model import Conversation
from triage.readers import snapchat_json, tiktok_json


def of(value: Any) -> bytes:
    return json.dumps(value).encode()


def snap(**more: object) -> dict[str, object]:
    return {"From": "bo_1", "Media Type": "TEXT", "Created": "2022-07-22 19:28:21 UTC", "IsSender": False} | more


def test_snapchat_by_friend() -> None:
    data = of({"bo_1": [snap(Content="it&#39;s on"), snap(IsSender=True, From="me", **{"Media Type": "MEDIA"})]})
    assert score(snapchat_json.READER, data) == 88
    found = read(snapchat_json.READER, data)
    text, media = units(found)
    assert (text.text, text.when.at, text.direction) == ("it's on", "2022-07-22T19:28:21+00:00", "incoming")
    assert text.when.source == "2022-07-22 19:28:21 UTC"
    assert (media.direction, media.flags, media.conversation) == ("outgoing", ("media_omitted",), "bo_1")
    assert Conversation(name="bo_1", participants=("bo_1",)) in found
    assert_accounts(found)
    assert_cuts_are_told(snapchat_json.READER, data, len(data))


def test_snapchat_in_two_lists() -> None:
    sent = {"To": "bo_1", "Media Type": "TEXT", "Created": "2022-07-22 19:28:21 UTC", "Text": "ok"}
    lists = {"Received Saved Chat History": [snap(Text="hi")], "Sent Saved Chat History": [sent]}
    found = read(snapchat_json.READER, of(lists))
    first, second = units(found)
    assert (first.sender, first.conversation, first.direction) == ("bo_1", "bo_1", "incoming")
    assert (second.sender, second.recipients, second.direction) == ("", ("bo_1",), "outgoing")


def tiktok(*messages: object) -> dict[str, object]:
    return {"Direct Messages": {"Chat History": {"ChatHistory": {"Chat History with ana:": list(messages)}}}}


def test_tiktok_messages_are_found_and_other_sections_counted() -> None:
    message = {"Date": "2023-01-02 03:04:05", "From": "ana", "Content": "hola"}
    data = of(
        {"Activity": {"Watch History": {"VideoList": [{"Date": "x"}]}, "Favorite Videos": []}} | tiktok(message, 4)
    )
    assert score(tiktok_json.READER, data) == 90
    found = read(tiktok_json.READER, data)
    (one,) = units(found)
    assert (one.text, one.conversation, one.when.at) == ("hola", "ana", "2023-01-02T03:04:05+00:00")
    assert one.locator == "ptr=/Direct Messages/Chat History/ChatHistory/Chat History with ana:/0"
    assert tallies(found)["unread_sections"] == 2
    assert sorted(codes(found)) == ["R-OTHER-RECORDS", "R-RECORD"]
    assert_accounts(found)
    assert_cuts_are_told(tiktok_json.READER, data, len(data))


def test_detection_leaves_other_json_alone() -> None:
    assert score(snapchat_json.READER, b'{"From":"a","Created":"b"}') == 0
    assert score(tiktok_json.READER, b'{"ChatHistory":{}}') == 0
    assert score(tiktok_json.READER, of({"Activity": {"Watch History": {}, "Favorite Videos": {}}})) == 82
