"""Which way the lines of a picture run: sideways or not, and by how small an angle they are skewed.

Lines of text make the sum of ink over each pixel row rise and fall steeply when the rows run along the lines, and
hardly when they run across. The sum of squared steps of that profile, tried over angles, has its maximum at the skew
(Postl's and Baird's projection profile methods). Comparing the maximum with that of the picture turned by 90 degrees
tells sideways pictures. Upside down cannot be told this way; the language look does that (`ocr_language`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from triage.readers.ocr_panels import Pixels

_SIDE = 500
MAX_SKEW = 16.0
SIDEWAYS_BY = 1.35
"""How much steeper the turned profile must be: a doubtful picture is left as it is."""


def direction(strength: Pixels, *, skewed: bool) -> tuple[bool, float]:
    """Whether the lines run sideways, and the skew in degrees to turn back (counter-clockwise positive).

    `skewed` False looks at right angles only, as screenshots need it.
    """
    square = _reduced(strength)
    turned = np.ascontiguousarray(np.rot90(square))
    if not skewed:
        return _steepness(turned, 0.0) > SIDEWAYS_BY * _steepness(square, 0.0), 0.0
    upright, angle = _best(square)
    across, other = _best(turned)
    return (True, other) if across > SIDEWAYS_BY * upright else (False, angle)


def _reduced(strength: Pixels) -> Pixels:
    """The ink on a square of fixed size, so that both directions are judged alike."""
    height, width = strength.shape
    share = _SIDE / max(height, width)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv2.resize(strength, size, interpolation=cv2.INTER_AREA)
    square = np.zeros((_SIDE, _SIDE), np.uint8)
    top, left = (_SIDE - size[1]) // 2, (_SIDE - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = small
    return square


def _best(square: Pixels) -> tuple[float, float]:
    coarse = max((_steepness(square, angle), angle) for angle in _angles(-MAX_SKEW, MAX_SKEW, 1.0))
    return max((_steepness(square, angle), angle) for angle in _angles(coarse[1] - 0.8, coarse[1] + 0.8, 0.2))


def _angles(first: float, last: float, step: float) -> list[float]:
    return [float(angle) for angle in np.arange(first, last + step / 2, step)]


def _steepness(square: Pixels, angle: float) -> float:
    if angle:
        about = cv2.getRotationMatrix2D((_SIDE / 2, _SIDE / 2), angle, 1.0)
        square = np.asarray(cv2.warpAffine(square, about, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR), np.uint8)
    profile: NDArray[np.float64] = square.sum(1, dtype=np.float64)
    return float(((profile[1:] - profile[:-1]) ** 2).sum())
