"""Google Chat of a Takeout: dates in words, deleted messages; cut at every place."""

from __future__ import annotations

import json

import pytest

from tests.readers.export_reading import assert_accounts, assert_cuts_are_told, codes, read, score, tallies, units
from triage.readers.google_chat_json import READER
from triage.readers.worded_dates import worded_time


def chat(*messages: dict[str, object]) -> bytes:
    who = {"name": "Ana Ñ", "email": "ana@example.org", "user_type": "Human"}
    day = "Tuesday, July 6, 2021 at 4:12:31\u202fPM UTC"
    return json.dumps(
        {"messages": [{"creator": who, "created_date": day, "topic_id": "t"} | one for one in messages]}
    ).encode()


def test_messages_files_and_deleted_ones() -> None:
    data = chat({"text": "hola", "attached_files": [{"original_name": "a.jpg", "export_name": "File-a.jpg"}]},
                {"message_state": "DELETED", "deletion_metadata": {"deletion_type": "CREATOR"}})  # fmt: skip
    assert score(READER, data) == 92
    found = read(READER, data, path="Takeout/Google Chat/Groups/DM abc/messages.json")
    one, gone = units(found)
    assert (one.text, one.sender, one.sender_name, one.conversation) == ("hola", "ana@example.org", "Ana Ñ", "DM abc")
    assert (one.when.at, one.when.basis, one.attachments) == ("2021-07-06T16:12:31+00:00", "utc", ("File-a.jpg",))
    assert gone.deleted and gone.flags == ("deleted_stub",) and gone.detail["deletion"] == "CREATOR"
    assert tallies(found)["deleted_stubs"] == 1
    assert_accounts(found)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Thursday, May 18, 2023 at 12:00:05 AM UTC", "2023-05-18T00:00:05+00:00"),
        ("jeudi 18 mai 2023 à 14:01:02 UTC", "2023-05-18T14:01:02+00:00"),
        ("martes, 6 de julio de 2021, 4:12:31 p. m. UTC", "2021-07-06T16:12:31+00:00"),
        ("terça-feira, 6 de março de 2021 às 16:12:31 UTC", "2021-03-06T16:12:31+00:00"),
        ("Dienstag, 6. März 2021 um 16:12:31 UTC", "2021-03-06T16:12:31+00:00"),
        ("2021年7月6日 16:12:31 UTC", None),
        ("Tuesday, July 45, 2021 at 4:12:31 PM UTC", None),
        ("Tuesday, July 6, 2021 at 4:12:31 PM PDT", "2021-07-06T23:12:31+00:00"),
        ("Friday, 17 July 2015 at 10:15 UTC+01", "2015-07-17T09:15:00+00:00"),
        ("Jan 17, 2020 9:49 PM", None),
        ("mar. 6 juil. 2021, 10:15 UTC", None),
    ],
)
def test_dates_in_words(said: str, at: str | None) -> None:
    assert worded_time(said).at == at
    assert worded_time(said).source == said


def test_cut_anywhere_and_odd_values() -> None:
    data = chat({"text": "a"}, {"text": "b"})
    assert_cuts_are_told(READER, data, len(data))
    found = read(READER, b'{"messages":[{"creator":5,"created_date":[],"text":{}},3]}')
    assert codes(found) == ["R-RECORD"]
    assert score(READER, b'{"messages":[{"creator":"x"}]}') == 0
