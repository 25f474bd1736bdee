"""Message lists of Android backups: SMS and MMS, boxes, threads, accounts, cuts, the corpus."""

from __future__ import annotations

import json
import zlib

import pytest

from tests.readers.export_reading import SHARED, assert_accounts, assert_cuts_are_told, read, score, units
from triage.readers.android_sms_json import READER

SMS = [
    {"address": "+12015550123", "body": "Hola, ¿llegaste?", "date": "1645543781956", "date_sent": "1645543780000",
     "status": "-1", "type": "1", "recipients": ["+12015550123"], "read": "1"},
    {"address": "+12015550123", "body": "Sí", "date": "1645543881956", "date_sent": "0", "status": "-1", "type": "2",
     "recipients": ["+12015550123"], "read": "1", "subject": "re"},
    {"address": "+12015550123", "body": "sin enviar", "date": "1645543981956", "date_sent": "0", "status": "-1",
     "type": "3", "recipients": ["+12015550123", "+12015550124"], "read": "0"},
]  # fmt: skip
MMS = [
    {"date": "1579531789", "date_sent": "1579531786", "m_type": "132", "msg_box": "1", "sub": "foto",
     "recipients": ["+12015550125"], "read": "1", "mms_body": "mira", "mms_charset": 106,
     "mms_addresses": [{"type": 137, "address": "+12015550125"}, {"type": 151, "address": "insert-address-token"}],
     "mms_attachments": [{"filename": "PART_1.jpg", "content_type": "image/jpeg"}]},
]  # fmt: skip


def _bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def test_messages_directions_and_threads() -> None:
    assert score(READER, _bytes(SMS)) >= 80
    assert score(READER, _bytes(MMS)) >= 80
    first, second, draft = units(read(READER, _bytes(SMS)))
    assert (first.sender, first.direction, first.when.at) == (
        "+12015550123", "incoming", "2022-02-22T15:29:41.956+00:00")  # fmt: skip
    assert first.detail == {"sent_at": "2022-02-22T15:29:40+00:00"}
    assert (second.sender, second.recipients, second.direction) == ("", ("+12015550123",), "outgoing")
    assert second.text == "re\nSí"
    assert (draft.conversation, draft.flags) == ("+12015550123, +12015550124", ("draft",))
    assert [unit.locator for unit in (first, second, draft)] == ["ptr=/0", "ptr=/1", "ptr=/2"]


def test_a_picture_message_keeps_its_people_and_names_its_file() -> None:
    (unit,) = units(read(READER, _bytes(MMS)))
    assert (unit.app, unit.sender, unit.recipients, unit.text) == ("MMS", "+12015550125", (), "foto\nmira")
    assert unit.when.at == "2020-01-20T14:49:49+00:00"
    assert (unit.attachments, unit.flags) == (("PART_1.jpg",), ("media_omitted",))


def test_accounts_hold_for_odd_values_and_cuts() -> None:
    odd = [*SMS, 5, {"address": None, "date": [], "type": {}}, *MMS]
    assert_accounts(read(READER, _bytes(odd)))
    whole = _bytes([*SMS, *MMS])
    assert_cuts_are_told(READER, whole, len(whole) - 1, 7)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not beside the repository")
def test_the_lists_of_the_corpus() -> None:
    folder = SHARED / "android_backup_ab/mvt-project__mvt/apps/com.android.providers.telephony/d_f"
    (sms,) = units(read(READER, zlib.decompress((folder / "000000_sms_backup").read_bytes())))
    assert (sms.when.at, sms.flags, sms.recipients) == ("2022-02-22T15:29:41.956+00:00", ("queued",), ("06543219",))
    (mms,) = units(read(READER, zlib.decompress((folder / "000001_mms_backup").read_bytes())))
    assert (mms.sender, mms.recipients) == ("+12345678", ("+23456789",))
