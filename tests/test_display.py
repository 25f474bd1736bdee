"""Nothing that acts on a terminal, or hides, gets through to it."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.display import safe_display, safe_line

HARMFUL = [
    *range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0),
    0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),
    0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x2028, 0x2029,
    *range(0xE0000, 0xE0080), 0xD800, 0xDFFF,
]  # fmt: skip


def test_harmful_characters_are_made_visible() -> None:
    for code in HARMFUL:
        assert safe_display(f"a{chr(code)}b") == f"a\\u{{{code:x}}}b", hex(code)


def test_no_format_or_control_character_of_unicode_gets_through() -> None:
    visible = {0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD}
    """Signs that are drawn (Arabic number signs and the like), though Unicode counts them as format characters."""
    for code in range(sys.maxunicode + 1):
        kind = unicodedata.category(chr(code))
        if kind in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in visible and code not in (0x09, 0x0A):
            assert chr(code) not in safe_display(chr(code)), hex(code)


def test_what_people_write_is_left_alone() -> None:
    for text in ("Hola, ¿qué tal?", "مرحبا ١٢٣", "你好，世界", "ça\tva\n", "👍🏽 ❤️", "=1+1", "[red]x[/red]", "\\u{1b}"):
        assert safe_display(text) == text


def test_one_line_stays_one_line() -> None:
    assert safe_line("a\nb\tc\r") == "a\\nb\\tc\\u{d}"


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(st.characters()))
def test_the_result_is_stable_and_printable(text: str) -> None:
    shown = safe_display(text)
    assert safe_display(shown) == shown
    assert "\x1b" not in shown and "\u202e" not in shown
    shown.encode("utf-8")
