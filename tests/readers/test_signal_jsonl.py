"""Signal's local export: lines joined by their ids; cut at every place."""

from __future__ import annotations

import json

import pytest

from tests.readers.export_reading import SHARED, assert_accounts, codes, problems, read, score, tallies, units
from triage.readers.signal_jsonl import READER

LINES: list[dict[str, object]] = [
    {"version": "1", "backupTimeMs": "1715636551000"},
    {"account": {"givenName": "Eva", "familyName": "Ruiz"}},
    {"recipient": {"id": "1", "self": {}}},
    {"recipient": {"id": "2", "contact": {"e164": "12025550101", "profileGivenName": "Ana", "blocked": True}}},
    {"recipient": {"id": "3", "group": {"snapshot": {"title": {"title": "House"}}}}},
    {"chat": {"id": "7", "recipientId": "2"}},
    {"chat": {"id": "8", "recipientId": "3"}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "1600000000000", "incoming": {"dateReceived": "1"},
                  "standardMessage": {"text": {"body": "hola ñ"}, "reactions": [{"emoji": "👍", "authorId": "2"}],
                                      "attachments": [{"pointer": {"fileName": "a.jpg"}}]}}},
    {"chatItem": {"chatId": "8", "authorId": "1", "dateSent": "1600000001000", "outgoing": {},
                  "remoteDeletedMessage": {}}},
    {"chatItem": {"chatId": "7", "authorId": "2", "dateSent": "x", "directionless": {},
                  "updateMessage": {"individualCall": {"type": "AUDIO_CALL", "state": "MISSED"}}}},
]  # fmt: skip
DATA = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in LINES)


def test_published_sample() -> None:
    found = sorted(SHARED.glob("signal_backup/*/*.jsonl"))
    if not found:
        pytest.skip("the shared corpus is not beside the repository")
    data = found[0].read_bytes()
    assert score(READER, data) == 92
    said = read(READER, data)
    assert [one.origin for one in units(said)] == ["contact", "note", "note", "note"]
    assert tallies(said)["records"] + tallies(said)["technical_lines"] == 6
    assert not codes(said)
    assert_accounts(said)


def test_messages_have_their_chats_and_numbers() -> None:
    found = read(READER, DATA)
    message, gone, call = units(found)[3:]
    assert (message.text, message.sender, message.sender_name) == ("hola ñ", "+12025550101", "Ana")
    assert (message.conversation, message.when.at) == ("Ana", "2020-09-13T12:26:40+00:00")
    assert (message.attachments, message.detail["reactions"]) == (("a.jpg",), "👍 +12025550101")
    assert (gone.conversation, gone.direction, gone.deleted) == ("House", "outgoing", True)
    assert (call.origin, call.direction) == ("call", None)
    assert "individualCall state: MISSED" in call.text
    assert codes(found) == ["R-DATE-VALUE"]
    assert_accounts(found)


def test_lines_that_are_no_frames() -> None:
    found = read(READER, DATA + b"[1]\n{oops\n" + b"{" * 3000)
    assert codes(found).count("R-RECORD") == 2 and "R-TRUNCATED" in codes(found)
    assert_accounts(found)


def test_cut_within_any_line() -> None:
    ends = {i for i, byte in enumerate(DATA) if byte == 10}
    for cut in range(1, len(DATA), 2):
        if cut not in ends and cut - 1 not in ends:
            found = read(READER, DATA[:cut])
            assert problems(found), cut
            assert_accounts(found)
