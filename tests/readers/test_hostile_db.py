"""SQLite as evidence: nothing in the file steers the reader, damage loses only what it hits, nothing is silent."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from pathlib import Path

import pytest

from tests.readers.database_reading import (
    assert_accounts,
    build,
    by_row,
    codes,
    facts,
    read,
    score,
    tally,
    units,
)  # fmt: skip
from triage.engines.blob import HeldBlob
from triage.model import Problem, ReadContext
from triage.readers import android_sms, ios_sms, sqlite_unknown, viber_db, whatsapp_msgstore
from triage.readers.sqlite_evidence import MAX_VALUE, open_database
from triage.readers.sqlite_reader import MAX_TEXT

SMS = """
CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, type INTEGER, body TEXT);
"""


def sms(n: int, body: object = "on the way", thread: int = 1) -> dict[str, object]:
    return {"_id": n, "thread_id": thread, "address": "+447700900002", "date": 1_700_000_000_000 + n, "type": 1,
            "body": body}  # fmt: skip


def many(n: int = 600, page: int = 1024) -> bytes:
    rows = [sms(k, f"message {k} " + "x" * 40, k % 7) for k in range(1, n + 1)]
    return build(SMS, {"sms": rows}, pragmas=f"PRAGMA page_size={page};")


def test_a_view_of_the_name_is_a_problem_and_not_data() -> None:
    data = build(
        "CREATE TABLE secret (address, body, date, type, thread_id); INSERT INTO secret VALUES ('a','planted',1,1,1);"
        "CREATE VIEW sms AS SELECT rowid AS _id, * FROM secret; CREATE TABLE pdu (thread_id, msg_box, m_type)"
    )
    found = read(data)
    assert "R-VIEW-AS-TABLE" in codes(found)
    assert not any("planted" in one.text for one in units(found))
    assert_accounts(found)


def test_a_virtual_table_of_the_name_is_not_data() -> None:
    data = build("CREATE TABLE pdu (thread_id, msg_box, m_type); CREATE VIRTUAL TABLE sms USING fts4(body, address)")
    found = read(data, android_sms.READER)
    assert "R-VIEW-AS-TABLE" in codes(found)
    assert_accounts(found)


def test_an_endless_view_costs_nothing() -> None:
    data = build(
        "CREATE VIEW message AS WITH RECURSIVE t(guid) AS (SELECT 1 UNION ALL SELECT guid + 1 FROM t)"
        " SELECT guid, 1 AS handle_id, 0 AS is_from_me FROM t; CREATE TABLE handle (id TEXT)"
    )
    found = read(data, ios_sms.READER)
    assert codes(found) == ["R-VIEW-AS-TABLE"]
    assert [one.origin for one in units(found)] == ["note"]


def test_triggers_generated_columns_and_checks_do_not_run() -> None:
    data = build(
        SMS.replace("body TEXT", "body TEXT CHECK (length(body) < 1000), g TEXT AS (hex(zeroblob(100)))")
        + "CREATE TRIGGER t AFTER INSERT ON sms BEGIN SELECT 1; END;",
        {"sms": [sms(1)]},
    )
    found = read(data, android_sms.READER)
    assert tally(found)["records"] == 1


@pytest.mark.parametrize(
    "sql",
    [
        "ATTACH '/tmp/other.db' AS other",
        "SELECT load_extension('x')",
        "SELECT hex(randomblob(10))",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "PRAGMA writable_schema = ON",
        "DELETE FROM sms",
        "CREATE TABLE x (y)",
    ],
)
def test_the_connection_refuses(sql: str) -> None:
    data = build(SMS, {"sms": [sms(1)]})
    with tempfile.TemporaryDirectory() as folder:
        blob = HeldBlob(size=len(data), sha256="", scratch=Path(folder), data=data)
        ctx = ReadContext(source="s", path="x", scratch=Path(folder))
        with open_database(blob, ctx) as opened, pytest.raises(sqlite3.DatabaseError):
            opened.connection.execute(sql).fetchall()
        assert blob.path().read_bytes() == data
        assert [one.name for one in Path(folder).iterdir()] == [blob.path().name]


@pytest.mark.parametrize(
    "offset", [0, 5, 16, 17, 50, 99, 100, 101, 512, 1023, 1024, 1025, 2048, 3000, 9999, 20_000, 40_000]
)
def test_a_cut_file_gives_what_is_there(offset: int) -> None:
    data = many()
    found = read(data[:offset], android_sms.READER)
    assert {"R-TRUNCATED", "R-MALFORMED"} & set(codes(found))
    if tally(found):
        assert_accounts(found)


def test_most_rows_of_a_half_file_are_read() -> None:
    data = many(3000, 4096)
    found = read(data[: len(data) * 2 // 3], android_sms.READER)
    assert "R-TRUNCATED" in codes(found)
    assert len(units(found)) > 1500
    assert_accounts(found)
    assert all(one.text.startswith("message ") for one in units(found))


def test_a_damaged_page_loses_its_own_rows_alone() -> None:
    data = bytearray(many())
    for page in (20, 21, 35):
        data[page * 1024 : page * 1024 + 1024] = b"\xff" * 1024
    found = read(bytes(data), android_sms.READER)
    assert "R-MALFORMED" in codes(found)
    assert len(units(found)) > 520
    assert {1, 600} <= {int(one.locator.rpartition(":")[2]) for one in units(found)}
    assert facts(found)["quick_check"] != "ok"
    assert_accounts(found)


def test_random_damage_never_raises() -> None:
    chance = random.Random(20)
    whole = many(200, 512)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(16, len(data))] = chance.randrange(256)
        found = read(bytes(data), chance.choice((android_sms.READER, sqlite_unknown.READER)))
        assert found
        if tally(found):
            assert_accounts(found)


def test_random_damage_to_the_other_formats_never_raises() -> None:
    chance = random.Random(21)
    whole = build(
        "CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);"
        "CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id, from_me, key_id, timestamp, text_data,"
        " message_type); CREATE TABLE message_media (message_row_id INTEGER, file_path)",
        {"message": [{"chat_row_id": k % 3, "from_me": "yes", "key_id": b"\xff\xfe", "timestamp": "soon",
                      "text_data": k / 3, "message_type": None} for k in range(200)],
         "message_media": [{"message_row_id": k, "file_path": f"f{k}"} for k in range(1, 60)]},
        pragmas="PRAGMA page_size=512;",
    )  # fmt: skip
    found = read(whole, whatsapp_msgstore.READER)
    assert tally(found)["records"] == 200
    assert "R-DATE-VALUE" in codes(found)
    assert by_row(found)["message:7"].attachments == ("f7",)
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            data[chance.randrange(16, len(data))] = chance.randrange(256)
        assert read(bytes(data), whatsapp_msgstore.READER)


def test_a_giant_row_is_lost_alone() -> None:
    data = build(SMS, {"sms": [sms(1), sms(2, "y" * (MAX_VALUE + 10)), sms(3), sms(4, "z" * (MAX_TEXT + 1))]})
    found = read(data, android_sms.READER)
    rows = by_row(found)
    assert set(rows) == {"sms:1", "sms:3", "sms:4"}
    assert len(rows["sms:4"].text) == MAX_TEXT
    assert rows["sms:4"].flags == ("cut",)
    lost = [one for one in found if isinstance(one, Problem) and one.code == "R-RECORD"]
    assert [(one.locator, one.records) for one in lost] == [("row=sms:2", 1)]
    assert tally(found)["records"] == 4


def test_row_ids_at_both_ends() -> None:
    ends = [-(1 << 63), -5, 0, (1 << 63) - 1]
    found = read(build(SMS, {"sms": [sms(n) | {"date": 1} for n in ends]}), android_sms.READER)
    assert [one.locator for one in units(found)] == [f"row=sms:{n}" for n in ends]


@pytest.mark.parametrize("encoding", ["UTF-16le", "UTF-16be"])
def test_utf16_databases(encoding: str) -> None:
    data = build(SMS, {"sms": [sms(1, "ñandú 😀")]}, pragmas=f"PRAGMA encoding='{encoding}';")
    assert score(data, android_sms.READER) == 93
    (one,) = units(read(data))
    assert one.text == "ñandú 😀"


def test_surrogate_halves_are_joined_and_stray_ones_flagged() -> None:
    pair, half = "\ud83d\ude00".encode("utf-8", "surrogatepass"), b"a\xed\xa0\xbd"
    found = by_row(read(build(SMS, {"sms": [sms(1, pair), sms(2, half)]})))
    assert (found["sms:1"].text, found["sms:1"].flags) == ("😀", ())
    assert found["sms:2"].flags == ("mended_text",)


def test_an_unknown_database_is_listed() -> None:
    data = build(
        'CREATE TABLE "a""b" (x); CREATE TABLE n (y); INSERT INTO n VALUES (1), (2); CREATE VIEW v AS SELECT 1'
    )
    assert score(data, sqlite_unknown.READER) == 10
    found = read(data)
    (one,) = units(found)
    assert one.origin == "note"
    assert 'a"b: 0' in one.text and "n: 2" in one.text and "v: view" in one.text
    assert tally(found) == {"rows_not_read": 2, "tables_listed": 2, "records": 1, "extra_units": 0, "note": 1}


def test_more_tables_than_are_looked_at_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.readers.sqlite_evidence.MAX_TABLES", 3)
    found = read(build(";".join(f"CREATE TABLE t{n} (a)" for n in range(9))))
    assert tally(found)["tables_listed"] == 3
    assert codes(found) == ["R-LIMIT"]


def test_detection_by_columns_and_its_limit() -> None:
    assert score(build(SMS), android_sms.READER) == 93
    assert score(build("CREATE TABLE sms (x, y)"), android_sms.READER) == 0
    assert score(b"CREATE TABLE sms (address, body, date, type)", android_sms.READER) == 0
    assert score(build(SMS), viber_db.READER) == 0
    filler = ";".join(f"CREATE TABLE t{n} (c{n} TEXT)" for n in range(300))
    late = build(filler + ";" + SMS, {"sms": [sms(1)]})
    assert score(late, android_sms.READER) == 0
    found = read(late)
    assert facts(found)["read_as"] == "android_sms"
    assert len(units(found)) == 1


def test_a_reader_given_another_database_lists_it() -> None:
    found = read(build("CREATE TABLE other (x)"), android_sms.READER)
    assert [one.origin for one in units(found)] == ["note"]
    assert_accounts(found)


def test_a_log_beside_the_file_is_read_where_it_is_given() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        connection = sqlite3.connect(folder / "w.db", isolation_level=None)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" + SMS)
        connection.execute("INSERT INTO sms (_id, body) VALUES (1, 'in the log')")
        data, log = (folder / "w.db").read_bytes(), (folder / "w.db-wal").read_bytes()
        connection.close()
        (folder / "side").write_bytes(log)
        blob = HeldBlob(size=len(data), sha256="", scratch=folder, data=data)
        ctx = ReadContext(source="s", path="w.db", scratch=folder)
        with open_database(blob, ctx) as opened:
            assert "sms" not in opened.tables
            assert [one.key for one in opened.facts] == ["wal"]
        for reader in (android_sms.READER, sqlite_unknown.READER):
            (one,) = units(read(data, reader, wal=folder / "side"))
            assert (one.text, one.flags) == ("in the log", ("only_in_wal",))
        assert (folder / "side").read_bytes() == log
        blob.close()


def test_damaged_and_empty_logs(tmp_path: Path) -> None:
    data = bytearray(build(SMS, {"sms": [sms(1)]}))
    data[18:20] = b"\x02\x02"  # as a database in WAL mode says
    for log in (b"", b"\0" * 32, b"\xff" * 5000, b"\x37\x7f\x06\x82" + b"\0" * 9000):
        (tmp_path / "side").write_bytes(log)
        found = read(bytes(data), android_sms.READER, wal=tmp_path / "side")
        assert [one.flags for one in units(found)] == [()]
        assert_accounts(found)


def test_both_views_are_compared() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        connection = sqlite3.connect(folder / "w.db", isolation_level=None)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" + SMS)
        for n in (1, 2, 3):
            connection.execute("INSERT INTO sms (_id, thread_id, body) VALUES (?, 1, ?)", (n, f"old {n}"))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO sms (_id, thread_id, body) VALUES (4, 1, 'new')")
        connection.execute("UPDATE sms SET body = 'changed' WHERE _id = 2")
        connection.execute("DELETE FROM sms WHERE _id = 3")
        data, log = (folder / "w.db").read_bytes(), (folder / "w.db-wal").read_bytes()
        connection.close()
        (folder / "side").write_bytes(log)
        found = read(data, android_sms.READER, wal=folder / "side")
    rows = {locator: (one.text, one.flags) for locator, one in by_row(found).items()}
    assert rows == {
        "sms:1": ("old 1", ()),
        "sms:2": ("changed", ("changed_in_wal",)),
        "sms:4": ("new", ("only_in_wal",)),
        "sms:2;view=main": ("old 2", ("before_wal",)),
        "sms:3;view=main": ("old 3", ("before_wal",)),
    }
    assert_accounts(found)
    assert (tally(found)["records"], tally(found)["extra_units"]) == (3, 2)


def test_a_file_that_is_none() -> None:
    for data in (b"", b"SQLite format 3\0", b"SQLite format 3\0" + b"\0" * 200, b"x" * 5000):
        assert codes(read(data))[0] in ("R-TRUNCATED", "R-MALFORMED")
