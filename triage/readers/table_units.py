"""Rows of a mapped table as units: messages, calls, contacts, places.

Every row gives one unit that counts as its record; the place of an antenna beside a call is a unit more
(`cell_site`: it is the mast, not the telephone). Rows that hold nothing a record needs (sums, footers) are notes with
the flag `row_unmapped`.

In a record of calls whose first number is the same throughout while the direction changes, that number is the subject
of the record: in an incoming call it is the one that was called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from triage.model import Direction, Unit
from triage.readers.coordinates import Spot
from triage.readers.json_export import Detail, marks
from triage.readers.sqlite_reader import Extra, contact_lines
from triage.readers.table_cells import app_in, duration_seconds, label, listing, unique
from triage.readers.table_columns import listed, plain
from triage.readers.table_people import Party, named
from triage.readers.table_row import SOURCE_PLACE, RawRow, RoleCells, RowReading

MAX_CONVERSATIONS = 200_000
"""Conversations whose first name is remembered."""


def row_units(cells: RoleCells, raw: RawRow) -> Iterator[Unit | Extra]:
    """The units of one row, the record's own first."""
    row = RowReading(cells, raw)
    kind = row.kind()
    if not row.holds(kind):
        yield unmapped(raw)
        return
    deleted = row.deleted()
    if kind in ("contacts", "accounts"):
        unit = _contact(row, account=kind == "accounts")
    elif kind == "locations":
        unit = _place(row)
    else:
        unit = _exchange(row, call=kind == "calls")
    row.keep(kind)
    unit = replace(unit, deleted=deleted, flags=marks(row.when, *row.flags), detail=dict(row.detail))
    yield unit
    if kind != "locations" and (place := row.spot()) is not None:
        yield Extra(unit=_beside(row, unit, place))


def unmapped(row: RawRow) -> Unit:
    """A row as it stands, where it holds no record."""
    text = "\t".join(cell for cell in row.cells if cell.strip())
    return Unit(origin="note", locator=row.locator, text=text, flags=tuple(sorted({*row.flags, "row_unmapped"})))


def _sides(row: RowReading) -> tuple[list[Party], list[Party], list[Party], Direction | None]:
    """Who wrote or called, who was written to or called, who else, and the direction."""
    direction = row.direction()
    row.worded(plain(row.get("status")))
    a = named(row.people("sender") + row.people("caller"), row.all("sender_name"))
    b = named(row.people("recipient") + row.people("callee"), row.all("recipient_name"))
    other = named(row.people("partner"), row.all("partner_name"))
    given = [one for one in other if one.role == "from"], [one for one in other if one.role == "to"]
    a, b = a + given[0], b + given[1]
    other = [one for one in other if not one.role]
    if not (a and b) and not other:
        other = named(row.people("phone"), row.all("name"))
    if direction is None:
        direction = "outgoing" if any(p.owner for p in a) else "incoming" if any(p.owner for p in b) else None
    if row.table.subject_first and direction == "incoming" and a and b:
        a, b = b, a
    used_phone = not row.table.of("partner") and bool(other)
    if other and direction == "incoming" and not a:
        a, other = other, []
    elif other and direction == "outgoing" and not b:
        b, other = other, []
    if direction and bool(a) != bool(b) and not used_phone:
        subject = row.people("phone")  # a number beside that of the other party is the device's own
        a, b = a or subject, b or subject
    return a, b, other, direction


def _exchange(row: RowReading, *, call: bool) -> Unit:
    a, b, other, direction = _sides(row)
    everyone = [*a, *b, *other, *row.people("participants")]
    remote = {"incoming": a, "outgoing": b}.get(direction or "", []) or other
    chat = row.get("chat") or _conversation(row, unique(remote or everyone))
    sender = a[0] if a else None
    kind = listed("kinds", plain(row.get("kind")))
    text = _call_text(row, direction, a, b, other or everyone, kind) if call else _text(row)
    if not call and kind == "email":
        row.flags.add("email")
    return Unit(
        origin="call" if call else "email" if kind == "email" else "message",
        locator=row.raw.locator,
        text=text,
        app=_app(row, call=call, kind=kind),
        conversation=" ".join(chat.split())[:400],
        sender=sender.shown if sender else "",
        sender_name=sender.name if sender and sender.address else "",
        recipients=tuple(dict.fromkeys(p.shown for p in (b or ([] if a else other)))),
        when=row.when,
        direction=direction,
        attachments=() if call else tuple(row.all("attachment")),
        native_id=row.get("native_id"),
        reply_to=row.get("reply_to"),
    )


def _conversation(row: RowReading, people: list[Party]) -> str:
    """The others' names and addresses; the same string for the same people, whichever way a message went."""
    others = sorted([one for one in people if not one.owner] or people, key=lambda one: one.shown)
    key = tuple(one.shown for one in others)
    named_before = row.table.conversations
    if key not in named_before and len(named_before) < MAX_CONVERSATIONS:
        named_before[key] = ", ".join(label(one) for one in others[:8])
    return named_before.get(key) or ", ".join(key[:8])


def _text(row: RowReading) -> str:
    subject, body = row.get("subject"), "\n".join(dict.fromkeys(row.all("body")))
    return f"{subject}\n{body}".strip() if subject and subject != body else body


def _app(row: RowReading, *, call: bool, kind: str) -> str:
    stated = row.get("app") or next((s for s in row.all("origin_file") if app_in(s)), "")
    return (app_in(stated) or stated or row.table.app or ("SMS" if kind == "message" else "Phone" if call else ""))[:80]


_BESIDE = (("cell", "cell"), ("cell_name", "antenna"), ("place", "at"), ("imei", "IMEI"), ("imsi", "IMSI"))
"""What the text of a call tells of the network, in this order."""


def _call_text(
    row: RowReading, direction: Direction | None, a: list[Party], b: list[Party], c: list[Party], kind: str
) -> str:
    what = {"message": "text message (no content)", "data": "data session"}.get(kind, "call")
    first = {"incoming": f"Incoming {what}", "outgoing": f"Outgoing {what}", None: what.capitalize()}[direction]
    if a or b:
        first += f" from {listing(a)}" if a else ""
        first += f" to {listing(b)}" if b else ""
    elif c:
        first += f" with {listing(c)}"
    parts = [first]
    length = row.get("duration")
    if length:
        seconds = duration_seconds(length, row.table.of("duration")[0].header)
        if seconds is not None and kind in ("call", ""):
            row.detail["duration_s"] = seconds
            parts.append(f"{seconds} s")
        else:
            row.detail["duration"] = length
    parts += [word for word in ("missed", "rejected") if word in row.flags]
    for role, name in _BESIDE:
        if said := row.device(role):
            parts.append(f"{name} {said}")
    return ", ".join(parts)


def _contact(row: RowReading, *, account: bool) -> Unit:
    name = row.get("name") or " ".join(row.all("first_name") + row.all("last_name"))
    numbers = row.people("phone")
    pairs = [("Name", name), *(("Phone", one.shown) for one in numbers)]
    pairs += [("E-mail", text) for text in row.all("email")]
    pairs += [("User name", text) for text in row.all("username")] + [("Id", text) for text in row.all("user_id")]
    pairs += [
        ("Organization", row.get("organization")),
        ("Address", row.get("place")),
        ("Note", row.get("note")),
    ]
    if account:
        row.flags.add("user_account")
    return Unit(
        origin="contact",
        locator=row.raw.locator,
        text=contact_lines(*pairs),
        app=app_in(row.get("app", "origin_file")) or row.get("app") or row.table.app,
        when=row.when,
    )


def _place(row: RowReading) -> Unit:
    place = row.spot()
    name = row.get("name") or row.get("place")
    first = f"{place[0]}, {place[1]}" if place else ""
    told = [f"{first} {name}".strip(), row.get("place") if row.get("place") != name else "", row.get("note")]
    if place:
        row.detail |= {"lat": place[0], "lon": place[1]}
    return Unit(
        origin="location",
        locator=row.raw.locator,
        text="\n".join(part for part in told if part and not SOURCE_PLACE.match(part)),
        app=_app(row, call=False, kind=""),
        when=row.when,
    )


def _beside(row: RowReading, unit: Unit, place: Spot) -> Unit:
    """The place that a message or call states; for a call it is the antenna's."""
    name = " ".join(said for said in (row.get("place"), row.get("cell_name")) if not SOURCE_PLACE.match(said))
    flags = ("cell_site",) if unit.origin == "call" else ()
    detail: Detail = {"lat": place[0], "lon": place[1]}
    if bearing := row.get("azimuth"):
        detail["azimuth"] = bearing
    return Unit(
        origin="location", locator=f"{unit.locator};position", text=f"{place[0]}, {place[1]} {name}".strip(" ,"),
        app=unit.app, conversation=unit.conversation, when=unit.when, deleted=unit.deleted, flags=flags, detail=detail,
    )  # fmt: skip
