"""Header lines of a WhatsApp text export: where a record begins, in every form that phones write.

    17/09/2019, 16:37 - Name: text        Android; dash or en dash, with or without the comma
    [17.09.19, 16:37:12] Name: text       iOS; U+200E may stand before the bracket and before the text
    17-09-19 16:37:12: Name: text         older iOS
    [16:37, 17/9/2019] Name: text         copied from WhatsApp Web; Vietnamese phones

Numbers may be digits of any script, and direction marks may stand between any two parts. The date is three numbers with
`/`, `-`, `.` (blanks allowed after it), `年月日` or `년월일`, or holds a month name; `whatsapp_clock` knows the time.
References: `formats` notes of public parsers (whatsapp-chat-parser, whatstk, rwhatsapp) and Unicode CLDR short formats.

A line is matched by one regular expression per file: first the file's own commonest form, made of a sample header with
its literal punctuation (fast), then the general grammar (for exports that were pasted together). A stamp followed by
a bare blank (`2/11/19, 14:48 Name: text`) is a header only before a name that other headers know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from triage.date_layouts import Fields, YearPlace, year_place
from triage.readers.whatsapp_clock import AFTER, BETWEEN, HALF, MARK, MONTH, SPACE, month_number

_J = f"[{MARK}{SPACE}]{{0,4}}"
"""What may stand between two parts: few characters, or a line of blanks would take for ever."""
_DASH = r"[-\u2010-\u2015\u2212]"
_NUMERIC = [
    rf"\d{{1,4}}{_J}{first}{_J}\d{{1,2}}{_J}{second}{_J}\d{{1,4}}{last}"
    for first, second, last in (
        ("/", "/", ""),
        (r"\.", r"\.", rf"(?:{_J}\.)?"),
        (_DASH, _DASH, ""),
        ("年", "月", f"(?:{_J}日)?"),
        ("년", "월", f"(?:{_J}일)?"),
    )
]
_NAMED = [
    rf"\d{{1,2}}\.?{_J}(?:de{_J})?{MONTH}{_J},?{_J}(?:de{_J})?\d{{4}}",
    rf"{MONTH}{_J}\d{{1,2}}{_J},?{_J}\d{{4}}",
]
_DATE = f"(?:{'|'.join(_NUMERIC + _NAMED)})"
_CLOCK = (
    rf"(?:{HALF}{_J})?(?<!\d)\d{{1,2}}(?:{_J}[:.٫]{_J}|{_J}h{_J})\d{{2}}(?!\d)"
    rf"(?:(?:{_J}[:.٫]{_J}|{_J}min{_J})\d{{2}}(?!\d)(?:{_J}s(?!\w))?)?(?:{_J}{HALF})?(?:{_J}{AFTER}(?!\w))?"
)
_GAP = rf"[{MARK}{SPACE},،、]{{0,5}}(?:{BETWEEN}[{MARK}{SPACE},،]{{1,4}})?"
_STAMP = f"(?:{_DATE}{_GAP}{_CLOCK}|{_CLOCK}{_GAP}{_DATE})"
_LEAD = f"[{MARK}]{{0,4}}"
_MAYBE = r"(?=\[|\d|[^\d\n]{2,20}\d{1,2}[^\d\n]{1,3}\d{2})"
"""A cheap look before the grammar: lines that begin with a word rarely have two numbers right behind it."""
_DASHED = rf"[{SPACE}][{MARK}]{{0,2}}{_DASH}[{MARK}]{{0,2}}(?:[{SPACE}]|(?=\n))"
_COLON = rf":(?:[{SPACE}]|(?=\n))"
_BEGIN = rf"{_LEAD}{_MAYBE}\[?{_J}{_STAMP}{_J}"
"""The stamp stands once in the expression, for compiling it takes longer than reading a small file."""
_END = rf"(?:\][{SPACE}]?|{_DASHED}|{_COLON})"
NAME = r"[^:\n]{1,128}(?::[^:\s][^:\n]{0,60}){0,3}"
_NAME_END = rf":(?:[{SPACE}]|(?=[\n{MARK}]))"

_PARTS = re.compile(
    rf"(?P<lead>{_LEAD})(?P<open>\[?){_J}(?P<stamp>(?:(?P<date1>{_DATE})(?P<gap1>{_GAP})(?P<clock1>{_CLOCK})"
    rf"|(?P<clock2>{_CLOCK})(?P<gap2>{_GAP})(?P<date2>{_DATE})))(?P<end>[\s\S]*)\Z"
)
_NUMBERS = re.compile(r"\d+")
_HALF_WORD = re.compile(HALF)
_SEPARATOR = re.compile(rf"\d{_J}([^\d{MARK}{SPACE}])")


class Layout(NamedTuple):
    """What the headers of one phone have in common; each layout proves its own date order."""

    form: str
    """`bracket | dash | colon | bare`"""
    separator: str
    place: YearPlace
    year_digits: int
    half: bool
    """Whether the time has a marker of the half of the day."""
    seconds: bool
    clock_first: bool


class Header(NamedTuple):
    """One header, taken apart."""

    layout: Layout
    stamp: str
    """Date and time, character for character."""
    date: str
    fields: Fields
    clock: str


@lru_cache(maxsize=4096)
def parse_header(text: str) -> Header | None:
    """Take a matched header apart; None where it is none."""
    m = _PARTS.match(text)
    if m is None:
        return None
    date, clock = m["date1"] or m["date2"], m["clock1"] or m["clock2"]
    fields, first, last, separator = date_fields(date)
    end = m["end"].strip()
    form = "bracket" if m["open"] else "colon" if end.startswith(":") else "dash" if end else "bare"
    place = year_place(first, last)
    digits = {"first": first, "last": last}.get(place, 2)
    seconds = len(_NUMBERS.findall(clock)) > 2
    half = _HALF_WORD.search(_NUMBERS.sub(" ", clock)) is not None
    layout = Layout(form, separator, place, digits, half, seconds, m["clock2"] is not None)
    return Header(layout, m["stamp"], date, fields, clock)


@lru_cache(maxsize=1 << 16)
def date_fields(date: str) -> tuple[Fields, int, int, str]:
    """Three numbers, the digits of the first and the last, and the separator; a month name gives year, month, day."""
    numbers = _NUMBERS.findall(date)
    if len(numbers) == 2:
        month = next((n for word in re.findall(r"[^\W\d_]+", date) if (n := month_number(word))), 0)
        day, year = sorted(map(int, numbers))
        return (year, month, day), 4, 2, "name"
    found = _SEPARATOR.search(date)
    a, b, c = (int(n) for n in numbers)
    return (a, b, c), len(numbers[0]), len(numbers[2]), found[1] if found else ""


def commonest(headers: Iterable[str]) -> tuple[Layout, str] | None:
    """The commonest form among sample headers: its layout and a regex (groups: stamp, date, clock)."""
    sample = list(headers)
    halves = {m[0] for h in sample if (m := _HALF_WORD.search(_NUMBERS.sub(" ", _clock_text(h))))}
    words = "|".join(re.escape(w) for w in sorted(halves, key=lambda w: (-len(w), w)))
    counts = Counter(found for h in sample if (found := _skeleton(h, words)))
    return counts.most_common(1)[0][0] if counts else None


def _clock_text(header: str) -> str:
    parsed = parse_header(header)
    return parsed.clock if parsed else ""


def _skeleton(header: str, halves: str) -> tuple[Layout, str] | None:
    """A regex for headers written like this one, punctuation taken literally; `halves` are the markers seen."""
    m, parsed = _PARTS.match(header), parse_header(header)
    if m is None or parsed is None or parsed.layout.clock_first or parsed.layout.separator == "name":
        return None
    date = _date_pattern(m["date1"], parsed.layout)
    opening = re.escape(header[m.end("lead") : m.start("stamp")])
    stamp = rf"(({date}){re.escape(m['gap1'])}({_clock_pattern(m['clock1'], halves)}))"
    return parsed.layout, f"{_LEAD}{opening}{stamp}{re.escape(m['end'])}"


def _date_pattern(date: str, layout: Layout) -> str:
    digit = "[0-9]" if date.isascii() else r"\d"
    year = f"{{{layout.year_digits}}}"
    counts = [year if layout.place == "first" else "{1,2}", "{1,2}", year if layout.place == "last" else "{1,2}"]
    pieces = re.split(r"\d+", date)
    return re.escape(pieces[0]) + "".join(
        digit + count + re.escape(piece) for count, piece in zip(counts, pieces[1:], strict=True)
    )


def _clock_pattern(clock: str, halves: str) -> str:
    digit = r"[0-9]" if all(ch.isascii() for ch in clock if ch.isdigit()) else r"\d"
    pieces = re.split(r"\d+", clock)
    tail = "".join(
        digit + ("{1,2}" if n == 0 else "{2}") + _with_halves(piece, halves) for n, piece in enumerate(pieces[1:])
    )
    return _with_halves(pieces[0], halves) + tail


def _with_halves(piece: str, halves: str) -> str:
    half = _HALF_WORD.search(piece)
    if half is None:
        return re.escape(piece)
    return f"{re.escape(piece[: half.start()])}(?:{halves}){re.escape(piece[half.end() :])}"


_NEVER = r"(?!)()()()"


@lru_cache(maxsize=16)
def record_pattern(main: str | None, bare_names: tuple[str, ...] | None) -> re.Pattern[str]:
    """For `split`: stamp, date, clock, general header, name, its colon; what follows each match is the text.

    `bare_names`: the names before which a bare stamp counts; None = any, for the survey that finds them out.
    """
    if bare_names is None:
        names = NAME
    else:
        names = "|".join(re.escape(n) for n in sorted(bare_names, key=lambda n: (-len(n), n)))
    bare = rf"|(?<=[{SPACE}])(?!{_DASH}|[\]:])(?=(?:{names}):[ \n])" if names else ""
    return re.compile(rf"\n(?:{main or _NEVER}|({_BEGIN}(?:{_END}{bare})))(?:({NAME})({_NAME_END}))?")


COLUMNS = 7
"""What `record_pattern` makes of one record: six groups and the text."""


@lru_cache(maxsize=1)
def head_pattern() -> re.Pattern[str]:
    """For detection and sampling: general header and name."""
    return re.compile(rf"\n({_BEGIN}{_END})(?:({NAME}){_NAME_END})?")
