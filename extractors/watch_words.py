"""Words, handles, accounts and the lists' own types: literals in folded text.

Words match case- and accent-folded, as whole words or phrases. Handles match behind `@` or `/`, or bare where they hold
a digit or a mark and so are no ordinary word. Accounts, and any other entry with a digit in it, match letter by letter
and digit by digit, whatever blanks, dots or dashes stand between; what they are found in must not be a part of a
longer run of letters and digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ahocorasick_rs import AhoCorasick

from triage.model import WatchEntry
from triage.text import View, fold

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BLANK = re.compile(r"\s+")
_BLANKS = re.compile(r"\s\s|[^\S ]")
_PIECE = re.compile(r"\s+|\S")
_LOOSE = frozenset(" .-–/_")


class Literals:
    """The compiled literals of the lists."""

    def __init__(self, entries: Sequence[WatchEntry]) -> None:
        words: dict[str, list[WatchEntry]] = {}
        codes: dict[str, list[WatchEntry]] = {}
        for entry in entries:
            if entry.type == "account" or (
                entry.type not in ("word", "handle") and any(c.isdecimal() for c in entry.value)
            ):
                codes.setdefault(_compact(fold(View(_nfkc(entry.value))).text), []).append(entry)
            else:
                form = _BLANK.sub(" ", fold(View(_nfkc(entry.value))).text.strip())
                words.setdefault(form.lstrip("@") if entry.type == "handle" else form, []).append(entry)
        self._words = list(words.items())
        self._codes = list(codes.items())
        self._word_gate = AhoCorasick([form for form, _ in self._words]) if words else None
        self._code_gate = AhoCorasick([form for form, _ in self._codes]) if codes else None

    def find(self, text: str, *, address: bool = False) -> Iterator[tuple[WatchEntry, int, int]]:
        """Entry and offsets in `text` (view V0). In an address field a bare handle counts."""
        if self._word_gate is None and self._code_gate is None:
            return
        view = _squeezed(fold(View(text)))
        if self._word_gate is not None:
            for n, start, end in self._word_gate.find_matches_as_indexes(view.text, overlapping=True):
                for entry in self._words[n][1]:
                    if _stands(view.text, start, end, entry, address=address):
                        yield entry, *view.span(start, end)
        if self._code_gate is not None:
            yield from self._coded(view)

    def _coded(self, view: View) -> Iterator[tuple[WatchEntry, int, int]]:
        places = [i for i, c in enumerate(view.text) if c.isalnum()]
        compact = "".join(view.text[i] for i in places)
        assert self._code_gate is not None
        for n, start, end in self._code_gate.find_matches_as_indexes(compact, overlapping=True):
            first, last = places[start], places[end - 1]
            between = {view.text[i] for i in range(first, last + 1) if not view.text[i].isalnum()}
            whole = not (start and places[start - 1] == first - 1) and not (
                end < len(places) and places[end] == last + 1
            )
            if whole and between <= _LOOSE:
                for entry in self._codes[n][1]:
                    yield entry, *view.span(first, last + 1)


def _squeezed(view: View) -> View:
    """Every run of blanks and line ends as one space, so that phrases hold over them."""
    if not _BLANKS.search(view.text):
        return view
    spans = [(m.start(), m.end(), " " if m.group().isspace() else m.group()) for m in _PIECE.finditer(view.text)]
    places = [view.span(start, end) for start, end, _ in spans]
    return View("".join(made for *_, made in spans), [a for a, _ in places], [b for _, b in places])


def _nfkc(value: str) -> str:
    return unicodedata.normalize("NFKC", value)


def _compact(value: str) -> str:
    return "".join(c for c in value if c.isalnum())


def _stands(low: str, start: int, end: int, entry: WatchEntry, *, address: bool) -> bool:
    """Whether the literal stands by itself there."""
    before, after = low[start - 1 : start], low[end : end + 1]
    if entry.type == "handle":
        if before.isalnum() or before == "_" or after.isalnum() or after == "_":
            return False
        return address or before in ("@", "/") or not low[start:end].isalpha()
    if _UNSPACED.search(low[start:end]):
        return True
    return not (before.isalnum() or after.isalnum())
