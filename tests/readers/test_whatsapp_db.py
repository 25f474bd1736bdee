"""WhatsApp's databases: both Android generations, the address book, iOS with its traps."""

from __future__ import annotations

import sqlite3

import pytest

from tests.readers.database_reading import (
    SHARED,
    assert_accounts,
    build,
    by_row,
    codes,
    conversations,
    facts,
    read,
    score,
    tally,
    units,
)  # fmt: skip
from triage.readers import whatsapp_contacts, whatsapp_ios, whatsapp_ios_book, whatsapp_msgstore
from triage.readers.whatsapp_jids import creator_of, phone_of, plain

ANA, BO, LID, GROUP = (
    "34612345678@s.whatsapp.net",
    "447700900002@s.whatsapp.net",
    "99887766554433@lid",
    "120363001@g.us",
)

NEW = """
CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE jid_map (lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER);
CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE TABLE group_participant_user (_id INTEGER PRIMARY KEY, group_jid_row_id INTEGER, user_jid_row_id INTEGER);
CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT,
  sender_jid_row_id INTEGER, timestamp INTEGER, received_timestamp INTEGER, message_type INTEGER, text_data TEXT);
CREATE TABLE message_media (message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT);
CREATE TABLE message_location (message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, place_name TEXT);
CREATE TABLE message_quoted (message_row_id INTEGER PRIMARY KEY, key_id TEXT, text_data TEXT);
CREATE TABLE message_vcard (_id INTEGER PRIMARY KEY, message_row_id INTEGER, vcard TEXT);
CREATE TABLE message_system (message_row_id INTEGER PRIMARY KEY, action_type INTEGER);
CREATE TABLE message_system_number_change (message_row_id INTEGER PRIMARY KEY, old_jid_row_id INTEGER,
  new_jid_row_id INTEGER);
CREATE TABLE message_edit_info (message_row_id INTEGER PRIMARY KEY, original_key_id TEXT, edited_timestamp INTEGER);
CREATE TABLE message_revoked (message_row_id INTEGER PRIMARY KEY, revoked_key_id TEXT);
CREATE TABLE call_log (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, from_me INTEGER, call_id TEXT, timestamp INTEGER,
  video_call INTEGER, duration INTEGER, call_result INTEGER, group_jid_row_id INTEGER);
"""


def jid(row: int, address: str) -> dict[str, object]:
    user, _, server = address.partition("@")
    return {"_id": row, "user": user, "server": server, "raw_string": address}


def message(row: int, chat: int, text: str | None, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "_id": row, "chat_row_id": chat, "from_me": 0, "key_id": f"K{row}", "sender_jid_row_id": 0,
        "timestamp": 1_700_000_000_000 + row * 1000, "message_type": 0, "text_data": text,
    }  # fmt: skip
    return base | more


def new_store() -> bytes:
    return build(
        NEW,
        {
            "jid": [jid(1, ANA), jid(2, BO), jid(3, LID), jid(4, GROUP)],
            "jid_map": [{"lid_row_id": 3, "jid_row_id": 2}],
            "chat": [{"_id": 1, "jid_row_id": 1}, {"_id": 2, "jid_row_id": 4, "subject": "Trip"}],
            "group_participant_user": [{"group_jid_row_id": 4, "user_jid_row_id": 1}],
            "message": [
                message(1, -1, None, key_id="-1"),
                message(2, 1, "hello"),
                message(3, 2, "in the group", sender_jid_row_id=3),
                message(4, 1, "answer", from_me=1),
                message(5, 1, None, message_type=1),
                message(6, 1, None, message_type=5),
                message(7, 1, None, message_type=15),
                message(8, 2, None, message_type=7),
                message(9, 1, "better", from_me=1),
                message(10, 1, "Ana", message_type=4),
                message(11, 1, None, message_type=42),
                message(12, 1, "no time", timestamp=0, received_timestamp=1_700_000_500_000),
            ],
            "message_media": [{"message_row_id": 5, "file_path": "Media/IMG-1.jpg", "mime_type": "image/jpeg"}],
            "message_location": [{"message_row_id": 6, "latitude": 41.5, "longitude": 2.25, "place_name": "Dock"}],
            "message_quoted": [{"message_row_id": 4, "key_id": "K2", "text_data": "hello"}],
            "message_vcard": [{"message_row_id": 10, "vcard": "BEGIN:VCARD\nTEL:+34612345679\nEND:VCARD"}],
            "message_system": [{"message_row_id": 8, "action_type": 10}],
            "message_system_number_change": [{"message_row_id": 8, "old_jid_row_id": 1, "new_jid_row_id": 2}],
            "message_edit_info": [{"message_row_id": 9, "edited_timestamp": 1_700_000_900_000}],
            "call_log": [
                {"_id": 1, "jid_row_id": 1, "from_me": 0, "timestamp": 1_700_000_000_000, "duration": 0},
                {"_id": 2, "jid_row_id": 1, "from_me": 1, "timestamp": 1_700_000_000_000, "duration": 75,
                 "video_call": 1},
            ],
        },
    )  # fmt: skip


def test_new_generation() -> None:
    found = read(new_store(), whatsapp_msgstore.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert tally(found)["records"] == 13
    assert tally(found)["sentinel_rows"] == 1
    assert rows["message:2"].sender == ANA
    assert rows["message:2"].conversation == "+34612345678"
    assert rows["message:2"].when.at == "2023-11-14T22:13:22+00:00"
    assert rows["message:4"].direction == "outgoing"
    assert (rows["message:4"].sender, rows["message:4"].recipients) == ("", (ANA,))
    assert rows["message:4"].reply_to == rows["message:2"].native_id == "K2"
    assert rows["message:5"].attachments == ("Media/IMG-1.jpg",)
    assert rows["message:12"].when.at == "2023-11-14T22:21:40+00:00"
    assert conversations(found)["Trip"].participants == ("+34612345678",)


def test_kinds_of_the_new_generation() -> None:
    rows = by_row(read(new_store(), whatsapp_msgstore.READER))
    assert rows["message:6"].detail["lat"] == "41.5"
    assert rows["message:6"].text.startswith("Dock")
    assert rows["message:7"].deleted
    assert "deleted_stub" in rows["message:7"].flags
    assert rows["message:8"].origin == "event"
    assert ANA in rows["message:8"].text and BO in rows["message:8"].text
    assert "edited" in rows["message:9"].flags
    assert "+34612345679" in rows["message:10"].text
    assert set(rows["message:11"].flags) == {"media_omitted", "view_once"}
    assert rows["call_log:1"].flags == ("missed",)
    assert rows["call_log:2"].text == "outgoing video call, 1:15"
    assert rows["call_log:2"].recipients == (ANA,)


def test_a_lid_is_never_a_number() -> None:
    found = read(new_store(), whatsapp_msgstore.READER)
    assert by_row(found)["message:3"].sender == BO  # mapped by jid_map
    assert phone_of(LID) == phone_of(GROUP) == phone_of("status@broadcast") == ""
    assert phone_of("34612345678:12@s.whatsapp.net") == "+34612345678"
    assert plain("34612345678.0:12@s.whatsapp.net") == ANA
    assert creator_of("34612345678-1600000000@g.us") == "+34612345678"
    unmapped = build(
        NEW, {"jid": [jid(3, LID)], "chat": [{"_id": 1, "jid_row_id": 3}], "message": [message(1, 1, "x")]}
    )
    (one,) = units(read(unmapped))
    assert one.sender == one.conversation == LID


def test_a_message_without_its_chat_is_no_sentinel() -> None:
    lost = [message(1, 0, "a") | {"chat_row_id": None}, message(2, 44, "b"), message(3, -1, None)]
    found = read(build(NEW, {"message": lost}))
    assert [one.text for one in units(found)] == ["a", "b"]
    assert len(conversations(found)) == 2
    assert tally(found)["sentinel_rows"] == 1


OLD = """
CREATE TABLE messages (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER,
  data TEXT, timestamp INTEGER, media_wa_type TEXT, media_name TEXT, media_caption TEXT, latitude REAL, longitude REAL,
  remote_resource TEXT, quoted_row_id INTEGER, edit_version INTEGER);
CREATE TABLE messages_quotes (_id INTEGER PRIMARY KEY, key_id TEXT, data TEXT);
CREATE TABLE chat_list (_id INTEGER PRIMARY KEY, key_remote_jid TEXT, subject TEXT);
"""


def old_message(row: int, chat: str, text: str | None, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "_id": row, "key_remote_jid": chat, "key_from_me": 0, "key_id": f"K{row}", "status": 0, "data": text,
        "timestamp": 1_500_000_000_000 + row, "media_wa_type": "0",
    }  # fmt: skip
    return base | more


def test_old_generation_and_twins() -> None:
    rows: dict[str, list[dict[str, object]]] = {
        "chat_list": [{"key_remote_jid": GROUP, "subject": "Work"}],
        "messages": [
            old_message(1, "-1", None, timestamp=0),
            old_message(2, GROUP, "hi all", remote_resource=ANA),
            old_message(3, ANA, "yes", quoted_row_id=7, key_from_me=1),
            old_message(4, ANA, None, media_wa_type="5", latitude=10.5, longitude=-3.0),
            old_message(5, ANA, None, edit_version=7),
        ],
        "messages_quotes": [{"_id": 7, "key_id": "K0", "data": "sure?"}],
    }
    found = read(build(OLD, rows), whatsapp_msgstore.READER)
    assert_accounts(found)
    held = by_row(found)
    assert (held["messages:2"].conversation, held["messages:2"].sender) == ("Work", ANA)
    assert (held["messages:3"].reply_to, held["messages:3"].detail["quoted_text"]) == ("K0", "sure?")
    assert held["messages:4"].detail["lon"] == "-3"
    assert held["messages:5"].deleted
    both = build(OLD + NEW, rows | {"message": [message(2, 1, "hi all")], "chat": [{"_id": 1, "jid_row_id": 4}],
                                    "jid": [jid(4, GROUP)]})  # fmt: skip
    found = read(both)
    assert tally(found)["legacy_twins"] == 1
    assert tally(found)["records"] == 4
    assert "messages:2" not in by_row(found)


def test_wa_db() -> None:
    data = build(
        "CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY, jid TEXT, display_name TEXT, wa_name TEXT, number TEXT)",
        {"wa_contacts": [{"jid": ANA, "display_name": "Ana", "wa_name": "anita", "number": "+34 612 34 56 78"}]},
    )
    assert score(data, whatsapp_contacts.READER) == 92
    found = read(data)
    assert_accounts(found)
    (one,) = units(found)
    assert one.text.splitlines()[:2] == ["Name: Ana", "Own name: anita"]
    assert one.detail["phones"] == "+34 612 34 56 78; +34612345678"


IOS = """
CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZISFROMME INTEGER,
  ZMESSAGETYPE INTEGER, ZMESSAGEDATE REAL, ZFROMJID TEXT, ZTOJID TEXT, ZTEXT TEXT, ZMEDIAITEM INTEGER, ZSTANZAID TEXT);
CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZCONTACTJID TEXT, ZPARTNERNAME TEXT, ZSESSIONTYPE INTEGER);
CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZMEMBERJID TEXT, ZCONTACTNAME TEXT, ZCHATSESSION INTEGER);
CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZMEDIALOCALPATH TEXT, ZVCARDNAME TEXT,
  ZVCARDSTRING TEXT, ZLATITUDE REAL, ZLONGITUDE REAL);
"""


def ios_message(row: int, chat: int, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "Z_PK": row, "ZCHATSESSION": chat, "ZISFROMME": 0, "ZMESSAGETYPE": 0, "ZMESSAGEDATE": 700_000_000.5 + row,
        "ZSTANZAID": f"S{row}",
    }  # fmt: skip
    return base | more


def test_ios_traps() -> None:
    data = build(
        IOS,
        {
            "ZWACHATSESSION": [
                {"Z_PK": 1, "ZCONTACTJID": ANA, "ZPARTNERNAME": "Ana", "ZSESSIONTYPE": 0},
                {"Z_PK": 2, "ZCONTACTJID": GROUP, "ZPARTNERNAME": "Trip", "ZSESSIONTYPE": 1},
            ],
            "ZWAGROUPMEMBER": [{"Z_PK": 5, "ZMEMBERJID": BO, "ZCONTACTNAME": "Bo", "ZCHATSESSION": 2}],
            "ZWAMEDIAITEM": [
                {"Z_PK": 1, "ZMESSAGE": 2, "ZMEDIALOCALPATH": "Media/a.jpg", "ZVCARDNAME": "h4sh",
                 "ZVCARDSTRING": "image/jpeg", "ZLATITUDE": 45.0, "ZLONGITUDE": 60.0},
                {"Z_PK": 2, "ZMESSAGE": 3, "ZLATITUDE": 45.0, "ZLONGITUDE": 60.0},
                {"Z_PK": 3, "ZMESSAGE": 4, "ZVCARDNAME": "Cy", "ZVCARDSTRING": "BEGIN:VCARD\nEND:VCARD"},
            ],
            "ZWAMESSAGE": [
                ios_message(1, 1, ZFROMJID=ANA, ZTEXT="hola"),
                ios_message(2, 1, ZFROMJID=ANA, ZMESSAGETYPE=1, ZMEDIAITEM=1),
                ios_message(3, 1, ZFROMJID=ANA, ZMESSAGETYPE=5, ZMEDIAITEM=2),
                ios_message(4, 1, ZISFROMME=1, ZTOJID=ANA, ZMESSAGETYPE=4, ZMEDIAITEM=3),
                ios_message(5, 2, ZFROMJID=GROUP, ZGROUPMEMBER=5, ZTEXT="hi"),
                ios_message(6, 2, ZMESSAGETYPE=10, ZTEXT="CAEQARoFMTIzNDU="),
                ios_message(7, 2, ZMESSAGETYPE=14),
                ios_message(8, 9, ZFROMJID=BO, ZTEXT="chat row is gone"),
            ],
        },
    )  # fmt: skip
    found = read(data, whatsapp_ios.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert "lat" not in rows["ZWAMESSAGE:2"].detail
    assert rows["ZWAMESSAGE:2"].text == ""
    assert rows["ZWAMESSAGE:2"].attachments == ("Media/a.jpg",)
    assert rows["ZWAMESSAGE:3"].detail["lat"] == "45"
    assert rows["ZWAMESSAGE:4"].text == "Cy\nBEGIN:VCARD\nEND:VCARD"
    assert (rows["ZWAMESSAGE:5"].sender, rows["ZWAMESSAGE:5"].sender_name) == (BO, "Bo")
    assert rows["ZWAMESSAGE:6"].origin == "event"
    assert "CAEQ" not in rows["ZWAMESSAGE:6"].text
    assert rows["ZWAMESSAGE:7"].deleted
    assert rows["ZWAMESSAGE:8"].conversation == "+447700900002"
    assert rows["ZWAMESSAGE:1"].when.at == "2023-03-08T20:26:41.500+00:00"


def test_ios_calls_and_lid_pairs() -> None:
    data = build(
        """CREATE TABLE ZWACDCALLEVENT (Z_PK INTEGER PRIMARY KEY, ZDATE REAL, ZDURATION REAL, ZOUTCOME INTEGER,
             ZGROUPCALLCREATORUSERJIDSTRING TEXT, Z1CALLEVENTS INTEGER);
           CREATE TABLE ZWAAGGREGATECALLEVENT (Z_PK INTEGER PRIMARY KEY, ZINCOMING INTEGER, ZMISSED INTEGER,
             ZVIDEO INTEGER);
           CREATE TABLE ZWACDCALLEVENTPARTICIPANT (Z_PK INTEGER PRIMARY KEY, Z1PARTICIPANTS INTEGER, ZJIDSTRING TEXT);
           CREATE TABLE ZWAPHONENUMBERLIDPAIR (Z_PK INTEGER PRIMARY KEY, ZLID TEXT, ZPHONENUMBER TEXT)""",
        {
            "ZWACDCALLEVENT": [{"Z_PK": 1, "ZDATE": 700_000_000.0, "ZOUTCOME": 1,
                                "ZGROUPCALLCREATORUSERJIDSTRING": ANA},
                               {"Z_PK": 2, "ZDATE": 700_000_000.0, "ZDURATION": 9.5, "Z1CALLEVENTS": 4}],
            "ZWAAGGREGATECALLEVENT": [{"Z_PK": 4, "ZINCOMING": 0, "ZMISSED": 0, "ZVIDEO": 1}],
            "ZWACDCALLEVENTPARTICIPANT": [{"Z1PARTICIPANTS": 1, "ZJIDSTRING": ANA},
                                          {"Z1PARTICIPANTS": 2, "ZJIDSTRING": LID}],
            "ZWAPHONENUMBERLIDPAIR": [{"ZLID": "998877", "ZPHONENUMBER": "34612345678"}],
        },
    )  # fmt: skip
    found = read(data, whatsapp_ios_book.READER)
    assert_accounts(found)
    call = by_row(found)["ZWACDCALLEVENT:1"]
    assert (call.sender, call.direction, call.flags) == (ANA, "incoming", ("missed",))
    call = by_row(found)["ZWACDCALLEVENT:2"]
    assert (call.text, call.direction, call.recipients) == ("video call, 0:09", "outgoing", (LID,))
    assert call.conversation == LID
    assert by_row(found)["ZWAPHONENUMBERLIDPAIR:1"].text == "Phone: +34612345678\nWhatsApp: 998877@lid"


CORPUS = SHARED / "whatsapp_msgstore" / "andreas-mausch__whatsapp-viewer"


@pytest.mark.skipif(not CORPUS.exists(), reason="the shared corpus is not there")
def test_corpus_msgstore() -> None:
    connection = sqlite3.connect(":memory:")
    for name in ("msgstore.db.schema.sql", "test-database.sql"):
        connection.executescript((CORPUS / name).read_text(encoding="utf-8"))
    connection.commit()
    found = read(connection.serialize())
    connection.close()
    assert_accounts(found)
    assert facts(found)["read_as"] == "whatsapp_msgstore"
    assert tally(found)["records"] == 42
    assert tally(found)["sentinel_rows"] == 1
    rows = by_row(found)
    assert rows["messages:5001"].text.startswith("Haha")
    assert "mended_text" in rows["messages:5001"].flags
    assert codes(found) == ["R-ENCODING"]
    assert rows["messages:6002"].reply_to == "keyId-0006-001"
    assert rows["messages:500001"].detail["lat"] == "53.5704"
    assert rows["messages:800004"].origin == "call"
    assert "waid=4917612345678" in rows["messages:400001"].text


BACKUP = SHARED / "ios_backup" / "mvt-project__mvt"


@pytest.mark.skipif(not BACKUP.exists(), reason="the shared corpus is not there")
def test_corpus_ios() -> None:
    found = read((BACKUP / "7c" / "7c7fba66680ef796b916b067077cc246adacf01d").read_bytes(), whatsapp_ios.READER)
    assert_accounts(found)
    assert next(one.when.at for one in units(found)) == "2025-08-27T15:06:40+00:00"
    assert set(conversations(found)) == {"Alice Example", "Example Group"}
    assert not any("100000000000001" in one.sender for one in units(found))
    contacts = read((BACKUP / "b8" / "b8548dc30aa1030df0ce18ef08b882cf7ab5212f").read_bytes())
    assert [one.detail["phones"] for one in units(contacts)] == ["+14155550100", "+14155550101"]
    pair = read((BACKUP / "e7" / "e794f6ffcc3c222535f47684a63d5178da3c4500").read_bytes())
    assert tally(pair)["records"] == 1
