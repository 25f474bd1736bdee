"""Reading one picture: preparation, language, the engine, and a second try where the first was poor.

    pixels → panels → ink → direction → canvas → first look (language, upside down) → engine → blocks

Candidates are judged by the engine's own confidence over letters and digits. The first one is nearly always good;
only where it is poor are the others tried: the other way of finding ink, the other polarity, half a turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from triage.readers.ocr_blocks import Block, blocks_of
from triage.readers.ocr_canvas import Canvas, paint, tiles, upside_down
from triage.readers.ocr_engine import Word, recognise
from triage.readers.ocr_ink import GRAIN_OF_PHOTOS, Ink, Kind, find_ink, kind_of
from triage.readers.ocr_language import likely, look, mean_confidence, script_of
from triage.readers.ocr_panels import Box, Panels, Pixels, find_panels
from triage.readers.ocr_strips import cut, line_boxes, longest, moved_back, stacked, uncovered
from triage.readers.ocr_turn import direction

GOOD = 70.0
"""Mean confidence above which no other candidate is tried."""
PHOTO_PIXELS = 8_000_000
"""Photographs are reduced to this before reading; screenshots never are."""
SMALL_SIDE = 480
"""A picture whose short side is below this has letters of a few pixels; edges are found on one twice as large."""
MANY_PANELS = 3
"""From so many panels on, text is taken to be scattered rather than one page."""
FEW_LETTERS = 4
PROMISING = 55.0
"""Confidence over a few lines from which another candidate is read in full."""
FEW_ACCENTS = 0.004
"""Accents for each piece of ink up to which a text may well be English."""
LOOKED_AT = 3
"""Lines of the first look."""
READ_AGAIN = 20
SURE_AGAIN = 60.0
"""A passed-over line is added only when the second reading of it is fairly sure."""

cv2.setNumThreads(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read in one picture, and how."""

    blocks: tuple[Block, ...]
    languages: tuple[str, ...]
    preparation: str
    """In words: `panels levelled, scaled 1.6x`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where and within what limits the engine works."""

    folder: Path
    seconds: float
    languages: tuple[str, ...]
    """Candidates, all of them installed; the first is the case's first choice."""

    @property
    def all_latin(self) -> bool:
        return all(script_of(code) == "Latin" for code in self.languages)

    def run(self, pixels: Pixels, languages: Sequence[str], mode: str) -> tuple[Word, ...]:
        """Write a canvas and let the engine read it."""
        image = self.folder / "canvas.pgm"
        cv2.imwrite(str(image), pixels)
        try:
            return recognise(image, languages, mode, seconds=self.seconds)
        finally:
            image.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    canvas: Canvas
    kind: Kind
    words: tuple[Word, ...]
    languages: tuple[str, ...]

    @property
    def merit(self) -> float:
        """Confidence, for what was read with some: a long poor reading must not beat a short good one, nor nothing."""
        letters = sum(len(word.text) for word in self.words if word.confidence >= 50)
        return mean_confidence(self.words) * min(1.0, letters / 12)


def read_picture(rgb: Pixels, desk: Desk) -> Reading | None:
    """The text of a picture; None where it holds no ink at all."""
    sized = _sized(rgb)
    ycc = np.asarray(cv2.cvtColor(sized, cv2.COLOR_RGB2YCrCb), np.uint8)
    panels = find_panels(ycc)
    best: _Try | None = None
    for attempt in _attempts(ycc, panels, desk):
        if best is None or attempt.merit > best.merit:
            best = attempt
        if best.merit >= GOOD:
            break
    if best is None:
        return None
    factor = rgb.shape[1] / sized.shape[1]
    blocks = blocks_of(best.words, best.canvas, panels, scattered=_scattered(panels))
    return Reading(
        blocks=tuple(_enlarged(block, factor) for block in blocks), languages=best.languages,
        preparation=_in_words(best.canvas, best.kind, best.canvas.scale / factor),
    )  # fmt: skip


def _sized(rgb: Pixels) -> Pixels:
    """A photograph beyond the useful size made smaller, a small picture twice as large; anything else as it is."""
    if min(rgb.shape[:2]) < SMALL_SIDE:
        return np.asarray(cv2.resize(rgb, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    share = (PHOTO_PIXELS / (rgb.shape[0] * rgb.shape[1])) ** 0.5
    if share >= 1:
        return rgb
    probe = rgb[rgb.shape[0] // 4 : rgb.shape[0] // 4 + 400, :, 1].astype(np.int16)
    if np.abs(np.diff(probe, axis=1)).mean() < 1.0:
        return rgb  # no grain: a long screenshot or a scan, whose small print matters
    size = (round(rgb.shape[1] * share), round(rgb.shape[0] * share))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _attempts(ycc: Pixels, panels: Panels, desk: Desk) -> Iterator[_Try]:
    """The first candidate; after a poor reading the best of the others, if a few of its lines promise more."""
    first = kind_of(panels)
    drawn = [_drawn(find_ink(ycc, panels, first), panels)]
    if drawn[0][0].pieces >= FEW_LETTERS:
        attempt = _read(drawn[0][1], drawn[0][0], panels, desk)
        yield attempt
        if attempt.merit >= GOOD:
            return
    others: list[Kind] = [kind for kind in ("screen", "photo", "photo-light") if kind != first]
    drawn += [_drawn(find_ink(ycc, panels, kind), panels) for kind in others]
    drawn = [(ink, canvas) for ink, canvas in drawn if ink.pieces >= FEW_LETTERS]
    ways = [(ink, way) for ink, canvas in drawn for way in (canvas, upside_down(canvas))]
    merits = _probed([canvas for _, canvas in ways], desk)
    for merit, (ink, canvas) in sorted(zip(merits, ways, strict=True), key=lambda pair: -pair[0])[:2]:
        if merit >= PROMISING:
            yield _read(canvas, ink, panels, desk)


def _drawn(ink: Ink, panels: Panels) -> tuple[Ink, Canvas]:
    """The canvas of an ink map, turned the way its lines run."""
    skewed = ink.kind != "screen" or not _scattered(panels)
    sideways, angle = direction(ink.strength, ink.glyph, skewed=skewed)
    return ink, paint(ink, quarters=1 if sideways else 0, angle=angle if abs(angle) >= 0.3 else 0.0)


def _probed(canvases: Sequence[Canvas], desk: Desk) -> list[float]:
    """Mean confidence over the longest lines of each canvas, all read in one go."""
    strips, merits = [], [0.0] * len(canvases)
    for number, canvas in enumerate(canvases):
        if lines := line_boxes(canvas.pixels):
            strips.append((number, cut(canvas.pixels, longest(lines, LOOKED_AT))))
    if strips:
        pixels, tops = stacked([strip for _, strip in strips])
        words = desk.run(pixels, desk.languages[:1], "block")
        for (number, _), (top, bottom) in zip(strips, tops, strict=True):
            merits[number] = mean_confidence([word for word in words if top <= word.top + word.height / 2 < bottom])
    return merits


def _read(canvas: Canvas, ink: Ink, panels: Panels, desk: Desk) -> _Try:
    """Language, engine, and what it passed over. English first where nothing speaks against it."""
    lines = line_boxes(canvas.pixels)
    mode = "sparse" if _scattered(panels) else "page"
    if desk.languages[0] == "eng" and desk.all_latin and ink.accents <= FEW_ACCENTS * ink.pieces:
        words = _engine(canvas, lines, ("eng",), mode, desk)
        named = likely(" ".join(word.text for word in words), desk.languages)
        if named == ("eng",) and mean_confidence(words) >= GOOD:
            return _Try(canvas=canvas, kind=ink.kind, words=words, languages=named)
    languages = desk.languages[:1]
    if len(desk.languages) > 1 and lines:
        seen = look(cut(canvas.pixels, longest(lines, LOOKED_AT)).pixels, desk.languages, desk.run)
        languages = seen.languages
        if seen.upside_down:
            canvas = upside_down(canvas)
            lines = line_boxes(canvas.pixels)
    words = _engine(canvas, lines, languages, mode, desk)
    return _Try(canvas=canvas, kind=ink.kind, words=words, languages=languages)


def _engine(canvas: Canvas, lines: Sequence[Box], languages: Sequence[str], mode: str, desk: Desk) -> tuple[Word, ...]:
    """All words of a canvas, piece by piece, and those of lines that were passed over."""
    words: list[Word] = []
    for top, piece in tiles(canvas.pixels):
        read = desk.run(piece, languages, mode)
        words += [replace(w, top=w.top + top, line=(w.line[0] + top * 100, *w.line[1:])) for w in read]
    missed = uncovered(lines, words)
    if mode == "sparse" and missed:
        strip = cut(canvas.pixels, longest(missed, READ_AGAIN))
        again = moved_back(strip, desk.run(strip.pixels, languages, "block"))
        words += [word for word in again if word.confidence >= SURE_AGAIN]
    return tuple(words)


def _scattered(panels: Panels) -> bool:
    return len(panels.boxes) >= MANY_PANELS and panels.grain <= GRAIN_OF_PHOTOS


def _enlarged(block: Block, factor: float) -> Block:
    """Its box in pixels of the picture as it was before it was resized."""
    left, top, wide, high = (round(v * factor) for v in block.box)
    return replace(block, box=(left, top, wide, high))


_KIND_WORDS: dict[Kind, str] = {
    "screen": "each panel brought to dark on white",
    "photo": "grain and shadows taken out",
    "photo-light": "grain and shadows taken out, light text made dark",
}


def _in_words(canvas: Canvas, kind: Kind, scale: float) -> str:
    steps = [_KIND_WORDS[kind]]
    if canvas.quarters:
        steps.append(f"turned by {90 * canvas.quarters} degrees")
    if canvas.angle:
        steps.append(f"skew of {-canvas.angle:.1f} degrees turned back")
    if abs(scale - 1) > 0.01:
        steps.append(f"scaled {scale:.2f} times")
    return ", ".join(steps)
