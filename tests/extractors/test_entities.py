"""The composition of the parts: precedence, lossless gate, exact offsets, and work that grows with the text only."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import (
    amounts,
    amounts_numbers,
    amounts_roles,
    currencies,
    entities,
    phones,
    phones_links,
    phones_vetoes,
    phones_windows,
    regions,
    views,
    watch_phones,
)
from extractors.parts import Candidate, Part, TextContext, Tier
from triage.model import Conversation, Hit, Run, Scan, Unit
from triage.text import View, clean

sre: Any = import_module("re._constants")
sre_parser: Any = import_module("re._parser")
_MINE = (phones.PART, amounts.PART)


def run_of(*texts: str, region: str = "US") -> Run:
    units = tuple(Unit(origin="message", locator=f"line={n}", text=text) for n, text in enumerate(texts))
    return Run(units=units, conversation=Conversation(name="c"), regions=(region,))


def part(*made: Candidate) -> Part:
    return Part(name="test", find=lambda view, context: list(made))


def candidate(type_: str, start: int, end: int, **more: Any) -> Candidate:
    fields: dict[str, Any] = {"tier": Tier.PHONE, "rank": 80, "value": type_, "grade": "format", "rule": "test.x@1"}
    return Candidate(type=type_, start=start, end=end, **{**fields, **more})


def settled(*made: Candidate) -> list[str]:
    return [c.value for c in entities.settled(made)]


def test_an_earlier_tier_that_blocks_keeps_later_ones_out() -> None:
    iban = candidate("IBAN", 0, 20, tier=Tier.CHECKSUM, blocks=True)
    assert settled(candidate("PHONE", 5, 14), iban) == ["IBAN"]
    assert settled(candidate("PHONE", 20, 30), iban) == ["IBAN", "PHONE"]


def test_a_handle_that_is_a_phone_keeps_both_types() -> None:
    zelle = candidate("ZELLE", 0, 12, tier=Tier.KEYED, blocks=True, shares=("PHONE",))
    assert settled(zelle, candidate("PHONE", 0, 12), candidate("AMOUNT", 0, 3, tier=Tier.AMOUNT)) == ["PHONE", "ZELLE"]


def test_of_two_of_a_type_the_better_stands_and_other_readings_of_the_same_span_too() -> None:
    better = candidate("PHONE", 0, 12, value="a", rank=90)
    assert settled(candidate("PHONE", 2, 12, value="b"), better) == ["a"]
    assert settled(candidate("PHONE", 0, 12, value="b", rank=40), better) == ["a", "b"]


def test_a_candidate_below_the_limit_blocks_nothing_and_is_not_reported() -> None:
    weak = candidate("WU_MTCN", 0, 10, tier=Tier.KEYED, rank=40, blocks=True)
    assert settled(weak, candidate("PHONE", 0, 10)) == ["PHONE", "WU_MTCN"]
    [hit] = entities.scanner(entities.gate([part(weak)]))(run_of("2135550148"))
    assert not hit.finding.reported and hit.finding.flags == ("candidate",)


def test_later_parts_see_what_earlier_ones_claimed() -> None:
    seen: list[tuple[tuple[int, int], ...]] = []

    def look(view: View, context: TextContext) -> list[Candidate]:
        seen.append(context.claimed)
        return []

    first = part(candidate("IBAN", 0, 4, tier=Tier.CHECKSUM, blocks=True))
    list(entities.scanner(entities.gate([first, Part(name="second", find=look)]))(run_of("abcdef")))
    assert seen == [((0, 4),)]


def test_masks_and_offsets_lie_in_the_untouched_text() -> None:
    text = "a\u200bb\u200bc 12\u200b34"
    hidden = candidate("SECRET", 4, 8, mask=((4, 8),))
    [hit] = entities.scanner(entities.gate([part(hidden)]))(run_of(text))
    assert clean(text).text == "abc 1234"
    assert (hit.finding.start, hit.finding.end) == (6, 11)
    assert hit.finding.mask == ((6, 11),)


@pytest.mark.parametrize("text", ["good morning my dear", "¿Cómo estás? 😊", "доброе утро", "نراكم غدا", "早上好"])
def test_everyday_messages_wake_neither_phones_nor_amounts(text: str) -> None:
    gate = entities.gate(_MINE)
    assert not any(p.quick is None or p.quick(text) for n, p in enumerate(_MINE) if gate.wanted(text) >> n & 1)


def _ungated(parts: tuple[Part, ...]) -> Scan:
    open_parts = tuple(Part(name=p.name, find=p.find) for p in parts)
    return entities.scanner(entities.gate(open_parts))


_SPELLED = [
    "call ",
    "two ",
    "one ",
    "five ",
    "zero ",
    "siete ",
    "seis ",
    "quatre ",
    "double ",
    "hundred ",
    "mil ",
    "f1ve",
]
_FIGURES = ["2135550148", "+34 612 342 271", "6 1 2 ", "555", "O1 ", " 12 ", "k", "٥٠٠", "五千", "1-800-FLOWERS", "ab"]
_MONEY = ["€", "$5", "euros", "pesos ", "元", "lakh", "bucks", "owe "]
_MARKS = ["\n", "wa.me/34612342271", "tel:", "😘", "\u200b", ".", ","]
_PIECES = st.sampled_from(_SPELLED + _FIGURES + _MONEY + _MARKS)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(_PIECES, max_size=12), st.sampled_from(["US", "ES", "IN"]))
def test_the_gate_loses_nothing_and_every_quote_is_inside_the_text(pieces: list[str], region: str) -> None:
    text = "".join(pieces)
    gated = list(entities.scanner(entities.gate(_MINE))(run_of(text, region=region)))
    assert gated == list(_ungated(_MINE)(run_of(text, region=region)))
    assert all(0 <= h.finding.start < h.finding.end <= len(text) for h in gated)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(_PIECES, max_size=10), st.integers(0, 60))
def test_an_invisible_character_changes_no_value(pieces: list[str], place: int) -> None:
    text = "".join(p for p in pieces if p != "\u200b")
    place = min(place, len(text))
    scan = entities.scanner(entities.gate(_MINE))

    def found(version: str) -> list[tuple[str, str]]:
        return [(h.finding.type, h.finding.value) for h in scan(run_of(version))]

    assert found(text[:place] + "\u200e" + text[place:]) == found(text)


_ADVERSARIAL = [
    *(
        "1",
        "1 ",
        "1-",
        "+1 ",
        "(1",
        "1.000.",
        "1,000,",
        "one ",
        "one",
        "double ",
        "quatre vingt ",
        "O1l ",
        "1*",
        "1=1+",
    ),
    *(
        "a@",
        "€",
        "1 € ",
        "mil ",
        "5 mil ",
        "一万",
        "1/1/20 ",
        "+34612342271 ",
        "612342271 ",
        "AB12 3456 7890 ",
        "00 ",
        "1❤",
    ),
    *("f1ve ", "12345678-1234-", "1\u0301", "1\u200b", "api.whatsapp.com/send?phone=", "seisseis", "800-AB", "1-2-3 €"),
    *("1❤", "http://a.b/"),
]


def _calls(scan: Scan, text: str) -> int:
    """How many function calls a scan makes: the same count on every machine."""
    count = 0

    def tick(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    run = run_of(text)
    sys.setprofile(tick)
    try:
        for _ in scan(run):
            pass
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", _ADVERSARIAL)
def test_twice_the_text_is_twice_the_work(unit: str) -> None:
    scan = entities.scanner(entities.gate(_MINE))
    _calls(scan, unit * 40)  # fill the caches
    once, twice = (_calls(scan, (unit * (size // len(unit) + 1))[:size]) for size in (2000, 4000))
    assert twice <= 2.4 * once + 200


_MODULES: tuple[ModuleType, ...] = (
    phones, phones_links, phones_vetoes, phones_windows, views, amounts, amounts_numbers, amounts_roles, currencies,
    regions, watch_phones,
)  # fmt: skip


def _patterns() -> Iterator[tuple[str, str]]:
    for module in _MODULES:
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__}.{name}", value.pattern


def _unbounded(tree: Any, inside: bool = False) -> bool:
    """Whether an unbounded repeat stands inside another: the form that makes a pattern catastrophic."""
    for op, value in tree:
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            endless = value[1] == sre.MAXREPEAT
            if (inside and endless) or _unbounded(value[2], inside or endless):
                return True
        elif op is sre.BRANCH:
            if any(_unbounded(branch, inside) for branch in value[1]):
                return True
        elif (op is sre.SUBPATTERN and _unbounded(value[3], inside)) or (
            op in (sre.ASSERT, sre.ASSERT_NOT) and _unbounded(value[1], inside)
        ):
            return True
    return False


@pytest.mark.parametrize(("name", "pattern"), list(_patterns()))
def test_no_pattern_nests_unbounded_repeats(name: str, pattern: str) -> None:
    assert not _unbounded(sre_parser.parse(pattern)), name


def test_hits_come_unit_by_unit_in_the_order_of_the_text() -> None:
    hits: list[Hit] = list(entities.scanner(entities.gate(_MINE))(run_of("$5 and 213 555 0148", "nothing", "$7")))
    assert [(h.unit, h.finding.value) for h in hits] == [(0, "USD 5"), (0, "+12135550148"), (2, "USD 7")]
