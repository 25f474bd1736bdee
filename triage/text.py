"""Text views: normalised copies of a text with a map back to the original offsets.

Evidence text is never changed. Matching works on a *view*; whatever is found there is quoted from the original.
`clean` is view V0 of the entity specification: NFKC, format characters (Cf), variation selectors and keycaps
dropped, every space separator a plain space, every decimal digit of any script ASCII.
`fold` goes on from there for words: casefold, accents stripped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class View:
    """A normalised text; `starts[i]`/`ends[i]` are the original span that character i came from (None = identity)."""

    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of `text[start:end]` (start < end)."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


_DROPPED = {0xFE0E, 0xFE0F, 0x20E3}

_TOUCHED = re.compile(
    "(?![\x00-\x7f])[\\s\\d]|["
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
"""What `clean` drops or rewrites besides what NFKC does: format characters, variation selectors, spaces, digits."""


@lru_cache(maxsize=65536)
def _clean_char(ch: str) -> str:
    """One character (or a base with its marks) of view V0; '' where it is dropped."""
    if len(ch) == 1:
        category = unicodedata.category(ch)
        if category == "Cf" or ord(ch) in _DROPPED or 0xFE00 <= ord(ch) <= 0xFE0F:
            return ""
        if category == "Zs":
            return " "
        if category == "Nd":
            return str(unicodedata.digit(ch))
    out = unicodedata.normalize("NFKC", ch)
    return out if out == ch else "".join(_clean_char(c) for c in out)


@lru_cache(maxsize=65536)
def _fold_char(ch: str) -> str:
    stripped = "".join(c for c in unicodedata.normalize("NFKD", ch) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", stripped).casefold()


_JOINERS = frozenset(
    "\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf\u102e\u1b35"
) | frozenset(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))
"""Vowel signs and Hangul vowels and finals that compose with what stands before them, though no combining marks."""


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans of a base character with what composes with it: combining marks, the parts of a Hangul syllable."""
    spans: list[tuple[int, int]] = []
    for i, ch in enumerate(text):
        if spans and (unicodedata.combining(ch) or (ch in _JOINERS and _composes(text[spans[-1][0] : i], ch))):
            spans[-1] = (spans[-1][0], i + 1)
        else:
            spans.append((i, i + 1))
        while len(spans) > 1 and unicodedata.combining(ch) and not _clean_char(text[spans[-1][0]]):
            spans[-2:] = [(spans[-2][0], i + 1)]  # a mark behind an invisible character belongs to the letter before
    return spans


def _composes(before: str, ch: str) -> bool:
    return len(unicodedata.normalize("NFC", before + ch)) == len(unicodedata.normalize("NFC", before))


def is_clean(text: str) -> bool:
    """Whether view V0 of `text` is the text itself: a cheap test that says no where it is not sure."""
    return text.isascii() or (_TOUCHED.search(text) is None and unicodedata.is_normalized("NFKC", text))


def clean(text: str) -> View:
    """View V0 of `text`; identity (no map) where nothing changes."""
    if is_clean(text):
        return View(text)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        cluster = text[start:end]
        made = _clean_char(cluster if end - start == 1 else "".join(c for c in cluster if _clean_char(c)))
        out.append(made)
        starts.extend([start] * len(made))
        ends.extend([end] * len(made))
    return View("".join(out), starts, ends)


def fold(view: View) -> View:
    """`view` casefolded and without accents, mapped to the same original."""
    if view.text.isascii():
        return View(view.text.lower(), view.starts, view.ends)
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for i, ch in enumerate(view.text):
        made = _fold_char(ch)
        if not made:
            continue
        start, end = view.span(i, i + 1)
        out.append(made)
        starts.extend([start] * len(made))
        ends.extend([end] * len(made))
    return View("".join(out), starts, ends)
