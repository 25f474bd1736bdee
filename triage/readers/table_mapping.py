"""Whether a row of headings begins a table of messages, calls, contacts, places or accounts, and which column is what.

A table is taken as such only where its headings say so: calls need a time and a number, messages a text and somebody
who wrote or got it, contacts a name and an address, places coordinates. Anything else stays plain text. The mapping is
told in one line (`TableMap.told`), which stands with the item, so that another person can check it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from triage.readers.table_columns import Column, column_of, listed, plain

TableKind = Literal["messages", "calls", "contacts", "locations", "accounts"]
_PEOPLE = {"sender", "recipient", "sender_name", "recipient_name", "caller", "callee", "partner", "partner_name",
           "participants"}  # fmt: skip
_SINGLE = {"name", "phone", "email", "username", "user_id"}
_TIMES = {"time", "date", "clock"}
_CELLS = {"imei", "imsi", "cell", "lac", "cell_name", "azimuth"}
MAX_COLUMNS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMap:
    """Which column of a table is what."""

    kind: TableKind
    columns: tuple[Column, ...]
    score: int
    """How surely it is such a table, 1–100."""
    origin: str = "headings"
    """`headings`, or the name of the map file that the examiner gave."""
    app: str = ""
    """The application that the map file states."""

    def of(self, *roles: str) -> tuple[Column, ...]:
        """The columns with one of these roles, by role and place."""
        return tuple(one for role in roles for one in self.columns if one.role == role)

    def has(self, *roles: str) -> bool:
        return any(one.role in roles for one in self.columns)

    @property
    def told(self) -> str:
        """The mapping in one line."""
        parts = []
        for one in self.columns:
            more = " ".join(said for said in (one.zone, one.order) if said)
            parts.append(f"{one.header!r} = {one.role or 'kept as it is'}{f' ({more})' if more else ''}")
        return f"{self.kind}, by {self.origin}: {'; '.join(parts)}"


def map_header(cells: Sequence[str], hint: str = "") -> TableMap | None:
    """The mapping of a row of headings; None where it is no such table. `hint`: name of the sheet or the file."""
    if not 2 <= len(cells) <= MAX_COLUMNS:
        return None
    columns = tuple(column_of(n, cell) for n, cell in enumerate(cells))
    known = [one for one in columns if one.role]
    filled = sum(bool(one.header.strip()) for one in columns)
    if len(known) < 2 or len(known) * 4 < filled:
        return None
    kind = _kind({one.role for one in known}, listed("sheets", plain(hint)))
    if kind is None:
        return None
    enough = 2 if kind in ("contacts", "accounts") else 3
    if len(known) < enough:
        return None
    columns = tuple(_in_kind(one, kind) for one in columns if one.header.strip())
    return TableMap(kind=kind, columns=columns, score=min(78, 40 + 4 * len(known) + 20 * len(known) // filled))


def _in_kind(column: Column, kind: TableKind) -> Column:
    """*Address* beside a message or a call is a number; beside a contact or a place it is a street."""
    if kind in ("messages", "calls") and plain(column.header) == "address":
        return replace(column, role="partner")
    return column


def _kind(roles: set[str], hint: str) -> TableKind | None:
    timed = bool(roles & _TIMES)
    people = bool(roles & (_PEOPLE | {"phone"}))
    if timed and roles & {"caller", "callee"} and "body" not in roles:
        return "calls"
    if "body" in roles and (roles & _PEOPLE or (timed and roles & {"direction", "chat", "phone", "name", "username"})):
        return "messages"
    if timed and "duration" in roles and (people or roles & _CELLS or "name" in roles):
        return "calls"
    if timed and people and (roles & {"direction", "kind"} or hint == "calls") and "body" not in roles:
        return "calls" if roles & (_PEOPLE | _CELLS | {"direction"}) or hint == "calls" else None
    if timed and roles & _CELLS and (people or {"imei", "imsi"} & roles):
        return "calls"
    if roles >= {"lat", "lon"} or "coordinates" in roles:
        return "locations"
    if timed and people and "subject" in roles:
        return "messages"
    return _list_of_people(roles, hint)


def _list_of_people(roles: set[str], hint: str) -> TableKind | None:
    if roles & {"body", "duration", "caller", "callee"}:
        return None
    if roles & {"username", "user_id"} and (roles & {"secret"} or hint == "accounts"):
        return "accounts"
    named = bool(roles & {"name", "first_name", "last_name", "username"})
    if named and roles & {"phone", "email", "user_id"}:
        return "contacts"
    return "contacts" if hint in ("contacts", "accounts") and named else None
