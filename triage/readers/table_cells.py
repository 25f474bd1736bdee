"""Single cells of tables: degrees, durations, names of applications, people in one line.

Degrees may have a decimal comma or a hemisphere (N, S, E, W; O is east in one language and west in others and is
refused). A bare number is a duration in seconds unless its heading says minutes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from triage.readers.table_columns import apps, plain
from triage.readers.table_people import Party

_DURATION = re.compile(r"(?:(\d+)[.:\s]\s?)?(\d{1,4}):(\d\d):(\d\d)(?:[.,]\d+)?\Z")
_HEMISPHERE = re.compile(r"\s*([NSEW])?\s*([+-]?\d{1,3}[.,]\d+|[+-]?\d{1,3})\s*°?\s*([NSEW])?\s*\Z", re.IGNORECASE)


def unique(people: list[Party]) -> list[Party]:
    """Each address once."""
    return list({one.shown: one for one in people if one.shown}.values())


def label(one: Party) -> str:
    """`Name (address)`, or what there is of it."""
    return f"{one.name} ({one.address})" if one.name and one.address else one.shown


def listing(people: list[Party]) -> str:
    """All of them in one line."""
    return ", ".join(label(one) for one in unique(people))


def degrees(said: str) -> str:
    """Decimal degrees with a point, of a number that may have a comma or a hemisphere."""
    found = _HEMISPHERE.match(said)
    if found is None:
        return ""
    number = found[2].replace(",", ".")
    side = (found[1] or found[3] or "").upper()
    return f"-{number}" if side in ("S", "W") and number[0] not in "+-" else number


def duration_seconds(said: str, header: str = "") -> int | None:
    """A duration in seconds; None where its unit is not known."""
    text = said.strip()
    unit = plain(header)
    if text.isascii() and text.isdecimal() and len(text) < 9:
        return int(text) * (60 if re.search(r"\bmin(?:s|utes|utos)?\b", unit) else 1)
    found = _DURATION.match(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


@lru_cache(maxsize=1024)
def app_in(text: str) -> str:
    """The application that a text names, as people write it; empty where it names none that is known."""
    said = f" {plain(text)} "
    return next((app for app in apps() if f" {plain(app)} " in said), "")
