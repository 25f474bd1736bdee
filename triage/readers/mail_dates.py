"""Times in mail: the `Date` field, the `From ` line of a mailbox, the last part of a `Received` field.

The offset is always kept. `-0000` says that the time is UTC and the sender's zone unknown (RFC 5322 3.3). A time
without an offset is local: it becomes an instant only with a zone that the examiner stated. Programs that do not follow
the standard write other forms; those with a month in words are read by `worded_dates`, the rest stay unset. The `Date`
field is what the sender's program claims.

Sources: RFC 5322 (3.3, 4.3), asctime(3).
"""

from __future__ import annotations

import re
from dataclasses import replace

from triage.model import NO_TIME, Moment
from triage.readers.worded_dates import worded_time
from triage.timestamps import from_iso, local_time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RFC = re.compile(
    r"(?:[A-Za-z]{2,10}\.?,?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3})[A-Za-z]*\.?[\s-]+(\d{2,4}),?\s+"
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:\.\d+)?\s*([+-]\d\d:?\d\d|[A-Za-z]{1,5}(?:[+-]\d{1,4})?)?(?![\d:])"
)
_ASCTIME = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?([A-Za-z]{3})[a-z]*\s+(\d{1,2})\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s+"
    r"(?:([+-]\d{4}|[A-Z]{1,5})\s+)?(\d{4})(?:\s+([+-]\d{4}))?"
)
_ZONES = {
    "ut": "Z", "gmt": "Z", "utc": "Z", "z": "Z", "est": "-05:00", "edt": "-04:00", "cst": "-06:00", "cdt": "-05:00",
    "mst": "-07:00", "mdt": "-06:00", "pst": "-08:00", "pdt": "-07:00",
}  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]")


def mail_time(said: str, zone: str | None) -> Moment:
    """The moment that a field states; its source alone where it is not understood."""
    text = " ".join(said.split())
    if not text:
        return NO_TIME
    if m := _RFC.match(text):
        day, month, year, hour, minute, second, offset = m.groups()
        return _moment((year, month, day, hour, minute, second), offset or "", said, zone)
    if m := _ASCTIME.match(text):
        month, day, hour, minute, second, offset, year, after = m.groups()
        return _moment((year, month, day, hour, minute, second), after or offset or "", said, zone)
    if _ISO.match(text):
        return replace(from_iso(text, zone=zone), source=said)
    return replace(worded_time(text, zone=zone), source=said)


def _moment(fields: tuple[str, str, str, str, str, str | None], offset: str, said: str, zone: str | None) -> Moment:
    year_text, month_text, day, hour, minute, second = fields
    if month_text.lower() not in _MONTHS:
        return replace(worded_time(" ".join(said.split()), zone=zone), source=said)
    year, month = _year(year_text), _MONTHS.index(month_text.lower()) + 1
    where = _offset(offset)
    if where is None:  # an abbreviation that names several zones: the zone of the device is not meant
        return local_time(year, month, int(day), int(hour), int(minute), _second(second), source=said, zone=None)
    if not where:
        return local_time(year, month, int(day), int(hour), int(minute), _second(second), source=said, zone=zone)
    iso = f"{year:04}-{month:02}-{int(day):02}T{int(hour):02}:{int(minute):02}:{_second(second):02}{where}"
    return replace(from_iso(iso), source=said)


def _second(text: str | None) -> int:
    return min(59, int(text or 0)) if int(text or 0) <= 60 else 99  # a leap second is the last second of its minute


def _year(text: str) -> int:
    """Two and three digits as RFC 5322 (4.3) reads them."""
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(text) == 3 else year


def _offset(text: str) -> str | None:
    """`+02:00`, `Z`, '' where none is stated, None where the abbreviation is not a zone of the standard."""
    if not text:
        return ""
    if text in ("-0000", "-00:00"):
        return "Z"
    if text[0] in "+-":
        digits = text.replace(":", "")
        return f"{digits[:3]}:{digits[3:]}"
    if m := re.match(r"(?i)(?:gmt|utc)([+-])(\d{1,2})(\d\d)?\Z", text):
        return f"{m[1]}{int(m[2]):02}:{m[3] or '00'}"
    return _ZONES.get(text.lower())
