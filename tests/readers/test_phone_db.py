"""Databases of iOS, Android, Skype, Viber and Kik: what each row becomes, and what the corpus files hold."""

from __future__ import annotations

import plistlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from triage.readers import (
    android_calls,
    android_contacts,
    android_sms,
    ios_calls,
    ios_contacts,
    ios_sms,
    kik_db,
    skype_db,
    viber_db,
)  # fmt: skip
from triage.readers.ios_sms_versions import earlier_versions, retracted
from triage.readers.skype_db import plain_text
from triage.readers.typedstream import body_text

NUMBER = "+447700900002"


def stream(text: str) -> bytes:
    """A `streamtyped` archive of this text, as far as the reader looks."""
    data = text.encode()
    if len(data) < 0x80:
        length = bytes([len(data)])
    else:
        wide = len(data) > 0xFFFF
        length = (b"\x82" if wide else b"\x81") + len(data).to_bytes(4 if wide else 2, "little")
    head = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85"
    return head + b"\x92\x84\x84\x84\x08NSString\x01\x94\x84\x01+" + length + data + b"\x86\x84\x02iI\x01"


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.text(max_size=400))
def test_body_text_of_any_length(text: str) -> None:
    assert body_text(stream(text)) == (text, False)


@pytest.mark.parametrize("size", [127, 128, 255, 256, 65_535, 65_536])
def test_body_text_at_the_borders(size: int) -> None:
    assert body_text(stream("é" * (size // 2) + "x" * (size % 2))) == ("é" * (size // 2) + "x" * (size % 2), False)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.integers(0, 120))
def test_body_text_of_noise(noise: bytes, cut: int) -> None:
    assert body_text(noise) is None
    body_text(stream("some words")[:cut] + noise)


def test_a_wrong_length_falls_back_to_the_end_mark() -> None:
    good = stream("short")
    assert body_text(good.replace(b"+\x05short", b"+\x81\x9d\x00short")) == ("short", True)
    assert body_text(b"not an archive") is None


STREAMS = SHARED / "imessage_typedstream" / "ReagentX__imessage-exporter"


@pytest.mark.skipif(not STREAMS.exists(), reason="the shared corpus is not there")
@pytest.mark.parametrize(
    ("name", "text", "guessed"),
    [
        ("AttributedBodyTextOnly", "Noter test", False),
        ("AttributedBodyTextOnly2", "Test 3", False),
        ("Blank", "", False),
        ("MultiPart", "\ufffctest 1\ufffctest 2 \ufffctest 3", False),
        ("URL", "https://github.com/ReagentX/Logria", False),
        ("ExtraData", "This is parsing  ", True),
    ],
)
def test_corpus_bodies(name: str, text: str, guessed: bool) -> None:
    assert body_text((STREAMS / "streamtyped" / name).read_bytes()) == (text, guessed)


@pytest.mark.skipif(not STREAMS.exists(), reason="the shared corpus is not there")
def test_corpus_versions() -> None:
    folder = STREAMS / "edited_message"
    versions = [text for _, text in earlier_versions((folder / "Edited.plist").read_bytes())]
    assert versions == ["First message  ", "Edit 1", "Edit 2"]
    assert retracted((folder / "Deleted.plist").read_bytes())
    assert list(earlier_versions(b"bplist00 broken")) == []


IOS_SMS = """
CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT);
CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, chat_identifier TEXT, display_name TEXT);
CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER);
CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER, PRIMARY KEY (chat_id, message_id));
CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER);
CREATE TABLE attachment (ROWID INTEGER PRIMARY KEY, filename TEXT, transfer_name TEXT);
CREATE TABLE message_attachment_join (message_id INTEGER, attachment_id INTEGER);
CREATE TABLE message (ROWID INTEGER PRIMARY KEY, guid TEXT, text TEXT, attributedBody BLOB, handle_id INTEGER,
  service TEXT, date INTEGER, is_from_me INTEGER, item_type INTEGER DEFAULT 0, associated_message_guid TEXT,
  associated_message_type INTEGER DEFAULT 0, message_summary_info BLOB, date_edited INTEGER DEFAULT 0,
  date_retracted INTEGER DEFAULT 0);
"""


def imessage(row: int, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "ROWID": row, "guid": f"G{row}", "handle_id": 1, "service": "iMessage",
        "date": 700_000_000_000_000_000 + row, "is_from_me": 0,
    }  # fmt: skip
    return base | more


def test_ios_sms() -> None:
    summary = plistlib.dumps(
        {"ec": {"0": [{"t": stream("first"), "d": 700_000_000.0}, {"t": stream("second"), "d": 700_000_009.0}]}},
        fmt=plistlib.FMT_BINARY,
    )
    data = build(
        IOS_SMS,
        {
            "handle": [{"ROWID": 1, "id": NUMBER}, {"ROWID": 2, "id": "bo@example.org"}],
            "chat": [{"ROWID": 1, "guid": "c", "chat_identifier": NUMBER},
                     {"ROWID": 2, "guid": "d", "chat_identifier": "chat77", "display_name": "Trip"}],
            "chat_handle_join": [{"chat_id": 1, "handle_id": 1}, {"chat_id": 2, "handle_id": 1},
                                 {"chat_id": 2, "handle_id": 2}],
            "chat_message_join": [{"chat_id": 1, "message_id": n} for n in (1, 2, 3, 4)]
            + [{"chat_id": 2, "message_id": 5}],
            "chat_recoverable_message_join": [{"chat_id": 2, "message_id": 6}],
            "attachment": [{"ROWID": 9, "filename": "~/Library/SMS/a.jpg"}],
            "message_attachment_join": [{"message_id": 1, "attachment_id": 9}],
            "message": [
                imessage(1, attributedBody=stream("\ufffchidden in the archive")),
                imessage(2, text="old seconds", date=400_000_000, is_from_me=1, handle_id=0),
                imessage(3, text="Loved “x”", associated_message_type=2000, associated_message_guid="p:0/G1"),
                imessage(4, text="second", date_edited=1, message_summary_info=summary),
                imessage(5, text="group", handle_id=2),
                imessage(6, text="was deleted", handle_id=2),
                imessage(7, text="no chat", handle_id=2, date_retracted=5),
            ],
        },
    )  # fmt: skip
    found = read(data, ios_sms.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert tally(found)["records"] == 7
    assert tally(found)["extra_units"] == 1
    assert rows["message:1"].text == "hidden in the archive"
    assert rows["message:1"].attachments == ("~/Library/SMS/a.jpg",)
    assert rows["message:1"].when.at == "2023-03-08T20:26:40+00:00"
    assert rows["message:2"].when.at == "2013-09-04T15:06:40+00:00"
    assert (rows["message:2"].sender, rows["message:2"].recipients) == ("", (NUMBER,))
    assert (rows["message:3"].origin, rows["message:3"].text) == ("event", "reaction added: loved")
    assert rows["message:3"].reply_to == "G1"
    assert rows["message:4;version=1"].text == "first"
    assert "edited" in rows["message:4"].flags
    assert conversations(found)["Trip"].participants == (NUMBER, "bo@example.org")
    assert (rows["message:6"].deleted, rows["message:6"].conversation) == (True, "Trip")
    assert (rows["message:7"].deleted, rows["message:7"].conversation) == (True, "bo@example.org")


BACKUP = SHARED / "ios_backup" / "mvt-project__mvt"


@pytest.mark.skipif(not BACKUP.exists(), reason="the shared corpus is not there")
def test_corpus_ios_sms() -> None:
    data = (BACKUP / "3d" / "3d0d7e5fb2ce288813306e4d4636395e047a3d28").read_bytes()
    assert score(data, ios_sms.READER) == 94
    (one,) = units(read(data))
    assert (one.sender, one.conversation) == ("apple", "apple")
    assert one.when.at == "2019-08-29T23:13:30.539+00:00"
    assert one.when.source == "588813210539788032"


def test_ios_calls_and_contacts() -> None:
    calls = build(
        """CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZADDRESS BLOB, ZDATE REAL, ZDURATION REAL,
             ZORIGINATED INTEGER, ZANSWERED INTEGER, ZCALLTYPE INTEGER, ZSERVICE_PROVIDER TEXT);
           CREATE TABLE ZHANDLE (Z_PK INTEGER PRIMARY KEY, ZVALUE TEXT);
           CREATE TABLE Z_2REMOTEPARTICIPANTHANDLES (Z_2REMOTEPARTICIPANTCALLS INTEGER,
             Z_4REMOTEPARTICIPANTHANDLES INTEGER)""",
        {
            "ZCALLRECORD": [
                {"Z_PK": 1, "ZADDRESS": NUMBER.encode(), "ZDATE": 7e8, "ZDURATION": 61.4, "ZORIGINATED": 1,
                 "ZCALLTYPE": 1, "ZSERVICE_PROVIDER": "com.apple.Telephony"},
                {"Z_PK": 2, "ZDATE": 7e8, "ZORIGINATED": 0, "ZANSWERED": 0, "ZCALLTYPE": 8,
                 "ZSERVICE_PROVIDER": "com.apple.FaceTime"},
            ],
            "ZHANDLE": [{"Z_PK": 3, "ZVALUE": "bo@example.org"}],
            "Z_2REMOTEPARTICIPANTHANDLES": [{"Z_2REMOTEPARTICIPANTCALLS": 2, "Z_4REMOTEPARTICIPANTHANDLES": 3}],
        },
    )  # fmt: skip
    found = read(calls, ios_calls.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert (rows["ZCALLRECORD:1"].text, rows["ZCALLRECORD:1"].recipients) == ("outgoing call, 1:01", (NUMBER,))
    assert (rows["ZCALLRECORD:2"].sender, rows["ZCALLRECORD:2"].flags) == ("bo@example.org", ("missed", "video"))
    book = build(
        """CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT, Note TEXT, CreationDate REAL);
           CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, label INTEGER,
             value TEXT);
           CREATE TABLE ABMultiValueEntry (parent_id INTEGER, key INTEGER, value TEXT);
           CREATE TABLE ABMultiValueLabel (value TEXT)""",
        {
            "ABPerson": [{"ROWID": 1, "First": "Bo", "Last": "Berg", "Note": "driver", "CreationDate": 7e8}],
            "ABMultiValue": [{"UID": 1, "record_id": 1, "property": 3, "label": 1, "value": NUMBER},
                             {"UID": 2, "record_id": 1, "property": 5}],
            "ABMultiValueEntry": [{"parent_id": 2, "value": "1 Dock Road"}, {"parent_id": 2, "value": "Port"}],
            "ABMultiValueLabel": [{"value": "_$!<Mobile>!$_"}],
        },
    )  # fmt: skip
    (one,) = units(read(book, ios_contacts.READER))
    assert one.text == f"Name: Bo Berg\nPhone (Mobile): {NUMBER}\nAddress: 1 Dock Road, Port\nNote: driver"
    assert one.detail["phones"] == NUMBER


SMS = """
CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, date_sent INTEGER,
  type INTEGER, body TEXT);
CREATE TABLE pdu (_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, msg_box INTEGER, m_type INTEGER, sub TEXT);
CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, seq INTEGER, ct TEXT, name TEXT, _data TEXT, text TEXT);
CREATE TABLE addr (_id INTEGER PRIMARY KEY, msg_id INTEGER, address TEXT, type INTEGER);
CREATE TABLE threads (_id INTEGER PRIMARY KEY, recipient_ids TEXT);
CREATE TABLE canonical_addresses (_id INTEGER PRIMARY KEY, address TEXT);
"""


def test_android_sms_and_mms() -> None:
    data = build(
        SMS,
        {
            "canonical_addresses": [{"_id": 1, "address": NUMBER}],
            "threads": [{"_id": 4, "recipient_ids": "1"}],
            "sms": [
                {"_id": 1, "thread_id": 4, "address": NUMBER, "date": 1_700_000_000_000, "type": 1, "body": "come"},
                {"_id": 2, "thread_id": 4, "address": NUMBER, "date": 1_700_000_001_000, "type": 3, "body": "dra"},
                {"_id": 3, "thread_id": 5, "address": "INFO", "date": 0, "type": 1, "body": "code"},
            ],
            "pdu": [{"_id": 1, "thread_id": 4, "date": 1_700_000_002, "msg_box": 1, "m_type": 132, "sub": "re"}],
            "part": [
                {"mid": 1, "seq": -1, "ct": "application/smil", "text": "<smil/>"},
                {"mid": 1, "seq": 1, "ct": "image/jpeg", "_data": "/data/parts/a.jpg"},
                {"mid": 1, "seq": 0, "ct": "text/plain", "text": "see picture"},
            ],
            "addr": [{"msg_id": 1, "address": NUMBER, "type": 137},
                     {"msg_id": 1, "address": "insert-address-token", "type": 151}],
        },
    )  # fmt: skip
    found = read(data, android_sms.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert tally(found)["records"] == 4
    assert rows["pdu:1"].text == "re\nsee picture"
    assert rows["pdu:1"].attachments == ("/data/parts/a.jpg",)
    assert rows["pdu:1"].when.at == "2023-11-14T22:13:22+00:00"
    assert (rows["pdu:1"].sender, rows["pdu:1"].conversation) == (NUMBER, NUMBER)
    assert (rows["sms:2"].direction, rows["sms:2"].flags) == ("outgoing", ("draft",))
    assert (rows["sms:3"].when.at, rows["sms:3"].when.source) == (None, "")
    assert [one.locator for one in units(found)] == ["row=sms:1", "row=sms:2", "row=pdu:1", "row=sms:3"]


def test_android_contacts_and_calls() -> None:
    data = build(
        """CREATE TABLE mimetypes (_id INTEGER PRIMARY KEY, mimetype TEXT);
           CREATE TABLE raw_contacts (_id INTEGER PRIMARY KEY, display_name TEXT, deleted INTEGER);
           CREATE TABLE data (_id INTEGER PRIMARY KEY, mimetype_id INTEGER, raw_contact_id INTEGER, data1 TEXT,
             data4 TEXT);
           CREATE TABLE calls (_id INTEGER PRIMARY KEY, number TEXT, date INTEGER, duration INTEGER, type INTEGER)""",
        {
            "mimetypes": [{"_id": 1, "mimetype": "vnd.android.cursor.item/phone_v2"},
                          {"_id": 2, "mimetype": "vnd.android.cursor.item/vnd.com.whatsapp.profile"}],
            "raw_contacts": [{"_id": 1, "display_name": "Ana", "deleted": 1}],
            "data": [{"mimetype_id": 1, "raw_contact_id": 1, "data1": NUMBER},
                     {"mimetype_id": 2, "raw_contact_id": 1, "data1": "447700900002@s.whatsapp.net"},
                     {"mimetype_id": 1, "raw_contact_id": 8, "data1": "+447700900009"}],
            "calls": [{"number": "-2", "date": 1_700_000_000_000, "duration": 0, "type": 3}],
        },
    )  # fmt: skip
    found = read(data)
    rows = by_row(found)
    assert_accounts(found)
    assert facts(found)["read_as"] == "android_contacts"
    assert rows["raw_contacts:1"].deleted
    assert rows["raw_contacts:1"].text.splitlines()[:2] == ["Name: Ana", f"Phone: {NUMBER}"]
    assert "447700900002@s.whatsapp.net" in rows["raw_contacts:1"].text
    assert rows["data:3"].flags == ("without_contact",)
    assert rows["calls:1"].text == "missed call from withheld number"


ANDROID = SHARED / "android_db" / "log2timeline__plaso"


@pytest.mark.skipif(not ANDROID.exists(), reason="the shared corpus is not there")
def test_corpus_android() -> None:
    found = read((ANDROID / "mmssms.db").read_bytes(), android_sms.READER)
    assert_accounts(found)
    assert tally(found)["records"] == 9
    assert sum(one.direction == "outgoing" for one in units(found)) == 5
    assert units(found)[0].when.at == "2013-10-29T16:56:28.038+00:00"
    assert {one.conversation for one in units(found)} == {"1 555-521-5554"}
    for reader in (android_contacts.READER, android_calls.READER):
        calls = units(read((ANDROID / "contacts2.db").read_bytes(), reader))
        assert [one.detail["duration"] for one in calls] == [0, 126, 639]
        assert calls[0].flags == ("missed",)
    viber = read((ANDROID / "viber_data").read_bytes(), viber_db.READER)
    assert_accounts(viber)
    assert [one.detail["duration"] for one in units(viber) if one.origin == "call"] == [98, 100, 95, 105]


def test_viber_messages() -> None:
    data = build(
        """CREATE TABLE messages (_id INTEGER PRIMARY KEY, msg_date INTEGER, send_type INTEGER,
             conversation_id INTEGER, participant_id INTEGER, body TEXT, extra_mime TEXT, extra_uri TEXT,
             location_lat INTEGER, location_lng INTEGER);
           CREATE TABLE conversations (_id INTEGER PRIMARY KEY, name TEXT);
           CREATE TABLE participants (_id INTEGER PRIMARY KEY, conversation_id INTEGER, participant_info_id INTEGER);
           CREATE TABLE participants_info (_id INTEGER PRIMARY KEY, number TEXT, viber_name TEXT, contact_name TEXT,
             participant_type INTEGER)""",
        {
            "participants_info": [{"_id": 1, "number": "", "participant_type": 0},
                                  {"_id": 2, "number": NUMBER, "viber_name": "Bo", "participant_type": 1}],
            "participants": [{"_id": 1, "conversation_id": 3, "participant_info_id": 1},
                             {"_id": 2, "conversation_id": 3, "participant_info_id": 2}],
            "messages": [
                {"_id": 1, "msg_date": 1_700_000_000_000, "send_type": 0, "conversation_id": 3, "participant_id": 2,
                 "body": "hi"},
                {"_id": 2, "msg_date": 1_700_000_000_000, "send_type": 1, "conversation_id": 3, "participant_id": 1,
                 "extra_mime": "location", "location_lat": 415000000, "location_lng": 22500000},
                {"_id": 3, "msg_date": 1_700_000_000_000, "send_type": 0, "conversation_id": 3, "participant_id": 2,
                 "extra_mime": 1008},
                {"_id": 4, "msg_date": 1_700_000_000_000, "send_type": 0, "conversation_id": 3, "participant_id": 2,
                 "body": "1", "extra_mime": 1007},
            ],
        },
    )  # fmt: skip
    found = read(data, viber_db.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert (rows["messages:1"].sender, rows["messages:1"].sender_name) == (NUMBER, "Bo")
    assert (rows["messages:2"].text, rows["messages:2"].recipients) == ("41.5, 2.25", (NUMBER,))
    assert rows["messages:1"].conversation == "Bo"
    assert rows["messages:3"].deleted
    assert rows["messages:4"].origin == "event"


def test_viber_desktop() -> None:
    data = build(
        """CREATE TABLE Events (EventID INTEGER PRIMARY KEY, TimeStamp INTEGER, Direction INTEGER, Type INTEGER,
             ChatID INTEGER, ContactID INTEGER);
           CREATE TABLE Messages (EventID INTEGER PRIMARY KEY, Type INTEGER, Body TEXT);
           CREATE TABLE Calls (EventID INTEGER PRIMARY KEY, Duration INTEGER);
           CREATE TABLE Contact (ContactID INTEGER PRIMARY KEY, Name TEXT, Number TEXT)""",
        {
            "Contact": [{"ContactID": 1, "Name": "Bo", "Number": NUMBER}],
            "Events": [{"EventID": n, "TimeStamp": 1_700_000_000_000, "Direction": 0, "ChatID": 1, "ContactID": 1}
                       for n in (1, 2, 3)],
            "Messages": [{"EventID": 1, "Type": 1, "Body": "hi"}],
            "Calls": [{"EventID": 2, "Duration": 60}],
        },
    )  # fmt: skip
    found = read(data, viber_db.READER)
    assert_accounts(found)
    assert [(one.origin, one.sender) for one in units(found)] == [("message", NUMBER), ("call", NUMBER),
                                                                  ("event", NUMBER)]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("I&apos;m &lt;here&gt;", "I'm <here>"),
        ('<a href="https://example.org/x">https://example.org/x</a>', "https://example.org/x"),
        ('<a href="https://example.org/x">click</a>', "click (https://example.org/x)"),
        ('ok <ss type="smile">:)</ss>', "ok :)"),
        ("<sms alt=\"x\"><body><chunk id=\"0\">pay me</chunk></body></sms>", "pay me"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)  # fmt: skip
def test_skype_text(body: str, text: str) -> None:
    assert plain_text(body) == text


SKYPE = SHARED / "skype_db" / "log2timeline__plaso" / "skype_main.db"


@pytest.mark.skipif(not SKYPE.exists(), reason="the shared corpus is not there")
def test_corpus_skype() -> None:
    found = read(SKYPE.read_bytes(), skype_db.READER)
    rows = by_row(found)
    assert_accounts(found)
    assert sum(one.locator.startswith("row=Messages:") for one in units(found)) == 15
    assert rows["Messages:39"].when.at == "2013-07-30T21:26:28+00:00"
    assert rows["Messages:52"].text == "I'm here"
    assert rows["Messages:61"].when.at == "2404-12-30T06:23:40+00:00"
    assert rows["Messages:61"].text.startswith("f you want")
    assert codes(found) == []


def test_kik_on_both_systems() -> None:
    ios = build(
        """CREATE TABLE ZKIKUSER (Z_PK INTEGER PRIMARY KEY, ZDISPLAYNAME TEXT, ZUSERNAME TEXT);
           CREATE TABLE ZKIKMESSAGE (Z_PK INTEGER PRIMARY KEY, ZBODY TEXT, ZTIMESTAMP REAL, ZTYPE INTEGER,
             ZUSER INTEGER)""",
        {"ZKIKUSER": [{"Z_PK": 1, "ZDISPLAYNAME": "Bo", "ZUSERNAME": "bo77"}],
         "ZKIKMESSAGE": [{"Z_PK": 1, "ZBODY": "in", "ZTIMESTAMP": 7e8, "ZTYPE": 1, "ZUSER": 1},
                         {"Z_PK": 2, "ZBODY": "out", "ZTIMESTAMP": 7e8, "ZTYPE": 2, "ZUSER": 1}]},
    )  # fmt: skip
    android = build(
        """CREATE TABLE KIKcontactsTable (_id INTEGER PRIMARY KEY, jid TEXT, display_name TEXT, user_name TEXT);
           CREATE TABLE messagesTable (_id INTEGER PRIMARY KEY, body TEXT, partner_jid TEXT, was_me INTEGER,
             timestamp INTEGER, bin_id TEXT)""",
        {"KIKcontactsTable": [{"jid": "bo_x@talk", "display_name": "Bo", "user_name": "bo77"}],
         "messagesTable": [{"_id": n, "body": body, "partner_jid": "bo_x@talk", "was_me": n - 1, "bin_id": "bo_x@talk",
                            "timestamp": 1_678_307_200_000} for n, body in ((1, "in"), (2, "out"))]},
    )  # fmt: skip
    for data in (ios, android):
        found = read(data, kik_db.READER)
        assert_accounts(found)
        received, sent = [one for one in units(found) if one.origin == "message"]
        assert (received.sender, received.sender_name, received.conversation) == ("bo77", "Bo", "Bo")
        assert (sent.direction, sent.recipients) == ("outgoing", ("bo77",))
        assert received.when.at == "2023-03-08T20:26:40+00:00"
