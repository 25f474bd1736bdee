"""QR and bar codes in a picture: what they hold, as `code` units.

Read by zxing-cpp (Apache-2.0): QR (ISO 18004), Aztec, Data Matrix, PDF417, MaxiCode, and of the linear codes those that
carry a check digit (EAN/UPC, Code 128); the others find stripes in any picture. Several codes in one, inverted and
turned ones included. The payload is given exactly as decoded; nothing is opened or resolved.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from triage.model import Unit
from triage.readers.ocr_panels import Pixels

_LONGEST = 4_000
"""Longer payloads do not exist in these codes (QR holds 4,296 letters and digits at most)."""


def codes_of(rgb: Pixels, page: int) -> Iterator[Unit]:
    """A unit for each code, from the top down; locator as for text."""
    import zxingcpp

    formats = zxingcpp.barcode_formats_from_str("AllMatrix,EAN13,EAN8,UPCA,UPCE,Code128")
    grey = np.ascontiguousarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))
    seen = set()
    found = []
    for code in zxingcpp.read_barcodes(grey, formats=formats, text_mode=zxingcpp.TextMode.Plain):
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        left, top = max(0, min(c.x for c in corners)), max(0, min(c.y for c in corners))
        right, bottom = max(c.x for c in corners), max(c.y for c in corners)
        found.append(((top, left, right - left, bottom - top), code.text, str(code.format)))
    for (top, left, wide, high), text, kind in sorted(found):
        locator = f"box={page},{left},{top},{wide},{high}"
        if text and locator not in seen:
            seen.add(locator)
            yield Unit(origin="code", locator=locator, text=text[:_LONGEST], detail={"code_format": kind})
