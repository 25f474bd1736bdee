"""WhatsApp for iOS, `ChatStorage.sqlite` (Core Data): messages by conversation.

Traps of the format, each met in real files. `ZWAMEDIAITEM.ZLATITUDE/ZLONGITUDE` hold the width and height of pictures:
they are a place only in a location message and within range. `ZVCARDSTRING` holds a MIME type except in contact
messages. `ZTEXT` of the kinds 6 and 10 is encoded data, not words: kept out of the text. In groups `ZFROMJID` is the
group; the sender stands in `ZWAGROUPMEMBER`. Columns differ by version. Times are seconds since 2001-01-01 UTC.

Sources: schema and numbers of kinds as public parsers and their test data show them. Not read: receipts, reactions.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from triage.model import Conversation, ReadContext, Unit
from triage.readers.sqlite_reader import Format, Names, Shape, Step, cocoa_s, flags, reader, seconds
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side
from triage.readers.whatsapp_jids import is_group, plain, shown
from triage.readers.whatsapp_kinds import coordinates

APP = "WhatsApp"
_KINDS = {
    0: "text", 1: "image", 2: "video", 3: "audio", 4: "contact", 5: "location", 6: "group event", 7: "link",
    8: "document", 10: "system", 11: "gif", 12: "missed call", 14: "deleted", 15: "sticker", 38: "view-once image",
    39: "view-once video", 46: "poll", 53: "view-once audio", 54: "video note",
}  # fmt: skip
_MEDIA = frozenset({1, 2, 3, 8, 11, 15, 38, 39, 53, 54})
_VIEW_ONCE = frozenset({38, 39, 53})
_EVENTS = frozenset({6, 10, 12})
_ENCODED = frozenset({6, 10})
_MESSAGE = (
    "ZCHATSESSION", "ZGROUPMEMBER", "ZISFROMME", "ZMESSAGETYPE", "ZMESSAGEDATE", "ZSENTDATE", "ZFROMJID", "ZTOJID",
    "ZTEXT", "ZPUSHNAME", "ZMEDIAITEM", "ZSTANZAID", "ZGROUPEVENTTYPE", "ZPARENTMESSAGE", "ZSTARRED",
)  # fmt: skip
_ITEM = (
    "ZMEDIALOCALPATH", "ZMEDIAURL", "ZVCARDNAME", "ZVCARDSTRING", "ZLATITUDE", "ZLONGITUDE", "ZTITLE", "ZAUTHORNAME",
    "ZMOVIEDURATION", "ZMESSAGE",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chat:
    name: str
    jid: str
    partner: str
    group: bool


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Messages by conversation, in the order of their row ids."""
    yield from _Storage(rows).messages()


class _Storage:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        names = Names()
        self._chats: dict[int, _Chat] = {}
        for row in rows.scan("ZWACHATSESSION", "ZCONTACTJID", "ZPARTNERNAME", "ZSESSIONTYPE"):
            jid, partner = plain(row.text("ZCONTACTJID")), row.text("ZPARTNERNAME").strip("\u200e\u200f")
            group = row.number("ZSESSIONTYPE") in (1, 4) or is_group(jid)
            name = names.of(row.id, partner, shown(jid))
            self._chats[row.id] = _Chat(name=name, jid=jid, partner=partner, group=group)
        self._names = names
        self._members: dict[int, tuple[str, str]] = {}
        self._in_group: dict[int, list[str]] = {}
        columns = ("ZMEMBERJID", "ZCONTACTNAME", "ZFIRSTNAME", "ZCHATSESSION")
        for row in rows.scan("ZWAGROUPMEMBER", *columns):
            jid = plain(row.text("ZMEMBERJID"))
            self._members[row.id] = (jid, row.text("ZCONTACTNAME") or row.text("ZFIRSTNAME"))
            self._in_group.setdefault(row.number("ZCHATSESSION"), []).append(shown(jid))
        self._push = {
            plain(row.text("ZJID")): row.text("ZPUSHNAME")
            for row in rows.scan("ZWAPROFILEPUSHNAME", "ZJID", "ZPUSHNAME")
        }
        linked = rows.has("ZWAMESSAGE", "ZMEDIAITEM")
        self._key = "ZMEDIAITEM" if linked else ""
        self._items = Side(rows, "ZWAMEDIAITEM", "Z_PK" if linked else "ZMESSAGE", *_ITEM)
        self._links = Side(rows, "ZWAMESSAGEDATAITEM", "ZMESSAGE", "ZMATCHEDTEXT", "ZTITLE")
        self._parents = Side(rows, "ZWAMESSAGE", "Z_PK", "ZSTANZAID")

    def messages(self) -> Iterator[Step]:
        for key, ids in self._rows.grouped("ZWAMESSAGE", "ZCHATSESSION").items():
            session = key if isinstance(key, int) else 0
            chat = self._chats.get(session) or self._unnamed(session, ids)
            people = self._in_group.get(session, []) if chat.group else [shown(chat.jid), chat.partner]
            yield Conversation(name=chat.name, participants=tuple(dict.fromkeys(one for one in people if one)))
            for some in self._rows.batches("ZWAMESSAGE", _MESSAGE, ids):
                yield from self._units(some, chat)

    def _unnamed(self, session: int, ids: array[int]) -> _Chat:
        """A conversation whose own row is gone: called by the addresses in its first message."""
        first = next(self._rows.fetch("ZWAMESSAGE", ("ZFROMJID", "ZTOJID"), ids[:1]), None)
        jid = plain((first.text("ZFROMJID") or first.text("ZTOJID")) if first else "")
        return _Chat(
            name=self._names.of(session, "", shown(jid) or f"chat {session}"), jid=jid, partner="", group=is_group(jid)
        )

    def _units(self, some: list[Row], chat: _Chat) -> Iterator[Unit]:
        keys = [row.number(self._key) if self._key else row.id for row in some]
        items = self._items.of([key for key in keys if key])
        links = self._links.of([row.id for row in some])
        parents = self._parents.of([row.number("ZPARENTMESSAGE") for row in some if row.number("ZPARENTMESSAGE")])
        for key, row in zip(keys, some, strict=True):
            answered = parents.get(row.number("ZPARENTMESSAGE"), [])
            yield self._unit(row, chat, items.get(key, [])[:1], links.get(row.id, []), answered)

    def _unit(self, row: Row, chat: _Chat, item: list[Row], links: list[Row], answered: list[Row]) -> Unit:
        kind = row.number("ZMESSAGETYPE")
        mine = row.number("ZISFROMME") == 1
        detail: dict[str, str | int | bool | None] = {"type": _KINDS.get(kind, str(kind))}
        sender, shown_name = ("", "") if mine else self._sender(row, chat)
        attachments = _attachments(kind, item)
        if kind in _EVENTS:
            text = "missed call" if kind == 12 else f"group event {row.number('ZGROUPEVENTTYPE')}"
            text = f"{text}\n{row.text('ZTEXT')}" if kind not in _ENCODED and row.text("ZTEXT") else text
        else:
            text = _text(row, kind, item, links, detail)
        when = cocoa_s(row, "ZMESSAGEDATE")
        return Unit(
            origin="event" if kind in _EVENTS else "message",
            locator=f"row=ZWAMESSAGE:{row.id}",
            text=text,
            app=APP,
            conversation=chat.name,
            sender=sender,
            sender_name=shown_name,
            recipients=(plain(row.text("ZTOJID")) or chat.jid,) if mine else (),
            when=when if when.at or when.source else cocoa_s(row, "ZSENTDATE"),
            direction=None if kind in _EVENTS else "outgoing" if mine else "incoming",
            deleted=kind == 14,
            flags=flags(
                row,
                "deleted_stub" if kind == 14 else "",
                "view_once" if kind in _VIEW_ONCE else "",
                "media_omitted" if kind in _MEDIA and not attachments else "",
            ),
            attachments=attachments,
            native_id=row.text("ZSTANZAID"),
            reply_to=answered[0].text("ZSTANZAID") if answered else "",
            detail=detail,
        )

    def _sender(self, row: Row, chat: _Chat) -> tuple[str, str]:
        """Address and name of who wrote a received message."""
        written = plain(row.text("ZFROMJID"))
        if not chat.group:
            jid = written or chat.jid
            return jid, chat.partner or self._push.get(jid, "")
        member = self._members.get(row.number("ZGROUPMEMBER"))
        if member is not None:
            return member[0], member[1] or self._push.get(member[0], "")
        return ("", "") if is_group(written) else (written, self._push.get(written, ""))


def _attachments(kind: int, item: list[Row]) -> tuple[str, ...]:
    names = [one.text("ZMEDIALOCALPATH") for one in item]
    if kind == 8 and not any(names):
        names += [one.text("ZTITLE") for one in item]
    return tuple(dict.fromkeys(one for one in names if one))


def _text(row: Row, kind: int, item: list[Row], links: list[Row], detail: dict[str, str | int | bool | None]) -> str:
    parts = ["" if kind in _ENCODED else row.text("ZTEXT")]
    for one in item:
        if kind == 4:
            parts += [one.text("ZVCARDNAME"), one.text("ZVCARDSTRING")]
        elif kind == 5:
            spot = coordinates(one.real("ZLATITUDE"), one.real("ZLONGITUDE"))
            if spot:
                detail["lat"], detail["lon"] = spot
            parts += [one.text("ZTITLE"), one.text("ZVCARDNAME"), ", ".join(spot) if spot else ""]
        elif one.text("ZTITLE"):
            parts.append(one.text("ZTITLE"))
        if one.number("ZMOVIEDURATION"):
            detail["duration"] = seconds(one.number("ZMOVIEDURATION"))
    for link in links:
        if link.text("ZTITLE"):
            detail["link_title"] = link.text("ZTITLE")[:500]
    return "\n".join(dict.fromkeys(part for part in parts if part.strip()))


FORM = Format(
    name="whatsapp_ios",
    version="1",
    shapes=(Shape(table="ZWAMESSAGE", columns=("ZCHATSESSION", "ZISFROMME"), score=95),),
    records=("ZWAMESSAGE",),
    units=units,
)
READER = reader(FORM)
