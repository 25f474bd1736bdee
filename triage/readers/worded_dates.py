"""Dates in words, as web pages of exports write them: "Friday, 17 July 2015 at 10:15 UTC+01", "Jan 17, 2020 9:49 PM".

The month is understood in the languages of `_NAMES`, in full or shortened to three letters and more; where a text
could name two months, or the month is a number (whose place is not known), the time stays unset. An offset behind
"UTC" or "GMT" is used; of the abbreviations only those eight that RFC 5322 (4.3, obs-zone) defines. Behind any other
abbreviation the time is local, and a zone that the examiner stated for the device is not applied to it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from triage.model import NO_TIME, Moment
from triage.timestamps import from_iso, local_time

_CLOCK = re.compile(r"(\d{1,2})[:h](\d\d)(?:[:.](\d\d))?(?!\d)\s*(?:([ap])\.?\s?m\b\.?)?")
_OFFSET = re.compile(r"\b(?:utc|gmt)(?:\s*([+-])(\d{1,2})(?::?(\d\d))?)?\s*\)?\s*\Z")
_ABBREVIATION = re.compile(r"\b([a-z]{2,5})\s*\)?\s*\Z")
_RFC = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_NUMBERS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_NAMES = """\
january february march april may june july august september october november december
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
januar februar marz april mai juni juli august september oktober november dezember
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
"""
_MONTHS = tuple(tuple(line.split()) for line in _NAMES.splitlines())


def _month(word: str) -> set[int]:
    if len(word) < 3:
        return set()
    return {n for names in _MONTHS for n, name in enumerate(names, 1) if name.startswith(word)}


def worded_time(said: str, *, zone: str | None = None) -> Moment:
    """The moment; with its source alone where it is not understood."""
    if not said:
        return NO_TIME
    plain = "".join(c for c in unicodedata.normalize("NFKD", said.casefold()) if not unicodedata.combining(c))
    clock = _CLOCK.search(plain)
    if clock is None:
        return Moment(source=said)
    before = plain[: clock.start()]
    months = [found for word in _LETTERS.findall(before) if (found := _month(word))]
    numbers = [int(part) for part in _NUMBERS.findall(before) if len(part) < 5]
    years, days = [n for n in numbers if n >= 1000], [n for n in numbers if n < 32]
    if len(months) != 1 or len(months[0]) != 1 or len(years) != 1 or len(days) != 1:
        return Moment(source=said)
    (month,) = months[0]
    hour = int(clock[1])
    if clock[4]:
        hour = hour % 12 + (12 if clock[4] == "p" else 0)
    fields = (years[0], month, days[0], hour, int(clock[2]), int(clock[3] or 0))
    return _placed(fields, said, plain[clock.end() :], zone)


def _placed(fields: tuple[int, int, int, int, int, int], said: str, after: str, zone: str | None) -> Moment:
    stated = _OFFSET.search(after)
    abbreviation = _ABBREVIATION.search(after)
    if stated is not None:
        sign, hours, minutes = stated.groups()
        offset = f"{sign}{int(hours):02}:{minutes or '00'}" if sign else "Z"
    elif abbreviation is not None and abbreviation[1] in _RFC:
        offset = f"-{-_RFC[abbreviation[1]]:02}:00"
    else:
        return local_time(*fields, source=said, zone=None if abbreviation else zone)
    year, month, day, hour, minute, second = fields
    iso = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}"
    return replace(from_iso(iso), source=said)
