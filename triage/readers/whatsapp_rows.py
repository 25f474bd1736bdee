"""Records of a WhatsApp export as rows, in batches: one `re.split` a block does the work of a loop over lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.readers.whatsapp_lines import COLUMNS

Row = tuple[str | None, str | None, str | None, str | None, str | None, str | None, str]
"""Stamp, date and time of the file's own form; a header of another form; name, its colon, text."""
LONGEST = 1 << 24


@dataclass(slots=True, kw_only=True)
class Batch:
    """Rows whose texts are complete."""

    rows: list[Row]
    before: str = ""
    """Lines before the first header of the file, each with a leading line end."""
    cut_lines: int = 0
    """Lines left out of the text of the last row, which is longer than `LONGEST`."""


class Rows:
    """Splits blocks of whole lines at the headers that `pattern` finds."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._split = pattern.split
        self._held: Row | None = None
        """The last record of the blocks so far; its text may go on."""
        self._more: list[str] = []
        self._size = self._cut = 0

    def batches(self, blocks: Iterator[str]) -> Iterator[Batch]:
        for block in blocks:
            parts: list[str] = self._split("\n" + block)
            parts[-1] = parts[-1][:-1]
            self._go_on(parts[0])
            if len(parts) == 1:
                continue
            first = self._finish()
            rows: list[Row] = list(zip(*(parts[n::COLUMNS] for n in range(1, COLUMNS + 1)), strict=True))
            self._held = rows.pop()
            self._go_on(self._held[-1])
            yield from first
            yield Batch(rows=rows)
        yield from self._finish()

    def _go_on(self, text: str) -> None:
        """Add to the text of the record that is held (or of what stands before the first)."""
        room = LONGEST - self._size
        if len(text) > room:
            self._cut += text.count("\n", room)
            text = text[:room]
        if text:
            self._more.append(text)
            self._size += len(text)

    def _finish(self) -> list[Batch]:
        text, cut = "".join(self._more), self._cut
        self._more, self._size, self._cut = [], 0, 0
        if self._held is None:
            return [Batch(rows=[], before=text, cut_lines=cut)] if text or cut else []
        row: Row = (*self._held[:-1], text)
        return [Batch(rows=[row], cut_lines=cut)]
