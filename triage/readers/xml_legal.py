"""Bytes that no XML parser accepts, replaced before parsing: control characters and invalid UTF-8.

Evidence copied into XML by a program that does not check it brings both along, and a conforming parser stops at the
first one (XML 1.0 §2.2), losing everything after it. Each becomes U+FFFD and is counted; surrogate pairs written as
two three-byte forms (CESU-8) are joined to the character they mean. Everything else passes through unchanged.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r")
_CONTROL = re.compile(b"[" + re.escape(_CONTROLS) + b"]")
_REPLACED = "\ufffd".encode()
_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]+)")


def is_utf8(start: bytes) -> bool:
    """True for a document that declares UTF-8 or nothing, and is not UTF-16."""
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in start[:4]:
        return False
    declared = _DECLARED.match(start)
    return declared is None or declared[1].lower().replace(b"-", b"") in (b"utf8", b"usascii", b"ascii")


def legal(piece: bytes) -> tuple[bytes, int]:
    """A piece of UTF-8 that ends between characters, made legal, and how many characters were replaced."""
    n = 0
    if len(piece.translate(None, _CONTROLS)) != len(piece):
        piece, n = _CONTROL.subn(_REPLACED, piece)
    if piece.isascii():
        return piece, n
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        piece, invalid = _valid(piece)
        n += invalid
    return piece, n


def _valid(piece: bytes) -> tuple[bytes, int]:
    try:
        text = piece.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")
        return text.encode("utf-8"), 1
    except UnicodeDecodeError:
        text = piece.decode("utf-8", "replace")
        return text.encode("utf-8"), max(1, text.count("\ufffd") - piece.count(_REPLACED))


class LegalBlocks:
    """Blocks of a UTF-8 document made legal; `replaced` counts."""

    def __init__(self) -> None:
        self.replaced = 0

    def of(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        rest = b""
        for block in blocks:
            data = rest + block if rest else block
            cut = _last_whole(data)
            rest = data[cut:]
            piece, n = legal(data[:cut] if rest else data)
            self.replaced += n
            yield piece
        if rest:
            piece, n = legal(rest)
            self.replaced += n
            yield piece


def _last_whole(data: bytes) -> int:
    """Where the last character ends that is complete: a sequence that the block's end cuts waits for the next block."""
    size = len(data)
    for at in range(max(0, size - 5), size):
        if data[at] == 0xED and (at + 1 == size or 0xA0 <= data[at + 1] < 0xB0):
            return at  # the first half of a CESU-8 pair
    for back in range(1, min(4, size) + 1):
        byte = data[-back]
        if byte < 0x80:
            return size
        if byte >= 0xC0:
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return size if back >= need else size - back
    return size
