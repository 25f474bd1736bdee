"""Viber for desktop, `viber.db`: one unit for each row of `Events`, with its message or call.

Times are Unix milliseconds. Sources: the schema as public parsers describe it.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Conversation, Unit
from triage.readers.sqlite_reader import Names, Step, flags, seconds, unix_ms
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

_DELETED, _REACTION = 72, 0
_EVENT = ("TimeStamp", "Direction", "Type", "ChatID", "ContactID", "Token")


def desktop_units(rows: Rows) -> Iterator[Step]:
    """Events by chat."""
    names = Names()
    contacts = {
        row.id: (row.text("Number"), row.text("Name") or row.text("ClientName"))
        for row in rows.scan("Contact", "Number", "Name", "ClientName")
    }
    titles = {row.id: row.text("Name") for row in rows.scan("ChatInfo", "Name")}
    members: dict[int, list[int]] = {}
    for row in rows.scan("ChatRelation", "ChatID", "ContactID"):
        members.setdefault(row.number("ChatID"), []).append(row.number("ContactID"))
    messages = Side(rows, "Messages", "EventID", "Body", "Subject", "PayloadPath", "Type")
    calls = Side(rows, "Calls", "EventID", "Duration", "Type")
    for key, ids in rows.grouped("Events", "ChatID").items():
        room = key if isinstance(key, int) else 0
        people = [contacts[one] for one in members.get(room, []) if one in contacts]
        address = ", ".join(number or name for number, name in people[:20]) or f"chat {room}"
        name = names.of(room, titles.get(room, ""), address)
        yield Conversation(name=name, participants=tuple(dict.fromkeys(w for one in people for w in one if w)))
        for some in rows.batches("Events", _EVENT, ids):
            keys = [row.id for row in some]
            said, rung = messages.of(keys), calls.of(keys)
            for row in some:
                yield _unit(row, name, contacts, said.get(row.id, []), rung.get(row.id, []))


def _unit(row: Row, name: str, contacts: dict[int, tuple[str, str]], said: list[Row], rung: list[Row]) -> Unit:
    mine = row.number("Direction") == 1
    number, shown = contacts.get(row.number("ContactID"), ("", ""))
    length = max((one.number("Duration") for one in rung), default=0)
    call = f"{'outgoing' if mine else 'incoming'} call" + (f", {seconds(length)}" if length else "")
    parts = [word for one in said for word in (one.text("Subject"), one.text("Body")) if word.strip()]
    kind = next((one.whole("Type") for one in said), None)
    files = tuple(one.text("PayloadPath") for one in said if one.text("PayloadPath"))
    return Unit(
        origin="call" if rung and not said else "message" if said and kind != _REACTION else "event",
        locator=f"row=Events:{row.id}",
        text="\n".join(parts) if said else call if rung else f"event of kind {row.number('Type')}",
        app="Viber",
        conversation=name,
        sender="" if mine else number or shown,
        sender_name=shown if number and not mine else "",
        recipients=(number or shown,) if mine and (number or shown) else (),
        when=unix_ms(row, "TimeStamp"),
        direction="outgoing" if mine else "incoming",
        deleted=kind == _DELETED,
        flags=flags(row, "deleted_stub" if kind == _DELETED else "", "reaction" if kind == _REACTION else ""),
        attachments=files,
        native_id=row.text("Token") if row.number("Token") else "",
    )
