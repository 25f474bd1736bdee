"""Words of a chat message in folded form, with exact offsets into the untouched text.

Folding (taxonomy section 5): compatibility forms, case, accents, zero-width and variation characters, digits of all
scripts, Arabic letter variants. Words: apostrophes are joined (`don't` = `dont`) but French elisions split
(`l'argent` = `l argent`); letter runs collapse (`noooo`) and digits or signs written for letters are read (`passp0rt`)
where that gives a word the packs know. Scripts written without spaces give one token a character, so that forms of
several characters match as phrases. The same function reads the forms of the packs: both sides always agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

WORD, NUMBER, SOFT, HARD, SIGN = range(5)

_SPECIAL = {
    "‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "ʻ": "'", "′": "'",
    "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ے": "ي", "ہ": "ه", "ھ": "ه", "ـ": "", "ں": "ن",
    "ı": "i", "đ": "d", "ø": "o", "ł": "l", "ħ": "h", "æ": "ae", "œ": "oe", "ə": "e",
    "…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "«": '"', "»": '"', "。": ".", "，": ",", "、": ",",
    "؟": "?", "،": ",", "؛": ";", "।": ".", "۔": ".", "！": "!", "？": "?", "：": ":", "；": ";",
}  # fmt: skip
_KEPT_MARKS = {7, 8, 9, 103, 107, 118, 122}
"""Combining classes that carry letters (nukta, virama, Thai and Lao vowels and tones), not accents."""


def _fold_char(ch: str) -> str:
    if ch in _SPECIAL:
        return _SPECIAL[ch]
    category = unicodedata.category(ch)
    if category == "Cf" or 0xFE00 <= ord(ch) <= 0xFE0F or ord(ch) == 0x20E3:
        return ""
    if category in ("Zs", "Cc") and ch != "\n":
        return " "
    if category == "Nd":
        return str(unicodedata.digit(ch))
    parts = unicodedata.normalize("NFKD", ch)
    kept = "".join(c for c in parts if unicodedata.combining(c) in _KEPT_MARKS or not unicodedata.combining(c))
    return "".join(_SPECIAL.get(c, c) for c in unicodedata.normalize("NFC", kept).casefold())


class _Table(dict[int, str]):
    """Fold table for `str.translate`, filled as characters are met."""

    def __missing__(self, key: int) -> str:
        made = self[key] = _fold_char(chr(key))
        return made


_TABLE = _Table({i: chr(i).lower() for i in range(128)} | {i: " " for i in range(32) if i != 10} | {0x60: "'"})


def fold(text: str) -> str:
    """`text` folded; one character may become none or several."""
    return text.translate(_TABLE)


def _mapped(text: str) -> tuple[str, list[int]]:
    """`fold(text)` and, for each of its characters, the index of the original it came from."""
    origin: list[int] = []
    for i, ch in enumerate(text):
        origin.extend([i] * len(_TABLE[ord(ch)]))
    return fold(text), origin


_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0dff\u064b-\u065f])"
_TOKEN = re.compile(
    rf"(?P<number>\d{{1,3}}(?:[ .,]\d{{3}})+(?!\d)(?:[.,]\d{{1,2}}(?!\d))?|\d+(?:[.,:]\d+)*)"
    rf"|(?P<single>[{_UNSPACED}])"
    rf"|(?P<word>(?:(?![{_UNSPACED}]){_LETTER})(?:(?![{_UNSPACED}])(?:{_LETTER}|\d)|['@$]+(?={_LETTER}))*)"
    r"|(?P<hard>[.!?;]+)"
    r"|(?P<soft>[,:\-()\"/|\n*_~]+)"
    r"|(?P<sign>\S)"
)
_ELISION = re.compile(r"(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|aujourd)'")
_RUN = re.compile(r"(.)\1\1+")
_LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"})


def repair(word: str, known: frozenset[str]) -> str:
    """`word` with letter runs collapsed and digits read as letters, where that gives a known word."""
    if word in known:
        return word
    found = _RUN.search(word)
    if found and found[1].isalpha():
        for keep in (r"\1\1", r"\1"):
            if (made := _RUN.sub(keep, word)) in known:
                return made
        return _RUN.sub(r"\1", word)
    if not word.isalpha():
        for one in ("l", "i"):
            if (made := word.replace("1", one).translate(_LEET)) in known:
                return made
    return word


@dataclass(slots=True)
class Tokens:
    """The tokens of one text (or of several, one after another): parallel lists."""

    words: list[str]
    kinds: list[int]
    starts: list[int]
    ends: list[int]
    units: list[int]
    values: list[int]
    """The value of a number token, else -1."""

    def __len__(self) -> int:
        return len(self.words)

    def add(self, word: str, kind: int, start: int, end: int, value: int = -1) -> None:
        self.words.append(word)
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.units.append(0)
        self.values.append(value)


def _value(number: str) -> int:
    """The whole part of a written number: `2,400`, `1.500`, `1 500`, `1500,00`; a clock time gives its hours."""
    if ":" in number:
        return int(number.split(":")[0][:9])
    groups = re.split(r"[ .,]", number)
    if len(groups) > 1 and len(groups[-1]) != 3:
        groups = groups[:-1]
    return int("".join(groups)[:12])


def tokenise(text: str, known: frozenset[str] = frozenset()) -> Tokens:
    """The tokens of `text`, repaired towards `known` words."""
    out = Tokens([], [], [], [], [], [])
    folded, origin = (fold(text), None) if text.isascii() else _mapped(text)
    for m in _TOKEN.finditer(folded):
        start, end = m.span()
        kind = m.lastgroup
        if kind == "word":
            _add_word(out, m[0], start, end, known)
        elif kind == "number":
            out.add(m[0], NUMBER, start, end, _value(m[0]))
        elif kind == "hard":
            out.add(m[0], SOFT if m[0].startswith("..") else HARD, start, end)
        else:
            out.add(m[0], {"soft": SOFT, "single": WORD}.get(kind or "", SIGN), start, end)
    if origin is not None:
        out.ends = [origin[e - 1] + 1 for e in out.ends]
        out.starts = [origin[s] for s in out.starts]
    return out


def _add_word(out: Tokens, word: str, start: int, end: int, known: frozenset[str]) -> None:
    while cut := _ELISION.match(word):
        out.add(word[: cut.end() - 1], WORD, start, start + cut.end())
        word, start = word[cut.end() :], start + cut.end()
    plain = word.replace("'", "")
    out.add(repair(plain, known), WORD, start, end)


Short = Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]


def expand(tokens: Tokens, short: Short) -> Tokens:
    """`tokens` with one language's short forms written out; what a short form stands for keeps its span."""
    words = tokens.words
    if short.keys().isdisjoint(words):
        return tokens
    out = Tokens([], [], [], [], [], [])
    i = 0
    while i < len(words):
        for key, meant in short.get(words[i], ()):
            if tuple(words[i : i + len(key)]) == key:
                for word in meant:
                    out.add(word, WORD, tokens.starts[i], tokens.ends[i + len(key) - 1])
                    out.units[-1] = tokens.units[i]
                i += len(key)
                break
        else:
            out.add(words[i], tokens.kinds[i], tokens.starts[i], tokens.ends[i], tokens.values[i])
            out.units[-1] = tokens.units[i]
            i += 1
    return out


_BREAK = " . "
"""What the gate sees in place of everything that is not a word."""


_KEPT = re.compile(rf"[ '@$\d\u0900-\u0dff\u064b-\u065f{_UNSPACED}]|[^\W_]")


class _GateTable(dict[int, str]):
    """Like the fold table, with every character that is no part of a word made a break."""

    def __missing__(self, key: int) -> str:
        folded = _TABLE[key]
        made = self[key] = "".join(ch if _KEPT.match(ch) else _BREAK for ch in folded)
        return made


_GATE_TABLE = _GateTable()
_GLUED = re.compile(r"[^\W\d_]['@$]*\d|\d[^\W\d_]|[@$]['@$]*[^\W\d_]")
_THRICE = re.compile(r"([^ .'\d@$])\1\1")
_OTHER_SCRIPTS = re.compile(rf"[\u0900-\u0dff\u064b-\u065f{_UNSPACED}]")
_DIGITS = re.compile(r"\d")
_PIECES = re.compile(r"\d+")
A_NUMBER = "#"
"""Stands at the end of the gate's words where the text holds digits."""
_JOINED = re.compile(r"(?<=[^\W\d_])'+(?=[^\W\d_])")
_ELIDED = re.compile(r"(?<![^\W\d_])(?:[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quelqu|presqu|aujourd)'")


def gate_words(text: str, known: frozenset[str]) -> list[str]:
    """The words of `tokenise(text, known)`, a dot for each token that is none; most texts need no tokenising for it.

    Numbers come in pieces (`2,400` as `2 400`); `A_NUMBER` says that there are some.
    """
    line = text.translate(_GATE_TABLE)
    digits = _DIGITS.search(line) is not None
    if (
        ((digits or "@" in line or "$" in line) and _GLUED.search(line))
        or (not line.isascii() and _OTHER_SCRIPTS.search(line))
        or ("'" in line and _ELIDED.search(line))
    ):
        return _words_of(tokenise(text, known))
    if "'" in line:
        line = _JOINED.sub("", line).replace("'", _BREAK)
    if "@" in line or "$" in line:
        line = line.replace("@", _BREAK).replace("$", _BREAK)
    words = line.split()
    if _THRICE.search(line):
        words = [repair(w, known) if _THRICE.search(w) else w for w in words]
    if digits:
        words.append(A_NUMBER)
    return words


def _words_of(tokens: Tokens) -> list[str]:
    words: list[str] = []
    for word, kind in zip(tokens.words, tokens.kinds, strict=True):
        words += _PIECES.findall(word) if kind == NUMBER else [word if kind == WORD else "."]
    return [*words, A_NUMBER] if NUMBER in tokens.kinds else words


def expand_words(words: list[str], short: Short) -> list[str]:
    """`words` with short forms written out, exactly as `expand` does it with tokens."""
    if short.keys().isdisjoint(words):
        return words
    out: list[str] = []
    i, size = 0, len(words)
    while i < size:
        word = words[i]
        for key, meant in short.get(word, ()):
            if len(key) == 1 or tuple(words[i : i + len(key)]) == key:
                out += meant
                i += len(key)
                break
        else:
            out.append(word)
            i += 1
    return out
