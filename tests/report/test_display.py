"""Display text: offsets respected, masks, defanging, nothing invisible, long texts cut around the quote."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.report.display import compose, defang, language, mask_value, merge, visible

PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co")), max_size=80)
SPANS = st.lists(st.tuples(st.integers(-3, 90), st.integers(-3, 90)), max_size=4)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(PLAIN, SPANS)
def test_marks_are_the_slices_and_the_text_stays_itself(text: str, spans: list[tuple[int, int]]) -> None:
    shown = compose(text, marks=spans)
    merged = merge(spans, len(text))
    if "://" not in text and "www." not in text.lower():
        assert str(shown) == text
        assert [s.text for s in shown.segments if s.mark] == [text[low:high] for low, high in merged]
    assert not any(
        first.mark and second.mark for first, second in zip(shown.segments, shown.segments[1:], strict=False)
    )


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(max_size=60), SPANS, SPANS)
def test_any_text_any_spans(text: str, marks: list[tuple[int, int]], masks: list[tuple[int, int]]) -> None:
    shown = str(compose(text, marks=marks, masks=masks))
    assert not [ch for ch in shown if (ch < " " and ch not in "\n\t") or "\x7f" <= ch < "\xa0" or ch == "\u202e"]
    assert visible(shown) == shown
    for low, high in masks:
        kept = [ch for ch in text[max(low, 0) : max(high, 0)] if ch.isalnum()]
        assert len(kept) <= 4 or shown.count("•") >= 1


def test_masks_keep_the_last_four_and_the_spaces() -> None:
    text = "to ES91 2100 0418 4502 0005 1332 now"
    assert str(compose(text, masks=[(3, 32)])) == "to •••• •••• •••• •••• •••• 1332 now"
    assert str(compose("pin 12", masks=[(4, 6)])) == "pin ••"


def test_values() -> None:
    assert mask_value("IBAN", "ES9121000418450200051332").endswith("•1332")
    assert mask_value("CARD_PAN", "411111******1111") == "••••••••••••1111"
    assert mask_value("PASSPORT_NO", "ES:AB1234567") == "ES:•••••4567"
    assert mask_value("MRZ", "ESP|AB1234567|800101|F|250101") == "ESP:•••••4567"
    assert mask_value("PIX_KEY", "+5511955550199") == "+5511955550199"
    assert mask_value("PHONE", "+34600555010") == "+34600555010"
    assert mask_value("CRYPTO_BTC", "bc1qexample") == "bc1qexample"


def test_defang() -> None:
    assert defang("see https://a.example/x.y and www.b.example") == "see hxxps://a[.]example/x.y and www[.]b[.]example"
    assert defang("HTTP://A.EXAMPLE") == "Hxxp://A[.]EXAMPLE".replace("Hxxp", "HxxP")
    assert defang("plain 12.50 text") == "plain 12.50 text"


def test_long_texts_are_cut_around_the_quote() -> None:
    text = "a" * 5000 + "QUOTE" + "b" * 5000
    shown = compose(text, marks=[(5000, 5005)])
    assert [s.text for s in shown.segments if s.mark] == ["QUOTE"]
    assert shown.before > 4000 and shown.after > 4000 and shown.before + len(str(shown)) + shown.after == len(text)
    assert compose("x" * 5000).after == 4100


def test_visible_and_language() -> None:
    assert visible("a\u202eb\x00c\x9b") == "a[U+202E]b[U+0000]c[U+009B]"
    assert visible("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"
    assert [language(code) for code in ("es", "zh-Hant", 'x" onload=1', None, "")] == ["es", "zh-Hant", "", "", ""]
