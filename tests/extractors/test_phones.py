"""Telephone numbers: how people write them, what only looks like them, and properties over generated numbers."""

from __future__ import annotations

import unicodedata

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import entities, phones
from extractors.phones_numbers import e164, readings
from triage.model import Conversation, Finding, Resources, Run, Unit

_SCAN = entities.scanner(entities.gate((phones.PART,)))


def found(text: str, *regions: str, **unit: str) -> list[Finding]:
    run = Run(
        units=(Unit(origin="message", locator="line=1", text=text, **unit),),  # type: ignore[arg-type]
        conversation=Conversation(name="c"),
        regions=regions,
    )
    return [hit.finding for hit in _SCAN(run)]


def values(text: str, *regions: str) -> set[str]:
    return {f.value for f in found(text, *regions) if f.reported}


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("call +34 612 34 22 71 tonight", "", "+34612342271"),
        ("tel 0034-612-342-271", "US", "+34612342271"),
        ("+٣٤ ٦١٢ ٣٤ ٢٢ ٧١", "", "+34612342271"),
        ("+" + "".join(c + "\ufe0f\u20e3" for c in "34612342271"), "", "+34612342271"),
        ("habla con 612 34 22 71 mañana", "ES", "+34612342271"),
        ("de Marta 06.12.34.56.78 voilà", "FR", "+33612345678"),
        ("piso 3 612 34 22 71", "ES", "+34612342271"),
        ("+34 612 342 271 2 personas", "", "+34612342271"),
        ("电话13800138000联系我", "CN", "+8613800138000"),
        ("My phone number is +44 (0)7123 129683.", "", "+447123129683"),
        ("https://wa.me/34612342271", "", "+34612342271"),
        ("https://api.whatsapp.com/send?phone=34612342271&text=hola", "", "+34612342271"),
        ("viber://chat?number=%2B34612342271", "", "+34612342271"),
        ("tel:0612345678", "FR", "+33612345678"),
        ("t.me/+34612342271", "", "+34612342271"),
        ("1-800-FLOWERS", "US", "+18003569377"),
        ("whatsapp 5215512345678", "MX", "+525512345678"),
        ("numero 22 12 34 wasap", "GL", "+299221234"),
    ],
)  # fmt: skip
def test_written_forms(text: str, region: str, value: str) -> None:
    assert values(text, *([region] if region else [])) == {value}


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("reach me two13five55zero14eight now", "US", "+12135550148"),
        ("call two one three, five five five, zero one four eight", "US", "+12135550148"),
        ("tw0 one thr33 f1ve five 5 zer0 1 four ei8ht", "US", ""),
        ("oh seven four double oh one two three five double six", "GB", "+447400123566"),
        ("mon num zéro six douze trente-quatre cinquante-six soixante-dix-huit", "FR", "+33612345678"),
        ("seiscientos doce treinta y cuatro veintidós setenta y uno", "ES", "+34612342271"),
        ("más tres cuatro seis uno dos tres cuatro dos dos siete uno", "", "+34612342271"),
        ("reach me 2 1 3 5 5 5 0 1 4 8 now", "US", "+12135550148"),
        ("2*1*3*5*5*5*0*1*4*8", "US", "+12135550148"),
        ("213_555_0148", "US", "+12135550148"),
        ("213 ❤️ 555 ❤️ 0148", "US", "+12135550148"),
    ],
)
def test_hidden_forms(text: str, region: str, value: str) -> None:
    hits = [f for f in found(text, *([region] if region else [])) if f.reported]
    assert {f.value for f in hits} == ({value} if value else set())
    assert all("obfuscated" in f.flags for f in hits)


def test_ocr_letters_and_a_broken_line_are_repaired_and_flagged() -> None:
    for text in ("Screenshot: +44 74O0 l23 556 online", "+44 7400\n123 556", "WhatsApp +44 74OO |23 5S6 10:32"):
        [hit] = found(text)
        assert hit.value == "+447400123556"
        assert hit.flags == ("ocr_repaired",)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("order 2135550148 shipped", "US"), ("pedido #5512345678", "MX"), ("my card number is 12345678", "US"),
        ("2024-05-01 10:22:33", "US"), ("20240501 08:00", "US"), ("1700000000", "ID"), ("epoch 1612345678", "ES"),
        ("lat 19.432608 lon -99.133209", "MX"), ("192.168.100.200", "US"), ("3333*2=6666", "US"),
        ("45+31-2024", "US"), ("123e4567-e89b-12d3-a456-426614174000", "US"), ("s666666666s", "ES"),
        ("INV-2023-000458812", "GB"), ("$2135550148", "US"), ("612342271 euros", "ES"), ("#2135550148", "US"),
        ("1 2 3 4 5 6 7 8 9 10", "US"), ("one two three four five six seven eight nine ten", "US"),
        ("34-24-36", "US"), ("scores 2-1, 3-0, 4-4, 1-0", "US"), ("MTCN 213-555-0148", "US"),
        ("4111 1111 1111 1111", "US"), ("AT61 1904 3002 3457 3202", "AT"), ("cpf 111.444.777-35", "BR"),
        ("https://example.com/item/2135550148", "US"), ("IMG_20240501_101500.jpg", "US"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_number(text: str, region: str) -> None:
    assert values(text, region) == set()


def test_without_a_hint_a_national_number_stays_silent_and_the_run_itself_can_give_the_hint() -> None:
    assert values("habla con 612 34 22 71") == set()
    units = tuple(
        Unit(origin="message", locator=f"line={n}", text=text)
        for n, text in enumerate(("soy +34 655 12 34 56", "habla con 612 34 22 71"))
    )
    hits = list(_SCAN(Run(units=units, conversation=Conversation(name="c"))))
    assert [(h.unit, h.finding.value, h.finding.flags) for h in hits] == [
        (0, "+34655123456", ()),
        (1, "+34612342271", ("region_assumed",)),
    ]


def test_the_owner_and_the_participants_are_hints() -> None:
    unit = Unit(origin="message", locator="line=1", text="habla con 612 34 22 71")
    for conversation in (
        Conversation(name="c", owner="34655123456@s.whatsapp.net"),
        Conversation(name="c", participants=("Ana", "+34 655 12 34 56")),
    ):
        [hit] = _SCAN(Run(units=(unit,), conversation=conversation))
        assert hit.finding.value == "+34612342271"


def test_other_readings_are_kept_as_candidates() -> None:
    hits = found("wasap 612342271", "ES", "FR")
    assert [(f.value, f.reported) for f in hits] == [("+34612342271", True), ("+33612342271", False)]
    assert "candidate" in hits[1].flags


def test_a_possible_number_needs_a_word_or_a_plus() -> None:
    [hit] = found("+54 11 15 2345 678")
    assert hit.grade == "context" and "possible_not_valid" in hit.flags
    assert found("salimos 99912345", "DE", "FR") == [] or all(
        not f.reported for f in found("salimos 99912345", "DE", "FR")
    )


def test_facts_and_extension() -> None:
    [hit] = found("office +1 213 555 0148 ext. 22")
    assert hit.detail["country"] == "US" and hit.detail["extension"] == "22"
    [mobile] = found("+34 612 34 22 71")
    assert mobile.detail["line"] == "mobile"


def test_a_handle_is_normalised_for_other_parts() -> None:
    assert e164("(213) 555-0148", ("US",)) == "+12135550148"
    assert e164("hello") is None


_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
_INVISIBLE = st.sampled_from(["\u200b", "\u200e", "\u202a", "\ufeff", "\u2060"])


@st.composite
def numbers(draw: st.DrawFn) -> phonenumbers.PhoneNumber:
    region = draw(st.sampled_from(_REGIONS))
    kind = draw(st.sampled_from([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE]))
    example = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert example is not None
    return example


@settings(derandomize=True, deadline=None, max_examples=120)
@given(numbers(), st.sampled_from(["{}", "llámame {} ya", "رقم {} واتساب"]), st.booleans())
def test_the_full_form_of_any_country_is_found_and_quoted_exactly(
    number: phonenumbers.PhoneNumber, template: str, spaced: bool
) -> None:
    style = phonenumbers.PhoneNumberFormat.INTERNATIONAL if spaced else phonenumbers.PhoneNumberFormat.E164
    shown = phonenumbers.format_number(number, style)
    text = template.format(shown)
    [hit] = found(text)
    assert hit.value == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert text[hit.start : hit.end] == shown


@settings(derandomize=True, deadline=None, max_examples=120)
@given(numbers(), st.integers(0, 12), _INVISIBLE, st.sampled_from([0x660, 0x6F0, 0x966, 0xFF10, 0x1D7CE]))
def test_invisible_characters_other_digits_and_nfd_change_nothing(
    number: phonenumbers.PhoneNumber, place: int, invisible: str, zero: int
) -> None:
    text = "teléfono " + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    plain = {f.value for f in found(text)}
    place += len("teléfono ")
    for variant in (
        text[:place] + invisible + text[place:],
        "".join(chr(zero + int(c)) if c.isdecimal() else c for c in text),
        unicodedata.normalize("NFD", text),
    ):
        assert {f.value for f in found(variant)} == plain


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(alphabet="0123456789 +-.()*/_oOlI|one two\n", max_size=60), st.sampled_from(["US", "ES", "DE"]))
def test_every_printed_number_validates_again(text: str, region: str) -> None:
    for hit in found(text, region):
        [again, *_] = readings(hit.value, (), 0)
        assert again.e164 == hit.value
        assert 0 <= hit.start < hit.end <= len(text)


def test_contact_cards_are_context_enough() -> None:
    run = Run(
        units=(Unit(origin="contact", locator="line=1", text="Kim\nTEL;CELL:7400 123556"),),
        conversation=Conversation(name="c"),
        regions=("GB",),
    )
    assert [h.finding.value for h in entities.prepare(Resources())(run)] == ["+447400123556"]
