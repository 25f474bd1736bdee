"""The shared strings of an Excel workbook: one block of UTF-8 with offsets, so that a million texts cost their bytes.

Up to `MAX_STRINGS` bytes are kept; texts beyond are missing and counted where a cell asks for one. Formatted runs of
one text are joined; how an East Asian text is spoken (`rPh`) is no part of it. `_x000D_` stands for a character.

Sources: ECMA-376 part 1, §18.4.8 (si), §18.4.6 (rPh), §22.9.2.19 (ST_Xstring).
"""

from __future__ import annotations

import re
from array import array

from triage.readers.xml_stream import XmlStream, local_name

MAX_STRINGS = 160 << 20
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Strings:
    """Texts by number."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q")
        self.missing = 0
        """Texts that were asked for and are not there."""

    def add(self, text: str) -> None:
        """The next text."""
        if len(self._block) < MAX_STRINGS:
            self._block += text.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._block))

    def get(self, index: int) -> str:
        """The text of that number; empty where it is missing."""
        if not 0 <= index < len(self._ends):
            self.missing += 1
            return ""
        start = self._ends[index - 1] if index else 0
        return self._block[start : self._ends[index]].decode("utf-8", "surrogatepass")


def string_stream() -> XmlStream[str]:
    """A parser of the part `sharedStrings.xml`: one text for each `si`."""
    held: list[str] = []

    def start(tag: str, _values: dict[str, str]) -> None:
        stream.text.clear()
        stream.in_text = local_name(tag) == "t"

    def end(tag: str) -> None:
        name = local_name(tag)
        if name == "t":
            held.append("".join(stream.text))
        elif name == "rPh" and held:
            held.pop()
        elif name == "si":
            stream.ready.append(unescape("".join(held)))
            held.clear()
        stream.in_text = False

    stream: XmlStream[str] = XmlStream(start, end, with_text=True)
    return stream


def unescape(text: str) -> str:
    """`_x000D_` and its like as the characters they stand for."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
