"""Cellebrite reports: a published fragment, whole reports built here, and every way one can break off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engines.blob import HeldBlob
from triage.model import Conversation, Head, Problem, Read, ReadContext, SourceFact, Tally, Unit, VendorHash
from triage.problems import ReadError
from triage.readers.ufed_xml import READER

CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus" / "ufed_xml"
NAMESPACE = "http://pa.cellebrite.com/report/2.0"


def read(data: bytes) -> list[Read]:
    """Everything the reader yields; a ReadError ends the list with its Problem."""
    blob = HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)
    found: list[Read] = []
    try:
        for one in READER.read(blob, ReadContext(source="s", path="report.xml")):
            found.append(one)
    except ReadError as error:
        found.append(error.problem)
    return found


def units(found: list[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def problems(found: list[Read]) -> list[Problem]:
    return [one for one in found if isinstance(one, Problem)]


def tallies(found: list[Read]) -> dict[str, int]:
    return {one.what: one.n for one in found if isinstance(one, Tally)}


def score(data: bytes, name: str = "x") -> int:
    return READER.detect(Head(name=name, size=len(data), start=data[: 1 << 16]))


def assert_accounts(found: list[Read]) -> None:
    """records + extra units = units + records that problems stand for; locators are unique for their origin."""
    counted = tallies(found)
    lost = sum(one.records for one in problems(found))
    assert counted["records"] + counted.get("extra_units", 0) == len(units(found)) + lost
    places = [(one.origin, one.locator) for one in units(found)]
    assert len(places) == len(set(places))


def field(name: str, value: str, kind: str = "String") -> str:
    inner = f'<value type="{kind}"><![CDATA[{value}]]></value>' if value else "<empty />"
    return f'<field name="{name}" type="{kind}">{inner}</field>'


def stamp(name: str, value: str, form: str = "TimeStampKnown") -> str:
    return f'<field name="{name}" type="TimeStamp"><value type="TimeStamp" format="{form}">{value}</value></field>'


_made = iter(range(1, 10**9))


def model(kind: str, *parts: str, id: str = "", state: str = "Intact") -> str:
    own = id or f"00000000-0000-4000-8000-{next(_made):012d}"
    return (
        f'<model type="{kind}" id="{own}" deleted_state="{state}" decoding_confidence="High">{"".join(parts)}</model>'
    )


def inside(name: str, *models: str, kind: str = "multiModelField") -> str:
    return f'<{kind} name="{name}" type="x">{"".join(models)}</{kind}>'


def party(address: str, name: str = "", *, role: str = "General", owner: bool | None = None) -> str:
    said = "" if owner is None else str(owner)
    return model("Party", field("Identifier", address), field("Role", role), field("Name", name),
                 field("IsPhoneOwner", said, "Boolean"))  # fmt: skip


ANA = "34600000001@s.whatsapp.net"
ME = "34600000002@s.whatsapp.net"


def message(body: str, *more: str, sender: str = ANA, id: str = "", state: str = "Intact") -> str:
    who = party(sender, "Ana" if sender == ANA else "Me", role="From", owner=sender == ME)
    return model("InstantMessage", field("Source", "WhatsApp"), inside("From", who, kind="modelField"),
                 field("Body", body), stamp("TimeStamp", "2024-03-02T22:14:05.000-03:00"), *more,
                 id=id, state=state)  # fmt: skip


def chat(*messages: str, name: str = "", id: str = ANA) -> str:
    return model("Chat", field("Source", "WhatsApp"), field("Id", id), field("Name", name),
                 inside("Participants", party(ANA, "Ana", owner=False), party(ME, "Me", owner=True)),
                 inside("Messages", *messages))  # fmt: skip


HEAD = """<metadata section="Additional Fields"><item name="UFED_PA_Version"><![CDATA[7.5.0.845]]></item></metadata>
<metadata section="Device Info"><item name="IMEI">490154203237518</item>
<item name="DeviceInfoTimeZone">_Europe/Madrid</item>
<item name="MSISDN">+34600000002</item><item name="DeviceInfoDetectedModel">Phone One</item></metadata>
<taggedFiles><file id="f1" path="/sdcard/a.jpg" size="3">
<accessInfo><timestamp name="CreationTime">x</timestamp></accessInfo>
<metadata section="File"><item name="Local Path"><![CDATA[files\\Image\\a.jpg]]></item>
<item name="MD5"><![CDATA[D41D8CD98F00B204E9800998ECF8427E]]></item><item name="SHA256">zz</item></metadata>
</file></taggedFiles>"""


def report(*model_types: str, head: str = HEAD, tail: str = "", prefix: str = "", namespace: str = NAMESPACE) -> bytes:
    """A whole report; with `prefix` every element carries it."""
    types = "".join(f'<modelType type="x">{one}</modelType>' for one in model_types)
    text = f'<project name="r" reportVersion="5.2">{head}<decodedData>{types}</decodedData>{tail}</project>'
    if prefix:
        text = text.replace("</", f"\0{prefix}:").replace("<!", "\1").replace("<", f"<{prefix}:")
        text = text.replace("\0", "</").replace("\1", "<!")
    mark = f"xmlns:{prefix}" if prefix else "xmlns"
    declared = f' {mark}="{namespace}"' if namespace else ""
    return ('<?xml version="1.0" encoding="utf-8"?>' + text.replace("project ", f"project{declared} ", 1)).encode()


def test_the_published_fragment_gives_its_fourteen_messages() -> None:
    path = CORPUS / "sepinf-inc__IPED" / "ufed-model-chat.xml"
    if not path.exists():
        pytest.skip("the shared corpus is not beside the repository")
    data = path.read_bytes()
    assert score(data) >= 90
    found = read(data)
    assert_accounts(found)
    said = [one for one in units(found) if one.origin in ("message", "event")]
    assert len(said) == 14
    assert [one.text for one in said if one.origin == "event"] == ["You joined the group via invite link"]
    times = [one.when.at for one in said if one.when.at]
    assert (min(times), max(times)) == ("2023-10-10T09:53:27+00:00", "2024-11-03T19:47:39+00:00")
    assert sum("quoted" in one.flags for one in said) == 3
    everything = "\n".join(f"{one.text} {one.sender} {one.recipients}" for one in units(found))
    for digits in ("995555", "996666", "997745", "997777", "998888", "999999"):
        if digits != "995555":  # the account that a shared contact belongs to is not printed
            assert f"{digits}@s.whatsapp.net" in everything
    audio = next(one for one in said if one.native_id == "20B2CB24BF3CBD881397130CAF870169")
    assert audio.attachments == ("files/Audio/PTT-20241103-WA0101.opus",)
    assert (audio.sender, audio.sender_name, audio.direction) == (
        "5511999997777@s.whatsapp.net",
        "Bulbasaur",
        "incoming",
    )
    answer = next(one for one in said if one.text == "Obrigado")
    assert (answer.direction, answer.reply_to) == ("outgoing", "1654984910:14433")
    contact = next(one for one in units(found) if "shared_contact" in one.flags)
    assert "+55 11 99999-22222" in contact.text


@pytest.mark.parametrize(("prefix", "namespace"), [("", NAMESPACE), ("", ""), ("u", NAMESPACE), ("", "urn:old")])
def test_any_namespace_or_none(prefix: str, namespace: str) -> None:
    data = report(chat(message("hola")), prefix=prefix, namespace=namespace)
    assert score(data) == 95
    found = read(data)
    assert_accounts(found)
    assert [one.text for one in units(found) if one.origin == "message"] == ["hola"]
    assert not problems(found)


def test_what_the_report_says_of_device_files_and_decoder() -> None:
    found = read(report(chat(message("hola"))))
    facts = {one.key: one.value for one in found if isinstance(one, SourceFact)}
    assert facts["imei"] == "490154203237518"
    assert facts["zone"] == "Europe/Madrid"
    assert facts["msisdn"] == "+34600000002"
    assert facts["model"] == "Phone One"
    assert facts["decoded_by"] == "Cellebrite UFED PA 7.5.0.845"
    hashes = [one for one in found if isinstance(one, VendorHash)]
    assert hashes == [VendorHash(path="files/Image/a.jpg", algorithm="md5", value="d41d8cd98f00b204e9800998ecf8427e")]
    assert (
        next(one for one in units(found) if one.text == "hola").detail["decoded_by"] == "Cellebrite UFED PA 7.5.0.845"
    )


def test_a_message_carries_sender_time_state_and_place() -> None:
    sent = message("ven ya", inside("To", party(ANA, "Ana", role="To", owner=False)), sender=ME, state="Deleted")
    spot = model(
        "Coordinate", field("Latitude", "41.3851"), field("Longitude", "2.1734"), field("PositionAddress", "Port")
    )
    placed = message("", inside("Position", spot, kind="modelField"))
    found = read(report(chat(sent, placed, message("tarde"))))
    assert_accounts(found)
    one = next(unit for unit in units(found) if unit.text == "ven ya")
    assert (one.sender, one.sender_name, one.direction, one.deleted) == (ME, "Me", "outgoing", True)
    assert one.recipients == (ANA,)
    assert (one.when.at, one.when.basis) == ("2024-03-03T01:14:05+00:00", "offset")
    place = next(unit for unit in units(found) if unit.origin == "location")
    assert place.text == "41.3851, 2.1734 Port"
    last = next(unit for unit in units(found) if unit.text == "tarde")
    assert (last.direction, last.recipients) == ("incoming", (ME,))
    hints = [item for item in found if isinstance(item, Conversation)]
    assert [(item.name, item.owner) for item in hints] == [("Ana", ME)]
    assert {unit.conversation for unit in units(found)} == {"Ana"}


@pytest.mark.parametrize(("status", "direction"), [("Sent", "outgoing"), ("Draft", "outgoing"), ("Read", None)])
def test_a_message_without_a_sender_is_placed_by_its_status(status: str, direction: str | None) -> None:
    bare = model("InstantMessage", field("Body", "ya"), field("Status", status))
    said = [one for one in units(read(report(chat(bare)))) if one.origin == "message"]
    assert [(one.sender, one.direction) for one in said] == [("", direction)]


def test_a_quoted_original_is_a_unit_of_its_own() -> None:
    quoted = message("lo que dije", field("Identifier", "AA11"))
    data = model(
        "ReplyMessageData", field("OriginalMessageID", "AA11"), inside("InstantMessage", quoted, kind="modelField")
    )
    found = read(report(chat(message("respuesta", inside("MessageExtraData", data), sender=ME))))
    assert_accounts(found)
    first, second = (one for one in units(found) if one.origin == "message")
    assert (first.text, first.reply_to) == ("respuesta", "AA11")
    assert (second.text, second.native_id, second.flags) == ("lo que dije", "AA11", ("quoted",))


def test_two_chats_of_one_name_are_told_apart() -> None:
    other = chat(message("b"), name="Ana", id="34600000009@s.whatsapp.net")
    found = read(report(chat(message("a"), name="Ana") + other + chat(message("c"), name="Ana")))
    names = {one.text: one.conversation for one in units(found) if one.origin == "message"}
    assert names == {"a": "Ana", "b": "Ana (34600000009@s.whatsapp.net)", "c": "Ana"}


def test_an_id_met_again_gets_the_path_of_its_element() -> None:
    same = "5fd44844-5874-47eb-ab1f-0a54a56bdf54"
    found = read(report(chat(message("a", id=same)), chat(message("b", id=same))))
    assert_accounts(found)
    places = {one.text: one.locator for one in units(found) if one.origin == "message"}
    assert places["a"] == f"msg={same}"
    assert places["b"] == "xml=/project/decodedData/modelType[2]/model[1]/multiModelField[2]/model[1]"


def test_the_vendors_pointer_stands_in_the_detail_though_it_follows_the_models() -> None:
    own = "11111111-2222-4333-8444-555555555555"
    tail = (
        f'<extraInfos><extraInfo type="model" id="{own}"><sourceInfo><nodeInfo id="n" name="msgstore.db" '
        'path="/data/msgstore.db" size="9" tableName="messages" offset="1234"/></sourceInfo></extraInfo></extraInfos>'
    )
    found = read(report(chat(message("<extraInfos> hola", id=own)), tail=tail))
    one = next(unit for unit in units(found) if unit.origin == "message")
    assert one.detail["source_file"] == "/data/msgstore.db"
    assert (one.detail["source_table"], one.detail["source_offset"]) == ("messages", 1234)


def test_calls_contacts_messages_places_and_the_rest() -> None:
    call = model("Call", field("Source", "Phone"), field("Direction", "Incoming"), field("Type", "Missed"),
                 stamp("TimeStamp", "2024-03-02T10:00:00+00:00"), field("Duration", "01:02:03.5000000", "TimeSpan"),
                 inside("Parties", party("+34600000003", "Luz", role="From")))  # fmt: skip
    entry = model("PhoneNumber", field("Category", "Mobile"), field("Value", "+34 600 00 00 04"))
    contact = model("Contact", field("Name", "Luz"), field("Source", "Phone"), inside("Entries", entry))
    sms = model("SMS", field("Body", "paga hoy"), field("Folder", "Inbox"),
                inside("Parties", party("+34600000005", role="From")))  # fmt: skip
    email = model("Email", field("Subject", "Oferta"), field("Body", "Trabajo seguro"),
                  inside("From", party("a@example.com", role="From"), kind="modelField"),
                  inside("To", party("b@example.com", role="To", owner=True)))  # fmt: skip
    spot = model("Coordinate", field("Latitude", "40.4168"), field("Longitude", "-3.7038"))
    place = model(
        "Location", inside("Position", spot, kind="modelField"), field("Name", "Sol"), field("Category", "Media")
    )
    null = model("Location", inside("Position", model("Coordinate", field("Latitude", "0"), field("Longitude", "0"))))
    search = model("SearchedItem", field("Source", "Chrome"), field("Value", "bus a Lyon"))
    note = model("Note", field("Title", "cuentas"), field("Body", "Ana debe 300"))
    account = model("UserAccount", field("Username", "ana.x"), field("ServiceType", "Telegram"))
    messages = sms + sms.replace("paga hoy", "sube")
    others = model("Cookie") + model("LogEntry")
    found = read(report(call, contact, messages, email, place + null, search, note, account, others))
    assert_accounts(found)
    by_origin: dict[str, list[Unit]] = {}
    for one in units(found):
        by_origin.setdefault(one.origin, []).append(one)
    (rang,) = by_origin["call"]
    assert rang.text == "Incoming call from +34600000003 (Luz), 3723 s, missed"
    assert (rang.sender, rang.conversation, rang.flags) == ("+34600000003", "+34600000003", ("missed",))
    assert by_origin["contact"][0].text == "Name: Luz\nMobile: +34 600 00 00 04"
    assert "Username: ana.x" in by_origin["contact"][1].text
    assert [(one.text, one.direction, one.conversation, one.app) for one in by_origin["message"]] == [
        ("paga hoy", "incoming", "+34600000005", "SMS"),
        ("sube", "incoming", "+34600000005", "SMS"),
    ]
    assert by_origin["email"][0].text == "Oferta\nTrabajo seguro"
    assert by_origin["email"][0].direction == "incoming"
    assert [one.text for one in by_origin["location"]] == ["40.4168, -3.7038 Sol\nCategory: Media", ""]
    assert [one.text for one in by_origin["note"]] == ["Value: bus a Lyon", "Title: cuentas\nBody: Ana debe 300"]
    (unread,) = problems(found)
    assert (unread.code, unread.records) == ("R-OTHER-RECORDS", 2)
    assert tallies(found)["model:LogEntry"] == tallies(found)["model:Cookie"] == 1


def test_pages_towers_networks_and_secrets_that_are_never_printed() -> None:
    spot = model("Coordinate", field("Latitude", "40.4168"), field("Longitude", "-3.7038"))
    tower = model("CellTower", field("CID", "17"), inside("Position", spot, kind="modelField"))
    network = model("WirelessNetwork", field("SSId", "casa 3"), field("Password", "hunter2"),
                    inside("Position", spot, kind="modelField"))  # fmt: skip
    login = model("Password", field("AccountName", "ana.x"), field("Service", "Mail"), field("Data", "hunter2"))
    account = model("UserAccount", field("Username", "ana.x"), field("Password", "hunter2"))
    page = model("VisitedPage", field("Title", "Vuelos"), field("Url", "https://example.org/v"))
    voicemail = model("Voicemail", inside("From", party("+34600000003", role="From"), kind="modelField"))
    app = model("InstalledApplication", field("Name", "Telegram"), field("Version", "9"))
    found = read(report(tower, network, login, account, page, voicemail, app))
    assert_accounts(found)
    assert "hunter2" not in repr(found)
    by_flag = {one.flags: one for one in units(found) if one.flags}
    assert by_flag["cell_site",].text == "40.4168, -3.7038\nCID: 17"
    assert "Data: (in the report, not shown)" in by_flag["password",].text
    assert by_flag["visited_page",].text == "Title: Vuelos\nUrl: https://example.org/v"
    assert "+34600000003" in by_flag["voicemail",].text
    assert by_flag["installed_application",].text.startswith("Name: Telegram")
    assert not problems(found)


def test_a_time_without_an_offset_or_marked_unknown_becomes_no_instant() -> None:
    bare = message("a").replace("2024-03-02T22:14:05.000-03:00", "2024-03-02T22:14:05")
    unknown = message("b").replace("TimeStampKnown", "TimeStampUnknown")
    words = message("c").replace("2024-03-02T22:14:05.000-03:00", "yesterday")
    found = read(report(chat(bare, unknown, words)))
    times = {one.text: one.when for one in units(found) if one.origin == "message"}
    assert (times["a"].at, times["a"].local, times["a"].basis) == (None, "2024-03-02T22:14:05", "ambiguous")
    assert (times["b"].at, times["b"].source) == (None, "2024-03-02T22:14:05.000-03:00")
    assert (times["c"].at, times["c"].source) == (None, "yesterday")
    assert [one.code for one in problems(found)] == ["R-DATE-VALUE"]


def test_characters_that_xml_forbids_lose_nothing_behind_them() -> None:
    filler = message("ñ" * 200_000)  # so that blocks end within characters
    data = report(chat(message("a\x01b\x00c"), message("MARK"), filler, message("último")))
    found = read(data.replace(b"MARK", b"\xed\xa0\xbd\xed\xb8\x86 \xf0\x9f\x98\x86"))
    assert_accounts(found)
    said = [one.text for one in units(found) if one.origin == "message"]
    assert said == ["a\ufffdb\ufffdc", "\U0001f606 \U0001f606", "ñ" * 200_000, "último"]
    assert [one.code for one in problems(found)] == ["R-ILLEGAL-CHARS"]
    broken = read(data.replace(b"MARK", b"x\xff\xfey"))
    assert [one.text for one in units(broken) if one.origin == "message"][1] == "x\ufffd\ufffdy"


def test_entities_are_neither_expanded_nor_fetched() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    dtd = f'<!DOCTYPE project [<!ENTITY l0 "lol">{laughs}<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    body = '<field name="Body" type="String"><value type="String">&l11;&x;end</value></field>'
    data = report(chat(model("InstantMessage", body))).replace(b"?>", b"?>" + dtd.encode(), 1)
    assert score(data) == 95
    found = read(data)
    assert [one.text for one in units(found) if one.origin == "message"] == ["end"]
    assert "R-DTD" in [one.code for one in problems(found)]


def test_models_nested_without_end_are_counted_not_followed() -> None:
    deep = "x"
    for _ in range(300):
        deep = message("m", inside("EmbeddedInstantMessage", deep))
    found = read(report(chat(deep)))
    assert_accounts(found)
    assert any(one.code == "R-RECORD" for one in problems(found))


def test_a_protected_report_is_locked_and_other_projects_are_not_ours() -> None:
    noise = bytes(range(128, 256)) * 20 + b"\0\x01\x02" * 50
    assert score(noise, "report.xml") > 0
    assert score(noise, "photo.bin") == 0
    found = read(noise)
    assert [one.code for one in problems(found)] == ["R-LOCKED"]
    assert score(b'<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4</modelVersion></project>') == 0
    assert score(b'<model type="car"><wheel/></model>') == 0


WHOLE = report(
    chat(message("uno"), message("dos", sender=ME), message("tres")),
    model("Call", field("Direction", "Outgoing"), inside("Parties", party("+34600000003", role="To"))),
    model("Contact", field("Name", "Luz")),
)


MESSAGE_ENDS = re.compile(rb'<field name="TimeStamp"[^\0]*?</field></model>')


@settings(derandomize=True, deadline=None, max_examples=250)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 12))
def test_cut_anywhere_everything_complete_before_is_read(cut: int) -> None:
    whole, part = units(read(WHOLE)), read(WHOLE[:cut])
    if cut < 60 and not WHOLE[:cut].lstrip():
        return
    assert_accounts(part)
    assert any(one.code in ("R-TRUNCATED", "R-LOCKED") for one in problems(part))
    kept = units(part)
    assert kept == whole[: len(kept)]
    said = [one.text for one in kept if one.origin == "message"]
    assert said == ["uno", "dos", "tres"][: len(MESSAGE_ENDS.findall(WHOLE[:cut]))]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1), st.integers(min_value=0, max_value=255))
def test_a_changed_byte_never_raises(at: int, value: int) -> None:
    assert_accounts(read(WHOLE[:at] + bytes((value,)) + WHOLE[at + 1 :]))
