"""Views: what they fold, and that offsets always lead back to the original."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.text import View, _clean_char, clean, fold, is_clean

_ANY = st.text(max_size=60)


def test_clean_drops_format_characters_and_reads_digits_of_every_script() -> None:
    view = clean("tel\u200b:\u00a0٠٦ ०१ 12️⃣")
    assert view.text == "tel: 06 01 12"
    start = view.text.index("06")
    assert "tel\u200b:\u00a0٠٦ ०१ 12️⃣"[slice(*view.span(start, start + 2))] == "٠٦"


def test_fold_removes_case_and_accents() -> None:
    assert fold(clean("Ça n'était PAS l'Été, Straße")).text == "ca n'etait pas l'ete, strasse"


def test_decomposed_text_folds_as_composed() -> None:
    composed = "información del café"
    assert fold(clean(unicodedata.normalize("NFD", composed))).text == fold(clean(composed)).text


@settings(derandomize=True, deadline=None, max_examples=300)
@given(_ANY)
def test_every_span_lies_in_the_original(text: str) -> None:
    for view in (clean(text), fold(clean(text))):
        for i in range(len(view.text)):
            start, end = view.span(i, i + 1)
            assert 0 <= start < end <= len(text)
        assert all(view.span(i, i + 1)[0] <= view.span(i + 1, i + 2)[0] for i in range(len(view.text) - 1))


def test_no_character_that_the_view_changes_passes_as_clean() -> None:
    characters = (chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000)
    assert [c for c in characters if is_clean(c) and _clean_char(c) != c] == []


@settings(derandomize=True, deadline=None, max_examples=300)
@given(_ANY)
def test_the_view_of_a_clean_text_is_the_text(text: str) -> None:
    if is_clean(text):
        assert clean(text) == View(text)
        assert all(_clean_char(c) == c for c in text)
