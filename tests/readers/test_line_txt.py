"""LINE's text export in several languages; cut at every place."""

from __future__ import annotations

import pytest

from tests.readers.export_reading import assert_accounts, codes, read, score, tallies, units
from triage.readers.line_txt import READER

JA = (
    "[LINE] Anaのトーク履歴\r\n保存日時：2024/01/02 10:00\r\n\r\n2024/01/01(月)\r\n09:05\tAna\tこんにちは\r\n"
    '09:06\tBo\t"one\r\n\r\ntwo"\r\n午後1:07\tAna\t[写真]\r\n09:08\tAnaがグループに参加しました。\r\n\r\n'
    "2024/01/02(火)\r\n10:00\tBo\t☎ 通話時間 1:02\r\n"
)


def test_a_japanese_export() -> None:
    assert score(READER, JA.encode()) == 92
    found = read(READER, JA.encode(), zone="Asia/Tokyo")
    hello, lines, photo, joined, call = units(found)
    assert (hello.text, hello.sender, hello.conversation) == ("こんにちは", "Ana", "Ana")
    assert (hello.when.at, hello.when.local) == ("2024-01-01T00:05:00+00:00", "2024-01-01T09:05:00")
    assert (lines.text, lines.locator) == ("one\n\ntwo", "line=6-8")
    assert (photo.flags, photo.when.local) == (("media_omitted",), "2024-01-01T13:07:00")
    assert (joined.origin, joined.sender, call.origin) == ("event", "", "call")
    assert call.when.local == "2024-01-02T10:00:00"
    assert tallies(found)["media_omitted"] == 1
    assert not codes(found)
    assert_accounts(found)


@pytest.mark.parametrize(
    ("day", "local"),
    [
        ("Mon, 01/08/2024", "2024-01-08T21:05:00"),
        ("Thu, 01/08/2024", "2024-08-01T21:05:00"),
        ("lun, 23/01/2024", "2024-01-23T21:05:00"),
        ("lun, 01/02/2024", None),
        ("2024.01.08 Monday", "2024-01-08T21:05:00"),
        ("2024/13/40(月)", None),
    ],
)
def test_days_are_decided_by_weekday_or_not_at_all(day: str, local: str | None) -> None:
    data = f"[LINE] Chat history with Ana\nSaved on: 01/09/2024, 10:00\n\n{day}\n9:05 PM\tAna\thi\n".encode()
    (one,) = units(read(READER, data))
    assert (one.when.local, one.conversation) == (local, "Ana")
    assert one.when.basis == ("ambiguous" if local is None else "device-local")


def test_without_the_head_and_other_texts() -> None:
    assert score(READER, b"2024/01/01(Mon)\n09:05\tAna\thi\n09:06\tBo\tyes\n") == 82
    assert score(READER, b"09:05\tAna\thi\n09:06\tBo\tyes\n") == 0
    assert score(READER, b"[LINE] is an app\n2024/01/01\nnothing\n") == 0


def test_cut_anywhere() -> None:
    data = JA.encode()
    for cut in range(len(data)):
        assert_accounts(read(READER, data[:cut]))
    inside = data.index(b"two") + 2
    assert codes(read(READER, data[:inside])) == ["R-TRUNCATED"]
