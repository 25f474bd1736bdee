"""Records of a WhatsApp export as rows, in batches: one `re.split` a block does the work of a loop over lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.readers.text_blocks import LONGEST_LINE
from triage.readers.whatsapp_lines import COLUMNS

Row = tuple[str, str, str, str, str, str, str]
"""Stamp, date and time of the file's own form; a header of another form; name, its colon, text.

A part that is not there is falsy (`re.split` gives None)."""
LONGEST = LONGEST_LINE - 4096
"""A WhatsApp message has at most 65,536 characters; whatever was appended to a file is cut far behind that."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """Rows whose texts are complete, column by column: a row exists only while it is looked at."""

    columns: list[list[str]]
    before: str = ""
    """Lines before the first header of the file, each with a leading line end."""
    is_cut: bool = False
    """The text of the only row (or the lines before the first) is longer than `LONGEST` and was cut."""
    cut_lines: int = 0
    """Line ends that were left out with it."""

    @property
    def rows(self) -> Iterable[Row]:
        a, b, c, d, e, f, g = self.columns
        return zip(a, b, c, d, e, f, g, strict=True)


class Rows:
    """Splits blocks of whole lines at the headers that `pattern` finds."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._split = pattern.split
        self._held: list[str] | None = None
        """The last record of the blocks so far; its text may go on."""
        self._more: list[str] = []
        self._size = self._cut = 0
        self._is_cut = False

    def batches(self, blocks: Iterator[str]) -> Iterator[Batch]:
        for block in blocks:
            parts: list[str] = self._split("\n" + block)
            parts[-1] = parts[-1][:-1]
            self._go_on(parts[0])
            if len(parts) == 1:
                continue
            first = self._finish()
            columns = [parts[n::COLUMNS] for n in range(1, COLUMNS + 1)]
            self._held = [column.pop() for column in columns]
            self._go_on(self._held[-1])
            yield from first
            yield Batch(columns=columns)
        yield from self._finish()

    def _go_on(self, text: str) -> None:
        """Add to the text of the record that is held (or of what stands before the first)."""
        room = LONGEST - self._size
        if len(text) > room:
            self._is_cut = True
            self._cut += text.count("\n", room)
            text = text[:room]
        if text:
            self._more.append(text)
            self._size += len(text)

    def _finish(self) -> list[Batch]:
        text = "".join(self._more)
        made = Batch(columns=[[] for _ in range(COLUMNS)], before=text, is_cut=self._is_cut, cut_lines=self._cut)
        self._more, self._size, self._cut, self._is_cut = [], 0, 0, False
        if self._held is not None:
            made.columns, made.before = [*([cell] for cell in self._held[:-1]), [text]], ""
        return [made] if self._held is not None or text else []
