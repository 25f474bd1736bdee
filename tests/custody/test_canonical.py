"""The log's own encoder gives the bytes of RFC 8785, and the way back refuses every other spelling."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.custody import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=8)
NUMBERS = st.integers(-canonical.INTEGER_LIMIT, canonical.INTEGER_LIMIT)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(VALUES)
def test_the_bytes_are_those_of_rfc_8785(value: object) -> None:
    raw = canonical.encode(value)
    assert raw == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical.decode(raw) == value


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=60))
def test_decoding_anything_gives_a_value_or_a_value_error(raw: bytes) -> None:
    try:
        value = canonical.decode(raw)
    except ValueError:
        return
    assert canonical.encode(value) == raw


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, -(2**53), {1: 2}, {"é": 1}, b"x", {"a": {1}}, "\ud800"])
def test_what_the_subset_leaves_out_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical.encode(value)


def test_deep_nesting_is_refused_both_ways() -> None:
    value: object = 1
    for _ in range(20):
        value = [value]
    with pytest.raises(ValueError, match="deep"):
        canonical.encode(value)
    for depth in (20, 100_000):
        with pytest.raises(ValueError):
            canonical.decode(b"[" * depth + b"]" * depth)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b"1.0",
        b"-0",
        b"\xef\xbb\xbf1",
        b'"\\u0041"',
        b"1 ",
        b"NaN",
        b"",
    ],
)
def test_other_spellings_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):
        canonical.decode(raw)


def test_control_characters_are_escaped_as_the_standard_says() -> None:
    every = "".join(map(chr, range(0x20))) + '"\\\x7f\u2028'
    assert canonical.encode(every) == rfc8785.dumps(every)
    assert json.loads(canonical.encode(every)) == every
