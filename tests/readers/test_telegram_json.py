"""Telegram exports: published samples, every kind of content, missing keys, cuts at every place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engines.blob import HeldBlob
from triage.model import Conversation, Head, Problem, Read, ReadContext, SourceFact, Tally, Unit
from triage.problems import ReadError
from triage.readers.telegram_json import READER

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"


def read(data: bytes | object, zone: str | None = None) -> list[Read]:
    """Everything the reader yields; a ReadError ends the list with its Problem."""
    raw = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False, indent=1).encode()
    blob = HeldBlob(size=len(raw), sha256="", scratch=Path(), data=raw)
    found: list[Read] = []
    try:
        for one in READER.read(blob, ReadContext(source="s", path="result.json", zone=zone)):
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
    assert counted["records"] + counted["extra_units"] == len(units(found)) + lost
    places = [(one.origin, one.locator) for one in units(found)]
    assert len(places) == len(set(places))


def score(data: bytes) -> int:
    return READER.detect(Head(name="x", size=len(data), start=data[: 1 << 16]))


def said(**more: Any) -> dict[str, Any]:
    own = {"id": 1, "type": "message", "date": "2024-03-02T22:14:05", "date_unixtime": "1709414045"}
    return {**own, "from": "Ana", "from_id": "user11", "text": "hola", **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Ana", "type": "personal_chat", "id": 11, **more, "messages": list(messages)}


def account(*chats: Any, **more: Any) -> dict[str, Any]:
    return {"about": "Here is the data you requested.", **more, "chats": {"about": "x", "list": list(chats)}}


def manifest() -> list[tuple[str, dict[str, Any]]]:
    path = SHARED / "manifest.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(row[1], json.loads(row[-1])) for row in rows if row[1].startswith("telegram") and row[1].endswith(".json")]


@pytest.mark.parametrize(("name", "facts"), manifest() or [("", {})])
def test_published_samples_give_the_facts_of_their_manifest(name: str, facts: dict[str, Any]) -> None:
    if not name:
        pytest.skip("the shared corpus is not beside the repository")
    data = (SHARED / name).read_bytes()
    assert score(data) == 90
    found = read(data)
    assert_accounts(found)
    assert len(units(found)) == facts["messages"]
    assert sum(one.origin == "event" for one in units(found)) == facts["service"]
    assert sorted({one.sender for one in units(found)}) == facts["senders"]
    times = [one.when.at or "" for one in units(found)]
    assert (min(times)[:19], max(times)[:19]) == (facts["first"], facts["last"])
    assert len([one for one in found if isinstance(one, Conversation)]) == facts["chats"]


def test_one_chat_as_root_and_a_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(chat(said(), said(id=2, from_id="user12", text="ya"))).encode()
    assert score(data) == 90
    found = read(data)
    assert_accounts(found)
    first, second = units(found)
    assert (first.locator, first.conversation, first.sender, first.native_id) == (
        "ptr=/messages/0",
        "Ana",
        "Ana",
        "11:1",
    )
    assert (first.direction, second.direction) == ("incoming", "outgoing")
    assert (first.when.at, first.when.basis) == ("2024-03-02T21:14:05+00:00", "utc")


def test_a_whole_account() -> None:
    found = read(
        account(
            chat(said(), said(id=2, from_id="user99", **{"from": "Me"})),
            chat(said(), name=None, id=12),
            chat(said(), id=13),
            {"type": "saved_messages", "id": 99, "messages": [said(from_id="user99")]},
            personal_information={"user_id": 99, "first_name": "Me", "phone_number": "+34600000009", "username": "@me"},
            contacts={
                "about": "x",
                "list": [{"user_id": 11, "first_name": "Ana", "last_name": "R", "phone_number": "0034600000011"}],
            },
            frequent_contacts={"list": [{"id": 5, "category": "people", "type": "user", "name": "Luz", "rating": 0.5}]},
            sessions={"about": "x", "list": [{"last_ip": "192.0.2.1", "device_model": "PC"}]},
            left_chats={"about": "x", "list": [chat(said(), name="Left", type="private_group")]},
        )
    )
    assert_accounts(found)
    places = {one.locator: one for one in units(found)}
    assert places["ptr=/personal_information"].flags == ("owner",)
    assert places["ptr=/contacts/list/0"].text == "Name: Ana R\nPhone: 0034600000011\nuser_id: 11"
    assert places["ptr=/frequent_contacts/list/0"].flags == ("frequent",)
    assert places["ptr=/sessions/list/0"].text == "last_ip: 192.0.2.1\ndevice_model: PC"
    assert places["ptr=/chats/list/0/messages/1"].direction == "outgoing"
    assert places["ptr=/left_chats/list/0/messages/0"].conversation == "Left"
    names = [one.name for one in found if isinstance(one, Conversation)]
    assert names == ["Left", "Ana", "Deleted Account 12", "Ana (13)", "Saved Messages"]
    facts = {one.key: one.value for one in found if isinstance(one, SourceFact)}
    assert facts == {"owner": "Me", "msisdn": "+34600000009"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hola", "hola"),
        (["paga ", {"type": "bold", "text": "hoy"}, "!"], "paga hoy!"),
        ([{"type": "text_link", "text": "aquí", "href": "https://example.com/x"}], "aquí <https://example.com/x>"),
        ([{"type": "link", "text": "https://example.com"}], "https://example.com"),
        ([{"type": "text_link", "text": "https://a.example", "href": "https://a.example"}], "https://a.example"),
        ([{"type": "phone", "text": "+34 600 00 00 01"}, 5, None, []], "+34 600 00 00 015"),
        (None, ""),
        (7, "7"),
    ],
)
def test_texts(text: object, shown: str) -> None:
    (one,) = units(read(chat(said(text=text))))
    assert one.text == shown


def test_places_polls_invoices_and_games_are_printed() -> None:
    where = {"latitude": 41.385064, "longitude": 2.173404}
    poll = {"question": "Lunch?", "closed": False, "answers": [{"text": "Yes", "voters": 2}, {"text": "No"}]}
    invoice = {"title": "Ticket", "description": "Bus", "amount": 4550, "currency": "EUR"}
    found = read(
        chat(
            said(text="", location_information=where, place_name="Port", address="Moll 1"),
            said(text="ven", location_information=where),
            said(text="", poll=poll),
            said(text="", invoice_information=invoice),
            said(text="", game_title="Chess", game_link="https://example.com/g"),
        )
    )
    assert [one.text for one in units(found)] == [
        "41.385064, 2.173404 Port, Moll 1",
        "ven\n41.385064, 2.173404",
        "Lunch?\n- Yes\n- No",
        "Invoice: Ticket, Bus",
        "Game: Chess, https://example.com/g",
    ]
    assert all(one.origin == "message" for one in units(found))
    assert str(units(found)[3].detail["invoice_amount"]).startswith("4550 EUR")


def test_media_files_answers_and_forwards() -> None:
    missing = "(File not included. Change data exporting settings to download.)"
    found = read(
        chat(
            said(photo="photos/a.jpg", reply_to_message_id=7),
            said(file=missing, file_name="b.pdf", forwarded_from="Luz"),
            said(photo=missing, self_destruct_period_seconds=10, edited_unixtime="1709414050"),
            said(reply_to_message_id=8, reply_to_peer_id="channel77"),
        )
    )
    one, two, three, four = units(found)
    assert (one.attachments, one.flags, one.reply_to) == (("photos/a.jpg",), (), "11:7")
    assert (two.attachments, two.flags, two.detail["forwarded_from"]) == (
        ("b.pdf",),
        ("forwarded", "media_omitted"),
        "Luz",
    )
    assert three.flags == ("edited", "media_omitted", "self_destruct")
    assert four.reply_to == "77:8"


def test_a_shared_contact_is_a_unit_beside_its_message() -> None:
    who = {"first_name": "Luz", "last_name": "", "phone_number": "+34600000003"}
    vcard = "BEGIN:VCARD\nFN:Luz\nTEL:+34600000004\nEND:VCARD"
    found = read(chat(said(text="", contact_information=who, contact_vcard=vcard)))
    assert_accounts(found)
    message, contact, inline = units(found)
    assert (message.text, message.flags, message.attachments) == ("", ("shared_contact",), ())
    assert (contact.origin, contact.text, contact.sender) == ("contact", "Name: Luz\nPhone: +34600000003", "Ana")
    assert inline.text == "FN: Luz\nTEL: +34600000004"


def test_service_lines_are_events_in_plain_words() -> None:
    own = {"id": 3, "type": "service", "date_unixtime": "1709414045", "actor": "Ana", "actor_id": "user11"}
    found = read(
        chat(
            {**own, "action": "phone_call", "duration_seconds": 65, "discard_reason": "hangup"},
            {**own, "id": 4, "action": "phone_call", "discard_reason": "missed"},
            {**own, "id": 5, "action": "invite_members", "members": ["Luz", None]},
            {"id": 6, "type": "service"},
        )
    )
    assert [one.text for one in units(found)] == [
        "Ana: phone call, duration seconds: 65, discard reason: hangup",
        "Ana: phone call, discard reason: missed",
        "Ana: invite members, members: Luz, Deleted Account",
        "Deleted Account: service message",
    ]
    assert {one.origin for one in units(found)} == {"event"}
    assert units(found)[1].flags == ("missed",)


def test_missing_and_odd_keys_never_stop_it() -> None:
    odd: list[Any] = [
        {},
        {"text": "x"},
        said(**{"from": None}),
        said(date_unixtime="soon", date="today"),
        [],
        None,
        5,
        "x",
    ]
    found = read(chat(*odd, name=5, id=None, type=None))
    assert_accounts(found)
    assert len(units(found)) == 4
    assert units(found)[2].sender == "user11"
    assert units(found)[2].flags == ("deleted_account",)
    assert units(found)[3].when.source == "today"
    assert codes(found) == ["R-RECORD"] * 4 + ["R-DATE-VALUE"]


def test_an_older_export_has_local_times_only() -> None:
    old = said()
    del old["date_unixtime"]
    (bare,) = units(read(chat(old)))
    assert (bare.when.at, bare.when.local, bare.when.basis) == (None, "2024-03-02T22:14:05", "device-local")
    (zoned,) = units(read(chat(old), zone="Europe/Madrid"))
    assert zoned.when.at == "2024-03-02T21:14:05+00:00"


def test_invalid_bytes_are_replaced_and_reported() -> None:
    data = json.dumps(chat(said(text="MARK ya"))).encode().replace(b"MARK", b"\xff")
    found = read(data)
    assert units(found)[0].text == "\ufffd ya"
    assert codes(found) == ["R-ENCODING"]


def test_deep_nesting_and_broken_syntax() -> None:
    whole = json.dumps(chat(said(), said(id=2))).encode()
    deep = whole.replace(b'"text": "hola"', b'"text": ' + b"[" * 100_000 + b"]" * 100_000, 1)
    assert "R-MALFORMED" in codes(read(deep))
    found = read(whole.replace(b'"id": 2', b'"id": 2 2'))
    assert_accounts(found)
    assert len(units(found)) == 1
    (trouble,) = problems(found)
    assert (trouble.code, trouble.locator, trouble.records) == ("R-MALFORMED", "ptr=/messages/1", 1)


def test_a_number_of_thousands_of_digits() -> None:
    data = (
        json.dumps(chat(said(id=777), said(id=2)))
        .encode()
        .replace(b"777", b"7" * 9000)
        .replace(b'"1709414045"', b"9" * 30)
    )
    found = read(data)
    assert_accounts(found)
    assert [one.when.at for one in units(found)] == [None, None]
    assert units(found)[0].native_id == "11:" + "7" * 9000


def test_a_message_of_millions_of_characters_is_passed_over() -> None:
    found = read(chat(said(text="x\\" * 9_000_000), said(id=2)))
    assert_accounts(found)
    assert [one.locator for one in units(found)] == ["ptr=/messages/1"]
    assert [(one.code, one.locator) for one in problems(found)] == [("R-LIMIT", "ptr=/messages/0")]


def test_other_json_is_not_ours() -> None:
    assert score(b'{"messages": [{"sender_name": "x", "timestamp_ms": 1, "content": "y"}]}') == 0
    assert score(b'{"guild": {}, "channel": {"type": "GuildTextChat"}, "messages": []}') == 0
    assert score(b'[{"type": "personal_chat", "messages": []}]') == 0


def test_messages_across_the_borders_of_blocks() -> None:
    many = [
        said(id=n, text="ñ" * (n % 700), text_entities=[{"type": "plain", "text": 'x\\"' * (n % 50)}])
        for n in range(4000)
    ]
    found = read(account(chat(*many)))
    assert_accounts(found)
    assert [one.text for one in units(found)] == ["ñ" * (n % 700) or 'x\\"' * (n % 50) for n in range(4000)]
    skipped = account(chat(*many[:5]), other_data={"about": "z" * 3_000_000 + '\\"[{', "list": []})
    assert len(units(read(skipped))) == 5


WHOLE = json.dumps(
    account(chat(said(text=[{"type": "bold", "text": "uno"}]), said(id=2, text='dos \\ " ñ 😀')), chat(said(), id=12)),
    ensure_ascii=True,
).encode()


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.integers(min_value=1, max_value=len(WHOLE) - 1))
def test_cut_anywhere_everything_complete_before_is_read(cut: int) -> None:
    whole, part = units(read(WHOLE)), read(WHOLE[:cut])
    assert_accounts(part)
    assert "R-TRUNCATED" in codes(part)
    kept = units(part)
    assert kept == whole[: len(kept)]
    ends = [WHOLE.index(end) + len(end) for end in (b'"uno"}]}', b'\\ude00"}')]
    assert len(kept) >= sum(end <= cut for end in ends)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1), st.binary(max_size=3))
def test_changed_bytes_never_raise(at: int, noise: bytes) -> None:
    assert_accounts(read(WHOLE[:at] + noise + WHOLE[at + 1 :]))


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                    max_leaves=6)  # fmt: skip
KEYS = [
    "id",
    "type",
    "date",
    "date_unixtime",
    "from",
    "from_id",
    "text",
    "text_entities",
    "photo",
    "file",
    "poll",
    "action",
]
KEYS += [
    "location_information",
    "contact_information",
    "contact_vcard",
    "reactions",
    "inline_bot_buttons",
    "members",
    "actor",
]
KEYS += ["invoice_information", "reply_to_message_id", "reply_to_peer_id", "edited", "discard_reason"]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), JSON | st.just("service"), max_size=8) | JSON, max_size=4), JSON)
def test_any_json_in_the_place_of_messages(messages: list[Any], other: Any) -> None:
    found = read(account({"name": other, "type": other, "id": other, "messages": messages}, other, contacts=other))
    assert_accounts(found)
    assert codes(found).count("R-MALFORMED") == codes(found).count("R-TRUNCATED") == 0
