"""Viber: Android `viber_messages` and `viber_data`, desktop `viber.db`.

    viber_messages  messages(msg_date ms, send_type 1 = sent, conversation_id, participant_id, body, extra_mime,
                    extra_uri, location_lat/lng in 10^-7 degrees), participants → participants_info(number, names)
    viber_data      calls(type 1 in, 2 out, 3 missed; viber_call_type 4 = video), phonebookcontact, phonebookdata
    viber.db        Events(TimeStamp ms, Direction 1 = sent, ChatID, ContactID), Messages, Contact, ChatInfo, Calls

Sources: the schemas as public parsers and their test data show them. Not read: stickers, likes, hidden-chat keys.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Conversation, ReadContext, Unit
from triage.readers.sqlite_reader import Format, Names, Shape, Step, contact_lines, flags, reader, seconds, unix_ms
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side
from triage.readers.viber_desktop import desktop_units
from triage.readers.whatsapp_kinds import coordinates

APP = "Viber"
_MESSAGE = (
    "msg_date", "date", "send_type", "type", "conversation_id", "participant_id", "body", "extra_mime", "mime_type",
    "extra_uri", "destination_uri", "description", "location_lat", "location_lng", "deleted", "token", "address",
)  # fmt: skip
_CALLS = {1: "incoming", 2: "outgoing", 3: "missed", 4: "answered on another device", 5: "missed"}
_VIDEO = 4
_KINDS = {
    0: "text", 1: "image", 3: "video", 4: "sticker", 5: "location", 7: "business", 8: "link", 9: "contact", 10: "file",
    1005: "gif", 1007: "reaction", 1008: "deleted", 1009: "audio", 1010: "instant video",
}  # fmt: skip
"""What `extra_mime` says where it is a number; older versions have the word."""


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Whichever of the three databases it is."""
    if rows.has("Events", "TimeStamp", "ChatID"):
        yield from desktop_units(rows)
    if rows.has("messages", "conversation_id", "participant_id"):
        yield from _Android(rows).messages()
    yield from _contacts(rows)
    yield from _calls(rows)


class _Android:
    def __init__(self, rows: Rows) -> None:
        self._rows, self._names = rows, Names()
        columns = ("number", "contact_name", "display_name", "viber_name", "participant_type")
        infos = {row.id: row for row in rows.scan("participants_info", *columns)}
        self._infos: dict[int, tuple[str, str]] = {}
        self._own: set[int] = set()
        self._members: dict[int, list[int]] = {}
        for row in rows.scan("participants", "conversation_id", "participant_info_id"):
            info = infos.get(row.number("participant_info_id"))
            if info is None:
                continue
            name = info.text("contact_name") or info.text("display_name") or info.text("viber_name")
            self._infos[row.id] = (info.text("number"), name)
            if info.whole("participant_type") == 0:
                self._own.add(row.id)
            self._members.setdefault(row.number("conversation_id"), []).append(row.id)
        self._titles = {row.id: row.text("name") for row in rows.scan("conversations", "name")}

    def messages(self) -> Iterator[Step]:
        for key, ids in self._rows.grouped("messages", "conversation_id").items():
            room = key if isinstance(key, int) else 0
            others = [self._infos[one] for one in self._members.get(room, []) if one not in self._own]
            shown = self._titles.get(room, "") or (others[0][1] if len(others) == 1 else "")
            address = ", ".join(one[0] for one in others[:20] if one[0]) or f"conversation {room}"
            name = self._names.of(room, shown, address)
            people = tuple(dict.fromkeys(word for one in others for word in one if word))
            yield Conversation(name=name, participants=people)
            for some in self._rows.batches("messages", _MESSAGE, ids):
                yield from (self._unit(row, name, [one[0] for one in others if one[0]]) for row in some)

    def _unit(self, row: Row, name: str, others: list[str]) -> Unit:
        mine = row.number("send_type" if row.whole("send_type") is not None else "type") == 1
        number, saved = self._infos.get(row.number("participant_id"), ("", ""))
        number = number or row.text("address")
        number_of_kind = row.whole("extra_mime")
        kind = row.text("extra_mime") or row.text("mime_type")
        kind = kind if number_of_kind is None else _KINDS.get(number_of_kind, kind)
        removed = row.number("deleted") == 1 or kind == "deleted"
        reaction = kind == "reaction"
        detail: dict[str, str | int | bool | None] = {"type": kind} if kind else {}
        lat, lon = row.number("location_lat") / 1e7, row.number("location_lng") / 1e7
        spot = coordinates(lat, lon)
        if spot:
            detail["lat"], detail["lon"] = spot
        parts = (row.text("body"), row.text("description"), ", ".join(spot) if spot and "location" in kind else "")
        uri = row.text("extra_uri") or row.text("destination_uri")
        return Unit(
            origin="event" if reaction else "message",
            locator=f"row=messages:{row.id}",
            text="\n".join(dict.fromkeys(one for one in parts if one.strip())),
            app=APP,
            conversation=name,
            sender="" if mine else number or (others[0] if len(others) == 1 else ""),
            sender_name="" if mine else saved,
            recipients=tuple(others[:50]) if mine else (),
            when=unix_ms(row, "msg_date" if row.whole("msg_date") is not None else "date"),
            direction="outgoing" if mine else "incoming",
            deleted=removed,
            flags=flags(row, "deleted_stub" if removed else "", "reaction" if reaction else ""),
            attachments=(uri,) if uri else (),
            native_id=row.text("token"),
            detail=detail,
        )


def _contacts(rows: Rows) -> Iterator[Step]:
    data = Side(rows, "phonebookdata", "contact_id", "data1", "data2", "data3")
    for row in rows.scan("phonebookcontact", "display_name", "viber", "deleted", "joined_date"):
        held = data.of([row.id]).get(row.id, [])
        phones = list(dict.fromkeys(one.text("data2") or one.text("data1") for one in held))
        name = row.text("display_name")
        yield Unit(
            origin="contact",
            locator=f"row=phonebookcontact:{row.id}",
            text=contact_lines(("Name", name), *(("Phone", one) for one in phones)),
            app=APP,
            when=unix_ms(row, "joined_date"),
            deleted=row.number("deleted") == 1,
            flags=flags(row),
            detail={"name": name, "phones": "; ".join(one for one in phones if one)[:1000],
                    "uses_viber": row.number("viber") == 1},
        )  # fmt: skip
    for row in rows.scan("vibernumbers", "canonized_number", "viber_name", "member_id"):
        name, number = row.text("viber_name"), row.text("canonized_number")
        yield Unit(
            origin="contact",
            locator=f"row=vibernumbers:{row.id}",
            text=contact_lines(("Own name", name), ("Phone", number)),
            app=APP,
            flags=flags(row),
            detail={"name": name, "phones": number, "member_id": row.text("member_id")},
        )


def _calls(rows: Rows) -> Iterator[Step]:
    names = Names()
    columns = ("number", "canonized_number", "viber_call_type", "date", "duration", "type", "call_id", "token")
    for row in rows.scan("calls", *columns) if rows.has("calls", "canonized_number") else ():
        kind, number = row.number("type"), row.text("canonized_number") or row.text("number")
        length, video, mine = row.number("duration"), row.number("viber_call_type") == _VIDEO, kind == 2
        words = f"{_CALLS.get(kind, f'kind {kind}')} {'video call' if video else 'call'}"
        yield Unit(
            origin="call",
            locator=f"row=calls:{row.id}",
            text=words + (f", {seconds(length)}" if length else ""),
            app=APP,
            conversation=names.of(number, "", number),
            sender="" if mine else number,
            recipients=(number,) if mine and number else (),
            when=unix_ms(row, "date"),
            direction="outgoing" if mine else "incoming",
            flags=flags(row, "missed" if kind in (3, 5) else "", "video" if video else ""),
            native_id=row.text("token") if row.number("token") else "",
            detail={"duration": length},
        )


FORM = Format(
    name="viber_db",
    version="1",
    shapes=(
        Shape(table="calls", columns=("canonized_number", "viber_call_type"), score=92),
        Shape(table="messages", columns=("conversation_id", "participant_id", "extra_mime"), score=92),
        Shape(table="participants_info", columns=("number", "viber_name"), score=90),
        Shape(table="phonebookcontact", columns=("display_name", "viber"), score=90),
        Shape(table="Events", columns=("TimeStamp", "ChatID", "ContactID"), score=88),
    ),
    records=("messages", "phonebookcontact", "vibernumbers", "calls", "Events"),
    units=units,
)
READER = reader(FORM)
