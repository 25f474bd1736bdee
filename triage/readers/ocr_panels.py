"""Uniformly coloured panels of a picture: bubbles, bars, cards, pages, and what lies behind the text everywhere.

One threshold for a whole picture cannot read a screenshot that has black on white beside white on blue. So the areas
of one colour are found first: pixels without a step to their neighbours, joined to regions (4-connected components);
a region counts as a panel when it is large and thick enough not to be the stroke of a letter. A panel is then filled
to its outline (row spans and column spans, closed over short gaps), so that the text in it belongs to it, and inner
panels lie over outer ones. The *background* is the picture as it would be without ink: each panel in its own colour
(locally, where it is a gradient), and elsewhere a wide median. Ink is what differs from it (`ocr_canvas`).

Built from textbook operations (connected components, distance transform, morphology: Gonzalez and Woods, Digital
Image Processing, ch. 9); works on a reduced picture, since outlines need not be exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""Left, top, width, height."""

MAX_PANELS = 250
MIN_STEP, MAX_STEP = 11, 20
"""Smallest and largest brightness step that counts as an edge: above JPEG's grain, below a pale theme's bubbles."""
SAME_COLOUR = 10
_WORKING_SIDE = 640
"""The reduced picture's short side, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panels:
    """What lies behind the ink, at 1/`shrink` of the picture's size."""

    background: Pixels
    """Y, Cr, Cb."""
    ids: NDArray[np.uint8]
    """Number of the panel a pixel belongs to (index into `boxes` + 1), 0 for none."""
    seams: NDArray[np.bool_]
    """Where two colours meet: nothing there is ink."""
    boxes: tuple[Box, ...]
    """In pixels of the picture."""
    shrink: int
    grain: float
    """Typical step between neighbouring pixels: 0 for screenshots, above 3 for photographs."""


def find_panels(ycc: Pixels) -> Panels:
    """The panels of a picture given as Y, Cr, Cb."""
    height, width = ycc.shape[:2]
    shrink = max(1, round(min(height, width) / _WORKING_SIDE))
    steps = _steps(ycc)
    grain = float(np.percentile(steps[::5, ::5], 60))
    if shrink > 1:
        steps = np.asarray(cv2.dilate(steps, np.ones((shrink, shrink), np.uint8))[::shrink, ::shrink], np.uint8)
    small = np.asarray(cv2.resize(ycc, (steps.shape[1], steps.shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
    limit = int(np.clip(3 * grain + 4, MIN_STEP, MAX_STEP))
    flat = (steps <= limit).astype(np.uint8)
    background = _wide_median(small)
    ids = np.zeros(flat.shape, np.uint8)
    boxes = []
    for number, (box, hull, colour) in enumerate(_regions(flat, small), start=1):
        left, top, wide, high = box
        background[top : top + high, left : left + wide][hull] = colour[hull] if colour.ndim == 3 else colour
        ids[top : top + high, left : left + wide][hull] = number
        boxes.append((left * shrink, top * shrink, wide * shrink, high * shrink))
    seams = _seams(background, ids, max(2, round(0.004 * width / shrink)))
    return Panels(background=background, ids=ids, seams=seams, boxes=tuple(boxes), shrink=shrink, grain=grain)


def _steps(ycc: Pixels) -> Pixels:
    """The largest step of any channel to the right and lower neighbour."""
    steps = np.zeros(ycc.shape[:2], np.uint8)
    for plane in cv2.split(ycc):
        steps[:, :-1] = cv2.max(steps[:, :-1], cv2.absdiff(plane[:, 1:], plane[:, :-1]))
        steps[:-1] = cv2.max(steps[:-1], cv2.absdiff(plane[1:], plane[:-1]))
    return steps


def _wide_median(small: Pixels) -> Pixels:
    """Background where there is no panel: the median over a few lines of text."""
    height, width = small.shape[:2]
    quarter = cv2.resize(small, (max(1, width // 3), max(1, height // 3)), interpolation=cv2.INTER_AREA)
    reach = int(np.clip(0.035 * max(quarter.shape[:2]), 4, 50)) * 2 + 1
    median = np.asarray(cv2.medianBlur(quarter, reach), np.uint8)
    return np.ascontiguousarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR))


def _regions(flat: Pixels, small: Pixels) -> Iterator[tuple[Box, NDArray[np.bool_], Pixels]]:
    """Box, filled outline and colour (one, or one per pixel) of each panel, larger ones first."""
    side = min(flat.shape[1], round(2.2 * flat.shape[0]))
    least = max(250, (0.03 * side) ** 2)
    inner = cv2.distanceTransform(flat, cv2.DIST_L2, 3)
    found = [part for whole in _components(flat, least) for part in _one_colour_each(whole, small, least)]
    for own, box in sorted(found, key=lambda part: (-int(part[0].sum()), part[1]))[:MAX_PANELS]:
        left, top, wide, high = box
        window = np.s_[top : top + high, left : left + wide]
        hull = _filled(own, int(0.15 * side) | 1)
        if not _is_stroke(float(inner[window][own].max()), wide, high, side, float(own.sum() / hull.sum())):
            yield box, hull, _colour(small[window], own)


def _components(mask: Pixels, least: float, *, left: int = 0, top: int = 0) -> list[tuple[NDArray[np.bool_], Box]]:
    """The connected parts of a mask from that area on, each with its own mask and box."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    parts = []
    for number in range(1, count):
        x, y, wide, high, area = (int(v) for v in stats[number])
        if area >= least:
            own = np.asarray(labels[y : y + high, x : x + wide] == number)
            parts.append((own, (left + x, top + y, wide, high)))
    return parts


def _one_colour_each(
    part: tuple[NDArray[np.bool_], Box], small: Pixels, least: float
) -> list[tuple[NDArray[np.bool_], Box]]:
    """A region that soft edges have joined (pale bubbles on white), split where its brightness has several peaks.

    A gradient has no peaks and stays whole.
    """
    own, (left, top, wide, high) = part
    light = small[top : top + high, left : left + wide, 0]
    near = np.convolve(np.bincount(light[own], minlength=256), np.ones(7), "same")
    peaks = _peaks(near, least)
    if len(peaks) < 2:
        return [part]
    closeness = np.abs(light.astype(np.int16)[None] - np.array(peaks, np.int16)[:, None, None])
    nearest = closeness.argmin(0)
    split = [_components((own & (nearest == n)).astype(np.uint8), least, left=left, top=top) for n in range(len(peaks))]
    return [piece for pieces in split for piece in pieces]


def _peaks(near: NDArray[np.float64], least: float) -> list[int]:
    """Brightness levels that stand out: between two of them there is a deep valley."""
    peaks: list[int] = []
    for level in (int(n) for n in np.argsort(-near, kind="stable")):
        if near[level] < least or len(peaks) == 8:
            break
        if all(abs(level - peak) >= 8 and _valley(near, level, peak) < 0.3 * near[level] for peak in peaks):
            peaks.append(level)
    return peaks


def _valley(near: NDArray[np.float64], one: int, other: int) -> float:
    return float(near[min(one, other) : max(one, other) + 1].min())


def _is_stroke(thick: float, wide: int, high: int, side: int, own_share: float) -> bool:
    """Whether a region is too thin for its size to be a panel: the stroke of a large letter, or a frame.

    `thick` is the radius of the largest circle within. A long label may be tight, if there is something in it.
    """
    if max(wide, high) > 2.5 * min(wide, high) and own_share < 0.95:
        return thick < max(2.0, 0.003 * side)
    return thick < max(3.0, 0.005 * side) or (min(wide, high) < 0.2 * side and thick < 0.13 * min(wide, high))


def _filled(own: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Everything between the first and last own pixel of its row and of its column."""
    high, wide = own.shape
    rows, columns = own.any(1), own.any(0)
    first = _closed(np.where(rows, own.argmax(1), wide), reach, -1)
    last = _closed(np.where(rows, wide - 1 - own[:, ::-1].argmax(1), -1), reach, 1)
    upper = _closed(np.where(columns, own.argmax(0), high), reach, -1)
    lower = _closed(np.where(columns, high - 1 - own[::-1].argmax(0), -1), reach, 1)
    x, y = np.arange(wide), np.arange(high)[:, None]
    return np.asarray((x >= first[:, None]) & (x <= last[:, None]) & (y >= upper) & (y <= lower))


def _closed(profile: NDArray[np.int64], reach: int, sign: int) -> NDArray[np.int32]:
    """A profile without its short dents (text that touches the outline eats into it)."""
    line = np.pad((profile * sign).astype(np.float32), reach, mode="constant", constant_values=-1e6)[None, :]
    kernel = np.ones((1, reach), np.uint8)  # beyond both ends there is nothing, so that round corners stay round
    closed = cv2.erode(cv2.dilate(line, kernel), kernel)[0, reach:-reach]
    return np.asarray(np.clip(closed, -1e5, 1e5) * sign, np.int32)


def _colour(view: Pixels, own: NDArray[np.bool_]) -> Pixels:
    """The panel's median colour; where it is no single colour, a local mean for each pixel."""
    step = max(1, int((own.size / 20_000) ** 0.5))
    sample = view[::step, ::step][own[::step, ::step]]
    if len(sample) < 50:
        sample = view[own]
    if sample.std(0).max() < 6:
        return np.asarray(np.median(sample, axis=0), np.uint8)
    high, wide = own.shape
    size = (max(1, wide // 6), max(1, high // 6))
    weight = cv2.resize(own.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(view.astype(np.float32) * own[:, :, None], size, interpolation=cv2.INTER_AREA)
    weight, total = cv2.blur(weight, (9, 9)), cv2.blur(total, (9, 9)).reshape(*weight.shape, 3)
    local = np.where(weight[:, :, None] > 0.01, total / np.maximum(weight, 1e-3)[:, :, None], sample.mean(0))
    spread = cv2.resize(local.astype(np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(spread, 0, 255), np.uint8)


def _seams(background: Pixels, ids: NDArray[np.uint8], reach: int) -> NDArray[np.bool_]:
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    apart = np.zeros(ids.shape, np.bool_)
    for plane in cv2.split(background):
        apart |= cv2.absdiff(cv2.dilate(plane, kernel), cv2.erode(plane, kernel)) > SAME_COLOUR
    return np.asarray(apart & (cv2.dilate(ids, kernel) != cv2.erode(ids, kernel)))
