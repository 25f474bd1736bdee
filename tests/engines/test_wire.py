"""The wire: what a worker says is believed only after it was checked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engines import wire
from triage.engines.wire import WireError
from triage.model import Finding, Hit, Moment, Part, Unit

UNIT = Unit(
    origin="message", locator="line=1", text="pago 300 mañana", app="WhatsApp", conversation="c", sender="+34 600",
    recipients=("a", "b"), when=Moment(at="2024-01-01T00:00:00+00:00", source="1/1/24", basis="utc"),
    direction="incoming", flags=("edited",), attachments=("x.jpg",), detail={"duration": 3},
)  # fmt: skip
HIT = Hit(
    unit=0,
    finding=Finding(
        kind="amount", type="AMOUNT", value="EUR 300", start=5, end=8, grade="format", rule="amounts.x@1",
        flags=("region_assumed",), mask=((5, 6),), detail={"role": "debt"},
        parts=(Part(role="sum", unit=0, start=5, end=8),),
    ),
)  # fmt: skip


def _crossed(value: Any) -> Any:
    return json.loads(wire.encode(value))


def test_units_and_hits_survive_the_crossing() -> None:
    unit, lang = wire.unpack_unit(_crossed(wire.pack_unit(UNIT, "es")))
    assert (unit, lang) == (UNIT, "es")
    assert wire.unpack_hit(_crossed(wire.pack_hit(HIT)), [unit]) == HIT


def test_unpaired_surrogates_and_nul_are_repaired_one_for_one() -> None:
    row = wire.pack_unit(Unit(origin="message", locator="l", text="a\ud800b\x00c"), None)
    unit, _ = wire.unpack_unit(_crossed(row))
    assert unit.text == "a\ufffdb\ufffdc"
    assert unit.flags == ("text_repaired",)


@pytest.mark.parametrize(
    ("index", "value"),
    [(0, "verdict"), (1, 7), (2, None), (7, "x"), (11, "guess"), (12, "sideways"), (13, 1), (14, [1]), (18, [])],
)
def test_a_unit_that_is_not_of_the_form_is_refused(index: int, value: object) -> None:
    row = _crossed(wire.pack_unit(UNIT, None))
    row[index] = value
    with pytest.raises(WireError):
        wire.unpack_unit(row)


@pytest.mark.parametrize(
    ("index", "value"), [(0, 1), (1, "guilt"), (4, -1), (5, 99), (5, 4), (6, "0.65"), (11, [[0, 99]])]
)
def test_a_hit_outside_its_text_or_of_unknown_words_is_refused(index: int, value: object) -> None:
    row = _crossed(wire.pack_hit(HIT))
    row[index] = value
    with pytest.raises(WireError):
        wire.unpack_hit(row, [UNIT])


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda v: st.lists(v, max_size=21))
)
def test_nonsense_is_refused_and_never_anything_else(value: object) -> None:
    for unpack in (wire.unpack_unit, lambda v: wire.unpack_hit(v, [UNIT]), wire.unpack_problem):
        with pytest.raises(WireError):
            unpack(value)
    with pytest.raises(WireError):
        wire.decode(b"{" + json.dumps(value).encode())
