"""What a column of a table holds, by its heading: synonyms in eight languages, the zone and the order of its dates.

`table_columns.toml` lists the names. A heading is compared without case, accents, separators and what stands in
brackets; `StartTime`, `START_TIME` and `Start time` are one. From the brackets and from what follows a dash come the
zone (`Timestamp (UTC+2)`, `Date/Time - UTC+00:00 (dd/MM/yyyy)`, `Hora (Europe/Madrid)`) and the order of day and month.

Sources: headings of published exports and operator records, and of public descriptions of them. A heading that is not
listed is no guess: its cells stay with the record, under the heading.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from triage.errors import UsageError
from triage.timestamps import find_zone

Order = Literal["dmy", "mdy", "ymd"]
_FILE = Path(__file__).with_name("table_columns.toml")
_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_ZONE = re.compile(r"\b(?:UTC|GMT)\s*(?:([+\-\u2212\u2013])\s*(\d{1,2})(?::?(\d\d))?)?(?![\w/])", re.IGNORECASE)
_BARE_ZONE = re.compile(r"(?:^|[\s(\[])([+-])(\d\d):?(\d\d)(?:$|[\s)\]])")
_REGION = re.compile(
    r"\b(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_]+(?:/\w+)?"
)
_LAYOUT = re.compile(
    r"(?<![a-z])([dmyjagt]{1,4})[./\- ]([dmyjagt]{1,4})[./\- ]([dmyjagt]{2,4})(?![a-z])", re.IGNORECASE
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TIME_ENDS = (
    "date time",
    "timestamp",
    "time stamp",
    "datetime",
    "fecha hora",
    "data hora",
    "datum uhrzeit",
    "date heure",
)
_LATER_STARTS = ("read", "deliver", "delet", "modif", "edit", "expir", "last", "end", "updat", "access", "play", "view")
_ENDS = {"latitude": "lat", "longitude": "lon", "imei": "imei", "imsi": "imsi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table."""

    index: int
    header: str
    role: str = ""
    """A role of `table_columns.toml`; empty for a column that is not known."""
    zone: str = ""
    """`+02:00` or an IANA name where the heading states one."""
    order: Order | None = None
    """The order of a date, where the heading states it."""


@cache
def words(section: str) -> dict[str, dict[str, str]]:
    """The lists of a section: plain word → name of its list, one mapping for each name."""
    with _FILE.open("rb") as handle:
        lists = tomllib.load(handle)[section]
    return {
        name: {plain(word): name for word in re.split(r"[|\n]", text) if word.strip()} for name, text in lists.items()
    }


@cache
def roles() -> dict[str, str]:
    """Plain heading → role."""
    return {word: role for role, listed in words("roles").items() for word in listed}


@lru_cache(maxsize=8192)
def listed(section: str, word: str) -> str:
    """The list of the section that holds the word; empty where none does."""
    return next((name for name, known in words(section).items() if word in known), "")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Lower case without accents, words by single spaces."""
    if text.strip() == "#":
        return "#"
    spaced = _CAMEL.sub(" ", text)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+|_", " ", bare).split())


def column_of(index: int, header: str) -> Column:
    """What the heading says."""
    if len(header) > 200 or not header.strip():
        return Column(index=index, header=header[:200])
    return Column(index=index, header=" ".join(header.split()), role=_role(header), zone=zone_in(header),
                  order=_order(header))  # fmt: skip


def _role(header: str) -> str:
    bare = _REGION.sub(" ", _ZONE.sub(" ", _BRACKETS.sub(" ", header)))
    name = plain(bare) or plain(header)
    known = roles()
    shorter = re.sub(r"\s*\d+$", "", name)
    bare_name = " ".join(re.sub(r"\b\d+\b|\bvalue\b", " ", name).split())
    for candidate in (name, shorter, bare_name, name.replace(" ", "") if len(name) < 24 else name):
        if role := known.get(candidate):
            return role
    if shorter.endswith(_TIME_ENDS):
        return "later" if shorter.startswith(_LATER_STARTS) else "time"
    return _ENDS.get(shorter.rpartition(" ")[2], "")


def zone_in(text: str) -> str:
    """The offset or IANA name that stands in a text, or an empty string."""
    if region := _REGION.search(text):
        try:
            find_zone(region[0])
        except UsageError:
            return ""
        return region[0]
    stated = _ZONE.search(text) or _BARE_ZONE.search(text)
    if stated is None:
        return ""
    sign, hours, minutes = stated.groups()
    if not sign:
        return "+00:00"
    return offset(sign, hours, minutes)


def offset(sign: str, hours: str, minutes: str | None) -> str:
    """`+02:00`; empty where it is none."""
    if int(hours) > 14 or int(minutes or 0) > 59:
        return ""
    return f"{'+' if sign == '+' else '-'}{int(hours):02}:{minutes or '00'}"


_LETTERS = {"d": "d", "t": "d", "g": "d", "j": "d", "m": "m", "y": "y", "a": "y"}
"""Day, month and year as layouts abbreviate them (`TT.MM.JJJJ`, `GG/MM/AAAA`, `JJ/MM/AAAA`)."""


def _order(header: str) -> Order | None:
    found = _LAYOUT.search(header)
    if found is None:
        return None
    parts = [part.lower() for part in found.groups()]
    if any(len(set(part)) > 1 for part in parts):
        return None
    letters = [_LETTERS[part[0]] for part in parts]
    if parts[0][0] == "t" and parts[2][0] == "j":
        letters[2] = "y"  # German: J is the year behind T, French: J is the day before A
    joined = "".join(letters)
    return joined if joined in ("dmy", "mdy", "ymd") else None  # type: ignore[return-value]


@cache
def apps() -> tuple[str, ...]:
    """Names of applications as people write them, longer ones first."""
    with _FILE.open("rb") as handle:
        said = tomllib.load(handle)["apps"]["names"]
    names = (" ".join(name.split()) for name in re.split(r"[|\n]", said) if name.strip())
    return tuple(sorted(names, key=lambda name: -len(name)))
