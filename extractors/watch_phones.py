"""Telephone numbers of a watch-list, in texts and in address fields.

An entry in full form (`+CC`) is compared in E.164. An entry without country is compared by its national significant
number: its digits without trunk zeros. A text is searched twice: with the finder of `extractors.phones`, which knows
spelled and hidden forms, and as bare rows of digits, since a number on a list may be no valid number at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extractors import phones
from extractors.parts import TextContext
from extractors.phones_numbers import international
from triage.model import WatchEntry
from triage.text import View

_ROW = re.compile(r"\+?\d(?:[ ().\-–/]{0,3}\d){4,60}")
_GROUP = re.compile(r"\d+")
_PREFIX = 6
"""Digits of exit code, country code and trunk zero that may be joined to the front of a national number."""
_TRUNK = 1
"""The trunk zero alone: before the national part of an entry in full form."""
_SHORTEST = 7
"""Digits from which a number may be the end of a longer row; shorter ones must stand alone."""


def _national_part(digits: str) -> str:
    """The national significant number of a full number without `+`, or '' where it is none."""
    number = international(digits)
    return number.national if number and number.valid else ""


class Phones:
    """The compiled numbers of the lists."""

    def __init__(self, entries: Sequence[WatchEntry]) -> None:
        self._full: dict[str, list[WatchEntry]] = {}
        self._national: dict[str, list[WatchEntry]] = {}
        for entry in entries:
            digits = "".join(str(int(c)) for c in entry.value if c.isdecimal())
            if "+" in entry.value or digits.startswith("00"):
                number = international(digits.removeprefix("00"))
                self._full.setdefault((number.e164 if number else "+" + digits.removeprefix("00"))[1:], []).append(
                    entry
                )
            else:
                self._national.setdefault(digits.lstrip("0") or digits, []).append(entry)
        self.any = bool(entries)
        self._by_tail: dict[str, list[tuple[str, int, WatchEntry]]] = {}
        """Last digits → the digits to find, how many may stand joined before them, the entry."""
        for key, found in (*self._full.items(), *self._national.items()):
            self._by_tail.setdefault(key[-_SHORTEST:], []).extend((key, _PREFIX, entry) for entry in found)
        for key, found in self._full.items():
            national = _national_part(key)
            if len(national) >= _SHORTEST:
                self._by_tail.setdefault(national[-_SHORTEST:], []).extend((national, _TRUNK, entry) for entry in found)

    def find(self, view: View, context: TextContext) -> Iterator[tuple[WatchEntry, int, int, tuple[str, ...]]]:
        """Entry, offsets in view V0, flags."""
        if not self.any:
            return
        for row in _ROW.finditer(view.text):
            groups = [m.span() for m in _GROUP.finditer(view.text, row.start(), row.end())]
            yield from ((entry, start, end, ()) for entry, start, end in self._rows(view.text, groups))
        if phones.quick(view.text):
            for found in phones.find(view, context):
                flags = tuple(f for f in found.flags if f in ("obfuscated", "ocr_repaired", "region_assumed"))
                yield from ((e, found.start, found.end, flags) for e in self._number(found.value[1:]))

    def address(self, field: str) -> Iterator[WatchEntry]:
        """Entries that an address field (a number, a messenger address) stands for."""
        digits = "".join(c for c in field.partition("@")[0] if c.isdecimal())
        if len(digits) >= 5 and not any(c.isalpha() for c in field.partition("@")[0]):
            yield from self._number(digits.removeprefix("00"))
            yield from (entry for entry, _, _ in self._rows(digits, [(0, len(digits))]))

    def _number(self, digits: str) -> Iterator[WatchEntry]:
        """Entries equal to a number in full form without `+`."""
        number = international(digits)
        full = number.e164[1:] if number else digits
        yield from self._full.get(full, ())
        if number and number.valid:
            yield from self._national.get(number.national.lstrip("0"), ())

    def _rows(self, text: str, groups: Sequence[tuple[int, int]]) -> Iterator[tuple[WatchEntry, int, int]]:
        """Entries that stand in a row of digit groups: ending with a group, beginning with one but for a prefix."""
        abroad = text[groups[0][0] - 1 : groups[0][0]] == "+" or text[groups[0][0] :].startswith("00")
        digits = ""
        places: list[int] = []
        first: list[int] = []  # for each digit, which digit of the row its group begins with
        for start, end in groups:
            first += [len(places)] * (end - start)
            places += range(start, end)
            digits += text[start:end]
            for key, prefix, entry in self._by_tail.get(digits[-_SHORTEST:], ()):
                at = len(digits) - len(key)
                if abroad and prefix == _TRUNK:
                    continue  # the same digits under a country code: equal only as a full number
                if at >= 0 and digits.endswith(key) and at - first[at] <= prefix * (len(key) >= _SHORTEST):
                    yield entry, places[first[at]], end
