"""vCard files (`.vcf`): one `contact` unit for each card, its text the card's properties printed one a line.

The format itself is in `vcard_parse`. A card without its END is read as far as whole lines go and flagged; text
outside cards is reported. `waid` (the WhatsApp account of a number) is printed on its own line and stands in detail.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from triage.model import Blob, Head, Read, ReadContext, Reader, Tally, Unit
from triage.problems import problem
from triage.readers.byte_lines import Line, byte_lines
from triage.readers.text_encoding import sniff
from triage.readers.vcard_parse import Card, card_lines, is_guessed, numbers, read_cards

FORMAT = "vCard file"
_BEGIN = re.compile(r"\A[\s\ufeff\0]*BEGIN\s*:\s*VCARD\s*[\r\n]", re.IGNORECASE)
_LATER = re.compile(r"^BEGIN *: *VCARD *\r?$[^\0]{1,200}?^VERSION *:", re.IGNORECASE | re.MULTILINE)
MAX_TEXT = 200_000
"""Characters of one card that are kept."""


def detect(head: Head) -> int:
    """By BEGIN:VCARD at the start, or with a VERSION near the start."""
    text = head.start.decode(sniff(head.start) or "latin-1", "replace")
    if _BEGIN.match(text):
        return 90
    return 40 if _LATER.search(text[:4096]) else 0


class _Lines:
    """The file's lines for `read_cards`, with what went wrong on the way."""

    def __init__(self, handle: BinaryIO) -> None:
        self.first_guessed = 0
        self.cut = 0
        self.unended = False
        self._handle = handle

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for line in byte_lines(self._handle):
            self.cut += line.cut
            if not self.first_guessed and is_guessed(line.data):
                self.first_guessed = line.number
            if not line.ended and not _is_end(line):
                self.unended = bool(line.data.strip())
                return  # the last line may be cut in the middle of a number, which would then be another number
            yield line.number, line.data


def _is_end(line: Line) -> bool:
    return line.data.strip().upper().replace(b" ", b"") == b"END:VCARD"


class _Counts:
    """The accounts of one file."""

    def __init__(self) -> None:
        self.cards = self.outside = self.binaries = self.cut = 0
        self.first_outside = 0
        self.unfinished: Card | None = None

    def take(self, found: Card) -> Iterator[Read]:
        """The card's unit; a Problem where the card before it has no end."""
        if self.unfinished is not None:
            yield problem("R-RECORD", "read", _locator(self.unfinished), why="a card without its end, read so far")
        self.unfinished = None if found.complete else found
        self.cards += 1
        self.binaries += found.binaries
        unit = _unit(found)
        self.cut += "cut" in unit.flags
        yield unit


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Cards in file order, then the accounts."""
    counts = _Counts()
    with blob.open() as handle:
        lines = _Lines(_as_utf8(handle))
        for found in read_cards(lines):
            if isinstance(found, Card):
                yield from counts.take(found)
            else:
                counts.outside += 1
                counts.first_outside = counts.first_outside or found
    yield from _problems(lines, counts)
    yield Tally(what="records", n=counts.cards)
    yield Tally(what="binary_properties", n=counts.binaries)


def _problems(lines: _Lines, counts: _Counts) -> Iterator[Read]:
    if counts.outside:
        where = f"line={counts.first_outside}"
        yield problem("R-RECORD", "read", where, why=f"{counts.outside} lines stand outside any card")
    if lines.first_guessed:
        at = f" at line {lines.first_guessed}"
        yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used="Windows-1252")
    if lines.cut or counts.cut:
        yield problem("R-LIMIT", "read", format="size of a line or card", limit="4 MiB a line, 32 MiB a card")
    if counts.unfinished is not None or lines.unended:
        where = _locator(counts.unfinished) if counts.unfinished else ""
        n = counts.cards - (counts.unfinished is not None)
        yield problem("R-TRUNCATED", "read", where, format=FORMAT, at="", n=n)


def _as_utf8(handle: BinaryIO) -> BinaryIO:
    """The handle itself, or one that gives the text of a UTF-16 file as UTF-8."""
    codec = sniff(handle.read(4096))
    handle.seek(0)
    if codec is None or not codec.startswith(("utf-16", "utf-32")):
        return handle
    return cast(BinaryIO, codecs.EncodedFile(handle, "utf-8", codec, errors="replace"))


def _locator(card: Card) -> str:
    return f"line={card.start}-{card.end}"


def _unit(card: Card) -> Unit:
    text = "\n".join(card_lines(card))
    flags = {"cut"} if card.cut or len(text) > MAX_TEXT else set()
    flags |= set() if card.complete else {"truncated"}
    phones, accounts = numbers(card), [v for one in card.properties for k, v in one.parameters if k == "WAID"]
    detail: dict[str, str | int | bool | None] = {"name": card.name}
    if phones:
        detail["phones"] = "; ".join(phones)[:1000]
    if accounts:
        detail["waid"] = "; ".join(accounts)[:1000]
    return Unit(
        origin="contact",
        locator=_locator(card),
        text=text[:MAX_TEXT],
        flags=tuple(sorted(flags)),
        detail=detail,
    )


READER = Reader(name="vcard", version="1", media_type="text/vcard", detect=detect, read=read)
