"""Google Voice pages of a Takeout: conversations, calls, voicemail; cut at every place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.readers.export_reading import SHARED, assert_accounts, assert_cuts_are_told, problems, read, score, units
from triage.model import SourceFact
from triage.readers.google_voice_html import READER

PAGE = """<?xml version="1.0" ?><html><head><title>Me to
Ana</title><style type="text/css">x</style></head><body><div class="hChatLog hfeed">
<div class="message"><abbr class="dt" title="2022-06-30T18:06:39.894-07:00">Jun 30, 2022, 6:06:39&#8239;PM</abbr>:
<cite class="sender vcard"><a class="tel" href="tel:+12025550101"><span class="fn">Ana</span></a></cite>:
<q>uno<br>dos &amp; tres</q></div> <div class="message"><abbr class="dt" title="2022-06-30T18:07:28.190-07:00">x</abbr>:
<cite class="sender vcard"><a class="tel" href="tel:+12025550102"><abbr class="fn" title="">Yo</abbr></a></cite>:
<q></q><div><img src="Me to Ana-1" alt="Image" /></div></div></div>
<div class="deletedStatusContainer">User Deleted:
True</div></body></html>"""


def manifest() -> list[tuple[str, dict[str, Any]]]:
    path = SHARED / "manifest.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(row[1], json.loads(row[-1])) for row in rows if row[0] == "google_voice_html"]


@pytest.mark.parametrize(("name", "facts"), manifest() or [("", {})])
def test_published_samples_give_the_facts_of_their_manifest(name: str, facts: dict[str, Any]) -> None:
    if not name:
        pytest.skip("the shared corpus is not beside the repository")
    data = (SHARED / name).read_bytes()
    assert score(READER, data) == 92
    found = read(READER, data)
    said = units(found)
    assert sum(one.origin == "message" for one in said) == facts["messages"]
    assert sum(one.origin == "call" for one in said) == (not facts["messages"])
    assert said[0].when.source == facts["dts"][0]
    if facts["messages"]:
        assert said[-1].when.source == facts["dts"][1]
    assert {one.sender for one in said if one.sender} <= set(facts["tels"]) | {"Me"}
    assert said[0].conversation.startswith(facts["title"])
    assert not problems(found)
    assert_accounts(found)


def test_who_wrote_and_in_which_direction() -> None:
    found = read(READER, PAGE.encode())
    first, second = units(found)
    assert (first.text, first.sender, first.sender_name) == ("uno\ndos & tres", "+12025550101", "Ana")
    assert (first.direction, first.when.at) == ("incoming", "2022-07-01T01:06:39.894+00:00")
    assert (second.direction, second.attachments) == ("outgoing", ("Me to Ana-1",))
    assert first.conversation == "Me to Ana" and first.deleted
    assert SourceFact(key="msisdn", value="+12025550102") in found


def test_a_placed_call_and_a_voicemail() -> None:
    body = (
        '<html><head><title></title></head><body><div class="haudio"><span class="fn">Call</span>'
        '<div class="contributor vcard"><a class="tel" href="tel:+12025550103"><span class="fn">Bo</span></a></div>'
        '<abbr class="published" '
        'title="2020-01-01T00:00:00.000Z">x</abbr><abbr class="duration" title="PT1H2M3S">x</abbr><div class="tags">'
        '<a rel="tag" href="http://www.google.com/voice#{}">L</a></div>'
        '<span class="full-text">ring me</span></div></body></html>'
    )
    (one,) = units(read(READER, body.format("placed").encode()))
    assert (one.direction, one.recipients, one.detail["duration_seconds"]) == ("outgoing", ("+12025550103",), 3723)
    (one,) = units(read(READER, body.format("voicemail").encode()))
    assert (one.sender, one.flags, one.text) == ("+12025550103", ("voicemail",), "Call, 3723 s\n+12025550103\nring me")


def test_cut_anywhere() -> None:
    data = PAGE.encode()
    assert_cuts_are_told(READER, data, data.index(b"</body>") + 7, step=3)
