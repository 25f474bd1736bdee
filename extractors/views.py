"""The text views of the entity specification, section 2, beyond V0 (`triage.text.clean`): digits hidden or broken.

    V1 ocr        letters that OCR takes for digits, in a run that already holds four digits; one line end inside a run
    V2 spelled    number words of seven languages, mixed and glued with digits, misspelt with digits (`f1ve`)
    V3 separated  single digits, or groups, kept apart by symbols (`3*1*0`, `9 7 2 5 …`, `310_555_0139`)

Each function takes the text of V0 and a mask of what is taken, and yields **windows**: a `View` of only the stretch
that may be a number, whose offsets lead back into V0. Nothing outside such a stretch is touched, since "for", "to" and
"one" are words. A window may come in several versions (`forty two` as 42 or as 40 2); the caller takes the first that
makes sense.

Refused: fewer than six digits, more than twenty; counting up or down (`1 2 3 4 5 6 7`), one digit repeated.
All work is linear in the text: tokens are looked at once, windows are bounded. (A little over 300 lines: the three
views share their windows, limits and guards, and are read against each other.)

One file, longer than most: the three views share their windows and their offset maps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from extractors.number_words import AND, HUNDRED, REPEATS, digits, folded, words
from triage.text import View

FEWEST, MOST = 6, 20
FEWEST_WORDS = 4
"""Words of three letters and more that a number without any figure is read out with."""


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch of V0 and its versions, best first."""

    start: int
    end: int
    versions: tuple[View, ...]
    thin: bool = False
    """Only one word among figures: not enough by itself."""


# V1 ------------------------------------------------------------------------------------------------------------------

_LETTERS = "OoОоDQlI|ІSBбGZЗзgq"
_LOOKALIKE = str.maketrans(_LETTERS, "0000001111586623399")
_OCR_TOKEN = re.compile(r"[^\s().\-–/+,:;]+")
_OCR_DIGITS = re.compile(r"[\d" + _LETTERS + r"]{1,20}")
_OCR_GAP = re.compile(r"[ ().\-–/]{1,3}|[ -]?\r?\n[ ]?")
OCR_HINT = re.compile(rf"\d[ ().\-–/]{{0,3}}[{_LETTERS}]|[{_LETTERS}][ ().\-–/]{{0,3}}\d|\d[ -]?\r?\n[ ]?[\d(]")


def ocr(text: str, taken: bytearray) -> Iterator[Window]:
    """V1. Runs of tokens made of digits and letters that look like digits."""
    if not OCR_HINT.search(text):
        return
    row: list[re.Match[str]] = []
    for token in _OCR_TOKEN.finditer(text):
        fits = _OCR_DIGITS.fullmatch(token.group()) and not any(taken[token.start() : token.end()])
        if row and not (fits and _OCR_GAP.fullmatch(text, row[-1].end(), token.start())):
            yield from _ocr_window(text, row)
            row = []
        if fits:
            row.append(token)
    yield from _ocr_window(text, row)


def _ocr_window(text: str, row: list[re.Match[str]]) -> Iterator[Window]:
    """Letters-only tokens count inside a run; at its end only as a second try, at its beginning never."""
    while row and not _has_digit(row[0].group()):
        row = row[1:]
    inner = list(row)
    while inner and not _has_digit(inner[-1].group()):
        inner.pop()
    made = [_ocr_view(text, part) for part in ([inner, row] if len(inner) < len(row) else [inner]) if part]
    versions = tuple(view for view in made if view is not None)
    if versions:
        yield Window(row[0].start(), row[-1].end(), versions)


def _ocr_view(text: str, row: list[re.Match[str]]) -> View | None:
    start, end = row[0].start(), row[-1].end()
    while start and text[start - 1] in "(+ " and "+" in text[max(0, start - 3) : start]:
        start -= 1
    raw = text[start:end]
    true_digits = sum(c.isdecimal() for c in raw)
    if true_digits < 4 or len(row) > 12 or not FEWEST <= sum(len(t.group()) for t in row) <= MOST:
        return None
    repaired = raw.translate(_LOOKALIKE).replace("\n", " ").replace("\r", " ")
    if repaired == raw or len(repaired) != len(raw):
        return None
    return View(repaired, range(start, end), range(start + 1, end + 1))


def _has_digit(token: str) -> bool:
    return any(c.isdecimal() for c in token)


# V2 ------------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"(?:[^\w\n]|_){0,6}|[ ]?\n[ ]?")
_LEET = str.maketrans("0134578", "oieastb")
_LEET_L = str.maketrans("0134578", "oleastb")
_SPOKEN_EN_ES_PT = ("dash", "hyphen", "dot", "space", "minus", "guion", "punto", "espacio", "traco", "ponto")
_SPOKEN_FR_DE_IT_RO = ("tiret", "point", "strich", "punkt", "trattino", "spazio", "linie")
_SPOKEN_GAPS = frozenset({*_SPOKEN_EN_ES_PT, *_SPOKEN_FR_DE_IT_RO})
_PLUS = frozenset({"plus", "mas", "mais", "piu"})
_EDGE = frozenset({"one", "o", "oh", "un", "una", "uno", "um", "uma", "ein", "eine", "e", "y", "et", "und", "si", "and",
                   "sei", "due", "set", "six", "once"})  # fmt: skip
_HOMOPHONES = {"for": "four", "to": "two", "too": "two", "won": "one", "ate": "eight"}
_LONGEST_ROW = 40


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    items: tuple[str, ...]
    """Folded number words and digit groups; empty for a spoken separator."""
    spelled: int
    """How many of the items are words."""


def spelled(text: str, taken: bytearray) -> Iterator[Window]:
    """V2. Rows of number words and digits with nothing but separators between them."""
    row: list[_Token] = []
    tokens = list(_WORD.finditer(text))
    for n, word in enumerate(tokens):
        token = None if any(taken[word.start() : word.end()]) else _number_token(word)
        token = token or (_homophone(word, tokens, n, row) if row else None)
        if row and not (token and len(row) < _LONGEST_ROW and _GAP.fullmatch(text, row[-1].end, word.start())):
            yield from _spelled_window(text, row)
            row = []
        if token and (row or token.items):
            row.append(token)
    yield from _spelled_window(text, row)


def _number_token(found: re.Match[str]) -> _Token | None:
    raw = found.group()
    start, end = found.span()
    if raw.isdecimal():
        return _Token(start, end, (raw,), 0) if raw.isascii() and len(raw) <= 15 else None
    if len(raw) > 80:
        return None
    word = folded(raw)
    if word in _SPOKEN_GAPS:
        return _Token(start, end, (), 0)
    if word in words() or word in REPEATS or word in HUNDRED or word in AND or word in _PLUS:
        return _Token(start, end, (word,), int(word not in AND))
    if _has_digit(raw):
        for table in (_LEET, _LEET_L):
            plain = word.translate(table)
            if len(plain) >= 3 and words().get(plain, 10) < 10:
                return _Token(start, end, (plain,), 1)
    items = _segments(word)
    return _Token(start, end, items, sum(not i.isdecimal() for i in items)) if items else None


def _segments(word: str) -> tuple[str, ...]:
    """`two13five55` → two 13 five 55. Words of units only; the longest first, never looked at twice."""
    table = words()
    out: list[str] = []
    i = 0
    while i < len(word):
        if word[i].isdecimal():
            j = i
            while j < len(word) and word[j].isdecimal():
                j += 1
        else:
            j = next(
                (i + n for n in range(7, 1, -1) if table.get(word[i : i + n], 10) < 10 or word[i : i + n] in REPEATS), i
            )
            if j <= i:
                return ()
        out.append(word[i:j])
        i = j
    return tuple(out) if len(out) > 1 else ()


def _homophone(found: re.Match[str], tokens: list[re.Match[str]], n: int, row: list[_Token]) -> _Token | None:
    """`oh one for seven`: a sound-alike counts only between two spelled digits, in a row that already has four."""
    word = _HOMOPHONES.get(found.group().lower())
    if not word or n + 1 >= len(tokens) or sum(t.spelled for t in row) < 4 or not row[-1].spelled:
        return None
    after = _number_token(tokens[n + 1])
    return _Token(*found.span(), (word,), 1) if after and after.spelled else None


def _spelled_window(text: str, row: list[_Token]) -> Iterator[Window]:
    while row and (not row[0].items or row[0].items[0] in AND):
        row = row[1:]
    while row and (not row[-1].items or row[-1].items[-1] in AND or row[-1].items[-1] in REPEATS):
        row = row[:-1]
    if not any(t.spelled for t in row) or not _enough(row):
        return
    if counted(digits([item for t in row for item in t.items])):
        return
    versions: list[View] = []
    for part in _trimmed(row):
        for merge in (True, False):
            view = _spelled_view(text, part, merge=merge)
            if view is not None and all(view.text != v.text for v in versions):
                versions.append(view)
    if versions:
        yield Window(row[0].start, row[-1].end, tuple(versions), thin=_thin(row))


def _enough(row: list[_Token]) -> bool:
    items = [item for t in row for item in t.items]
    return any(_has_digit(text) for text in items) or sum(len(item) > 2 for item in items) >= FEWEST_WORDS


def _thin(row: list[_Token]) -> bool:
    """One word, standing apart, beside groups of figures; among digits one by one (`0 1 2 trois 4 …`) it is enough."""
    if sum(t.spelled for t in row) > 1 or any(t.spelled and len(t.items) > 1 for t in row):
        return False
    return not single_digits(["0" if t.spelled else t.items[0] for t in row if t.items])


def _trimmed(row: list[_Token]) -> Iterator[list[_Token]]:
    """The row, and without everyday words or short stray digits at its ends."""
    yield row
    loose_head = len(row) > 2 and _loose(row[0])
    loose_tail = len(row) > 2 and _loose(row[-1])
    if loose_head:
        yield row[1:]
    if loose_tail:
        yield row[:-1]
    if loose_head and loose_tail:
        yield row[1:-1]


def _loose(token: _Token) -> bool:
    return len(token.items) == 1 and (
        token.items[0] in _EDGE or (token.items[0].isdecimal() and len(token.items[0]) <= 2)
    )


def _spelled_view(text: str, row: list[_Token], *, merge: bool) -> View | None:
    """Digits of the row, each group mapped to the words it comes from."""
    items = [(item, t) for t in row for item in t.items]
    plus = items[0][0] in _PLUS or text[max(0, row[0].start - 2) : row[0].start].rstrip(" (").endswith("+")
    body = items[1:] if items[0][0] in _PLUS else items
    made = digits([item for item, _ in body], merge=merge)
    if not FEWEST <= len(made) <= MOST or counted(made):
        return None
    out = ("+" if plus else "") + made
    # one map for the whole stretch: a digit out of "double seven" or "treinta y cuatro" has no narrower place
    return View(out, [row[0].start] * len(out), [row[-1].end] * len(out))


def counted(made: str) -> bool:
    """Counting up or down, or one digit over and over: `12345678`, `1 2 3 … 10`, `7777777`."""
    steps = {int(b) - int(a) for a, b in pairwise(made)}
    return steps <= {1} or steps <= {-1} or steps <= {0} or made.startswith(("12345678", "10987654"))


# V3 ------------------------------------------------------------------------------------------------------------------

_GROUP = re.compile(r"\d+")
_ODD_GAP = re.compile(r"(?:[^\w\n$€£¥%=+]|_){1,6}")
_SUM = re.compile(r" ?[=*]")
_PLAIN = frozenset(" ().-–—/")
_LIST = frozenset(",;:'\"&<>?!")
"""Marks that make a list or a time of groups; they separate a number's digits only when every digit stands alone."""


def separated(text: str, taken: bytearray) -> Iterator[Window]:
    """V3. Digits with symbols between them."""
    row: list[re.Match[str]] = []
    for group in _GROUP.finditer(text):
        if row and not (len(row) < _LONGEST_ROW and _ODD_GAP.fullmatch(text, row[-1].end(), group.start())):
            yield from _separated_window(text, row)
            row = []
        if any(taken[group.start() : group.end()]):
            yield from _separated_window(text, row)
            row = []
            continue
        row.append(group)
    yield from _separated_window(text, row)


def single_digits(groups: list[str]) -> bool:
    """Whether digits stand one by one, but for a country code in front or a pair run together."""
    return len(groups) >= FEWEST and sum(len(g) == 1 for g in groups) >= 0.75 * len(groups)


def _separated_window(text: str, row: list[re.Match[str]]) -> Iterator[Window]:
    groups = [g.group() for g in row]
    made = "".join(groups)
    if len(groups) < 2 or not FEWEST <= len(made) <= MOST or counted(made):
        return
    between = {text[a.end() : b.start()].replace(" ", "") for a, b in pairwise(row)}
    gaps = {c for gap in between for c in gap} | {" "}
    if single_digits(groups):
        if max(map(len, groups[1:])) > 3 or (gaps & _LIST and len(between) > 1):
            return
    elif gaps <= _PLAIN or gaps & _LIST or max(map(len, groups)) > 8 or len(gaps - _PLAIN) > 2:
        return
    start, end = row[0].start(), row[-1].end()
    if "*" in gaps and (len(groups) < 3 or _SUM.match(text, end) or text[max(0, start - 1) : start] == "="):
        return
    plus = text[max(0, start - 2) : start].rstrip(" (").endswith(("+", "➕"))
    starts = [i for g in row for i in range(*g.span())]
    if plus:
        starts = [starts[0], *starts]
    yield Window(start, end, (View(("+" if plus else "") + made, starts, [i + 1 for i in starts]),))
