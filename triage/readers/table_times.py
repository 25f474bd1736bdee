"""Times in cells of tables: one layout for a column, proved from the whole of it, and the zone of its heading.

Read are ISO 8601, numeric dates in any order and separator with or without a clock (12 and 24 hours), `20220501201000`,
Unix seconds to nanoseconds, days since 1900 as spreadsheets count them, and dates in words. An offset behind the value
(`(UTC+2)`, `+02:00`, `UTC`) comes before the zone of the heading, that before the zone stated for the device.

Day and month: the heading's layout (`dd/MM/yyyy`); else what `date_layouts` proves from the column, from above or from
below, since tables are often sorted downwards. Where values prove both orders, each value stands for itself: one that
could be either stays unset. (A spreadsheet of another country turns some dates of a column and leaves the others.)
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace

from triage.calendars import Civil
from triage.date_layouts import DayEvidence, Fields, Order, Proof, YearPlace, year_place
from triage.model import NO_TIME, Moment, Problem
from triage.problems import problem
from triage.readers.table_columns import offset
from triage.readers.worded_dates import worded_time
from triage.readers.xlsx_styles import moment_text
from triage.timestamps import date_only, from_iso, from_unix, local_time, undecided

_DATE = re.compile(r"(?<!\d)(\d{1,4})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{1,4})(?!\d)\.?")
_CLOCK = re.compile(
    r"(?<![\d:+\-])(\d{1,2})[:.h](\d\d)(?:[:.m](\d\d)(?:[.,](\d{1,9}))?)?s?(?:\s*([ap])\.?\s?m\b\.?)?(?!\d)",
    re.IGNORECASE,
)
_OFFSET = re.compile(
    r"(?:\b(?:utc|gmt)\s*([+-]\d{1,2}(?::?\d\d)?)?|([+-]\d\d:?\d\d)|(?<=\d)(z))\s*\)?\s*\Z", re.IGNORECASE
)
_CLOCKS_NAME = re.compile(r"\s*\((?:device|network|local|phone|server|local time)\)\s*\Z", re.IGNORECASE)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d))?)?\Z")
_EPOCH = re.compile(r"-?\d{9,19}(?:\.\d{1,9})?\Z")
_SERIAL = re.compile(r"[3-5]\d{4}(?:[.,]\d{1,12})?\Z")
_ODD = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u200e": "", "\u200f": "", "\u2212": "-", "\ufeff": ""})
_MOST_DAYS = 200_000


@dataclass(frozen=True, slots=True)
class _Written:
    """The parts of a numeric date."""

    fields: Fields
    place: YearPlace
    year_digits: int
    clock: tuple[int, int, int] | None
    offset: str


class TableTimes:
    """The dates of one table: every value is shown to `see` first, then `prove`, then `moment`."""

    def __init__(self, zone: str | None) -> None:
        self.zone = zone
        self.mixed = False
        self.unproved = 0
        """Values that stayed unset because the order of day and month is not known."""
        self._days: dict[tuple[YearPlace, int], array[int]] = {}
        self._last: dict[tuple[YearPlace, int], Fields] = {}
        self._proofs: dict[tuple[YearPlace, int], tuple[Proof, Order | None]] = {}

    def see(self, said: str) -> None:
        """A value of the table, in its order."""
        written = _written(said)
        if written is None or written.place == "first":
            return
        key = written.place, written.year_digits
        if self._last.get(key) != written.fields:
            self._last[key] = written.fields
            days = self._days.setdefault(key, array("H"))
            if len(days) < 3 * _MOST_DAYS:
                days.extend(written.fields)

    def prove(self) -> None:
        """Settle the order of each layout."""
        for key, days in self._days.items():
            rows = [(days[n], days[n + 1], days[n + 2]) for n in range(0, len(days), 3)]
            proof = _proof(key, rows)
            if len(proof.spans) > 1:
                self.mixed = True
                self._proofs[key] = (proof, None)
                continue
            order = proof.spans[0][1]
            if order is None:
                proof = _proof(key, rows[::-1])
                order = proof.spans[0][1] if len(proof.spans) == 1 else None
            self._proofs[key] = (proof, order)

    def problems(self) -> Iterator[Problem]:
        """What could not be decided."""
        if self.mixed:
            yield problem("R-DATE-MIXED", "read", at="")
        if self.unproved:
            yield problem("R-DATE-ORDER", "read")

    def moment(self, said: str, zone: str = "", order: Order | None = None) -> Moment:
        """The moment of a value; `zone` and `order` as the heading of its column states them."""
        text = _CLOCKS_NAME.sub("", said.translate(_ODD).strip())
        if not text or text in ("-", "0", "N/A", "n/a"):
            return NO_TIME
        found = self._plain(text, said, zone) or self._numeric(text, said, zone, order)
        return found if found is not None else _worded(text, said, self._zone(zone))

    def _zone(self, zone: str) -> str | None:
        return zone if zone and zone[0] not in "+-" else self.zone

    def _plain(self, text: str, said: str, zone: str) -> Moment | None:
        """Forms in which no order is open."""
        if text[:4].isdigit() and text[4:5] == "-" and (found := from_iso(text, zone=self._zone(zone))).basis != "none":
            if found.basis == "device-local" and zone[:1] in ("+", "-"):
                return replace(from_iso(f"{(found.local or '')}{zone}"), source=said)
            return replace(found, source=said)
        if compact := _COMPACT.match(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
            clock = (hour, minute, second) if compact[4] else None
            made = _made((year, month, day), clock, said, zone, self._zone(zone))
            if made.basis != "none":
                return made
        if _EPOCH.match(text):
            whole, _, fraction = text.partition(".")
            digits = len(whole.lstrip("-"))
            if digits <= 11:
                return from_unix(int(whole) * 1000 + int((fraction or "0").ljust(3, "0")[:3]), "ms", source=said)
            return from_unix(int(whole), "ms" if digits <= 14 else "us" if digits <= 17 else "ns", source=said)
        if _SERIAL.match(text) and (iso := moment_text(text.replace(",", "."), "moment", from_1904=False)):
            return self._plain(iso, said, zone)
        return None

    def _numeric(self, text: str, said: str, zone: str, order: Order | None) -> Moment | None:
        written = _written(text)
        if written is None:
            return None
        day = self._day(written, order)
        if day is None:
            self.unproved += 1
            return undecided(said)
        return _made(day, written.clock, said, written.offset or zone, self._zone(zone))

    def _day(self, written: _Written, stated: Order | None) -> Civil | None:
        if written.place == "first":
            return Proof(spans=(), reason="").day("ymd", written.fields, written.year_digits)
        proof, proved = self._proofs.get((written.place, written.year_digits), (None, None))
        proof = proof or Proof(spans=(), reason="")
        for order in (stated, proved):
            if order is not None and (day := proof.day(order, written.fields, written.year_digits)):
                return day
        read = {proof.day(order, written.fields, written.year_digits) for order in ("dmy", "mdy")} - {None}
        return read.pop() if len(read) == 1 else None


def _proof(key: tuple[YearPlace, int], days: list[Fields]) -> Proof:
    evidence = DayEvidence(*key)
    for day in days:
        evidence.add(day)
    return evidence.prove()


def _written(said: str) -> _Written | None:
    text = said.translate(_ODD)
    found = _DATE.search(text)
    if found is None:
        return None
    first, second, third = int(found[1]), int(found[3]), int(found[4])
    place = year_place(len(found[1]), len(found[4]))
    digits = len(found[1]) if place == "first" else len(found[4])
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    stated = _OFFSET.search(_CLOCKS_NAME.sub("", rest))
    clock = _CLOCK.search(rest)
    return _Written((first, second, third), place, digits, _hours(clock), _offset(stated))


def _hours(clock: re.Match[str] | None) -> tuple[int, int, int] | None:
    if clock is None:
        return None
    hour = int(clock[1])
    if clock[5] and hour <= 12:
        hour = hour % 12 + (12 if clock[5].lower() == "p" else 0)
    return hour, int(clock[2]), int(clock[3] or 0)


def _offset(stated: re.Match[str] | None) -> str:
    if stated is None:
        return ""
    digits = stated[1] or stated[2]
    if not digits:
        return "+00:00"
    hours, _, minutes = digits[1:].partition(":")
    if len(hours) == 4:
        hours, minutes = hours[:2], hours[2:]
    return offset(digits[0], hours, minutes or None)


def _made(day: Civil, clock: tuple[int, int, int] | None, said: str, zone: str, region: str | None) -> Moment:
    year, month, date = day
    if clock is None:
        return date_only(year, month, date, source=said)
    hour, minute, second = clock
    if zone[:1] in ("+", "-") and zone:
        iso = f"{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}{zone}"
        return replace(from_iso(iso), source=said)
    return local_time(year, month, date, hour, minute, second, source=said, zone=region)


def _worded(text: str, said: str, zone: str | None) -> Moment:
    return replace(worded_time(text, zone=zone), source=said)
