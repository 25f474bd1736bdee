"""Where in a text a telephone number may stand: rows of digit groups, and how a row falls into numbers.

A row is what stands between things that cannot be inside a number. It may hold a number and something else
(`+34 612 342 271 2 personas`, `piso 3 612 34 22 71`) or several numbers (`612342271 / 655123456`). It is read whole
first; then split where the writer split it; then tiled by numbers without rest; last, a short stray group is let go
at one end. A part of an unbroken token is never taken, so that a card or an order number does not become a telephone.

Work per row is bounded: rows of more than 24 groups are columns of figures, in which only groups that are whole
numbers by themselves are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from extractors.phones_numbers import FEWEST
from extractors.phones_vetoes import Span, glued_left, glued_right

_ITEM = re.compile(r"\+[ (]{0,2}\d+|\d+")
_GAP = re.compile(r"[ ().\-‐‒–—―−/·]{0,4}")
_STRONG = re.compile(r".*(?:/|  | [\-–—] |\) \().*")
MOST_GROUPS = 24
MOST_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Group:
    """One group of digits; `digits` begins with `+` where one stands before it."""

    start: int
    end: int
    digits: str
    gap: str
    """What stands between the group before and this one; empty for the first of a row."""

    @property
    def plus(self) -> bool:
        return self.digits[0] == "+"


Row = Sequence[Group]
Valid = Callable[[str], bool]


def cover(length: int, spans: Sequence[Span], base: bytearray | None = None) -> bytearray:
    """A mask of the characters inside `spans`, and inside `base`."""
    mask = bytearray(base) if base is not None else bytearray(length)
    for start, end in spans:
        mask[start:end] = b"\1" * (end - start)
    return mask


def either(one: bytearray, other: bytearray) -> bytearray:
    """What one mask or the other covers."""
    both = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return bytearray(both.to_bytes(len(one), "little"))


def rows(text: str, hard: bytearray, soft: bytearray) -> Iterator[tuple[Row, bool]]:
    """Rows of groups outside the masks, and whether a part that hangs on letters was cut off the row.

    `soft` does not hold behind a `+`. A cut row is the weaker witness: the letters may be misread digits (view V1).
    """
    row: list[Group] = []
    for item in _ITEM.finditer(text):
        start, end = item.span()
        digits = "".join(c for c in item.group() if c not in " (")
        gap = text[row[-1].end : start] if row else ""
        open_row = row and digits[0] != "+" and _GAP.fullmatch(gap) and not any(hard[start:end])
        if open_row and (row[0].plus or not any(soft[start:end])):
            row.append(Group(start, end, digits, gap))
            continue
        yield from _kept(text, row)
        masked = any(hard[start:end]) or (digits[0] != "+" and any(soft[start:end]))
        row = [] if masked else [Group(start, end, digits, "")]
    yield from _kept(text, row)


def _kept(text: str, row: list[Group]) -> Iterator[tuple[Row, bool]]:
    """The row without groups that hang on letters, and with them whatever hangs on those groups."""
    whole = len(row)
    if row and not row[0].plus and glued_left(text, row[0].start):
        row = row[_next_break(row, 0) :]
        if row:
            row[0] = Group(row[0].start, row[0].end, row[0].digits, "")
    if row and not row[0].plus and glued_right(text, row[-1].end):
        last = len(row) - 1
        while last > 0 and " " not in row[last].gap:
            last -= 1
        row = row[:last]
    if sum(len(g.digits) for g in row) >= FEWEST:
        broken = row[0].plus and glued_right(text, row[-1].end)
        yield tuple(row), len(row) < whole or broken or _hidden(text, row)


_ODD = r"[^\w\s,;:+=%$€£¥]{1,3}"
_ODD_BEFORE = re.compile(rf"\d ?{_ODD} ?$")
_ODD_AFTER = re.compile(rf" ?{_ODD} ?\d")


def _hidden(text: str, row: list[Group]) -> bool:
    """Whether more digits stand behind a symbol (`01512❤3456651`): what is here may be a part (view V3)."""
    if row[0].plus or (row[0].start and text[row[0].start - 1] == "+"):
        return False
    before = _ODD_BEFORE.search(text, max(0, row[0].start - 6), row[0].start)
    return bool(before or _ODD_AFTER.match(text, row[-1].end))


def _next_break(row: Row, at: int) -> int:
    return next((k for k in range(at + 1, len(row)) if " " in row[k].gap), len(row))


def joined(row: Row) -> str:
    return "".join(g.digits for g in row)


def settle(row: Row, valid: Valid) -> list[Row]:
    """The numbers of a row, by `valid`; empty where none is."""
    if len(row) > MOST_GROUPS:
        return [(g,) for g in row if (g.plus or len(g.digits) >= 9) and valid(g.digits)]
    if _fits(row) and valid(joined(row)):
        return [row]
    if row[0].plus:
        return _prefixed(row, valid)
    parts = _split(row)
    if len(parts) > 1:
        return [found for part in parts for found in settle(part, valid)]
    return _tiled(row, valid) or _trimmed(row, valid)


def _fits(row: Row) -> bool:
    return FEWEST <= sum(len(g.digits) for g in row) <= MOST_DIGITS


def _prefixed(row: Row, valid: Valid) -> list[Row]:
    """`+CC …` and then something else: the longest beginning that is a number, and what follows it."""
    for end in range(len(row) - 1, 0, -1):
        if _fits(row[:end]) and " " in row[end].gap + "/" * ("/" in row[end].gap) and valid(joined(row[:end])):
            rest = row[end:]
            return [row[:end], *(settle(rest, valid) if sum(len(g.digits) for g in rest) >= FEWEST else [])]
    return []


def _split(row: Row) -> list[Row]:
    """At slashes, spaced dashes and wide spaces, where people put one number beside another."""
    parts: list[list[Group]] = [[row[0]]]
    for group in row[1:]:
        if _STRONG.fullmatch(group.gap):
            parts.append([])
        parts[-1].append(group)
    return [tuple(part) for part in parts]


def _tiled(row: Row, valid: Valid) -> list[Row]:
    """Several numbers with nothing over, cut only at spaces."""
    if sum(len(g.digits) for g in row) < 14:
        return []
    best: list[list[Row] | None] = [None] * len(row) + [[]]
    for i in range(len(row) - 1, -1, -1):
        for j in range(min(len(row), i + 8), i, -1):
            cut = j == len(row) or " " in row[j].gap
            rest = best[j]
            if (
                cut
                and rest is not None
                and 8 <= sum(len(g.digits) for g in row[i:j]) <= MOST_DIGITS
                and valid(joined(row[i:j]))
            ):
                best[i] = [row[i:j], *rest]
                break
    return best[0] or []


def _trimmed(row: Row, valid: Valid) -> list[Row]:
    """Without a stray group of one or two digits at one end."""
    for part, stray, gap in ((row[1:], row[0], row[1].gap), (row[:-1], row[-1], row[-1].gap)) if len(row) > 1 else ():
        if len(stray.digits) > 2 or gap.strip() or not gap or all(len(g.digits) == len(stray.digits) for g in part):
            continue  # groups that are all alike are a list, of which no part is a number
        if _fits(part) and valid(joined(part)):
            return [part]
    return []
