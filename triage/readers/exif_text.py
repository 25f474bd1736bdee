"""EXIF tags as lines of text: one tag a line, `Name: value`, printed in one fixed way.

Tags and types: EXIF 2.32 (CIPA DC-008), TIFF 6.0; the Windows `XP…` tags are UTF-16LE byte arrays; UserComment opens
with eight bytes that name its character set. Rationals are printed as decimals (at most six places, `1/125` stays),
because a numerator of nine digits would read like a telephone number. Every value and the number of lines are bounded.

Refused: maker notes (undocumented, vendor by vendor) and thumbnails; they are named with their size, not printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from triage.readers.exif_gps import Number, Value

MAX_TAGS = 200
MAX_VALUE = 2_000
"""Characters of one value; an ImageDescription or UserComment may hold a whole message."""
MAX_NUMBERS = 24
_CHARSETS = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "iso2022_jp"}
_BYTES_AS_TEXT = ("ExifVersion", "FlashPixVersion", "InteroperabilityVersion")
_UNPRINTED = ("MakerNote", "JPEGThumbnail", "TIFFThumbnail", "ApplicationNotes", "PrintIM", "Padding", "OffsetSchema")


def lines(tags: Mapping[str, Value], words: Mapping[str, str]) -> Iterator[str]:
    """`Name: value` for each tag that holds something; `words` are the standard's names for coded values."""
    shown = ((name, words.get(name) or printed(name, value)) for name, value in tags.items())
    filled = [f"{name}: {text}" for name, text in shown if text]
    yield from filled[:MAX_TAGS]
    if len(filled) > MAX_TAGS:
        yield f"({len(filled) - MAX_TAGS} more tags are not printed)"


def printed(name: str, value: Value) -> str:
    """One value on one line."""
    tag = name.rsplit(" ", 1)[-1]
    if isinstance(value, str):
        return one_line(value)
    if tag in _UNPRINTED:
        return f"({len(value)} values, not printed)"
    raw = _as_bytes(value)
    if raw is not None and tag == "UserComment":
        return one_line(user_comment(raw))
    if raw is not None and tag.startswith("XP"):
        return one_line(raw.decode("utf-16-le", "replace"))
    if raw is not None and tag in _BYTES_AS_TEXT:
        return one_line(raw.decode("latin-1"))
    shown = ", ".join(number(item) for item in value[:MAX_NUMBERS])
    return f"{shown} … ({len(value)} values)" if len(value) > MAX_NUMBERS else shown


def user_comment(raw: bytes) -> str:
    """The text behind the character code; an undefined or missing code is tried as UTF-8, then Latin-1."""
    codec = _CHARSETS.get(raw[:8])
    body = raw[8:] if codec or not any(raw[:8]) else raw
    if codec == "utf-16":  # written in the byte order of the file; the zero bytes of plain letters tell which
        codec = "utf-16-be" if body[:1] == b"\0" else "utf-16-le"
    if codec:
        return body.decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def one_line(text: str) -> str:
    """Control characters and line breaks become spaces, runs of spaces one, and the length is bounded."""
    kept = "".join(ch if ch.isprintable() else " " for ch in text)
    joined = " ".join(kept.split())
    return joined if len(joined) <= MAX_VALUE else f"{joined[:MAX_VALUE]} … ({len(joined)} characters)"


def number(item: Number) -> str:
    """A number as people write it; a zero denominator is shown as it stands."""
    if isinstance(item, float):
        return f"{item:.6g}"
    if isinstance(item, int):
        return str(item)
    top, bottom = item
    if bottom == 0 or (top == 1 and bottom > 1):
        return f"{top}/{bottom}"
    micro = round(abs(top) * 1_000_000 / abs(bottom)) if bottom else 0
    whole, rest = divmod(micro, 1_000_000)
    sign = "-" if (top < 0) != (bottom < 0) and micro else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _as_bytes(value: tuple[Number, ...]) -> bytes | None:
    small = [item for item in value if isinstance(item, int) and 0 <= item < 256]
    return bytes(small) if len(small) == len(value) else None
