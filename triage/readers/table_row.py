"""One row of a mapped table: its cells by role, the people in them, its time, and whether it is a record at all.

What stands in columns that are not known is kept under their headings in the details; passwords never are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from triage.model import NO_TIME, Direction, Moment
from triage.readers.coordinates import Spot, spot, spot_text
from triage.readers.json_export import Detail
from triage.readers.table_cells import degrees
from triage.readers.table_columns import Column, listed, plain, words
from triage.readers.table_mapping import TableMap
from triage.readers.table_people import Party, parties, rounded
from triage.readers.table_times import TableTimes

MAX_DETAIL = 2_000
MAX_DETAILS = 60
SOURCE_PLACE = re.compile(r"(?:Table|File Offset|Row|Offset|Block|Page)\s*:", re.IGNORECASE)
"""Where a vendor's report says that a record comes from, in a column that others use for places."""


_CLOCK_ALONE = re.compile(r"\d{1,2}[:.h]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?\s*(?:[ap]\.?\s?m\.?)?\Z", re.IGNORECASE)
_COMPACT_CLOCK = re.compile(r"([01]\d|2[0-3])([0-5]\d)([0-5]\d)\Z")
_HOLDS_DATE = re.compile(r"\d[/.-]\d+[/.-]\d|\d{8}")
_WITH_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d[ T]00:00(?::00)?\Z")


def _colons(found: re.Match[str]) -> str:
    return ":".join(found.groups())


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as the file gives it."""

    locator: str
    cells: list[str]
    rounded: frozenset[int] = frozenset()
    """Columns whose number has more digits than a spreadsheet keeps."""
    flags: tuple[str, ...] = ()


class RoleCells:
    """The columns of a table by role, looked up once."""

    def __init__(self, table: TableMap, times: TableTimes, *, app: str, subject_first: bool) -> None:
        self.table, self.times = table, times
        self.app = app
        """The application that the sheet or the file names."""
        self.subject_first = subject_first
        """The first number is the subject of the record in every row."""
        self.conversations: dict[tuple[str, ...], str] = {}
        """Addresses of those who take part → the name that their conversation was given first."""
        self._columns: dict[str, tuple[Column, ...]] = {}

    def of(self, role: str) -> tuple[Column, ...]:
        """The columns of a role."""
        if role not in self._columns:
            self._columns[role] = self.table.of(role)
        return self._columns[role]


class RowReading:
    """One row under its mapping."""

    def __init__(self, table: RoleCells, row: RawRow) -> None:
        self.table, self.raw = table, row
        self.flags: set[str] = set(row.flags)
        self.detail: Detail = {}
        self.when = self._when()

    def get(self, *roles: str) -> str:
        """The first cell that is not empty."""
        cells, of = self.raw.cells, self.table.of
        for role in roles:
            for column in of(role):
                if column.index < len(cells) and (text := cells[column.index].strip()):
                    return text
        return ""

    def all(self, role: str) -> list[str]:
        """Every cell of a role that is not empty."""
        return [text for column in self.table.of(role) if (text := self._cell(column))]

    def _cell(self, column: Column) -> str:
        return self.raw.cells[column.index].strip() if column.index < len(self.raw.cells) else ""

    def people(self, role: str) -> list[Party]:
        """Everybody in the columns of a role; numbers that were rounded are flagged and kept in the details."""
        if not self.table.of(role):
            return []
        found: list[Party] = []
        for column in self.table.of(role):
            for one in parties(self._cell(column), cell_rounded=column.index in self.raw.rounded):
                if one.rounded:
                    self.flags.add("number_rounded")
                    self.detail[f"{column.header} (as written)"] = one.rounded
                found.append(one)
        return found

    def _when(self) -> Moment:
        clocks: list[tuple[Column, str]] = []
        for column in (*self.table.of("time"), *self.table.of("clock")):
            text = self._cell(column)
            if text and (_CLOCK_ALONE.match(text) or (self.table.of("date") and _COMPACT_CLOCK.match(text))):
                clocks.append((column, text))
            elif text and (column.role == "time" or _HOLDS_DATE.search(text)):
                return self.table.times.moment(text, column.zone, column.order)
        days = [(column, text) for column in self.table.of("date") if (text := self._cell(column))][:1]
        said = [*days, *clocks[:1]]
        if not said:
            return NO_TIME
        day = days[0][1] if days else ""
        if clocks and _WITH_MIDNIGHT.match(day):
            day = day[:10]  # a spreadsheet's date that was given a time of day on the way
        zone = next((column.zone for column, _ in said if column.zone), "")
        order = next((column.order for column, _ in said if column.order), None)
        clock = clocks[0][1] if clocks else ""
        found = self.table.times.moment(f"{day} {_COMPACT_CLOCK.sub(_colons, clock)}".strip(), zone, order)
        return replace(found, source=f"{day} {clock}".strip()) if found.source else found

    def kind(self) -> str:
        """What this row is: the table's kind, unless a column says otherwise."""
        kind = str(self.table.table.kind)
        stated = listed("kinds", plain(self.get("kind"))) if kind in ("messages", "calls") else ""
        if kind == "messages" and stated == "call" and not self.get("body"):
            return "calls"
        if kind == "calls" and stated == "message" and self.get("body"):
            return "messages"
        return kind

    def holds(self, kind: str) -> bool:
        """Whether the row has what a record of this kind needs."""
        if kind == "locations":
            return self.spot() is not None or bool(self.get("place") and self.when.source)
        if kind in ("contacts", "accounts"):
            return bool(self.get("name", "first_name", "last_name", "phone", "email", "username", "user_id"))
        someone = self.get("sender", "recipient", "caller", "callee", "partner", "phone", "participants", "name",
                           "sender_name", "recipient_name", "partner_name", "chat", "imsi", "imei")  # fmt: skip
        text = self.get("body", "subject", "attachment") if kind == "messages" else ""
        return bool(text or (someone and (self.when.source or self.get("duration", "direction", "native_id"))))

    def deleted(self) -> bool:
        """Whether the row says that its record was deleted; `recovered` is flagged on the way."""
        recovery = plain(self.get("recovery"))
        if any(word in recovery for word in ("carv", "recup", "recover", "free", "unalloc", "wieder")):
            self.flags.add("recovered")
        said = plain(self.get("deleted"))
        return said in words("deleted_words")["yes"] or said.startswith(("deleted", "gelosch", "elimin", "borrad"))

    def direction(self) -> Direction | None:
        """As the row states it; missed and rejected calls are flagged on the way."""
        for column in self.table.of("direction"):
            said = plain(self._cell(column))
            if said in ("1", "0", "true", "false", "yes", "no"):
                mine = said in ("1", "true", "yes")
                about_me = "me" in plain(column.header).split()
                return "outgoing" if mine == about_me else "incoming"
            if found := self.worded(said):
                return found
        return self.worded(plain(self.get("kind"))) or self.worded(plain(self.get("status")))

    def worded(self, said: str) -> Direction | None:
        """The direction that a word states."""
        if not said:
            return None
        word = listed("directions", said) or next(
            (found for part in said.split() if len(part) > 2 and (found := listed("directions", part))), ""
        )
        if word in ("missed", "rejected"):
            self.flags.add(word)
            return "incoming" if word == "missed" else None
        return "incoming" if word == "incoming" else "outgoing" if word == "outgoing" else None

    def device(self, role: str) -> str:
        """A cell, antenna, IMEI or IMSI as the row gives it, rounded numbers as such."""
        said = self.get(role)
        column = next((c for c in self.table.of(role) if self._cell(c) == said), None)
        if not said or column is None:
            return ""
        if role in ("imei", "imsi", "cell") and (shown := rounded(said, cell_rounded=column.index in self.raw.rounded)):
            self.flags.add("number_rounded")
            self.detail[f"{column.header} (as written)"] = said
            return shown
        return "" if SOURCE_PLACE.match(said) else " ".join(said.split()).strip(" ,")

    def spot(self) -> Spot | None:
        """Coordinates of the row; none at 0, 0, which stands for nothing."""
        north, east = degrees(self.get("lat")), degrees(self.get("lon"))
        found = spot(north, east) if north and east else spot_text(self.get("coordinates"))
        return None if found is None or (float(found[0]) == 0 == float(found[1])) else found

    def keep(self, kind: str) -> None:
        """What no field of the unit holds, under its heading."""
        used = _USED[kind]
        for column in self.table.table.columns:
            text = self._cell(column)
            if not text or column.role in used or len(self.detail) >= MAX_DETAILS:
                continue
            secret = column.role == "secret"
            shown = rounded(text, cell_rounded=column.index in self.raw.rounded)
            if shown:
                self.flags.add("number_rounded")
            self.detail.setdefault(column.header, "present, not shown" if secret else text[:MAX_DETAIL])


_ALWAYS = {"time", "date", "clock", "app", "deleted", "native_id", "reply_to", "serial"}
_PEOPLE = {
    "sender", "recipient", "caller", "callee", "partner", "sender_name", "recipient_name", "partner_name",
    "participants",
}  # fmt: skip
_CARD = _ALWAYS | {
    "name", "first_name", "last_name", "phone", "email", "username", "user_id", "organization", "place", "note",
}  # fmt: skip
_NETWORK = {"duration", "direction", "chat", "lat", "lon", "coordinates", "place", "imei", "imsi"}
_USED: dict[str, set[str]] = {
    "messages": _ALWAYS | _PEOPLE | {"body", "subject", "chat", "direction", "attachment"},
    "calls": _ALWAYS | _PEOPLE | _NETWORK,
    "contacts": _CARD,
    "accounts": _CARD,
    "locations": _ALWAYS | {"lat", "lon", "coordinates", "place", "name", "note"},
}
"""Roles that a unit's own fields hold; the others go to its details."""
