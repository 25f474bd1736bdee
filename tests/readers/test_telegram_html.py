"""Telegram's HTML pages: joined, forwarded, service lines, dates with and without an offset; hostile markup."""

from __future__ import annotations

import json

import pytest

from tests.readers.export_reading import (
    SHARED,
    assert_accounts,
    assert_cuts_are_told,
    codes,
    problems,
    read,
    score,
    tallies,
    units,
)
from triage.readers.telegram_html import READER

_HEAD = """<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head><body><div
 class="page_wrap"><div class="page_header"><div class="content"><div class="text bold"> Casa Ñ </div></div></div>
<div class="page_body chat_page"><div class="history">"""
_END = "</div></div></div></body></html>"


def page(*parts: str) -> bytes:
    return (_HEAD + "\n".join(parts) + _END).encode()


def message(
    number: int, inner: str, *, name: str = "Alice", date: str = "12.02.2025 08:37:48 UTC+03:00", more: str = ""
) -> str:
    named = f'<div class="from_name">\n{name}\n</div>' if name else ""
    return (
        f'<div class="message default clearfix{more}" id="message{number}"><div class="body">'
        f'<div class="pull_right date details" title="{date}">08:37</div>{named}{inner}</div></div>'
    )


def manifest() -> list[tuple[str, dict[str, int]]]:
    path = SHARED / "manifest.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(row[1], json.loads(row[-1])) for row in rows if row[0] == "telegram_export" and row[1].endswith(".html")]


@pytest.mark.parametrize(("name", "facts"), manifest() or [("", {})])
def test_published_samples_give_the_facts_of_their_manifest(name: str, facts: dict[str, int]) -> None:
    if not name:
        pytest.skip("the shared corpus is not beside the repository")
    data = (SHARED / name).read_bytes()
    assert score(READER, data) == 92
    found = read(READER, data)
    said = units(found)
    assert sum(one.origin != "event" for one in said) == facts["message_divs"]
    separators = tallies(found).get("day_separators", 0)
    assert sum(one.origin == "event" for one in said) + separators == facts["service_divs"]
    assert not problems(found)
    assert_accounts(found)


def test_a_joined_message_has_the_sender_before_and_the_offset_is_kept() -> None:
    found = read(READER, page(message(1, '<div class="text">one<br>two</div>'),
                              message(2, '<div class="text">three</div>', name="", more=" joined")))  # fmt: skip
    first, second = units(found)
    assert (first.text, first.sender, first.conversation, first.native_id) == ("one\ntwo", "Alice", "Casa Ñ", "1")
    assert (first.when.at, first.when.basis) == ("2025-02-12T05:37:48+00:00", "offset")
    assert first.when.source == "12.02.2025 08:37:48 UTC+03:00"
    assert (second.sender, second.text) == ("Alice", "three")


def test_a_date_without_offset_stays_local() -> None:
    data = page(message(1, '<div class="text">x</div>', date="12.02.2025 08:37:48"))
    (one,) = units(read(READER, data))
    assert (one.when.at, one.when.local, one.when.basis) == (None, "2025-02-12T08:37:48", "device-local")
    (one,) = units(read(READER, data, zone="Europe/Madrid"))
    assert one.when.at == "2025-02-12T07:37:48+00:00"
    odd = read(READER, page(message(1, '<div class="text">x</div>', date="12 Feb")))
    assert codes(odd) == ["R-DATE-VALUE"]


def test_the_author_of_a_forwarded_message_is_not_its_sender() -> None:
    inner = (
        '<div class="forwarded body"><div class="from_name">Carol <span class="date details" '
        'title="11.02.2025 22:00:00"> 11.02.2025</span></div><div class="text">old words</div></div>'
    )
    (one,) = units(read(READER, page(message(3, inner, name="Bob via @helper_bot"))))
    assert (one.sender, one.text, one.flags) == ("Bob", "old words", ("forwarded",))
    assert one.detail == {"via_bot": "@helper_bot", "forwarded_from": "Carol", "forwarded_date": "11.02.2025 22:00:00"}


def test_media_links_places_contacts_and_calls() -> None:
    photo = '<div class="media_wrap clearfix"><a class="photo_wrap" href="photos/p.jpg"><img src="t.jpg"></a></div>'
    gone = (
        '<div class="media_wrap"><div class="media clearfix media_photo"><div class="body"><div class="title bold">'
        'Photo</div><div class="status details">Not included</div></div></div></div>'
    )
    spot = '<div class="media_wrap"><a class="media media_location" href="https://maps.google.com/maps?q=41.38,2.17&amp;ll=41.38,2.17">Location</a></div>'
    card = '<div class="media_wrap"><div class="media_contact"><p>Ana</p><p>+1 202 555 0100</p></div></div>'
    call = '<div class="media_wrap"><div class="media media_call"><div class="title">Incoming</div></div></div>'
    reply = (
        '<div class="reply_to details">In reply to <a href="messages.html#go_to_message7" onclick="x()">this</a></div>'
    )
    found = units(
        read(READER, page(*(message(n, part) for n, part in enumerate([photo, gone, spot, card, call, reply]))))
    )
    assert found[0].attachments == ("photos/p.jpg",) and found[0].text == ""
    assert found[1].flags == ("media_omitted",) and found[1].text == "Photo\nNot included"
    assert found[2].text.startswith("41.38, 2.17") and found[2].detail["lat"] == "41.38"
    assert found[3].text == "Ana\n+1 202 555 0100"
    assert found[4].origin == "call"
    assert (found[5].reply_to, found[5].text) == ("7", "")


def test_a_link_shows_where_it_leads() -> None:
    inner = '<div class="text">see <a href="https://example.org/x">here</a> or <a href="https://a.example">https://a.example</a></div>'
    (one,) = units(read(READER, page(message(1, inner))))
    assert one.text == "see here <https://example.org/x> or https://a.example"


def test_cut_anywhere() -> None:
    data = page(
        message(1, '<div class="text">one &amp; ñ</div>'),
        '<div class="message service" id="message2"><div class="body details">Alice invited Bob</div></div>',
    )
    assert_cuts_are_told(READER, data, data.index(b"</body>") + 7)


@pytest.mark.parametrize(
    "filling",
    [
        "<script>alert('<div class=message>')</script><div class=text>x</div>",
        "<![CDATA[ <![endif]]> <!-- <div class='message default' id='message9'> -->",
        "<div>" * 3000 + "deep" + "</div>" * 10,
        "&#99999999999999999999999999;&#0;&bogus;<p <p <p",
        "</div></span></a></b>" * 50,
        "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;<?php x ?>",
        "<div class=text" + " a=1" * 2000 + ">x</div>",
    ],
)
def test_hostile_markup_stops_nothing(filling: str) -> None:
    found = read(READER, page(message(1, filling), message(2, '<div class="text">after</div>')))
    assert_accounts(found)
    assert "after" in [one.text for one in units(found)]


def test_a_tag_that_never_ends_is_a_limit_and_not_a_wait() -> None:
    data = page(message(1, '<div class="text">x</div>')) + b"<div class='" + b"a" * (3 << 20)
    found = read(READER, data.replace(b"</body></html>", b""))
    assert codes(found) == ["R-LIMIT"]
    assert len(units(found)) == 1


def test_an_open_script_does_not_hide_that_the_file_ends_early() -> None:
    found = read(READER, _HEAD.encode() + message(1, "<div class=text>x</div>").encode() + b"<script>" + b"x " * 100)
    assert codes(found) == ["R-TRUNCATED"]


def test_detection_wants_the_messages_of_the_export() -> None:
    assert score(READER, page(message(1, "x"))) == 92
    assert score(READER, b"<html><body><div class='message'>x</div></body></html>") == 0
