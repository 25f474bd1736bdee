"""Output of the LEAPP tools: the database and the TSV exports through the same mapping."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import assert_accounts, codes, problems, score, tallies, units
from triage.engines.blob import HeldBlob
from triage.model import Read, ReadContext
from triage.problems import ReadError
from triage.readers import leapp_lava, table_text

ANA, BEN = "+34600111222", "+447700900123"


def _database(path: Path, *, own: bool = True) -> bytes:
    with sqlite3.connect(path) as db:
        if own:
            db.execute("create table _lava_media_items(id text primary key, source_path text)")
        db.execute(
            "create table sms_messages(message_timestamp INTEGER, read_timestamp INTEGER, message TEXT, service TEXT,"
            " message_direction TEXT, chat_contact_id TEXT, attachment_name TEXT, source_file TEXT)"
        )
        db.execute(
            "insert into sms_messages values(1712178845, null, 'hola', 'SMS', 'Incoming', ?, '', 'sms.db')", (ANA,)
        )
        db.execute(
            "insert into sms_messages values(1712178900, null, 'ok', 'iMessage', 'Outgoing', ?, 'a.jpg', 'sms.db')",
            (ANA,),
        )
        db.execute(
            "create table call_history(starting_timestamp INTEGER, ending_timestamp INTEGER, call_direction TEXT,"
            " phone_number TEXT, call_duration TEXT)"
        )
        db.execute("insert into call_history values(1712178845, 1712178907, 'Outgoing', ?, '00:01:02')", (BEN,))
        db.execute("create table app_permissions(app TEXT, permission TEXT)")
        db.executemany("insert into app_permissions values(?,?)", [("a", "b")] * 3)
    db.close()
    return path.read_bytes()


def _read(data: bytes, folder: Path) -> list[Read]:
    blob = HeldBlob(size=len(data), sha256="", scratch=folder, data=data)
    found: list[Read] = []
    try:
        for one in leapp_lava.READER.read(blob, ReadContext(source="s", path="_lava_artifacts.db", scratch=folder)):
            found.append(one)
    except ReadError as error:
        found.append(error.problem)
    blob.close()
    return found


def test_artifacts_that_are_records_are_read_and_others_counted(tmp_path: Path) -> None:
    data = _database(tmp_path / "db")
    assert score(leapp_lava.READER, data) > 80
    found = _read(data, tmp_path)
    assert_accounts(found)
    first, second, call = units(found)
    assert (first.origin, first.text, first.sender, first.direction) == ("message", "hola", ANA, "incoming")
    assert first.when.at == "2024-04-03T21:14:05+00:00"
    assert (second.recipients, second.attachments) == ((ANA,), ("a.jpg",))
    assert (call.origin, call.recipients, call.detail["duration_s"]) == ("call", (BEN,), 62)
    assert call.locator == "row=call_history:1"
    assert codes(found) == ["R-OTHER-RECORDS"]
    assert tallies(found)["unread_app_permissions"] == 3


def test_older_databases_are_known_by_name_and_shape(tmp_path: Path) -> None:
    data = _database(tmp_path / "db", own=False)
    assert score(leapp_lava.READER, data, "x.db") == 0
    assert score(leapp_lava.READER, data, "_lava_artifacts.db") > 60


def test_tab_separated_exports() -> None:
    header = "Message Timestamp\tRead Timestamp\tMessage\tService\tMessage Direction\tChat Contact ID"
    tsv = f"\ufeff{header}\n2024-04-03 21:14:05\t\thola\tSMS\tIncoming\t{ANA}\n".encode()
    assert score(table_text.READER, tsv) > 40
    call = f"Call Date\tPartner\tType\tDuration in Secs\n2024-04-03 21:14:05\t{BEN}\tOutgoing\t62\n".encode()
    assert score(table_text.READER, call) > 40
    sms = f"Date\tMSG ID\tAddress\tContact\tType\tBody\n2024-04-03 21:14:05\t7\t{ANA}\tAna\tReceived\thola\n".encode()
    blob = HeldBlob(size=len(sms), sha256="", scratch=Path(), data=sms)
    (message,) = units(table_text.READER.read(blob, ReadContext(source="s", path="sms.tsv")))
    assert (message.sender, message.direction, message.native_id) == (ANA, "incoming", "7")


def test_cut_or_damaged_it_is_told(tmp_path: Path) -> None:
    data = _database(tmp_path / "db")
    for cut in range(1, len(data), 613):
        assert problems(_read(data[:cut], tmp_path)), cut


@settings(derandomize=True, deadline=None, max_examples=25)
@given(st.integers(0, 1 << 16), st.binary(min_size=1, max_size=30))
def test_damage_never_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes) -> None:
    folder = tmp_path_factory.mktemp("leapp")
    data = bytearray(_database(folder / "db"))
    at %= len(data)
    data[at : at + len(noise)] = noise
    found = _read(bytes(data), folder)
    assert found
