"""Watch-list entries in texts and address fields."""

from __future__ import annotations

import pytest

from extractors import watch
from triage.model import Conversation, Finding, Resources, Run, Unit, WatchEntry


def entry(kind: str, value: str, row: int = 2) -> WatchEntry:
    return WatchEntry(list_name="w.csv", row=row, type=kind, value=value, note="why")


def found(
    text: str, *entries: WatchEntry, conversation: Conversation | None = None, sender: str = "", sender_name: str = ""
) -> list[Finding]:
    unit = Unit(origin="message", locator="line=1", text=text, sender=sender, sender_name=sender_name)
    run = Run(units=(unit,), conversation=conversation or Conversation(name="c"), regions=("ES",))
    return [hit.finding for hit in watch.prepare(Resources(watch=entries))(run)]


@pytest.mark.parametrize(
    ("kind", "value", "text", "quote"),
    [
        ("phone", "612 34 56 78", "llama al +34612345678 ya", "+34612345678"),
        ("phone", "+34 612 34 56 78", "es el 612.34.56.78", "612.34.56.78"),
        ("phone", "0034612345678", "6 1 2 3 4 5 6 7 8", "6 1 2 3 4 5 6 7 8"),
        ("phone", "612345678", "al seis uno dos 345678", "seis uno dos 345678"),
        ("phone", "555 0142 99", "the old one was 555-0142-99", "555-0142-99"),
        ("name", "Ana María Gómez", "vino GOMEZ, ana maria anoche", "GOMEZ, ana maria"),
        ("name", "Филипп Иванов", "ask Filip Ivanov", "Filip Ivanov"),
        ("name", "Wilmer", "y Willmer?", "Willmer"),
        ("account", "ES91 2100 0418 4502 0005 1332", "a es91.2100-0418 4502 00051332", "es91.2100-0418 4502 00051332"),
        ("handle", "@kim_23", "insta.com/Kim_23 mira", "Kim_23"),
        ("word", "pasaporte", "tu PASAPÓRTE.", "PASAPÓRTE"),
        ("word", "lista negra", "en la lista\nnegra", "lista\nnegra"),
        ("word", "护照", "我的护照在他那里", "护照"),
        ("plate", "1234 BCD", "coche 1234-bcd", "1234-bcd"),
    ],
)  # fmt: skip
def test_an_entry_is_found_however_it_is_written(kind: str, value: str, text: str, quote: str) -> None:
    [hit] = found(text, entry(kind, value))
    assert text[hit.start : hit.end] == quote
    assert (hit.kind, hit.type, hit.value) == ("watch", kind.upper(), "w.csv:2")
    assert hit.detail == {"list": "w.csv", "row": 2, "value": value, "note": "why"}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("phone", "612345678", "pedido 9961234567812"), ("name", "Ana María Gómez", "Ana Gómez"),
        ("word", "pasaporte", "pasaportes"), ("handle", "maria", "maria viene"), ("account", "123456", "0123456789"),
        ("name", "Wilmer", "Wilmerson"),
        ("hash", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"),
        ("phone", "+34 612 34 56 78", "+40 612 345 678"),
    ],
)  # fmt: skip
def test_what_is_not_the_entry(kind: str, value: str, text: str) -> None:
    assert found(text, entry(kind, value)) == []


def test_senders_and_participants_are_hits_in_the_header() -> None:
    phone, name = entry("phone", "+34 612 34 56 78"), entry("name", "Kim Lopez", 3)
    hits = found("hola", phone, name, sender="34612345678@s.whatsapp.net", sender_name="Kim López")
    assert [(h.value, h.start, h.end, h.flags) for h in hits] == [
        ("w.csv:2", 0, 0, ("in_header",)),
        ("w.csv:3", 0, 0, ("in_header",)),
    ]
    conversation = Conversation(name="group", participants=("612345678",))
    assert [h.value for h in found("hola", phone, conversation=conversation)] == ["w.csv:2"]


def test_a_folded_spelling_is_said() -> None:
    [hit] = found("Filip Ivanov", entry("name", "Филипп Иванов"))
    assert hit.flags == ("spelling_folded",) and hit.grade == "context"


def test_without_lists_nothing_is_looked_for() -> None:
    assert found("612345678") == []
