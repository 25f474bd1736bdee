"""What a spreadsheet's number means: date, time, duration or plain number, by the number format of its cell.

A workbook stores every date as a count of days (from 1900, or from 1904 where it says so) and only the format tells it
from other numbers. Formats are known by number (built-in ones) or by their code, in which quoted text, escaped
characters and colours say nothing. A code of zeros (`00000000000`) keeps the leading zeros of telephone numbers.

Sources: ECMA-376 part 1, §18.8.30 (numFmt, built-in formats), §18.17.4 (dates); the count from 1900 includes a
29 February 1900 that never was. Refused: serials outside the years 1900–9999, which stay numbers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

Form = Literal["", "date", "time", "moment", "elapsed", "text"]
EXACT_DIGITS = 15
"""Significant digits that a spreadsheet keeps of a number."""
_BUILT_IN: dict[int, Form] = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58), "date"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "time"),
    22: "moment",
    46: "elapsed",
    49: "text",
}  # fmt: skip
_SILENT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
_ZEROS = re.compile(r"0{2,20}\Z")
_DAY_1900, _DAY_1904 = datetime(1899, 12, 30, tzinfo=UTC), datetime(1904, 1, 1, tzinfo=UTC)
_LAST_DAY = 2_958_465


def form_of(number: int, code: str | None) -> Form:
    """The form of a format, by its code where the workbook defines one, else by its number."""
    if code is None:
        return _BUILT_IN.get(number, "")
    first = _SILENT.sub("", code.split(";", 1)[0]).lower()
    if re.search(r"\[(?:h+|m+|s+)\]", first):
        return "elapsed"
    if first.strip() in ("", "general", "standard"):
        return ""
    if first.strip() == "@":
        return "text"
    letters = set(re.sub(r"am/pm|a/p", "h", first))
    day = bool(letters & set("yd")) or ("m" in letters and not letters & set("hs"))
    clock = bool(letters & set("hs"))
    return "moment" if day and clock else "date" if day else "time" if clock else ""


def width_of(code: str | None) -> int:
    """Digits that a format of zeros shows at least; 0 for every other."""
    return len(code) if code and _ZEROS.match(code) else 0


def number_text(raw: str, width: int = 0) -> tuple[str, bool]:
    """The number with every digit the file gives, without an exponent; True where a spreadsheet has rounded it."""
    try:
        value = Decimal(raw)
    except InvalidOperation:
        return raw, False
    if not value.is_finite() or value.adjusted() > 40 or value.adjusted() < -40:
        return raw, False
    if value != value.to_integral_value():
        shown = f"{Decimal(f'{value:.15g}'):f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown, False
    digits = f"{value.to_integral_value():f}"
    return digits.zfill(width), len(digits.lstrip("-")) > EXACT_DIGITS


def moment_text(raw: str, form: Form, *, from_1904: bool) -> str | None:
    """`YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS`, `HH:MM:SS` or a duration; None where the number is no date."""
    try:
        serial = float(raw)
    except ValueError:
        return None
    if not 0 <= serial <= _LAST_DAY:
        return None
    seconds = round(serial * 86_400)
    if form == "elapsed":
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    clock = f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if serial < 1:
        return clock if form in ("time", "moment") else None
    start = _DAY_1904 if from_1904 else _DAY_1900
    if not from_1904 and serial < 60:
        start += timedelta(days=1)
    day = (start + timedelta(days=seconds // 86_400)).strftime("%Y-%m-%d")
    return day if form == "date" and seconds % 86_400 == 0 else f"{day} {clock}"
