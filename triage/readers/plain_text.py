"""Text in any encoding, when no other reader knows the file: `note` units of bounded size.

A unit is a stretch of whole lines: it ends at a blank line once it is long enough to stand alone (20 lines or 1,500
characters), at the latest after 100 lines or 8,000 characters. A line longer than that is given in pieces that end
at a space where one is near. Nothing is left out: what looks like JSON, XML or HTML is read the same way and flagged
`unparsed_markup`, so that a search finds what stands in it. Encodings: `text_encoding`. Refused: binary files.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from triage.model import Blob, Head, Problem, Read, ReadContext, Reader, Tally, Unit
from triage.problems import problem
from triage.readers.text_encoding import SAMPLE, Encoding, find_encoding, looks_like_text, sniff

MAX_LINES = 100
MAX_CHARS = 8_000
ENOUGH_LINES = 20
ENOUGH_CHARS = 1_500
NEAR = 400
"""How far back from the limit a space is looked for when a long line is cut."""
_MARKUP = re.compile(
    r"\s*(?:<\?xml|<!doctype|<!--|<[a-z][\w:.-]*[\s/>]|\{\s*[\"}]|\[\s*(?:[\[{\"\]]|-?\d+(?:\.\d+)?\s*,))",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?<![\d().+-])\s|\s(?![\d().-])")
"""A space that does not stand inside a number written in groups."""
_NAMES = {"cp1252": "Windows-1252", "cp1251": "Windows-1251", "cp1256": "Windows-1256"}


def detect(head: Head) -> int:
    """Whatever reads as text, below every reader that knows more."""
    if not head.start or not looks_like_text(head.start):
        return 0
    return 5 if sniff(head.start) is not None else 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A whole line, or a part of one that is too long."""

    line: int
    text: str
    start: int = -1
    """First character within its line; -1 for a whole line."""


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Notes in file order."""
    with blob.open() as handle:
        sample = handle.read(SAMPLE)
        if not sample:
            yield problem("R-EMPTY", "read")
            yield Tally(what="records", n=0)
            return
        encoding = find_encoding(handle, sample)
        yield from _about(encoding)
        head = sample.decode(encoding.codec, "replace").lstrip("\ufeff")
        flags = ("unparsed_markup",) if _MARKUP.match(head) else ()
        handle.seek(0)
        n = 0
        for locator, text in blocks(pieces(handle, encoding.codec)):
            n += 1
            yield Unit(origin="note", locator=locator, text=text, flags=flags)
    yield Tally(what="records", n=n)


def _about(encoding: Encoding) -> Iterator[Problem]:
    if encoding.basis == "proved":
        return
    used = "UTF-8 with replaced bytes" if encoding.basis == "damaged" else _NAMES.get(encoding.codec, encoding.codec)
    at = f" at byte {encoding.first_bad}"
    yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used=used)


def pieces(handle: BinaryIO, codec: str) -> Iterator[Piece]:
    """Lines, and the pieces of giant ones, in bounded memory. Lines end at LF, CR LF or CR."""
    decoder = codecs.getincrementaldecoder(codec)("replace")
    line, done, held, after_cr = 1, 0, "", False
    while True:
        block = handle.read(SAMPLE)
        text = decoder.decode(block, not block)
        if text:
            text, after_cr = text[after_cr and text[0] == "\n" :], text[-1] == "\r"
        *whole, held = (held + text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        for one in whole:
            yield from _line(line, one, done)
            line, done = line + 1, 0
        while len(held) > 2 * MAX_CHARS:
            cut = _cut(held)
            yield Piece(line, held[:cut], done)
            held, done = held[cut:], done + cut
        if not block:
            break
    if held:
        yield from _line(line, held, done)


def _line(line: int, text: str, done: int) -> Iterator[Piece]:
    if not done and len(text) <= MAX_CHARS:
        yield Piece(line, text)
        return
    while text:
        cut = _cut(text)
        yield Piece(line, text[:cut], done)
        text, done = text[cut:], done + cut


def _cut(text: str) -> int:
    """Where to end a piece: behind a space near the limit, not within a number if it can be helped."""
    if len(text) <= MAX_CHARS:
        return len(text)
    ends = [found.end() for found in _BREAK.finditer(text, MAX_CHARS - NEAR, MAX_CHARS)]
    if ends:
        return ends[-1]
    space = text.rfind(" ", MAX_CHARS - NEAR, MAX_CHARS)
    return space + 1 if space > 0 else MAX_CHARS


def blocks(parts: Iterator[Piece]) -> Iterator[tuple[str, str]]:
    """Locator and text of each unit."""
    held: list[Piece] = []
    size = 0
    for piece in parts:
        blank = not piece.text.strip()
        full = len(held) >= MAX_LINES or size + len(piece.text) + 1 > MAX_CHARS
        enough = blank and (len(held) >= ENOUGH_LINES or size >= ENOUGH_CHARS)
        if held and (full or enough or piece.start >= 0):
            yield from _block(held)
            held, size = [], 0
        if piece.start >= 0:
            if not blank:
                end = piece.start + len(piece.text)
                yield f"line={piece.line};chars={piece.start}-{end}", piece.text
        elif held or not blank:
            held.append(piece)
            size += len(piece.text) + 1
    yield from _block(held)


def _block(held: list[Piece]) -> Iterator[tuple[str, str]]:
    while held and not held[-1].text.strip():
        held.pop()
    if held:
        first, last = held[0].line, held[-1].line
        locator = f"line={first}" if first == last else f"line={first}-{last}"
        yield locator, "\n".join(piece.text for piece in held)


READER = Reader(name="plain_text", version="1", media_type="text/plain", detect=detect, read=read)
