"""SMS backups: published samples, the ways the app breaks XML, groups, calls, and cuts at every place."""

from __future__ import annotations

import base64
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engines.blob import HeldBlob
from triage.model import Conversation, Head, Problem, Read, ReadContext, Tally, Unit
from triage.problems import ReadError
from triage.readers.sms_backup_repair import Repair
from triage.readers.sms_backup_xml import READER

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"


def read(data: bytes) -> list[Read]:
    """Everything the reader yields; a ReadError ends the list with its Problem."""
    blob = HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)
    found: list[Read] = []
    try:
        for one in READER.read(blob, ReadContext(source="s", path="sms.xml")):
            found.append(one)
    except ReadError as error:
        found.append(error.problem)
    return found


def units(found: list[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def problems(found: list[Read]) -> list[Problem]:
    return [one for one in found if isinstance(one, Problem)]


def codes(found: list[Read]) -> list[str]:
    return [one.code for one in problems(found)]


def assert_accounts(found: list[Read]) -> None:
    counted = {one.what: one.n for one in found if isinstance(one, Tally)}
    lost = sum(one.records for one in problems(found))
    assert counted["records"] + counted.get("extra_units", 0) == len(units(found)) + lost
    places = [(one.origin, one.locator) for one in units(found)]
    assert len(places) == len(set(places))


def score(data: bytes) -> int:
    return READER.detect(Head(name="x", size=len(data), start=data[: 1 << 16]))


def sms(body: str, *, kind: int = 1, address: str = "+34600000001", date: str = "1704100000000", more: str = "") -> str:
    return f'<sms protocol="0" address="{address}" date="{date}" type="{kind}" body="{body}" {more}/>'


def backup(*records: str, count: int | None = None, root: str = "smses") -> bytes:
    n = len(records) if count is None else count
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\n<!--File Created By SMS Backup-->\n'
    style = '<?xml-stylesheet type="text/xsl" href="sms.xsl"?>\n'
    return (head + style + f'<{root} count="{n}">\n' + "\n".join(records) + f"\n</{root}>").encode("utf-8")


def manifest() -> list[tuple[str, dict[str, object]]]:
    path = SHARED / "manifest.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(row[1], json.loads(row[-1])) for row in rows if row[0] == "sms_backup_xml"]


@pytest.mark.parametrize(("name", "facts"), manifest() or [("", {})])
def test_published_samples_give_the_facts_of_their_manifest(name: str, facts: dict[str, object]) -> None:
    if not name:
        pytest.skip("the shared corpus is not beside the repository")
    data = (SHARED / name).read_bytes()
    assert score(data) == 95
    found = read(data)
    assert_accounts(found)
    if "parse_error" in facts:
        assert not units(found)
        assert problems(found)[-1].code == "R-MALFORMED"
        assert "line 4" in problems(found)[-1].message
        return
    counted = {one.what: one.n for one in found if isinstance(one, Tally)}
    assert {kind: counted.get(kind, 0) for kind in ("sms", "mms", "call")} == {
        k: facts[k] for k in ("sms", "mms", "call")
    }
    times = [one.when.at or "" for one in units(found)]
    assert (min(times), max(times)) == tuple(str(facts[key]).replace("Z", "+00:00") for key in ("first", "last"))
    assert sorted({one.conversation for one in units(found)}) == facts["addresses"]
    assert not problems(found)


def test_sms_of_every_type() -> None:
    found = read(backup(*(sms(f"b{kind}", kind=kind, more='contact_name="Luz"') for kind in range(1, 8))))
    assert_accounts(found)
    said = [(one.direction, one.sender, one.sender_name, one.recipients, one.flags) for one in units(found)]
    number = "+34600000001"
    assert said[0] == ("incoming", number, "Luz", (), ())
    assert said[1] == ("outgoing", "", "", (number,), ())
    assert [one[4] for one in said[2:6]] == [("draft",), ("outbox",), ("failed",), ("queued",)]
    assert said[6] == (None, "", "", (), ())
    assert [one.locator for one in units(found)][:2] == ["xml=/smses/sms[1]", "xml=/smses/sms[2]"]
    assert [one.name for one in found if isinstance(one, Conversation)] == [number]


def test_halves_of_an_emoji_are_joined_and_other_illegal_characters_replaced() -> None:
    body = "a&#55357;&#56838;b&#x1F600;&#10;c&#xD83D;d&#0;e\x01f&amp;g & h &#x41;"
    found = read(backup(sms(body)))
    assert_accounts(found)
    assert units(found)[0].text == "a\U0001f606b\U0001f600\nc\ufffdd\ufffde\ufffdf&g & h A"
    (only,) = problems(found)
    assert (only.code, only.message[:2]) == ("R-ILLEGAL-CHARS", "5 ")


def test_bytes_that_are_not_utf8_and_surrogates_written_as_bytes() -> None:
    data = backup(sms("mañana MARK ya")).replace("ñ".encode(), b"\xf1").replace(b"MARK", b"\xed\xa0\xbd\xed\xb8\x86")
    found = read(data)
    assert units(found)[0].text.startswith("ma\ufffdana")
    assert "R-ILLEGAL-CHARS" in codes(found)
    clean = read(backup(sms("MARK")).replace(b"MARK", b"\xed\xa0\xbd\xed\xb8\x86"))
    assert units(clean)[0].text == "\U0001f606"


def test_the_word_null_stands_for_nothing() -> None:
    found = read(backup(sms("null", date="null", more='subject="null" contact_name="null" service_center="null"')))
    one = units(found)[0]
    assert (one.text, one.sender_name, one.when.source, dict(one.detail)) == ("", "", "", {})


def test_a_date_that_is_no_number_and_one_out_of_time() -> None:
    found = read(backup(sms("a", date="bad"), sms("b", date="-62135596800001"), sms("c", date="95617584000000")))
    assert_accounts(found)
    first, second, third = units(found)
    assert (first.when.at, first.when.source) == (None, "bad")
    assert (second.when.at, second.when.source) == (None, "-62135596800001")
    assert third.flags == ("absurd_time",)
    assert codes(found) == ["R-DATE-VALUE"]


def mms(box: int, *parts: str, address: str = "+34600000001", people: str = "", more: str = "") -> str:
    return (
        f'<mms date="1704100000000" msg_box="{box}" address="{address}" m_id="m1" m_type="132" sub="null" {more}>'
        f"<parts>{''.join(parts)}</parts><addrs>{people}</addrs></mms>"
    )


def part(kind: str, text: str = "null", name: str = "null", data: str = "") -> str:
    more = f' data="{data}"' if data else ""
    return f'<part seq="0" ct="{kind}" name="{name}" cl="null" text="{text}"{more} />'


def who(*pairs: tuple[str, int]) -> str:
    return "".join(f'<addr address="{address}" type="{kind}" charset="106" />' for address, kind in pairs)


def test_one_mms_is_one_unit() -> None:
    parts = (part("application/smil", "&lt;smil&gt;"), part("text/plain", "hola"), part("text/plain", "ven"),
             part("image/jpeg", name="foto.jpg", data="AAAA"), part("video/mp4", name="v.mp4"))  # fmt: skip
    found = read(backup(mms(1, *parts, people=who(("+34600000001", 137), ("+34600000002", 151)))))
    assert_accounts(found)
    (one,) = units(found)
    assert (one.text, one.attachments, one.flags) == ("hola\nven", ("foto.jpg", "v.mp4"), ("media_omitted",))
    assert (one.sender, one.recipients, one.app, one.native_id) == ("+34600000001", ("+34600000002",), "MMS", "m1")


def test_a_group_mms_names_its_sender_and_the_owner_token_is_the_owner() -> None:
    group = "+34600000001~+34600000003"
    people = who(("+34600000003", 137), ("+34600000001", 151), ("+34600000002", 130))
    sent = mms(
        2, part("text/plain", "b"), address=group, people=who(("insert-address-token", 137), ("+34600000001", 151))
    )
    found = read(backup(mms(1, part("text/plain", "a"), address=group, people=people), sent))
    assert_accounts(found)
    first, second = units(found)
    assert first.conversation == second.conversation == "+34600000001, +34600000003"
    assert (first.sender, first.recipients) == ("+34600000003", ("+34600000001", "+34600000002"))
    assert (second.sender, second.recipients, second.direction) == ("", ("+34600000001",), "outgoing")


def test_a_card_in_an_mms_is_a_contact() -> None:
    card = base64.b64encode(b"BEGIN:VCARD\nVERSION:2.1\nFN:Luz\nTEL:+34 600 00 00 07\nEND:VCARD\n").decode()
    found = read(backup(mms(1, part("text/x-vCard", name="luz.vcf", data=card))))
    assert_accounts(found)
    message, contact = units(found)
    assert message.attachments == ("luz.vcf",)
    assert (contact.origin, contact.text) == ("contact", "FN: Luz\nTEL: +34 600 00 00 07")


def test_calls() -> None:
    def call(kind: int, number: str = "+34600000001", duration: str = "65", more: str = "") -> str:
        facts = f'number="{number}" duration="{duration}" date="1704100000000" type="{kind}"'
        return f'<call {facts} presentation="1" {more}/>'

    hidden = call(3, number="", more="").replace('presentation="1"', 'presentation="2"')
    found = read(backup(call(1, more='contact_name="Luz"'), call(2), call(5, duration="x"), hidden, root="calls"))
    assert_accounts(found)
    rang = units(found)
    assert [one.text for one in rang] == [
        "Incoming call from +34600000001 (Luz), 65 s",
        "Outgoing call to +34600000001, 65 s",
        "Incoming call from +34600000001, rejected",
        "Incoming call from a hidden number, 65 s, missed",
    ]
    assert rang[3].flags == ("missed", "number_withheld")
    assert {one.origin for one in rang} == {"call"}
    assert rang[0].locator == "xml=/calls/call[1]"


def test_a_count_that_lies_and_elements_that_are_not_known() -> None:
    found = read(backup(sms("a"), '<rcs body="b" />', count=2444))
    assert_accounts(found)
    assert codes(found) == ["R-COUNT", "R-OTHER-RECORDS"]


def test_long_media_are_left_out_on_the_way_and_quotes_inside_texts_are_not_taken_for_them() -> None:
    media = base64.b64encode(bytes(3_000_000)).decode()
    body = "body='he said data=\"AAAA\" ok' "
    trap = f'<sms address="1" date="1" type="1" {body}/>'
    long_text = "palabra " * 30_000
    data = backup(
        mms(1, part("image/png", name="p.png", data=media), part("text/plain", "despues")), trap, sms(long_text)
    )
    repair = Repair()
    assert sum(map(len, repair.blocks(io.BytesIO(data)))) < 800_000
    assert repair.media_bytes > 3_900_000
    found = read(data)
    assert_accounts(found)
    first, second, third = units(found)
    assert (first.text, first.attachments, first.flags) == ("despues", ("p.png",), ())
    assert second.text == 'he said data="AAAA" ok'
    assert third.text == long_text
    assert not problems(found)


def test_memory_stays_small_while_media_pass() -> None:
    data = backup(*(mms(1, part("image/png", name="p.png", data="A" * 8_000_000)) for _ in range(3)))
    blob = HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)
    tracemalloc.start()
    n = sum(isinstance(one, Unit) for one in READER.read(blob, ReadContext(source="s", path="p")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 3
    assert peak < 6_000_000


def test_utf16_and_a_document_type() -> None:
    data = backup(sms("señal &#55357;&#56838;")).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert score(data) == 95
    assert units(read(data))[0].text == "señal \U0001f606"
    entity = b'?>\n<!DOCTYPE smses [<!ENTITY a "boom">]>'
    found = read(backup(sms("x &a; y")).replace(b"?>", entity, 1))
    assert units(found)[0].text == "x &a; y"
    assert "R-DTD" in codes(found)


def test_other_xml_is_not_ours() -> None:
    assert score(b"<html><smses count='1'></html>") == 0
    assert score(b"<calls><entry/></calls>") == 0
    assert score(b"smses") == 0


WHOLE = backup(
    sms("uno &#55357;&#56838;"),
    mms(1, part("text/plain", "dos"), part("image/png", name="p.png", data="QUJD" * 40)),
    sms("tres", kind=2),
    mms(2, part("text/plain", "cuatro"), people=who(("insert-address-token", 137), ("+34600000001", 151))),
)
ENDS = [WHOLE.index(b"uno"), WHOLE.index(b"</mms>"), WHOLE.index(b"tres"), WHOLE.rindex(b"</mms>")]


@settings(derandomize=True, deadline=None, max_examples=250)
@given(st.integers(min_value=1, max_value=len(WHOLE) - 9))
def test_cut_anywhere_everything_complete_before_is_read(cut: int) -> None:
    whole, part_read = units(read(WHOLE)), read(WHOLE[:cut])
    assert_accounts(part_read)
    assert "R-TRUNCATED" in codes(part_read)
    kept = units(part_read)
    assert kept == whole[: len(kept)]
    ends = [WHOLE.index(b">", place) + 1 for place in ENDS]
    assert len(kept) == sum(end <= cut for end in ends)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1), st.integers(min_value=0, max_value=255))
def test_a_changed_byte_never_raises(at: int, value: int) -> None:
    assert_accounts(read(WHOLE[:at] + bytes((value,)) + WHOLE[at + 1 :]))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=60))
def test_any_text_that_the_app_can_write_comes_back(text: str) -> None:
    """Written as the app does: markup escaped, everything above the first plane as two references."""
    usable = "".join(ch for ch in text if (ch >= " " or ch in "\t\n\r") and not "\ud800" <= ch <= "\udfff")
    usable = usable.replace("\ufffe", "").replace("\uffff", "")
    out = []
    for ch in usable:
        pair = ch.encode("utf-16-le")
        halves = [int.from_bytes(pair[i : i + 2], "little") for i in range(0, len(pair), 2)]
        plain = len(halves) == 1 and ch not in "&<>\"'\t\n\r"
        out.append(ch if plain else "".join(f"&#{half};" for half in halves))
    found = read(backup(sms("x" + "".join(out))))
    assert units(found)[0].text == "x" + usable
