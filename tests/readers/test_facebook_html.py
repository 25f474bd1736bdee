"""Facebook's pages: the old archive and the blocks of today; cut at every place."""

from __future__ import annotations

import pytest

from tests.readers.export_reading import SHARED, assert_accounts, assert_cuts_are_told, codes, read, score, units
from triage.model import Conversation
from triage.readers.facebook_html import READER

OLD = """<html><head><title>Ana - Messages</title></head><body><div class="contents"><h1>Ana</h1><div>
<div class="thread">Ana, 100@facebook.com<div class="message"><div class="message_header"><span class="user">Ana</span>
<span class="meta">Friday, 17 July 2015 at 10:15 UTC+01</span></div></div><p>hola &amp; adi\u00f3s</p>
<div class="message"><div class="message_header"><span class="user">100@facebook.com</span><span class="meta">Friday,
 17 July 2015 at 10:14 UTC+01</span></div></div><div class="message"><div class="message_header"><span class="user">Ana
</span><span class="meta">gestern</span></div></div><p><p><img src="photos/1.jpg"></p></p></div></div></div></body>
</html>"""
NEW = """<html><head><title>Bo</title></head><body><div role="main">
<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_a6-h">Participants: Ana and Bo</div></div>
<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_a6-h _a6-i">Ana</div><div class="_3-95 _a6-p"><div>
<div></div><div>come <a href="https://example.org/job">https://example.org/job</a></div><div>
<a href="messages/photos/a.jpg"><img src="messages/photos/a.jpg"/></a></div>
<div><ul class="_a6-q"><li><span>👍Bo</span></li></ul></div></div></div>
<div class="_3-94 _a6-o">Jan 17, 2020 9:49 PM</div></div></div></body></html>"""
PATH = "your_facebook_activity/messages/inbox/bo_1/message_1.html"


def test_published_sample() -> None:
    found = sorted(SHARED.glob("facebook_html_legacy/*/*.htm"))
    if not found:
        pytest.skip("the shared corpus is not beside the repository")
    data = found[0].read_bytes()
    assert score(READER, data) == 92
    said = read(READER, data)
    assert len(units(said)) == 20
    assert len({one.conversation for one in units(said)}) == 3
    assert {one.sender for one in units(said)} == {"First User 一", "Second User 二", "Third User 三"}
    first = units(said)[0]
    assert first.text.startswith("The last message! Hello")
    assert first.when.at == "2013-10-05T05:05:00+00:00"
    assert not codes(said)
    assert_accounts(said)


def test_the_old_archive() -> None:
    found = read(READER, OLD.encode())
    first, second, third = units(found)
    assert (first.text, first.sender, first.when.at) == ("hola & adiós", "Ana", "2015-07-17T09:15:00+00:00")
    assert (second.sender, second.text) == ("100@facebook.com", "")
    assert (third.attachments, third.when.source) == (("photos/1.jpg",), "gestern")
    assert Conversation(name="Ana, 100@facebook.com", participants=("Ana", "100@facebook.com")) in found
    assert codes(found) == ["R-DATE-VALUE"]
    assert_accounts(found)


def test_the_blocks_of_today_by_their_places() -> None:
    assert score(READER, NEW.encode()) == 84
    found = read(READER, NEW.encode(), path=PATH)
    people, one = units(found)
    assert (people.origin, people.text) == ("event", "Participants: Ana and Bo")
    assert (one.sender, one.text, one.conversation) == ("Ana", "come https://example.org/job", "Bo")
    assert (one.when.at, one.when.local, one.detail["reactions"]) == (None, "2020-01-17T21:49:00", "👍Bo")
    assert one.attachments == ("messages/photos/a.jpg",)
    assert_accounts(found)


def test_other_pages_of_the_download_are_no_messages() -> None:
    found = read(READER, NEW.encode(), path="your_facebook_activity/comments/comments.html")
    assert {one.origin for one in units(found)} == {"note"}


@pytest.mark.parametrize("page", [OLD, NEW])
def test_cut_anywhere(page: str) -> None:
    data = page.encode()
    assert_cuts_are_told(READER, data, data.index(b"</body>") + 7, step=5)
