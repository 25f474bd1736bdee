"""Properties of the payment, document, link and place finders together, through the composer."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import documents, entities, gazetteer, links, payments, places
from extractors.parts import Part
from triage.model import Conversation, Finding, Run, Unit

SCAN = entities.scanner(entities.gate((links.PART, payments.PART, documents.PART, places.PART, gazetteer.PART)))

TEXTS = [
    "my iban: GB29 NWBK 6016 1331 9268 19 ok",
    "card 4111 1111 1111 1111",
    "clabe 032180000118359719",
    "clave western 902 118 4437",
    "cpf 390.533.447-05",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "pin 40.446972, -3.724753",
    "mañana salimos de Ciudad Juárez",
    "zbor din București spre Londra",
    "write to maria.lopez@example.com",
    "CURP HEGG560427MVZRRL04",
    "IMEI 490154203237518",
    "número de cuenta 0123-4567-8901",
]


def scanned(text: str) -> list[Finding]:
    unit = Unit(origin="message", locator="line=1", text=text)
    return [hit.finding for hit in SCAN(Run(units=(unit,), conversation=Conversation(name="properties")))]


def shown(text: str) -> set[tuple[str, str, bool]]:
    return {(f.type, f.value, f.reported) for f in scanned(text)}


@pytest.mark.parametrize("text", TEXTS)
def test_zero_width_characters_other_digits_and_nfd_change_nothing(text: str) -> None:
    plain = shown(text)
    assert plain
    assert shown("\u200b".join(text)) == plain
    assert shown(unicodedata.normalize("NFD", text)) == plain
    assert shown(text.translate({0x30 + d: 0x660 + d for d in range(10)})) == plain
    assert shown(text.replace(" ", "\u00a0")) == plain


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=20)), max_size=4).map(" ".join))
def test_spans_lie_in_the_text_and_masks_in_their_span(text: str) -> None:
    for finding in scanned(text):
        assert 0 <= finding.start < finding.end <= len(text)
        assert all(finding.start <= a < b <= finding.end for a, b in finding.mask)
        assert list(finding.flags) == sorted(set(finding.flags))
        assert finding.type != "CARD_PAN" or finding.secret not in finding.value


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map("; ".join))
def test_the_gates_lose_nothing(text: str) -> None:
    parts = (links.PART, payments.PART, documents.PART, places.PART, gazetteer.PART)
    always = entities.gate([Part(name=p.name, find=p.find) for p in parts])  # no trigger, no mark: always awake
    unit = Unit(origin="message", locator="line=1", text=text)
    run = Run(units=(unit,), conversation=Conversation(name="properties"))
    assert [h.finding for h in entities.scanner(always)(run)] == [h.finding for h in SCAN(run)]
