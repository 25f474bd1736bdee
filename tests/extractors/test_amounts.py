"""Sums of money in the forms of many languages, by region where the sign needs one, and what is no sum."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import amounts, entities
from extractors.amounts_numbers import figure, han
from extractors.number_words import cardinal, folded
from triage.model import Conversation, Finding, Run, Unit

_SCAN = entities.scanner(entities.gate((amounts.PART,)))


def found(text: str, region: str = "") -> list[Finding]:
    unit = Unit(origin="message", locator="line=1", text=text)
    run = Run(units=(unit,), conversation=Conversation(name="c"), regions=(region,) if region else ())
    return [hit.finding for hit in _SCAN(run)]


def values(text: str, region: str = "") -> list[str]:
    return [f.value for f in found(text, region) if f.reported]


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("3.500 euros", "", "EUR 3500"), ("3,500.50 EUR", "", "EUR 3500.5"), ("EUR 1.234,56", "", "EUR 1234.56"),
        ("1 200 €", "FR", "EUR 1200"), ("CHF 1'250.50", "", "CHF 1250.5"), ("15,00,000 rs", "IN", "INR 1500000"),
        ("Rs. 5,000/-", "PK", "PKR 5000"), ("$2k", "US", "USD 2000"), ("2 mil pesos", "MX", "MXN 2000"),
        ("2 mil 500 pesos", "MX", "MXN 2500"), ("15 lakh", "IN", "INR 1500000"), ("2 करोड़", "IN", "INR 20000000"),
        ("5 palos", "AR", "ARS 5000000"), ("20 lucas", "CL", "CLP 20000"), ("5 grand", "GB", "GBP 5000"),
        ("Rp1,5 juta", "", "IDR 1500000"), ("5 triệu", "", "VND 5000000"), ("10 bin tl", "", "TRY 10000"),
        ("5 тисяч грн", "", "UAH 5000"), ("1,5 млн руб", "", "RUB 1500000"), ("500 баксов", "", "USD 500"),
        ("2万元", "", "CNY 20000"), ("五千元", "", "CNY 5000"), ("50만원", "", "KRW 500000"),
        ("2 หมื่นบาท", "", "THB 20000"),
        ("50 000 FCFA", "CM", "XAF 50000"), ("50 000 FCFA", "", "XOF 50000"), ("٥٠٠ درهم", "MA", "MAD 500"),
        ("two hundred quid", "", "GBP 200"), ("siebenhundert Euro", "", "EUR 700"), ("deux cents euros", "", "EUR 200"),
        ("mil quinientos dólares", "", "USD 1500"), ("trei sute de lei", "", "RON 300"),
        ("duemila euro", "", "EUR 2000"),
        ("тридцать тысяч рублей", "", "RUB 30000"), ("vinte mil reais", "", "BRL 20000"), ("$500 mxn", "US", "MXN 500"),
        ("R500", "ZA", "ZAR 500"), ("#5000", "NG", "NGN 5000"), ("100 USD/month", "", "USD 100"),
        ("500,-€", "", "EUR 500"),
    ],
)  # fmt: skip
def test_forms(text: str, region: str, value: str) -> None:
    for template in ("{}", "quiere {} por el viaje"):
        assert values(template.format(text), region) == [value]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("lane 2k race", "US"), ("15 people in the van", "US"), ("echo $USER", ""), ("5 da manhã", "BR"), ("100%", ""),
        ("try 5 times", ""), ("all 3 of us", ""), ("we 3 won", "US"), ("500 USDT", ""), ("mil gracias", "ES"),
        ("5 km", ""), ("R500", "US"),
    ],
)  # fmt: skip
def test_what_is_no_sum(text: str, region: str) -> None:
    assert values(text, region) == []


def test_a_sign_of_several_countries_without_a_hint_is_a_candidate_in_no_currency() -> None:
    [hit] = found("$500")
    assert hit.value == "XXX 500" and not hit.reported and "candidate" in hit.flags


def test_the_mexican_dollar_sign_is_doubtful() -> None:
    [hit] = found("$500", "MX")
    assert hit.value == "MXN 500" and set(hit.flags) == {"currency_ambiguous", "region_assumed"}


def test_ranges_are_two_sums() -> None:
    assert values("500-600 €") == ["EUR 500", "EUR 600"]
    assert values("2-3k euros") == ["EUR 2000", "EUR 3000"]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("you still owe 2400 €", "debt"), ("me cobró una multa de 200 €", "fine"), ("el precio es 300 €", "price"),
        ("ton salaire 900 € par mois", "salary"), ("deja un depósito de 100 €", "deposit"), ("500 €", ""),
    ],
)  # fmt: skip
def test_the_role_is_what_the_sentence_says(text: str, role: str) -> None:
    [hit] = found(text)
    assert hit.detail.get("role", "") == role


def test_a_bare_number_is_a_sum_only_behind_a_word_for_it() -> None:
    [hit] = found("todavía debes 6 mil por la comida", "MX")
    assert hit.value == "MXN 6000" and hit.grade == "context" and hit.reported
    [hit] = found("u still owe 2400 for the ticket", "US")
    assert hit.value == "USD 2400" and not hit.reported
    assert found("debes caminar 6 mil pasos", "MX") == []


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("dos mil quinientos", 2500), ("quatre vingt dix sept", 97), ("soixante et onze", 71),
        ("fifteen hundred", 1500),
        ("two hundred and fifty", 250), ("zweihundertfunfzig", 250), ("mil quinientos cincuenta y cinco", 1555),
    ],
)  # fmt: skip
def test_cardinals(words: str, value: int) -> None:
    assert cardinal(folded(w) for w in words.split()) == value


def test_chinese_numerals() -> None:
    assert [han(w) for w in ("五千", "三万二千", "十", "两百", "一亿")] == [5000, 32000, 10, 200, 10**8]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=2, allow_nan=False),
    st.sampled_from(["{:,}", "{}"]),
    st.sampled_from(["USD", "EUR", "NGN", "PLN"]),
)
def test_what_is_printed_is_read_again(value: Decimal, style: str, code: str) -> None:
    shown = style.format(value)
    assert figure(shown) == value
    [hit] = found(f"paid {code} {shown} yesterday")
    assert hit.value == f"{code} {amounts.plain(value)}"
    assert re.fullmatch(r"[A-Z]{3} \d+(\.\d*[1-9])?", hit.value)
    assert found(hit.value)[0].value == hit.value
    assert f"paid {code} {shown} yesterday"[hit.start : hit.end] == f"{code} {shown}"


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.sampled_from(["debes 3.500 € ya", "50만원 보내", "2 करोड़ रुपये", "três mil reais", "5 тысяч рублей"]),
    st.integers(0, 20),
)
def test_nfd_and_invisible_characters_change_nothing(text: str, place: int) -> None:
    plain = values(text, "IN")
    assert plain
    place = min(place, len(text))
    assert values(text[:place] + "\u200b" + text[place:], "IN") == plain
    assert values(unicodedata.normalize("NFD", text), "IN") == plain
