"""Instants: epochs, ISO strings, and local times with a stated zone. No naive datetime leaves this module.

Three things are kept of every time (`triage.model.Moment`): what the evidence says, the instant in UTC where it is
known, and how it is known. A local time becomes an instant only with a zone that the examiner stated; the zone of
the workstation is never used. In an hour that a clock change repeats, the earlier instant would be a guess:
the basis is then `ambiguous` and the instant unset; an hour that a clock change skips is treated likewise.

Sources: Unix time (POSIX.1), Cocoa reference date 2001-01-01 (Apple `NSDate`), FILETIME (MS-DTYP 2.3.3), RFC 3339;
zone rules from the pinned `tzdata` package.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, reset_tzpath

from triage.errors import UsageError
from triage.model import Basis, Moment

EpochUnit = Literal["s", "ms", "us", "ns"]
reset_tzpath(to=())  # the pinned tzdata package alone: the machine's own tables would give other answers elsewhere

_PER_SECOND: dict[EpochUnit, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_COCOA_OFFSET = 978_307_200
_FILETIME_OFFSET = 11_644_473_600
PLAUSIBLE_YEARS = range(1990, 2050)
"""Years outside stay in the index with the flag `absurd_time`; they never stretch a timeline."""


def _format(instant: datetime) -> str:
    utc = instant.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds" if utc.microsecond else "seconds")


def from_unix(value: int, unit: EpochUnit = "s", *, source: str | None = None) -> Moment:
    """Unix time in `unit`. Values outside the years 1–9999 keep their source string and no instant."""
    per = _PER_SECOND[unit]
    said = str(value) if source is None else source
    try:
        instant = _UNIX + timedelta(seconds=value // per, microseconds=value % per * 1_000_000 // per)
        return Moment(at=_format(instant), source=said, basis="utc")
    except OverflowError:
        return Moment(source=said)


def from_cocoa(value: int, unit: EpochUnit = "s", *, source: str | None = None) -> Moment:
    """Seconds (or `unit`) since 2001-01-01 UTC, as Apple's databases store them."""
    said = str(value) if source is None else source
    return from_unix(value + _COCOA_OFFSET * _PER_SECOND[unit], unit, source=said)


def from_filetime(value: int, *, source: str | None = None) -> Moment:
    """100 ns steps since 1601-01-01 UTC."""
    said = str(value) if source is None else source
    return from_unix(value // 10 - _FILETIME_OFFSET * 1_000_000, "us", source=said)


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d:?\d\d)?)?\Z"
)


def from_iso(source: str, *, zone: str | None = None) -> Moment:
    """One strict ISO 8601 / RFC 3339 reader: the offset is never dropped; without one the time is local.

    A string in any other form keeps its source and no instant (basis `none`).
    """
    m = _ISO.match(source.strip())
    if m is None:
        return Moment(source=source)
    year, month, day = int(m[1]), int(m[2]), int(m[3])
    if m[4] is None:
        return date_only(year, month, day, source=source)
    micro = int((m[7] or "0").ljust(6, "0")[:6])
    try:
        local = datetime(year, month, day, int(m[4]), int(m[5]), int(m[6] or 0), micro, tzinfo=UTC)
    except ValueError:
        return Moment(source=source)
    if m[8] is None:
        return _in_zone(local, source, zone)
    return _with_offset(local, m[8], source)


def _with_offset(local: datetime, offset: str, source: str) -> Moment:
    if offset in "Zz":
        return Moment(at=_format(local), source=source, basis="utc")
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    delta = timedelta(minutes=-minutes if offset[0] == "-" else minutes)
    try:
        instant = local.replace(tzinfo=timezone(delta))
        return Moment(at=_format(instant), local=_wall(local), source=source, basis="offset")
    except (ValueError, OverflowError):
        return Moment(source=source)


def date_only(year: int, month: int, day: int, *, source: str) -> Moment:
    """A day without a time of day: stays local, at no instant."""
    try:
        datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return Moment(source=source)
    return Moment(local=f"{year:04}-{month:02}-{day:02}T00:00:00", source=source, basis="date-only")


def local_time(
    year: int, month: int, day: int, hour: int, minute: int, second: int = 0, *, source: str, zone: str | None
) -> Moment:
    """A device's wall-clock time; an instant only where `zone` (IANA name) was stated and the hour is unique."""
    date = _valid_day(year, month, day)
    if date is None or not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        return Moment(source=source)
    if zone is None:  # by far the most frequent case: a million lines of a chat export come this way
        return Moment(local=f"{date}T{hour:02}:{minute:02}:{second:02}", source=source, basis="device-local")
    if utc_hour := _plain_hour(year, month, day, hour, zone):
        rest = f":{minute:02}:{second:02}"
        return Moment(
            at=f"{utc_hour}{rest}+00:00", local=f"{date}T{hour:02}{rest}", source=source, basis="device-local"
        )
    return _in_zone(datetime(year, month, day, hour, minute, second, tzinfo=UTC), source, zone)


@lru_cache(maxsize=4096)
def _plain_hour(year: int, month: int, day: int, hour: int, zone: str) -> str | None:
    """`YYYY-MM-DDTHH` in UTC of an hour that has one offset of whole hours throughout; None for every other hour."""
    tz = find_zone(zone)
    ends = [datetime(year, month, day, hour, m, tzinfo=tz, fold=fold) for m in (0, 59) for fold in (0, 1)]
    offsets = {end.utcoffset() for end in ends}
    offset = offsets.pop()
    if offsets or offset is None or offset % timedelta(hours=1):
        return None
    try:
        return ends[0].astimezone(UTC).strftime("%Y-%m-%dT%H") if year >= 1000 else None
    except OverflowError:
        return None


@lru_cache(maxsize=4096)
def _valid_day(year: int, month: int, day: int) -> str | None:
    """`YYYY-MM-DD`, or None where there is no such day."""
    try:
        return datetime(year, month, day, tzinfo=UTC).date().isoformat()
    except (ValueError, OverflowError):
        return None


def wall_time(day: str, clock: str, source: str) -> Moment:
    """A device's wall-clock time without a stated zone, from `YYYY-MM-DD` and `HH:MM:SS` that `local_time` made before.

    For readers of millions of lines that share few days: the parts are validated once and joined here.
    """
    return Moment(local=f"{day}T{clock}", source=source, basis="device-local")


def undecided(source: str) -> Moment:
    """A time whose layout could not be proved: only its source string is kept."""
    return Moment(source=source, basis="ambiguous")


def _wall(local: datetime) -> str:
    return local.replace(tzinfo=None).isoformat(timespec="seconds")


def _in_zone(local: datetime, source: str, zone: str | None) -> Moment:
    wall = _wall(local)
    if zone is None:
        return Moment(local=wall, source=source, basis="device-local")
    tz = find_zone(zone)
    early, late = local.replace(tzinfo=tz, fold=0), local.replace(tzinfo=tz, fold=1)
    unique = early.utcoffset() == late.utcoffset()
    basis: Basis = "device-local" if unique else "ambiguous"
    try:
        return Moment(at=_format(early) if unique else None, local=wall, source=source, basis=basis)
    except OverflowError:
        return Moment(local=wall, source=source, basis="device-local")


@lru_cache(maxsize=64)
def find_zone(name: str) -> ZoneInfo:
    """The IANA zone, from the pinned tzdata package; UsageError where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        remedy = "Use an IANA name such as Europe/Madrid."
        raise UsageError(f"no time zone is called {name!r}.", remedy=remedy) from error


def is_absurd(moment: Moment) -> bool:
    """True for a time outside the plausible years: it stays in the index, flagged."""
    known = moment.at or moment.local
    return known is not None and int(known[:4]) not in PLAUSIBLE_YEARS
