"""From words with boxes to blocks of lines: one block for a bubble, a bar, a paragraph.

Words belong to the panel that their middle lies on; inside a panel fragments at the same height become one line.
A small panel (bubble, card) is one block; on a large one (the page, the wallpaper) lines that stand close below each
other are. Confidence is Tesseract's mean over letters and digits, told in words: `high` from 85, `medium` from 65,
`low` below. Blocks that hold nothing legible (no word of three letters or digits read with 60 or more, and not
`medium` as a whole) are counted, not given. A lone `|` in Latin text is read as the capital I, which it is in nearly
every screen font.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from triage.readers.ocr_canvas import Canvas
from triage.readers.ocr_engine import Word
from triage.readers.ocr_language import mean_confidence
from triage.readers.ocr_panels import Box, Panels

HIGH, MEDIUM = 85.0, 65.0
LEGIBLE = 60.0
LARGE_PANEL = 0.35
"""Share of the picture from which a panel is a page rather than a bubble."""


Side = Literal["", "left", "right"]
"""Which edge of the picture a bubble stands at; chat applications put the writer's own on the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words at one height."""

    words: tuple[Word, ...]
    left: int
    top: int
    right: int
    bottom: int
    """In pixels of the canvas."""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that belong together."""

    lines: tuple[Line, ...]
    panel: int
    """Number of the panel it lies on, 0 for none; `Panels.boxes[panel - 1]` is its box."""
    box: Box
    """In the picture as viewers show it."""
    side: Side = ""

    @property
    def words(self) -> list[Word]:
        return [word for line in self.lines for word in line.words]


def confidence_word(words: Sequence[Word]) -> str:
    """`high`, `medium` or `low`."""
    mean = mean_confidence(words)
    return "high" if mean >= HIGH else "medium" if mean >= MEDIUM else "low"


def legible(block: Block) -> bool:
    """Whether a word of three letters or digits was read with some confidence, or something short with more.

    Texture (leaves, cloth) makes the engine see scattered short words of low confidence.
    """
    letters = [(sum(ch.isalnum() for ch in word.text), word.confidence) for word in block.words]
    if any(count >= 3 and confidence >= LEGIBLE for count, confidence in letters):
        return True
    return sum(count for count, _ in letters) >= 2 and mean_confidence(block.words) >= MEDIUM


def blocks_of(words: Sequence[Word], canvas: Canvas, panels: Panels, *, scattered: bool) -> list[Block]:
    """All blocks, from the top down. Of scattered text the engine gives fragments; they are joined to lines here."""
    by_panel: dict[int, list[Word]] = {}
    for word in words:
        if word.confidence >= 0 and (any(ch.isalnum() for ch in word.text) or word.confidence >= MEDIUM):
            by_panel.setdefault(_panel(word, canvas, panels) if scattered else 0, []).append(word)
    blocks = []
    for panel, own in by_panel.items():
        lines = _lines(own, join=scattered)
        large = _is_large(panel, panels)
        side: Side = "" if large or canvas.quarters or not scattered else _side(panel, panels)
        for group in _paragraphs(lines) if large else [lines]:
            blocks.append(Block(lines=tuple(group), panel=panel, box=_box(group, canvas), side=side))
    return sorted(blocks, key=lambda block: (block.lines[0].top, block.lines[0].left))


def _panel(word: Word, canvas: Canvas, panels: Panels) -> int:
    x, y, wide, high = canvas.box(word.left, word.top, word.width, word.height)
    row = min((y + high // 2) // panels.shrink, panels.ids.shape[0] - 1)
    column = min((x + wide // 2) // panels.shrink, panels.ids.shape[1] - 1)
    return int(panels.ids[row, column])


def _side(panel: int, panels: Panels) -> Side:
    """Left or right where a panel clearly stands nearer to one edge; a bar across the picture has no side."""
    left, _, wide, _ = panels.boxes[panel - 1]
    right = panels.ids.shape[1] * panels.shrink - left - wide
    if abs(left - right) < 0.08 * (left + wide + right):
        return ""
    return "left" if left < right else "right"


def _is_large(panel: int, panels: Panels) -> bool:
    if panel == 0:
        return True
    _, _, wide, high = panels.boxes[panel - 1]
    return wide * high > LARGE_PANEL * panels.ids.size * panels.shrink**2


def _lines(words: Sequence[Word], *, join: bool) -> list[Line]:
    """The engine's lines, with fragments at the same height joined, from the top down."""
    keyed: dict[tuple[int, int, int], list[Word]] = {}
    for word in words:
        keyed.setdefault(word.line, []).append(word)
    joined: list[Line] = []
    for line in sorted((_line(part) for part in keyed.values()), key=lambda line: (line.top, line.left)):
        for number, other in enumerate(joined[-8:], start=max(0, len(joined) - 8)):
            if join and _same_height(line, other):
                joined[number] = _line([*other.words, *line.words])
                break
        else:
            joined.append(line)
    return sorted(joined, key=lambda line: (line.top, line.left))


def _line(words: Sequence[Word]) -> Line:
    rightwards = sum(_leftward(word.text) for word in words) <= 0
    return Line(
        words=tuple(sorted(words, key=lambda word: word.left if rightwards else -word.left)),
        left=min(word.left for word in words),
        top=min(word.top for word in words),
        right=max(word.left + word.width for word in words),
        bottom=max(word.top + word.height for word in words),
    )


def _leftward(text: str) -> int:
    """How many letters more of it run from right to left (Arabic, Hebrew) than from left to right."""
    ways = [unicodedata.bidirectional(ch) for ch in text]
    return sum(way in ("R", "AL") for way in ways) - ways.count("L")


def _same_height(a: Line, b: Line) -> bool:
    """Side by side, of like size, and overlapping by most of the smaller one's height."""
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    apart = max(a.left, b.left) - min(a.right, b.right)
    alike = 0.55 < a.height / max(1, b.height) < 1.8
    return alike and apart >= 0 and overlap > 0.6 * min(a.height, b.height)


def _paragraphs(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines with less than about a line between them and some width in common."""
    groups: list[list[Line]] = []
    for line in lines:
        for group in reversed(groups[-6:]):
            last = group[-1]
            tall = max(line.height, last.height)
            beside = min(line.right, last.right) - max(line.left, last.left) > -tall
            if beside and line.top - last.bottom < 0.9 * tall and 0.5 < line.height / max(1, last.height) < 2:
                group.append(line)
                break
        else:
            groups.append([line])
    return groups


def _box(lines: Sequence[Line], canvas: Canvas) -> Box:
    left, top = min(line.left for line in lines), min(line.top for line in lines)
    right, bottom = max(line.right for line in lines), max(line.bottom for line in lines)
    return canvas.box(left, top, right - left, bottom - top)


_LONE_BAR = re.compile(r"(?<![^\s(¿¡\"'])\|(?=[\s'’]|[a-z]{2}|$)")


def text_of(lines: Sequence[Line], *, latin: bool) -> str:
    """The lines as text, one below the other."""
    text = "\n".join(line.text for line in lines)
    return _LONE_BAR.sub("I", text) if latin else text
