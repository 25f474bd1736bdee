"""Which way the lines of a picture run: sideways or not, and by how small an angle they are skewed.

Skew: lines of text make the sum of ink over each pixel row rise and fall steeply when the rows run along the lines.
The sum of squared steps of that profile, tried over angles, has its maximum there (Postl's and Baird's projection
profile methods).

Sideways: letters stand closer to their neighbours in a line than to the next line. Ink is therefore joined over short
gaps, once along the rows and once along the columns; where the text runs, long thin bars come out. (The profile alone
cannot tell: columns of a typewriter font alternate as steeply as its lines.) Upside down cannot be told this way;
the language look does that (`ocr_language`).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from triage.readers.ocr_panels import Pixels

_SIDE = 500
MAX_SKEW = 16.0
SIDEWAYS_BY = 1.3
"""How much more bars must come out along the columns: a doubtful picture is left as it is."""
_GLYPH = 8.0
_LONGEST = 1_600


def direction(strength: Pixels, glyph: float, *, skewed: bool) -> tuple[bool, float]:
    """Whether the lines run sideways, and the skew in degrees to turn back (counter-clockwise positive).

    `skewed` False looks at right angles only, as screenshots need it.
    """
    square = _reduced(strength)
    turned = np.ascontiguousarray(np.rot90(square))
    angles = (_best(square)[1], _best(turned)[1]) if skewed else (0.0, 0.0)
    share = min(_GLYPH / glyph, _LONGEST / max(strength.shape))
    small = np.asarray(cv2.resize(strength, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)
    along = _bars(_rotated(small, angles[0]))
    across = _bars(_rotated(np.ascontiguousarray(np.rot90(small)), angles[1]))
    return (True, angles[1]) if across > SIDEWAYS_BY * along else (False, angles[0])


def _bars(small: Pixels) -> int:
    """Length of the long thin bars that come out when ink is joined along the rows."""
    joined = cv2.morphologyEx((small > 70).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    return int(wide[(wide >= 2.5 * high) & (high >= 4) & (high <= 4 * _GLYPH)].sum())


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
    profile: NDArray[np.float64] = _rotated(square, angle).sum(1, dtype=np.float64)
    return float(((profile[1:] - profile[:-1]) ** 2).sum())


def _rotated(picture: Pixels, angle: float) -> Pixels:
    if not angle:
        return picture
    high, wide = picture.shape
    about = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(picture, about, (wide, high), flags=cv2.INTER_LINEAR), np.uint8)
