"""The bytes of an SMS backup made into XML that a parser accepts, without touching what they say.

The app that writes these files (SMS Backup & Restore for Android) writes an emoji as the two halves of its UTF-16
form, `&#55357;&#56838;`; neither half is a character, and every conforming parser stops there (XML 1.0 §2.2, §4.1).
So, before parsing: pairs are joined, single halves and other illegal references become U+FFFD, as do raw control
characters and invalid UTF-8; an ampersand that begins no known reference is escaped. All of that is counted.
The base64 media of an MMS stand in one attribute of up to a hundred megabytes: long values of `data` are left out
on the way, so that memory stays small. Line numbers stay those of the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from triage.readers.xml_legal import legal

_REFERENCES = re.compile(rb"(?:&#(?:[0-9]{1,10}|[xX][0-9A-Fa-f]{1,8});)+")
_REFERENCE = re.compile(rb"&#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));")
_LONE_AMPERSAND = re.compile(rb"&(?!#(?:[0-9]+|x[0-9A-Fa-f]+);|amp;|lt;|gt;|quot;|apos;)")
_KNOWN = (b"&#", b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;")
_ATTRIBUTE = re.compile(rb"\s+([^\s=>\"']+)\s*=\s*(\"[^\"]*\"|'[^']*')")
_OPEN_ATTRIBUTE = re.compile(rb"\s+([^\s=>\"']+)\s*=\s*([\"'])")
_TAG = re.compile(rb"<[\w:.-]+")
BLOCK = 1 << 18
MEDIA_KEPT = 1 << 16
"""A tag longer than this is searched for media to leave out; so many bytes of each are kept."""
VALUE_KEPT = 1 << 22
"""Bytes of any other value that are kept."""


class Repair:
    """One pass over one file; the counts are complete when `blocks` has ended."""

    def __init__(self) -> None:
        self.illegal = 0
        """References, control characters, invalid bytes and ampersands that were repaired."""
        self.media_bytes = 0
        """Bytes of base64 that were left out."""
        self.cut_values = 0
        """Values other than media that were cut."""
        self.tail = b""
        """What followed the last `<` of the file."""
        self._quote = b""
        self._runs: dict[bytes, tuple[bytes, int]] = {}

    def blocks(self, handle: BinaryIO, *, wide: str | None = None) -> Iterator[bytes]:
        """UTF-8 blocks, each ending before a `<`; `wide` names a UTF-16 codec to read the file with."""
        decoder = codecs.getincrementaldecoder(wide)("replace") if wide else None
        while block := handle.read(BLOCK):
            data = decoder.decode(block).encode("utf-8", "replace") if decoder else block
            yield from self._through(data)
        if not self._quote:
            yield self._repaired(self.tail)

    def _through(self, data: bytes) -> Iterator[bytes]:
        """Whole tags of what has come so far; the last, open one waits in `tail`."""
        if self._quote:
            end = data.find(self._quote)
            if end < 0:
                self.media_bytes += len(data)
                yield b"\n" * data.count(b"\n")
                return
            self.media_bytes += end
            yield b"\n" * data.count(b"\n", 0, end)
            self._quote, data = b"", data[end:]
            self.tail = b""
        data = self.tail + data
        cut = data.rfind(b"<")
        if cut < 0:
            cut = 0
        if cut:
            yield self._repaired(data[:cut])
        self.tail = data[cut:]
        if len(self.tail) > MEDIA_KEPT:
            yield from self._leave_out()

    def _leave_out(self) -> Iterator[bytes]:
        """If the open tag is inside a long value, pass on what stands before it and drop the rest of the value."""
        tag = _TAG.match(self.tail)
        at = tag.end() if tag else int(self.tail[:1] in (b'"', b"'"))  # else: just behind a value that was left out
        while found := _ATTRIBUTE.match(self.tail, at):
            at = found.end()
        opened = _OPEN_ATTRIBUTE.match(self.tail, at)
        if opened is None:
            if len(self.tail) > 4 * VALUE_KEPT:  # no tag we know of: let the parser judge it
                yield self._repaired(self.tail)
                self.tail = b""
            return
        media = opened[1] == b"data"
        keep = opened.end() + (MEDIA_KEPT if media else VALUE_KEPT)
        if len(self.tail) <= keep:
            return
        if not media:
            self.cut_values += 1
            keep = _whole_character(self.tail, keep)
        yield self._repaired(self.tail[:keep])
        yield b"\n" * self.tail.count(b"\n", keep)
        self.media_bytes += len(self.tail) - keep if media else 0
        self.tail, self._quote = b"", opened[2]

    def _repaired(self, piece: bytes) -> bytes:
        """One piece with every illegal character dealt with; most pieces have none and come back as they are."""
        ampersands = piece.count(b"&")
        if ampersands:
            if ampersands != sum(map(piece.count, _KNOWN)):
                piece, n = _LONE_AMPERSAND.subn(b"&amp;", piece)
                self.illegal += n
            if b"&#" in piece:
                piece = _REFERENCES.sub(self._legal, piece)
        piece, n = legal(piece)
        self.illegal += n
        return piece

    def _legal(self, references: re.Match[bytes]) -> bytes:
        """A run of character references with pairs joined and illegal ones replaced; the same few come often."""
        whole = references[0]
        made, n = self._runs.get(whole) or self._remade(whole)
        self.illegal += n
        return made

    def _remade(self, whole: bytes) -> tuple[bytes, int]:
        values = [int(m[1]) if m[1] else int(m[2], 16) for m in _REFERENCE.finditer(whole)]
        n = 0
        out: list[str] = []
        for value in values:
            if out and 0xDC00 <= value <= 0xDFFF and "\ud800" <= out[-1] <= "\udbff":
                out[-1] = chr(0x10000 + ((ord(out[-1]) - 0xD800) << 10) + (value - 0xDC00))
                continue
            half = 0xD800 <= value <= 0xDFFF
            out.append(chr(value) if half or _is_legal(value) else "\ufffd")
            n += not _is_legal(value)
        if n == 0:
            return whole, 0
        made = b"".join(b"&#%d;" % (0xFFFD if "\ud800" <= ch <= "\udfff" else ord(ch)) for ch in out)
        if len(self._runs) < 4096 and len(whole) < 256:
            self._runs[whole] = made, n
        return made, n


def _is_legal(value: int) -> bool:
    """XML 1.0 production 2, Char."""
    return value in (9, 10, 13) or 0x20 <= value <= 0xD7FF or 0xE000 <= value <= 0xFFFD or 0x10000 <= value <= 0x10FFFF


def _whole_character(data: bytes, cut: int) -> int:
    """`cut` moved back so that it splits neither a UTF-8 character nor a reference."""
    while cut > 0 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    amp = data.rfind(b"&", max(0, cut - 12), cut)
    return amp if amp >= 0 and data.find(b";", amp, cut) < 0 else cut
