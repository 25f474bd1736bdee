"""Lines cut out of a canvas and laid below each other: for a first look, and for a second one at what was missed.

On a canvas with scattered text the engine now and then passes over a short line (a time stamp, a label). Which lines
there are is seen without it: ink joined over short gaps gives one bar for a line. Bars that no word covers are cut
out, laid below each other, and read once more as one block; their words are moved back to where they came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from triage.readers.ocr_canvas import GLYPH
from triage.readers.ocr_engine import Word
from triage.readers.ocr_panels import Box, Pixels

_SHARE = 8 / GLYPH
"""Lines are looked for at a size where a letter is about eight pixels high."""
_PAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Cut lines and where they came from."""

    pixels: Pixels
    rows: tuple[tuple[int, Box], ...]
    """First row in the strip, and the box on the canvas that was cut."""


def line_boxes(pixels: Pixels) -> list[Box]:
    """Where lines of text seem to stand on a canvas, from the top down."""
    small = cv2.resize(255 - pixels, None, fx=_SHARE, fy=_SHARE, interpolation=cv2.INTER_AREA)
    joined = cv2.morphologyEx((small > 70).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 13), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = []
    for number in range(1, count):
        left, top, wide, high = (int(v) for v in stats[number, :4])
        if 4 <= high <= 24 and wide >= 1.5 * high:
            boxes.append((int(left / _SHARE), int(top / _SHARE), int(wide / _SHARE) + 1, int(high / _SHARE) + 1))
    return sorted(boxes, key=lambda box: (box[1], box[0]))


def longest(boxes: Sequence[Box], count: int, *, widest: int = 900) -> list[Box]:
    """The longest boxes, from the top down, each cut to a width."""
    chosen = sorted(boxes, key=lambda box: (-box[2], box[1], box[0]))[:count]
    return [(x, y, min(wide, widest), high) for x, y, wide, high in sorted(chosen, key=lambda box: (box[1], box[0]))]


def uncovered(boxes: Sequence[Box], words: Sequence[Word]) -> list[Box]:
    """Boxes of which words cover less than half the width."""
    left_out = []
    for x, y, wide, high in boxes:
        covered = 0
        for word in words:
            level = y - high < word.top < y + high and word.top + word.height > y + high // 3
            if level:
                covered += max(0, min(x + wide, word.left + word.width) - max(x, word.left))
        if covered < wide / 2:
            left_out.append((x, y, wide, high))
    return left_out


def cut(pixels: Pixels, boxes: Sequence[Box]) -> Strip:
    """The boxes of a canvas (at least one) below each other."""
    width = max(box[2] for box in boxes) + 4 * _PAD
    pieces, rows, top = [], [], 0
    for x, y, wide, high in boxes:
        x0, y0 = max(0, x - _PAD // 2), max(0, y - _PAD // 2)
        piece = pixels[y0 : y + high + _PAD, x0 : x + wide + _PAD]
        framed = np.full((piece.shape[0] + 2 * _PAD, width), 255, np.uint8)
        framed[_PAD : _PAD + piece.shape[0], _PAD : _PAD + piece.shape[1]] = piece
        rows.append((top, (x0, y0, piece.shape[1], piece.shape[0])))
        pieces.append(framed)
        top += framed.shape[0]
    return Strip(pixels=np.vstack(pieces), rows=tuple(rows))


def stacked(strips: Sequence[Strip]) -> tuple[Pixels, list[tuple[int, int]]]:
    """Strips below each other, to be read in one go, and the first and last row of each."""
    width = max(strip.pixels.shape[1] for strip in strips)
    parts, rows, top = [], [], 0
    for strip in strips:
        high, wide = strip.pixels.shape
        parts.append(np.pad(strip.pixels, ((0, 0), (0, width - wide)), constant_values=255))
        rows.append((top, top + high))
        top += high
    return np.vstack(parts), rows


def moved_back(strip: Strip, words: Sequence[Word]) -> list[Word]:
    """Words of a strip at their places on the canvas; each cut line is a line of its own."""
    back = []
    for word in words:
        middle = word.top + word.height / 2
        number = max(n for n, (top, _) in enumerate(strip.rows) if n == 0 or top <= middle)
        top, (x, y, _, _) = strip.rows[number]
        left, upper = max(0, word.left - _PAD + x), max(0, word.top - top - _PAD + y)
        back.append(replace(word, left=left, top=upper, line=(-1 - number, *word.line[1:])))
    return back
