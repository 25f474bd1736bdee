"""Skype's `main.db` (to version 7): messages by conversation, calls, contacts, file transfers, SMS.

`body_xml` is XML in a string: markup is stripped, entities are resolved, the address of a link is kept where the text
does not show it. Nothing is expanded: it is read with patterns, not with an XML parser. Times are Unix seconds; one
public sample has a message in a year far ahead, which stays.

Sources: the schema as public parsers and their test data show it. Not read: chat synchronisation files, voicemail,
the SMS of the table `SMSes` that stand in `Messages` as well (counted).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from triage.model import Conversation, ReadContext, SourceFact, Tally, Unit
from triage.readers.sqlite_reader import Format, Names, Shape, Step, contact_lines, flags, reader, seconds, unix_s
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

APP = "Skype"
_MESSAGE = (
    "convo_id", "chatname", "author", "from_dispname", "dialog_partner", "timestamp", "type", "body_xml", "edited_by",
    "edited_timestamp", "identities", "guid", "reason",
)  # fmt: skip
_CONTACT = (
    "skypename", "fullname", "displayname", "given_displayname", "pstnnumber", "phone_home", "phone_office",
    "phone_mobile", "assigned_phone1", "assigned_phone2", "assigned_phone3", "emails", "birthday", "country",
    "province", "city", "homepage", "about", "mood_text",
)  # fmt: skip
_EVENTS = {
    2: "changed the topic", 4: "created the conversation", 8: "consented", 10: "added", 11: "removed", 12: "removed",
    13: "left", 30: "call started", 39: "call ended", 50: "asked to be a contact", 51: "accepted the contact request",
    53: "blocked", 54: "unblocked", 100: "joined",
}  # fmt: skip
_EVENTS_WITH_TEXT = frozenset({50})
_FILES = 68
_SMS = 64
_BODY = re.compile(r"<body>(.*?)</body>", re.DOTALL)
_CHUNK = re.compile(r"<chunk\b[^>]*>([^<]*)</chunk>")
_FILE = re.compile(r"<file\b[^>]*>([^<]*)</file>")
_LINK = re.compile(r"<a\b[^>]*?href=[\"']([^\"']*)[\"'][^>]*>(.*?)</a>", re.DOTALL)
_URI = re.compile(r"<URIObject\b[^>]*?\b(?:url_thumbnail|uri)=[\"']([^\"']*)[\"']")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def plain_text(body: str) -> str:
    """The words of a message: tags gone, entities resolved, an address kept that its text does not show."""

    def link(found: re.Match[str]) -> str:
        shown = _TAG.sub("", found[2])
        return shown if found[1] in shown else f"{shown} ({found[1]})"

    if body.startswith("<sms") and (sent := _BODY.search(body)):
        body = "".join(_CHUNK.findall(sent[1])) or sent[1]
    text = _TAG.sub("", _LINK.sub(link, body))
    return html.unescape(text).strip()


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Account, contacts, messages by conversation, calls, transfers."""
    own: set[str] = set()
    for row in rows.scan("Accounts", *_CONTACT):
        own.add(row.text("skypename"))
        yield SourceFact(key="owner", value=row.text("fullname") or row.text("skypename"))
        yield _contact(row, "Accounts", owner=True)
    for row in rows.scan("Contacts", *_CONTACT):
        yield _contact(row, "Contacts")
    skype = _Skype(rows, own)
    yield from skype.messages()
    yield from skype.calls()
    yield from skype.transfers()
    yield from skype.short_messages()


def _contact(row: Row, table: str, *, owner: bool = False) -> Unit:
    columns = ("pstnnumber", "phone_mobile", "phone_home", "phone_office", "assigned_phone1", "assigned_phone2",
               "assigned_phone3")  # fmt: skip
    phones = [row.text(one) for one in columns if row.text(one)]
    name = row.text("given_displayname") or row.text("fullname") or row.text("displayname")
    place = ", ".join(one for one in (row.text("city"), row.text("province"), row.text("country")) if one)
    text = contact_lines(
        ("Name", name),
        ("Name", row.text("fullname")),
        ("Skype", row.text("skypename")),
        *(("Phone", one) for one in phones),
        ("Email", row.text("emails")),
        ("Birthday", row.text("birthday").removesuffix(".0") if row.number("birthday") else ""),
        ("Place", place),
        ("URL", row.text("homepage")),
        ("About", row.text("about")),
        ("Mood", row.text("mood_text")),
    )
    return Unit(
        origin="contact",
        locator=f"row={table}:{row.id}",
        text=text,
        app=APP,
        flags=flags(row, "owner" if owner else ""),
        detail={"name": name, "phones": "; ".join(dict.fromkeys(phones))},
    )


class _Skype:
    def __init__(self, rows: Rows, own: set[str]) -> None:
        self._rows, self._own, self._names = rows, own, Names()
        self._rooms = {
            row.id: (row.text("given_displayname") or row.text("displayname"), row.text("identity"))
            for row in rows.scan("Conversations", "identity", "displayname", "given_displayname")
        }
        self._people: dict[int, list[str]] = {}
        for row in rows.scan("Participants", "convo_id", "identity"):
            self._people.setdefault(row.number("convo_id"), []).append(row.text("identity"))
        for row in rows.scan("Chats", "topic", "friendlyname", "participants", "conv_dbid"):
            room = row.number("conv_dbid")
            if room and room not in self._rooms:  # only the older table knows it
                self._rooms[room] = (row.text("topic") or row.text("friendlyname"), "")
                self._people[room] = row.text("participants").split()

    def _name(self, room: int, partner: str = "") -> str:
        shown, identity = self._rooms.get(room, ("", ""))
        return self._names.of(room, shown, identity or partner or f"conversation {room}")

    def messages(self) -> Iterator[Step]:
        owner = next(iter(self._own), "")
        for key, ids in self._rows.grouped("Messages", "convo_id").items():
            room = key if isinstance(key, int) else 0
            people = self._people.get(room, []) or [self._rooms.get(room, ("", ""))[1]]
            name = self._name(room)
            shown = tuple(one for one in (*people, self._rooms.get(room, ("", ""))[0]) if one)
            yield Conversation(name=name, participants=tuple(dict.fromkeys(shown)), owner=owner)
            for some in self._rows.batches("Messages", _MESSAGE, ids):
                yield from (self._message(row, name, people) for row in some)

    def _message(self, row: Row, name: str, people: list[str]) -> Unit:
        kind, author, body = row.number("type"), row.text("author"), row.text("body_xml")
        mine = author in self._own
        identities = [one for one in row.text("identities").split() if one != author]
        text = plain_text(body)
        if kind in _EVENTS:
            words = (author, _EVENTS[kind], ", ".join(identities))
            line = " ".join(one for one in words if one)
            keep = kind in _EVENTS_WITH_TEXT or kind == 2
            text = f"{line}\n{text}" if text and keep else line
        files = [html.unescape(one) for one in _FILE.findall(body)] if kind == _FILES else []
        files += [html.unescape(one) for one in _URI.findall(body)]
        others = identities or [one for one in people if one and one != author]
        removed = bool(row.number("edited_timestamp")) and not body and kind == 61
        return Unit(
            origin="event" if kind in _EVENTS else "message",
            locator=f"row=Messages:{row.id}",
            text=text,
            app="SMS" if kind == _SMS else APP,
            conversation=name,
            sender=author,
            sender_name=row.text("from_dispname"),
            recipients=tuple(dict.fromkeys(others))[:50],
            when=unix_s(row, "timestamp"),
            direction=None if kind in _EVENTS or not self._own else "outgoing" if mine else "incoming",
            deleted=removed,
            flags=flags(
                row,
                "deleted_stub" if removed else "",
                "edited" if row.number("edited_timestamp") and not removed else "",
            ),
            attachments=tuple(dict.fromkeys(one for one in files if one)),
            native_id=row.blob("guid").hex(),
            detail={"type": kind},
        )

    def calls(self) -> Iterator[Step]:
        members = Side(self._rows, "CallMembers", "call_db_id", "identity", "dispname", "call_duration")
        columns = ("begin_timestamp", "host_identity", "duration", "is_incoming", "is_unseen_missed", "conv_dbid",
                   "partner_handle", "name")  # fmt: skip
        for row in self._rows.scan("Calls", *columns):
            people = members.of([row.id]).get(row.id, [])
            host, others = row.text("host_identity"), [one.text("identity") for one in people]
            length = max((row.number("duration"), *(one.number("call_duration") for one in people)))
            mine = host in self._own or (not host and not row.number("is_incoming"))
            yield Unit(
                origin="call",
                locator=f"row=Calls:{row.id}",
                text=f"{'outgoing' if mine else 'incoming'} call" + (f", {seconds(length)}" if length else ""),
                app=APP,
                conversation=self._called(row, [one for one in (host, *others) if one and one not in self._own]),
                sender=host,
                recipients=tuple(dict.fromkeys(one for one in others if one and one != host)),
                when=unix_s(row, "begin_timestamp"),
                direction="outgoing" if mine else "incoming",
                flags=flags(row, "missed" if not mine and not length else ""),
                detail={"duration": length},
            )

    def _called(self, row: Row, others: list[str]) -> str:
        """The conversation a call belongs to, else whom it was with."""
        room, people = row.number("conv_dbid"), ", ".join(dict.fromkeys(others))
        return self._name(room, people) if room in self._rooms else self._names.of(("call", people), "", people)

    def transfers(self) -> Iterator[Step]:
        columns = ("type", "partner_handle", "partner_dispname", "status", "starttime", "filepath", "filename",
                   "filesize", "convo_id")  # fmt: skip
        for row in self._rows.scan("Transfers", *columns):
            received = row.number("type") == 1
            yield Unit(
                origin="event",
                locator=f"row=Transfers:{row.id}",
                text=f"file {'from' if received else 'to'} {row.text('partner_handle')}: {row.text('filename')}",
                app=APP,
                conversation=self._name(row.number("convo_id"), row.text("partner_handle")),
                sender=row.text("partner_handle") if received else "",
                sender_name=row.text("partner_dispname") if received else "",
                recipients=() if received else (row.text("partner_handle"),),
                when=unix_s(row, "starttime"),
                direction="incoming" if received else "outgoing",
                flags=flags(row),
                attachments=tuple(one for one in (row.text("filepath") or row.text("filename"),) if one),
                detail={"status": row.number("status"), "size": row.text("filesize")},
            )

    def short_messages(self) -> Iterator[Step]:
        """SMS that have no row among the messages; the others are counted."""
        twins, there = 0, Side(self._rows, "Messages", "id", "type")
        for row in self._rows.scan("SMSes", "timestamp", "target_numbers", "body", "chatmsg_id", "reply_to_number"):
            if there.of([row.number("chatmsg_id")]):
                twins += 1
                continue
            numbers = tuple(row.text("target_numbers").split())
            yield Unit(
                origin="message",
                locator=f"row=SMSes:{row.id}",
                text=row.text("body"),
                app="SMS",
                conversation=self._names.of(numbers, "", ", ".join(numbers)),
                recipients=numbers,
                when=unix_s(row, "timestamp"),
                direction="outgoing",
                flags=flags(row),
            )
        yield Tally(what="sms_twins", n=twins)


FORM = Format(
    name="skype_db",
    version="1",
    shapes=(
        Shape(table="Messages", columns=("convo_id", "body_xml", "author"), score=94),
        Shape(table="Contacts", columns=("skypename", "pstnnumber"), score=88),
    ),
    records=("Accounts", "Contacts", "Messages", "Calls", "Transfers", "SMSes"),
    units=units,
)
READER = reader(FORM)
