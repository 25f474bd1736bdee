"""Machine-readable zones of travel documents: ICAO Doc 9303 parts 3 to 7.

| form  | lines  | check digits                                        |
| ----- | ------ | --------------------------------------------------- |
| TD1   | 3 × 30 | number, birth, expiry, composite                    |
| TD2   | 2 × 36 | number, birth, expiry, composite                    |
| TD3   | 2 × 44 | number, birth, expiry, personal number, composite   |
| MRV-A | 2 × 44 | number, birth, expiry (visas have no composite)     |
| MRV-B | 2 × 36 | number, birth, expiry                               |

Weights 7-3-1 modulo 10; digits count as themselves, A-Z as 10-35, `<` as 0. A document number longer than nine
characters runs on into the optional field (part 5, note j). OCR repair follows the class of the field: digits in dates
and check digits, letters in country codes. The document number may hold both; there only `O` is tried as zero,
since its one check digit would let every tenth guess pass. Refuses anything whose check digits do not all agree.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

_VALUE = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_TO_DIGIT = str.maketrans("OQDILSBZG", "000115826")
_TO_LETTER = str.maketrans("015826", "OISBZG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the fields of one form lie in its lines joined together; (start, end) each."""

    name: str
    size: int
    initials: str
    country: tuple[int, int]
    number: tuple[int, int]
    birth: tuple[int, int]
    sex: int
    expiry: tuple[int, int]
    nationality: tuple[int, int]
    optional: tuple[int, int]
    personal: tuple[int, int] | None
    composite: tuple[tuple[int, int], ...]
    composite_at: int | None


def _two_lines(name: str, width: int, initials: str, *, optional: tuple[int, int], checked: bool) -> Layout:
    w = width
    visa = initials == "V"
    last = 2 * w - 1
    return Layout(
        name=name,
        size=2 * w,
        initials=initials,
        country=(2, 5),
        number=(w, w + 9),
        nationality=(w + 10, w + 13),
        birth=(w + 13, w + 19),
        sex=w + 20,
        expiry=(w + 21, w + 27),
        optional=(w + optional[0], w + optional[1]),
        personal=(w + 28, w + 42) if checked else None,
        composite=() if visa else ((w, w + 10), (w + 13, w + 20), (w + 21, last)),
        composite_at=None if visa else last,
    )


LAYOUTS = (
    _two_lines("TD3", 44, "P", optional=(28, 42), checked=True),
    _two_lines("MRV-A", 44, "V", optional=(28, 44), checked=False),
    Layout(
        name="TD1",
        size=90,
        initials="AIC",
        country=(2, 5),
        number=(5, 14),
        optional=(15, 30),
        birth=(30, 36),
        sex=37,
        expiry=(38, 44),
        nationality=(45, 48),
        personal=None,
        composite=((5, 30), (30, 37), (38, 45), (48, 59)),
        composite_at=59,
    ),
    _two_lines("TD2", 36, "AICP", optional=(28, 35), checked=False),
    _two_lines("MRV-B", 36, "V", optional=(28, 36), checked=False),
)


def check_digit(field: str) -> str:
    """The ICAO check digit of `field`."""
    return str(sum(_VALUE[c] * (7, 3, 1)[i % 3] for i, c in enumerate(field)) % 10)


def _number(zone: str, layout: Layout) -> str | None:
    """The document number where its check digit is right."""
    start, end = layout.number
    if zone[end] != "<":
        return zone[start:end].rstrip("<") if check_digit(zone[start:end]) == zone[end] else None
    rest = zone[slice(*layout.optional)].split("<", 1)[0]
    if len(rest) < 2 or check_digit(zone[start:end] + "<" + rest[:-1]) != rest[-1]:
        return None
    return zone[start:end].rstrip("<") + rest[:-1]


def _is_date(field: str, *, unknown_days: bool) -> bool:
    """YYMMDD; a birth may leave month and day as fillers (Doc 9303-3 §4.8)."""
    if unknown_days and field.endswith("<<"):
        field = field.replace("<<", "01")
    if not field.isdigit():
        return False
    try:
        datetime.date(2000 + int(field[:2]), int(field[2:4]), int(field[4:]))
    except ValueError:
        return False
    return True


def _read(zone: str, layout: Layout) -> str | None:
    """Normal form of a zone whose every check digit is right."""
    if any(c not in _VALUE for c in zone):
        return None
    birth, expiry = zone[slice(*layout.birth)], zone[slice(*layout.expiry)]
    dates = ((birth, layout.birth[1]), (expiry, layout.expiry[1]))
    if any(check_digit(field) != zone[at] for field, at in dates):
        return None
    if not (_is_date(birth, unknown_days=True) and _is_date(expiry, unknown_days=True)):
        return None
    number = _number(zone, layout)
    if not number or zone[layout.sex] not in "MFX<":
        return None
    if layout.personal is not None:
        start, end = layout.personal
        empty = set(zone[start:end]) == {"<"}
        if zone[end] != check_digit(zone[start:end]) and not (empty and zone[end] == "<"):
            return None
    if layout.composite_at is not None:
        joined = "".join(zone[slice(*part)] for part in layout.composite)
        if check_digit(joined) != zone[layout.composite_at]:
            return None
    country = zone[slice(*layout.country)].rstrip("<")
    if not country.isalpha():
        return None
    return "|".join((country, number, birth, zone[layout.sex].replace("<", "X"), expiry))


def _by_class(zone: str, layout: Layout) -> str:
    """`zone` with digits in the digit fields and letters in the letter fields."""
    made = list(zone)
    digits = [layout.birth, layout.expiry]
    digits += [(end, end + 1) for _, end in (layout.number, layout.birth, layout.expiry)]
    if layout.composite_at is not None:
        digits.append((layout.composite_at, layout.composite_at + 1))
    if layout.personal is not None:
        digits.append((layout.personal[1], layout.personal[1] + 1))
    for table, spans in ((_TO_DIGIT, digits), (_TO_LETTER, [layout.country, layout.nationality])):
        for start, end in spans:
            made[start:end] = "".join(made[start:end]).translate(table)
    return "".join(made)


def _repair(zone: str, layout: Layout) -> str | None:
    """The one reading by field class under which every check digit is right, or None."""
    zone = _by_class(zone, layout)
    start, end = layout.number
    zeroed = zone[:start] + zone[start:end].replace("O", "0") + zone[end:]
    found = {_read(zone, layout), _read(zeroed, layout)} - {None}
    return found.pop() if len(found) == 1 else None


def layouts(initial: str) -> tuple[Layout, ...]:
    """The forms a zone beginning with `initial` may have."""
    return tuple(layout for layout in LAYOUTS if initial in layout.initials)


def read(zone: str, layout: Layout) -> tuple[str, bool] | None:
    """(`country|number|birth|sex|expiry`, repaired?) of the joined lines, or None."""
    if len(zone) != layout.size:
        return None
    plain = _read(zone, layout)
    if plain is not None:
        return plain, False
    repaired = _repair(zone, layout)
    return (repaired, True) if repaired is not None else None
