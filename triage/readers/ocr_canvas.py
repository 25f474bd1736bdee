"""The canvas: a picture's ink as dark text on white, upright and at the size the engine reads best.

Everything is painted at its own place, so every box the engine finds maps back to the picture by one affine matrix.
The scale brings the median piece of ink to `GLYPH` pixels, the size at which Tesseract's line recogniser works on
screen fonts with the fewest errors (measured; capitals are then about 34 pixels high, time stamps about 20).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from triage.readers.ocr_ink import Ink
from triage.readers.ocr_panels import Box, Pixels

GLYPH = 26.0
SCALES = (0.5, 4.0)
NO_SCALING = (0.6, 1.2)
"""Within these no scaling is worth its blur."""
MARGIN = 12
TILE_ROWS = 8_000
"""Longer canvases (stitched screenshots) are read in pieces, cut where a row holds no ink."""
CURVES = {"screen": (0.25, 0.80), "photo": (0.15, 0.90), "photo-light": (0.15, 0.90)}
"""Ink below the first share of full strength becomes white, above the second black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Dark on white, and the way back."""

    pixels: Pixels
    back: NDArray[np.float64]
    """3×3, canvas to picture."""
    scale: float
    quarters: int
    """Counter-clockwise quarter turns that were applied."""
    angle: float

    def box(self, left: float, top: float, width: float, height: float) -> Box:
        """The upright box in the picture around a box of the canvas."""
        right, bottom = left + width, top + height
        corners = np.array([[left, right, right, left], [top, top, bottom, bottom], [1, 1, 1, 1]], np.float64)
        x, y, _ = self.back @ corners
        x0, y0 = max(0, int(np.floor(x.min() + 0.5))), max(0, int(np.floor(y.min() + 0.5)))
        return x0, y0, int(np.ceil(x.max() - 0.5)) - x0, int(np.ceil(y.max() - 0.5)) - y0


def paint(ink: Ink, *, quarters: int = 0, angle: float = 0.0) -> Canvas:
    """The canvas of an ink map, after that many quarter turns and the skew turned back."""
    turned = np.ascontiguousarray(np.rot90(ink.strength, quarters))
    scale = _scale(ink.glyph, turned.shape)
    there = _placement(turned.shape, scale, angle)
    high, wide = turned.shape
    cosine, sine = abs(there[0, 0]), abs(there[0, 1])
    size = (int(wide * cosine + high * sine) + 2 * MARGIN, int(wide * sine + high * cosine) + 2 * MARGIN)
    how = cv2.INTER_AREA if scale < 1 and not angle else cv2.INTER_CUBIC
    if scale < 1 and not angle:
        inner = cv2.resize(turned, (size[0] - 2 * MARGIN, size[1] - 2 * MARGIN), interpolation=how)
        moved = cv2.copyMakeBorder(inner, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=(0,))
    elif scale == 1 and not angle:
        moved = cv2.copyMakeBorder(turned, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=(0,))
    else:
        moved = cv2.warpAffine(turned, there[:2], size, flags=how)
    low, high_share = CURVES[ink.kind]
    curve = np.clip((np.arange(256) / 255 - low) / (high_share - low), 0, 1)
    pixels = np.asarray(cv2.LUT(moved, (255 - 255 * curve).astype(np.uint8)), np.uint8)
    back = _unturned(ink.strength.shape, quarters) @ np.linalg.inv(there)
    return Canvas(pixels=pixels, back=back, scale=scale, quarters=quarters % 4, angle=angle)


def upside_down(canvas: Canvas) -> Canvas:
    """The same canvas turned by half a turn."""
    high, wide = canvas.pixels.shape
    flip = np.array([[-1, 0, wide - 1], [0, -1, high - 1], [0, 0, 1]], np.float64)
    pixels = np.ascontiguousarray(np.rot90(canvas.pixels, 2))
    return replace(canvas, pixels=pixels, back=canvas.back @ flip, quarters=(canvas.quarters + 2) % 4)


def _scale(glyph: float, shape: tuple[int, ...]) -> float:
    wanted = float(np.clip(GLYPH / glyph, *SCALES))
    if NO_SCALING[0] < wanted < NO_SCALING[1]:
        return 1.0
    return min(wanted, 30_000 / max(shape))


def _placement(shape: tuple[int, ...], scale: float, angle: float) -> NDArray[np.float64]:
    """3×3, turned ink to canvas: scaled, skew turned back about the middle, shifted by the margin."""
    high, wide = shape
    about = np.vstack([cv2.getRotationMatrix2D((wide / 2, high / 2), angle, scale), [0.0, 0.0, 1.0]])
    cosine, sine = abs(about[0, 0]), abs(about[0, 1])
    about[0, 2] += (wide * cosine + high * sine) / 2 - wide / 2 + MARGIN
    about[1, 2] += (wide * sine + high * cosine) / 2 - high / 2 + MARGIN
    return np.asarray(about, np.float64)


def _unturned(shape: tuple[int, ...], quarters: int) -> NDArray[np.float64]:
    """3×3, ink after `numpy.rot90` by that many quarters to ink before."""
    high, wide = shape
    ways = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, -1, wide - 1], [1, 0, 0]],
        2: [[-1, 0, wide - 1], [0, -1, high - 1]],
        3: [[0, 1, 0], [-1, 0, high - 1]],
    }
    return np.array([*ways[quarters % 4], [0, 0, 1]], np.float64)


def tiles(pixels: Pixels) -> Iterator[tuple[int, Pixels]]:
    """The canvas in pieces of bounded height with their first row, cut in the whitest row near the limit."""
    top, height = 0, pixels.shape[0]
    while height - top > TILE_ROWS:
        lowest = top + TILE_ROWS
        region = pixels[lowest - TILE_ROWS // 4 : lowest]
        cut = lowest - TILE_ROWS // 4 + int(region.sum(1, dtype=np.int64).argmax())
        yield top, pixels[top:cut]
        top = cut
    yield top, pixels[top:]
