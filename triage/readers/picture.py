"""Pictures: what they are by their first bytes, and opening them within a pixel limit.

Signatures: JPEG (ISO 10918-1, FFD8FF), PNG (ISO 15948), GIF87a/89a, WebP (RIFF container), TIFF 6.0 and BigTIFF,
Windows BMP (with a known header size, since `BM` alone is two common letters), HEIC and AVIF (ISO 14496-12 `ftyp`
box with an image brand). The file name is never asked: chat apps name WebP stickers `.jpg`.

The size comes from the header, before any pixel is decoded, so that a decompression bomb costs nothing. Decoding is
Pillow's (with pi-heif for HEIC); what it raises on damaged data is listed once, in `DECODE_ERRORS`.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import BinaryIO

from PIL import Image, ImageFile

DECODE_ERRORS = (
    OSError, SyntaxError, ValueError, struct.error, EOFError, IndexError, KeyError, TypeError, AttributeError,
    OverflowError, ZeroDivisionError, NotImplementedError, RuntimeError, MemoryError, zlib.error,
)  # fmt: skip
"""What Pillow and its plugins raise for damaged data (seen in their issue trackers and in fuzzing)."""

PIXEL_LIMIT = 40_000_000
"""Pixels of one picture that may be decoded: a count, so that two machines decide alike."""

_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_BMP_HEADERS = frozenset({12, 16, 40, 52, 56, 64, 108, 124})
MEDIA_TYPES = {
    "JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "HEIF": "image/heic",
    "AVIF": "image/avif", "TIFF": "image/tiff", "BMP": "image/bmp",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the header of a picture states."""

    width: int
    height: int
    frames: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


def picture_format(start: bytes) -> str:
    """The format of a picture by its first bytes, in Pillow's spelling; empty where it is none."""
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "TIFF"
    if start[4:8] == b"ftyp":
        return _iso_format(start)
    if start[:2] == b"BM" and len(start) >= 26 and int.from_bytes(start[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    return ""


def _iso_format(start: bytes) -> str:
    """HEIF or AVIF by the major brand, then by the compatible ones (a video names neither)."""
    size = min(int.from_bytes(start[:4], "big"), 256)
    compatible = [start[i : i + 4] for i in range(16, size, 4)]
    for brand in (start[8:12], *compatible):
        if brand in _AVIF_BRANDS:
            return "AVIF"
        if brand in _HEIF_BRANDS and _AVIF_BRANDS.isdisjoint(compatible):
            return "HEIF"
    return ""


@lru_cache(maxsize=1)
def _prepare_pillow() -> None:
    """Our own pixel limit stands in place of Pillow's warning; HEIC is registered on first use."""
    import pi_heif

    Image.MAX_IMAGE_PIXELS = None
    pi_heif.register_heif_opener(thumbnails=False)


def open_picture(handle: BinaryIO, kind: str) -> Image.Image:
    """The picture with its header read and nothing decoded. Raises one of `DECODE_ERRORS`."""
    _prepare_pillow()
    return Image.open(handle, formats=[kind])


def header_of(picture: Image.Image) -> Header:
    """Size and number of frames; an endless animation is counted only as far as the header goes."""
    frames = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
    return Header(width=picture.width, height=picture.height, frames=int(frames))


@contextmanager
def truncated_allowed() -> Iterator[None]:
    """Within it a picture that ends early is decoded as far as it goes (the rest stays grey)."""
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


_NAME_DATE = re.compile(r"(?<!\d)(20\d\d|19[89]\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)")


def date_in_name(name: str) -> str | None:
    """The day that a file name states (`IMG-20230101-WA0007.jpg`, `photo_2023-01-01_10-10-10.jpg`), or None.

    Chat apps strip EXIF, so this is often the only date; it is to be shown as "from the file name".
    """
    for found in _NAME_DATE.finditer(name):
        try:
            return date(int(found[1]), int(found[3]), int(found[4])).isoformat()
        except ValueError:
            continue
    return None
