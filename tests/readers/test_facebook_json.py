"""Messenger and Instagram downloads in JSON: repaired strings, both shapes, cut at every place."""

from __future__ import annotations

import json
from typing import Any

from tests.readers.export_reading import assert_accounts, assert_cuts_are_told, codes, read, score, tallies, units
from triage.model import Conversation
from triage.readers.facebook_json import READER, repaired


def bytewise(text: str) -> str:
    """As the download writes it: each byte of the UTF-8 as a character of its own."""
    return text.encode().decode("latin-1")


def thread(*messages: dict[str, Any], **more: Any) -> bytes:
    body = {"participants": [{"name": bytewise("José Ñandú")}, {"name": "Ana"}], "messages": list(messages)}
    body |= {"title": bytewise("José Ñandú"), "thread_path": "message_requests/jose_1", "magic_words": []} | more
    return json.dumps(body).encode()


def said(text: str, at: int = 1_600_000_000_000, **more: Any) -> dict[str, Any]:
    return {"sender_name": "Ana", "timestamp_ms": at, "content": bytewise(text), "type": "Generic"} | more


def test_every_string_is_repaired_and_the_time_is_utc() -> None:
    reaction = {"reaction": bytewise("💚"), "actor": bytewise("José Ñandú")}
    found = read(READER, thread(said("café 💚 – mañana", reactions=[reaction])))
    (one,) = units(found)
    assert one.text == "café 💚 – mañana"
    assert (one.conversation, one.sender) == ("José Ñandú", "Ana")
    assert (one.when.at, one.when.source) == ("2020-09-13T12:26:40+00:00", "1600000000000")
    assert one.detail["reactions"] == "💚 José Ñandú"
    assert one.detail["folder"] == "message_requests"
    assert Conversation(name="José Ñandú", participants=("José Ñandú", "Ana")) in found
    assert_accounts(found)


def test_strings_that_are_no_bytes_stay_as_they_are() -> None:
    assert repaired("café") == "café"
    assert repaired("Привет") == "Привет"
    assert repaired(bytewise("日本")[:-1]) == bytewise("日本")[:-1]


def test_media_shares_calls_and_what_was_taken_back() -> None:
    found = read(
        READER,
        thread(
            said("", photos=[{"uri": "photos/1.jpg", "creation_timestamp": 1600000000}], videos=[{"uri": "v.mp4"}]),
            said("look", share={"link": "https://example.org/job", "share_text": "Work abroad"}),
            {"sender_name": "Ana", "timestamp_ms": 1, "type": "Call", "call_duration": 0, "missed": True},
            {"sender_name": "Facebook user", "timestamp_ms": 2, "is_unsent": True},
            said("Ana added José", type="Subscribe", users=[{"name": bytewise("José Ñandú")}]),
        ),
    )
    photo, link, call, gone, joined = units(found)
    assert photo.attachments == ("photos/1.jpg", "v.mp4")
    assert link.text == "look\nhttps://example.org/job\nWork abroad"
    assert (call.origin, call.flags) == ("call", ("absurd_time", "missed"))
    assert gone.deleted and "deleted_stub" in gone.flags and "deleted_account" in gone.flags
    assert (joined.origin, joined.text) == ("event", "Ana added José\nJosé Ñandú")
    assert tallies(found)["records"] == 5 and tallies(found)["deleted_stubs"] == 1


def test_the_shape_of_encrypted_threads() -> None:
    body = {
        "participants": ["José", "Ana"],
        "threadName": "José_12",
        "messages": [
            {"isUnsent": False, "media": [{"uri": "./media/a.jpg"}], "reactions": [], "senderName": "José",
             "text": "mañana", "timestamp": 1700000000000, "type": "text"},
        ],
    }  # fmt: skip
    data = json.dumps(body, ensure_ascii=False).encode()
    assert score(READER, data) == 92
    (one,) = units(read(READER, data))
    assert (one.text, one.sender, one.conversation, one.app) == ("mañana", "José", "José_12", "Messenger")
    assert one.when.at == "2023-11-14T22:13:20+00:00"
    assert one.attachments == ("./media/a.jpg",)


def test_the_service_is_named_by_the_folder_only() -> None:
    data = thread(said("x"))
    where = {"a/your_instagram_activity/messages/inbox/x/message_1.json": "Instagram"}
    where |= {"a/your_facebook_activity/messages/inbox/x/message_1.json": "Messenger", "message_1.json": ""}
    for path, app in where.items():
        assert units(read(READER, data, path=path))[0].app == (app or "Messenger or Instagram")


def test_other_values_among_the_messages_are_problems() -> None:
    found = read(READER, thread(said("a"), said("b"), title=None).replace(b'"messages": [', b'"messages": [7, null, '))
    assert codes(found) == ["R-RECORD", "R-RECORD"]
    assert tallies(found)["records"] == 4
    assert_accounts(found)
    odd = read(READER, thread({"sender_name": 5, "timestamp_ms": "soon", "content": {"a": 1}, "photos": "x"}))
    assert codes(odd) == ["R-DATE-VALUE"]


def test_cut_anywhere() -> None:
    data = thread(said("first"), said("second ñ"), said("third"))
    assert_cuts_are_told(READER, data, len(data))


def test_detection() -> None:
    assert score(READER, thread(said("x"))) == 92
    assert score(READER, thread()) == 80
    assert score(READER, b'{"name":"x","type":"personal_chat","messages":[]}') == 0
    assert score(READER, b"participants messages sender_name timestamp_ms") == 0
