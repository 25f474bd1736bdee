"""Digits that are something else: spans of view V0 in which no telephone number may begin or end.

The list is the specification's (section 3, known false hits): dates and times, decimals and coordinates, IPv4, UUIDs
and hexadecimal, thousands, arithmetic, card- and IBAN-shaped groups, national-id punctuation, web and mail addresses,
epoch times, and digits glued to letters or to `#`. Each pattern is linear: its repeated parts cannot match the same
text in two ways. A number in its full form (`+CC`) is never vetoed for looking like a sum or a date, since the plus
says what it is; only arithmetic and addresses hold against it.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,2000}|(?<!\S)[^\s@]{1,64}@[A-Za-z][^\s@]{0,190}", re.IGNORECASE)
_DATE = re.compile(
    r"(?<!\d)(?<!\d[./-])(?:(?P<d>\d{1,2})(?P<s>[./-])(?P<m>\d{1,2})(?P=s)(?:19|20)?\d{2}"
    r"|(?:19|20)\d{2}(?P<t>[./-])\d{1,2}(?P=t)\d{1,2})(?!\d|[./-]\d)"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?!\d)")
_COMPACT_DATE = re.compile(r"(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"(?<![\d.+])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.])")
_DECIMAL = re.compile(
    r"(?<![\d.,+])(?<!\d-)(?:-?\d|[1-9]\d|1\d\d|[2-9]\d\d(?=[.,]\d{3,5}(?!\d)))[.,]\d{3,20}(?![.,]?\d)"
)
_SIGNED = re.compile(r"(?<![\w)+-])-\d{1,3}[.,]?\d{1,30}")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3}){1,8}(?:\.\d{1,2})?(?![\d,])")
_UUID = re.compile(r"(?<![\w-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-])", re.IGNORECASE)
_IBAN_LIKE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,8}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])")
_CARD_LIKE = re.compile(
    r"(?<![\d+])(?<![\d+][ -])\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,4}){0,2}(?!\d)"
    r"|(?<!\d)3\d{3}[ -]\d{6}[ -]\d{5}(?!\d)"
)
_NATIONAL_ID = re.compile(  # CPF, CNPJ, SSN, CUIT, CNIC, RUT, Dominican cédula, each with its own punctuation
    r"(?<![\d+.])(?:\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{3}-\d{2}-\d{4}|\d{2}-\d{8}-\d"
    r"|\d{5}-\d{7}-\d|\d{1,2}\.\d{3}\.\d{3}-[\dkK]|\d{3}-\d{7}-\d)(?![\d-])"
)
_YEAR_SERIAL = re.compile(r"(?<![\d+])(?:19|20)\d{2}[/-]\d{5,}(?!\d)")
_EPOCH = re.compile(r"(?<![\d+])1[3-9]\d{8}(?:\d{3})?(?!\d)")
_ARITHMETIC = re.compile(
    r"\d ?[*×÷^%=] ?-?\+?\d{1,30}|[*×÷^=] ?\d{1,30}(?= ?[*×÷^%=+])|\d{1,30} ?[*×÷^=](?!\w)|\d{1,30}%"
    r"|\d{1,30}\+\d{1,30}|\d \+ \d{1,30}|(?<!\w)= ?-?\d{1,30}"
)
_SYMBOL = "[$€£¥₹₽₺₦₱৳₫₩₴₪]"
_MONEY = re.compile(rf"{_SYMBOL} ?\d[\d.,' ]{{0,24}}|(?<!\d)\d{{1,3}}(?:[ .]\d{{3}}){{1,6}}(?:,\d{{1,2}})? ?{_SYMBOL}")
_HASHED = re.compile(r"[#№][ ]?\d[\d -]{0,40}")

HARD = (_ADDRESS, _UUID)
"""Hold against every number."""
SUMS = (_ARITHMETIC,)
"""Hold against every number that is written in one piece; `3*1*0*5…` is a number written to hide (view V3)."""
SOFT = (
    _DATE, _TIME, _IPV4, _DECIMAL, _SIGNED, _THOUSANDS, _IBAN_LIKE, _CARD_LIKE, _NATIONAL_ID, _YEAR_SERIAL, _MONEY,
    _HASHED,
)  # fmt: skip
"""Hold against numbers without `+`."""
UNLESS_CALLED = (_COMPACT_DATE, _EPOCH)
"""Hold against numbers without `+` that no word names as a telephone."""


def spans(text: str, patterns: tuple[re.Pattern[str], ...]) -> list[Span]:
    """Where any of the patterns matches, in the order of the patterns."""
    return [m.span() for pattern in patterns for m in pattern.finditer(text) if _really(pattern, m)]


def without_addresses(text: str) -> str:
    """`text` with web and mail addresses blanked, as `HARD` takes them out."""
    return _ADDRESS.sub(" ", text)


def _really(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    """A date must have a month; `06.12.34` inside a dotted French number is not matched by the pattern at all."""
    if pattern is not _DATE or match["d"] is None:
        return True
    day, month = int(match["d"]), int(match["m"])
    return 1 <= min(day, month) <= 12 and max(day, month) <= 31


_GLUE = "-_/.#&=~"


def glued_left(text: str, start: int) -> bool:
    """Whether the digits at `start` hang on letters: `INV-2023`, `P0`, `s666`; scripts without spaces do not count."""
    if start == 0:
        return False
    before = text[start - 1]
    if before == "|":
        return True  # a bar that OCR may have made of a 1
    if before.isalpha():
        return _spaced_script(before)
    if before in _GLUE and start > 1:
        return text[start - 2].isalnum() and not _label(text, start - 1)
    return before == "'" and start > 1 and text[start - 2].isdecimal()


_LABEL = re.compile(
    r"(?:tel|cel|ph|mob|fax|phone|movil|móvil|whatsapp|wsp|wa|num|nr|no|fono|telf|telefono|teléfono)$", re.IGNORECASE
)


def _label(text: str, end: int) -> bool:
    """Whether what stands before the joining mark is a word for a telephone (`tel-`, `cel.`, `whatsapp/`)."""
    return _LABEL.search(text, max(0, end - 10), end) is not None


def glued_right(text: str, end: int) -> bool:
    """Whether letters hang on the digits that end at `end`."""
    if end >= len(text):
        return False
    after = text[end]
    if after.isalpha():
        return _spaced_script(after)
    if after == "_" or (after in "-/&=" and end + 1 < len(text) and text[end + 1].isalpha()):
        return _spaced_script(text[end + 1]) if end + 1 < len(text) and text[end + 1].isalpha() else True
    return False


def _spaced_script(ch: str) -> bool:
    """Latin, Greek, Cyrillic, Armenian, Georgian: scripts that put a space between a word and a number."""
    return ord(ch) < 0x0590 or 0x10A0 <= ord(ch) <= 0x10FF or 0x1E00 <= ord(ch) <= 0x1FFF
