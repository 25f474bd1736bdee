"""Pictures, second phase: the text in them, read by Tesseract, and QR and bar codes. EXIF: first phase (`image`).

One `ocr` unit for a block of text (a bubble, a bar, a paragraph), its locator `box=page,x,y,width,height`: pixels of
the picture as viewers show it, that is after EXIF orientation, page 1 unless a TIFF has more. Lines are joined by line
breaks. `detail` says how sure the engine was (`high`, `medium`, `low`: `ocr_blocks`), with which language packs and
after which preparation it was read. What is read from a picture needs a look at the picture: letters and digits that
look alike are mistaken for each other. A QR or bar code is a `code` unit with its payload (`picture_codes`).

Limits are counts, so that two machines decide alike: pixels of a picture and pages of a TIFF. The time limit is a
last resort. Only the first frame of an animation is read. A picture without text gives no unit and no problem.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Blob, Head, Read, ReadContext, Reader
from triage.readers.picture import picture_format


def detect(head: Head) -> int:
    """By signature alone."""
    return 90 if picture_format(head.start) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The blocks of text of a picture."""
    from triage.readers.ocr_units import units_of  # numpy, OpenCV and pytesseract load only when used

    yield from units_of(blob, ctx)


READER = Reader(name="image_text", version="1", media_type="image/*", detect=detect, read=read, profile="ocr")
