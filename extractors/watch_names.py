"""Names of a watch-list in a text, however they are spelled there.

A name is compared by the *skeleton* of each of its words: case and accents folded, Cyrillic and Greek transliterated
by the simple scheme of passports (ICAO Doc 9303 part 3, without its digraph exceptions), spellings that sound alike
made one (`ph` f, `y` and `j` i, `w` v, `ck` `q` `c` k, `z` s, silent `h` dropped), doubled letters single. So `Yelena`
and `Elena` are two names, `Philipp`, `Filip` and `Филипп` one. A name of several words matches them in any order, side
by side or with one word or an initial between them; one word of a longer name is no match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ahocorasick_rs import AhoCorasick

from triage.model import WatchEntry

_FROM = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўј" + "αβγδεζηθικλμνξοπρσςτυφχψω" + "ßøłđæœıþð"
_TO = (
    *("a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f"),
    *("kh", "ts", "ch", "sh", "shch", "", "i", "", "e", "iu", "ia", "i", "i", "ie", "g", "u", "i"),
    *("a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "i", "f"),
    *("kh", "ps", "o", "ss", "o", "l", "d", "ae", "oe", "i", "th", "d"),
)
_LETTERS = str.maketrans(dict(zip(_FROM, _TO, strict=True)))
_SOUNDS = (("ph", "f"), ("sch", "sh"), ("ck", "k"), ("qu", "k"), ("kh", "h"), ("ou", "u"), ("gu", "g"))
_SINGLE = str.maketrans({"y": "i", "j": "i", "w": "v", "c": "k", "q": "k", "z": "s"})
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_SILENT = re.compile(r"(?<=[^\Waeious_])h|(?<![^\W_])h(?=[aeiou])")
_WORD = re.compile(r"[^\W\d_]+(?:[''’\-][^\W\d_]+)*")
_BETWEEN = re.compile(r"[\s,.\-]{1,3}(?:[^\W\d_]{1,12}\.?[\s,\-]{1,3})?")
_MOST_WORDS = 4


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The folded spelling of a word or text; not of the same length."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    made = bare.translate(_LETTERS)
    for written, heard in _SOUNDS:
        made = made.replace(written, heard)
    return _DOUBLED.sub(r"\1", _SILENT.sub("", made.translate(_SINGLE)))


def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


_Token = tuple[int, int, str, str]
"""Start, end, skeleton, plain form of a word."""


class Names:
    """The compiled names of the lists."""

    def __init__(self, entries: Sequence[WatchEntry]) -> None:
        self._rows: dict[str, list[tuple[WatchEntry, frozenset[str], tuple[str, ...]]]] = {}
        for entry in entries:
            words = tuple(m.group() for m in _WORD.finditer(entry.value))[:_MOST_WORDS]
            shapes = tuple(skeleton(w) for w in words)
            for shape in set(shapes[:1] if len(shapes) == 1 else shapes):
                self._rows.setdefault(shape, []).append((entry, frozenset(map(_plain, words)), shapes))
        self._gate = AhoCorasick(sorted(self._rows)) if self._rows else None

    def find(self, text: str) -> Iterator[tuple[WatchEntry, int, int, bool]]:
        """Entry, offsets, and whether the spelling had to be folded."""
        if self._gate is None or not self._gate.find_matches_as_indexes(skeleton(text)):
            return
        tokens = [(m.start(), m.end(), skeleton(m.group()), _plain(m.group())) for m in _WORD.finditer(text)]
        for n, (start, _, shape, _) in enumerate(tokens):
            for entry, plain, shapes in self._rows.get(shape, ()):
                row = self._row(text, tokens[n:], shapes)
                if row:
                    folded = frozenset(token[3] for token in row) != plain
                    yield entry, start, row[-1][1], folded

    @staticmethod
    def _row(text: str, tokens: Sequence[_Token], shapes: tuple[str, ...]) -> list[_Token]:
        """The tokens that make the whole name, beginning with the first of `tokens`; empty where they do not."""
        left = list(shapes)
        left.remove(tokens[0][2])
        row = [tokens[0]]
        for token in tokens[1 : 2 * len(shapes)]:
            if not left:
                break
            if token[2] in left and _BETWEEN.fullmatch(text, row[-1][1], token[0]):
                left.remove(token[2])
                row.append(token)
        return [] if left else row
