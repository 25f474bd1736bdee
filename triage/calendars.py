"""Civil dates of other calendars: Buddhist, Persian and Minguo years, proved by their range.

Phones set to Thai, Persian or Taiwanese calendars write dates like `17/9/2562`, `۱۴۰۲/۵/۷` or `108/9/17`. Phones with
the programs in question exist since 2009, so that a year of 2400–2699 can only be of the Buddhist era (Gregorian year
plus 543), 1300–1429 only of the Persian solar Hijri calendar, and a three-digit one of 98–199 only of the Minguo era
(Gregorian year minus 1911). The ranges do not overlap with Gregorian years a phone shows, not even with a reset clock.

The Persian rule is the 33-year cycle with leap years at 1, 5, 9, 13, 17, 22, 26 and 30; it agrees with the
astronomical calendar from 1343 to 1472 (1964–2093), which covers every phone. Reference: Borkowski, "The Persian
calendar for 3000 years", Earth, Moon and Planets 74 (1996).

Refused: the lunar Hijri calendar (1430–1499 here). Its months depend on announcements; a date in it stays unset.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

Era = Literal["gregorian", "buddhist", "persian", "minguo", "unknown"]
Civil = tuple[int, int, int]
_PERSIAN_LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_NOWRUZ_1300 = date(1921, 3, 21)


def era_of(year: int, digits: int) -> Era:
    """The era of a year written with `digits` digits; two digits prove nothing here and count as Gregorian."""
    if digits == 3:
        return "minguo" if 98 <= year < 200 else "unknown"
    if 2400 <= year < 2700:
        return "buddhist"
    if 1300 <= year < 1430:
        return "persian"
    return "unknown" if 1430 <= year < 1500 else "gregorian"


def civil(year: int, month: int, day: int, era: Era) -> Civil | None:
    """The Gregorian year, month and day, or None where there is no such day (or the era is not known)."""
    if era == "persian":
        return _persian(year, month, day)
    if era == "unknown":
        return None
    shifted = {"buddhist": year - 543, "minguo": year + 1911}.get(era, year)
    try:
        date(shifted, month, day)
    except ValueError:
        return None
    return shifted, month, day


def is_persian_leap(year: int) -> bool:
    """Whether month 12 of the Persian `year` has 30 days."""
    return year % 33 in _PERSIAN_LEAP


def _persian(year: int, month: int, day: int) -> Civil | None:
    last = 31 if month <= 6 else 30 if month <= 11 or is_persian_leap(year) else 29
    if not (1300 <= year < 1473 and 1 <= month <= 12 and 1 <= day <= last):
        return None
    whole = sum(366 if is_persian_leap(y) else 365 for y in range(1300, year))
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    found = _NOWRUZ_1300 + timedelta(days=whole + before + day - 1)
    return found.year, found.month, found.day
