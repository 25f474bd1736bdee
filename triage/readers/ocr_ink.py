"""Ink: how much each pixel differs from what lies behind it, brought to one strength, whatever its colours were.

Two ways, chosen by the picture's grain. `screen` (screenshots, drawings, clean scans): the difference from the panel
behind, brightness before colour, because JPEG keeps colour at half the resolution. `photo`: grain is smoothed, and
ink is what is darker than a wide median (or lighter, when asked), which also takes out shadows.

Then every connected piece of ink is scaled to full strength by its own peak, so that a pale time stamp comes out as
black as the message, unless its surroundings show it to be a compression artefact (far weaker than its neighbours).
Pieces that cannot be letters (frames, large solid shapes, single specks) are removed. The median height of the pieces
is the measured text height, from which the scale for the engine follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from triage.readers.ocr_panels import Panels, Pixels

Kind = Literal["screen", "photo", "photo-light"]

GRAIN_OF_PHOTOS = 3.0
FLOOR = 20
"""A weaker difference is no ink (of 255)."""
COLOUR_SHARE = 0.5
NEIGHBOUR_SHARE = 0.5
"""Ink weaker than this share of the strongest nearby is not brought to full strength."""
DEFAULT_GLYPH = 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The ink of a picture and what was measured on it."""

    strength: Pixels
    """0 (none) to 255."""
    glyph: float
    """Median height of the pieces that may be letters, in pixels."""
    pieces: int
    """How many of them there are."""
    kind: Kind
    accents: int = 0
    """How many marks stand above a letter wider than an i or j."""


def kind_of(panels: Panels) -> Kind:
    """Screenshots have no grain; photographs do."""
    return "photo" if panels.grain > GRAIN_OF_PHOTOS else "screen"


def find_ink(ycc: Pixels, panels: Panels, kind: Kind) -> Ink:
    """The ink of a picture (Y, Cr, Cb) in front of its panels."""
    raw = _against_panels(ycc, panels) if kind == "screen" else _against_median(ycc[..., 0], lighter=kind != "photo")
    floor = FLOOR if kind == "screen" else _photo_floor(raw)
    mask = (raw > floor).astype(np.uint8)
    labels, stats = _pieces(mask)
    letters = _letter_like(stats, raw.shape)
    glyph = float(np.median(stats[letters, cv2.CC_STAT_HEIGHT])) if letters.any() else DEFAULT_GLYPH
    inked = np.flatnonzero(mask)
    owner = labels.reshape(-1)[inked]  # only inked pixels are looked at: one in twenty
    peaks = np.zeros(len(stats), np.uint8)
    np.maximum.at(peaks, owner, raw.reshape(-1)[inked])
    raw.reshape(-1)[inked[_no_letters(stats, glyph, raw.shape)[owner]]] = 0
    if kind == "screen":
        own_peak = np.zeros_like(raw)
        own_peak.reshape(-1)[inked] = peaks[owner]
        strength = _levelled(raw, own_peak)
    else:
        strength = np.asarray(cv2.convertScaleAbs(raw, alpha=255 / max(1.0, _typical_peak(raw, floor))), np.uint8)
    return Ink(
        strength=strength, glyph=glyph, pieces=int(letters.sum()), kind=kind, accents=_accents(stats, letters, glyph)
    )


def _pieces(mask: Pixels) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Numbers of the connected pieces, and for each its left, top, width, height and area."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    return np.asarray(labels, np.int32), np.asarray(stats, np.int32)


def _against_panels(ycc: Pixels, panels: Panels) -> Pixels:
    size = (ycc.shape[1], ycc.shape[0])
    behind = cv2.resize(panels.background, size, interpolation=cv2.INTER_NEAREST)
    apart = cv2.absdiff(ycc, behind)
    colour = cv2.convertScaleAbs(cv2.max(apart[..., 1], apart[..., 2]), alpha=COLOUR_SHARE)
    raw = np.asarray(cv2.max(apart[..., 0], colour), np.uint8)
    seams = cv2.resize(panels.seams.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    raw[seams > 0] = 0
    return raw


def _against_median(grey: Pixels, *, lighter: bool) -> Pixels:
    """Smoothed where there is grain, then the difference from a median over about three lines of text."""
    grain = float(np.median(cv2.absdiff(grey, cv2.medianBlur(grey, 3))[::2, ::2]))
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0) if grain > 1 else grey
    height, width = grey.shape
    quarter = cv2.resize(smooth, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    reach = int(np.clip(0.0175 * max(height, width) / 2, 2, 50)) * 2 + 1
    behind = cv2.resize(cv2.medianBlur(quarter, reach), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.subtract(smooth, behind) if lighter else cv2.subtract(behind, smooth), np.uint8)


def _typical_peak(raw: Pixels, floor: float) -> float:
    strong = raw[raw > floor]
    return float(np.percentile(strong, 80)) if len(strong) > 200 else 255.0


def _photo_floor(raw: Pixels) -> float:
    return 0.4 * _typical_peak(raw, 30)


def _letter_like(stats: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Pieces with the size and shape of letters; those far below the usual height are dots and commas."""
    high, wide, area = (stats[:, i] for i in (cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH, cv2.CC_STAT_AREA))
    fits = (high >= 6) & (high < 0.12 * max(shape)) & (wide < 4 * high) & (area > 12)
    fits[0] = False
    if fits.any():
        fits &= high >= 0.35 * np.percentile(high[fits], 80)
    return np.asarray(fits)


def _accents(stats: NDArray[np.int32], letters: NDArray[np.bool_], glyph: float) -> int:
    """Marks above letters, which English has none of: a cheap hint to the language, seen before anything is read."""
    left, top, wide, high, area = (stats[:, i] for i in range(5))
    marks = (high < 0.45 * glyph) & (wide < 0.9 * glyph) & (area >= 3) & (np.arange(len(stats)) > 0)
    below = letters & (wide >= 0.55 * glyph)
    if not marks.any() or not below.any() or marks.sum() > 2_000:
        return 0
    middle = (left + wide / 2)[marks][:, None]
    gap = top[below][None] - (top + high)[marks][:, None]
    over = (middle > left[below][None]) & (middle < (left + wide)[below][None])
    return int((over & (gap >= 0) & (gap < 0.5 * glyph)).any(1).sum())


def _no_letters(stats: NDArray[np.int32], glyph: float, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Frames, rules, pictures and specks."""
    high, wide, area = (stats[:, i] for i in (cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH, cv2.CC_STAT_AREA))
    large = (high > 4 * glyph + 8) & ~_in_a_row(stats, 4 * glyph + 8)
    out = large | (high > 12 * glyph) | (wide > 0.4 * shape[1]) | (wide > 12 * glyph) | (area < 3)
    out[0] = False
    return np.asarray(out)


def _in_a_row(stats: NDArray[np.int32], least: float) -> NDArray[np.bool_]:
    """Large pieces with a neighbour of like height beside them: a headline or a sum in large figures."""
    row = np.zeros(len(stats), bool)
    large = [n for n in range(1, len(stats)) if stats[n, cv2.CC_STAT_HEIGHT] > least][:200]
    for a in large:
        left, top, wide, high = stats[a, :4]
        for b in large:
            x, y, w, h = stats[b, :4]
            beside = 0 <= x - (left + wide) < 0.8 * high or 0 <= left - (x + w) < 0.8 * high
            if a != b and beside and abs(y - top) < 0.3 * high and 0.75 < h / high < 1.33:
                row[a] = True
                break
    return row


def _levelled(raw: Pixels, peaks: Pixels) -> Pixels:
    """Each piece divided by its own peak, or by a share of the strongest ink around it, whichever is more."""
    height, width = raw.shape
    coarse = cv2.dilate(raw, np.ones((4, 4), np.uint8))[::4, ::4]
    around = cv2.resize(
        cv2.dilate(coarse, np.ones((5, 13), np.uint8)), (width, height), interpolation=cv2.INTER_NEAREST
    )
    share = cv2.convertScaleAbs(around, alpha=NEIGHBOUR_SHARE)
    full = cv2.max(peaks, share)
    full[peaks == 0] = 0
    full = cv2.dilate(full, np.ones((5, 5), np.uint8))
    levelled = np.asarray(cv2.divide(raw, cv2.max(full, np.ones_like(full)), scale=255), np.uint8)
    levelled[full == 0] = 0
    return levelled
