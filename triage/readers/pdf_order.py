"""Letters of right-to-left scripts in the order in which they are read, by where they stand on the page.

PDFium turns a right-to-left line round letter by letter. What a PDF states as one piece (a ligature of two letters, a
word with its replacement text) is turned round with it, wrongly: its letters then share one place, or stand from left
to right. Within a word (letters without a space) such pieces are put right; words are left where they are.

Source: Unicode Standard Annex 9 (bidirectional classes R, AL, NSM); behaviour observed on files of three programs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from triage.formats.pdf_file import pdfium

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
SLACK = 0.5
"""Points by which a letter may begin right of the one before it: they overlap."""


@dataclass(slots=True)
class _Piece:
    """Letters that share one place."""

    letters: str
    right: float
    box: object
    mark: bool


def in_reading_order(text_page: Any, limit: int) -> str:
    """The text of a page, at most `limit` characters of it."""
    found: list[str] = []
    word: list[_Piece] = []
    get = pdfium().raw.FPDFText_GetUnicode
    for n in range(min(text_page.count_chars(), limit)):
        code = get(text_page, n)
        ch = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        kind = unicodedata.bidirectional(ch)
        if kind in ("R", "AL") or (kind == "NSM" and word):
            _add(word, ch, text_page.get_charbox(n), mark=kind == "NSM")
            continue
        found += [*_ordered(word), ch]
        word = []
    return "".join([*found, *_ordered(word)])


def _add(word: list[_Piece], ch: str, box: tuple[float, float, float, float], *, mark: bool) -> None:
    if word and word[-1].box == box:
        word[-1].letters = ch + word[-1].letters
        word[-1].mark = word[-1].mark and mark
    else:
        word.append(_Piece(ch, box[2], box, mark))


def _ordered(word: list[_Piece]) -> list[str]:
    rights = [piece.right for piece in word if not piece.mark]
    if any(later > before + SLACK for before, later in pairwise(rights)):
        word = sorted(word, key=lambda piece: -piece.right)
    return [piece.letters for piece in word]
