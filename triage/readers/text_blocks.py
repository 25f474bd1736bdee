"""A text file as blocks of whole lines, in bounded memory; `triage.readers.text_encoding` finds the encoding.

Lines end at LF or CR LF; a lone CR counts as a line end only in a file that has no LF at all (its first 64 KiB
decide). Other Unicode line separators are ordinary characters, as they are for `sed -n 12p`. A text that ends inside a
UTF-8 character was cut off: that is said apart from bytes that are not UTF-8 at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from triage.model import Blob, Problem
from triage.problems import problem
from triage.readers.text_encoding import SAMPLE, find_encoding, sniff

BLOCK = 1 << 20
LONGEST_LINE = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class LineText:
    """How the bytes of one text become characters and lines."""

    codec: str
    cr_only: bool = False
    guessed: Problem | None = None
    """R-ENCODING where the codec is a guess or bytes are invalid."""
    cut: bool = False
    """The text ends inside a character."""
    open_end: bool = False
    """The last line has no line end."""

    def blocks(self, blob: Blob) -> Iterator[str]:
        """The whole text; every block ends at a line end, which the last line is given. Line ends are `\\n`.

        Of a line longer than `LONGEST_LINE` the rest is left out; what is left makes a block of its own.
        """
        decoder = codecs.getincrementaldecoder(self.codec)("replace")
        rest = held = ""
        with blob.open() as handle:
            while data := handle.read(BLOCK):
                text = held + decoder.decode(data)
                text, held = (text[:-1], "\r") if text.endswith("\r") else (text, "")
                text = self._lines(text)
                if end := text.rfind("\n") + 1:
                    yield from _whole_lines(rest + text[:end])
                    rest = ""
                rest += text[end:] if len(rest) <= LONGEST_LINE else ""
        rest += self._lines(held + decoder.decode(b"", True))
        if rest:
            yield from _whole_lines(rest if rest.endswith("\n") else rest + "\n")

    def _lines(self, text: str) -> str:
        if "\r" not in text:
            return text
        text = text.replace("\r\n", "\n")
        return text.replace("\r", "\n") if self.cr_only else text


def _whole_lines(block: str) -> Iterator[str]:
    """The block; its first line, which alone can have come in pieces, is cut and set apart where it is too long."""
    end = block.index("\n")
    if end <= LONGEST_LINE:
        yield block
        return
    yield block[:LONGEST_LINE] + "\n"
    if end + 1 < len(block):
        yield block[end + 1 :]


def head_text(start: bytes) -> str:
    """The first piece of a text for detection, by quick means; '' where it is no text by its marks."""
    text = start.decode(sniff(start) or "cp1252", "replace")
    return text.replace("\r\n", "\n") if "\n" in text else text.replace("\r", "\n")


def line_text(blob: Blob) -> LineText:
    """Read the whole text once and settle its encoding."""
    with blob.open() as handle:
        sample = handle.read(SAMPLE)
        found = find_encoding(handle, sample)
        handle.seek(max(0, blob.size - 4))
        end = handle.read()
    text = sample.decode(found.codec, "replace")
    cr_only = "\r" in text and "\n" not in text
    open_end = not (end.rstrip(b"\0").endswith((b"\n", b"\r")) or end[-2:] in (b"\0\n", b"\0\r"))
    behind = blob.size - found.first_bad
    if found.first_bad >= 0 and behind < 4 and _is_cut_character(end[-behind:]):
        return LineText(codec="utf-8", cr_only=cr_only, cut=True, open_end=True)
    if found.basis == "proved":
        return LineText(codec=found.codec, cr_only=cr_only, open_end=open_end)
    at = f" (first at byte {found.first_bad})"
    said = problem("R-ENCODING", "read", encoding="UTF-8", at=at, used=found.codec)
    return LineText(codec=found.codec, cr_only=cr_only, guessed=said, open_end=open_end)


def _is_cut_character(tail: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return decoder.decode(tail) == "" and decoder.getstate()[0] != b""
    except UnicodeDecodeError:
        return False
