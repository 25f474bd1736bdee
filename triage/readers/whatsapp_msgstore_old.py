"""WhatsApp for Android, `msgstore.db`, older generation: the table `messages` (until about 2021).

One table holds all kinds of content in its columns. In groups the sender is `remote_resource`. A row whose
`key_remote_jid` is -1 is a sentinel. Status 6 with kind 0 is a system event. Times are Unix milliseconds.

Sources: the schema as public parsers and their test data show it.
"""

from __future__ import annotations

from collections.abc import Generator

from triage.model import Conversation, Tally, Unit
from triage.readers.sqlite_reader import Step, flags, seconds, unix_ms
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side
from triage.readers.whatsapp_book import APP, Book
from triage.readers.whatsapp_jids import is_group
from triage.readers.whatsapp_kinds import KINDS, MEDIA, VIEW_ONCE, event_text, place

_COLUMNS = (
    "key_remote_jid", "key_from_me", "key_id", "status", "data", "timestamp", "received_timestamp", "media_mime_type",
    "media_wa_type", "media_name", "media_caption", "media_duration", "media_size", "latitude", "longitude",
    "remote_resource", "quoted_row_id", "edit_version", "forwarded",
)  # fmt: skip
SENTINEL = -1
_SYSTEM_STATUS = 6
_REVOKED_VERSION = 7


def old_messages(rows: Rows, book: Book) -> Generator[Step, None, int]:
    """Units by conversation; returns the number of sentinel rows."""
    if not rows.has("messages", "key_remote_jid"):
        return 0
    reading = _Old(rows, book)
    sentinels = 0
    for key, ids in rows.grouped("messages", "key_remote_jid").items():
        jid = book.person(str(key))
        if key == SENTINEL:
            sentinels += len(ids)
            continue
        name = book.name(jid)
        yield Conversation(name=name, participants=book.participants(jid))
        for some in rows.batches("messages", _COLUMNS, ids):
            yield from reading.units(some, name, jid)
    yield Tally(what="legacy_twins", n=reading.twins)
    return sentinels


class _Old:
    def __init__(self, rows: Rows, book: Book) -> None:
        self._book = book
        self._new = Side(rows, "message", "_id", "key_id", "text_data")
        self._quotes = Side(rows, "messages_quotes", "_id", "key_id", "data")
        self._media = Side(rows, "message_media", "message_row_id", "file_path")
        self._cards = Side(rows, "messages_vcards", "message_row_id", "vcard")
        self.twins = 0

    def units(self, some: list[Row], name: str, jid: str) -> Generator[Step, None, None]:
        keys = [row.id for row in some]
        twins, media, cards = self._new.of(keys), self._media.of(keys), self._cards.of(keys)
        quotes = self._quotes.of([row.number("quoted_row_id") for row in some if row.number("quoted_row_id")])
        for row in some:
            twin = twins.get(row.id)
            if twin and _same(row, twin[0]):
                self.twins += 1
                continue
            quoted = quotes.get(row.number("quoted_row_id"), [])
            unit = self._unit(row, quoted, media.get(row.id, []), cards.get(row.id, []), (name, jid))
            yield unit

    def _unit(self, row: Row, quoted: list[Row], media: list[Row], cards: list[Row], chat: tuple[str, str]) -> Unit:
        name, jid = chat
        kind = row.number("media_wa_type")
        mine = row.number("key_from_me") == 1
        call = kind == 8
        system = kind == 0 and row.number("status") == _SYSTEM_STATUS
        revoked = kind == 15 or row.number("edit_version") == _REVOKED_VERSION
        detail: dict[str, str | int | bool | None] = {"type": KINDS.get(kind, str(kind))}
        attachments = _attachments(row, kind, media)
        if quoted and quoted[0].text("data"):
            detail["quoted_text"] = quoted[0].text("data")[:500]
        if row.text("media_mime_type"):
            detail["mime_type"] = row.text("media_mime_type")
        sender = "" if mine else self._book.person(row.text("remote_resource")) or ("" if is_group(jid) else jid)
        words = (
            "deleted_stub" if revoked else "",
            "view_once" if kind in VIEW_ONCE else "",
            "forwarded" if row.number("forwarded") else "",
            "live_location" if kind == 16 else "",
            "media_omitted" if kind in MEDIA and not attachments and not revoked else "",
            "video" if call and row.text("media_caption") == "video" else "",
        )
        return Unit(
            origin="call" if call else "event" if system else "message",
            locator=f"row=messages:{row.id}",
            text=self._text(row, kind, cards, detail, system=system),
            app=APP,
            conversation=name,
            sender=sender,
            recipients=(jid,) if mine else (),
            when=unix_ms(row, "timestamp"),
            direction=None if system else "outgoing" if mine else "incoming",
            deleted=revoked,
            flags=flags(row, *words),
            attachments=attachments,
            native_id=row.text("key_id"),
            reply_to=quoted[0].text("key_id") if quoted else "",
            detail=detail,
        )

    def _text(
        self, row: Row, kind: int, cards: list[Row], detail: dict[str, str | int | bool | None], *, system: bool
    ) -> str:
        if system:
            who = self._book.person(row.text("remote_resource"))
            return event_text(row.whole("media_size"), who, [], "", row.text("data"))
        length = row.number("media_duration")
        if length:
            detail["duration"] = seconds(length)
        if kind == 8:
            words = ("outgoing" if row.number("key_from_me") == 1 else "incoming", row.text("media_caption"), "call")
            return " ".join(one for one in words if one) + (f", {seconds(length)}" if length else "")
        parts = [row.text("data"), row.text("media_caption")]
        if kind in (5, 16):
            parts += place(row, detail)
        if kind in (4, 5):
            parts.append(row.text("media_name"))
        if not any("BEGIN:VCARD" in part for part in parts):
            parts += [one.text("vcard") for one in cards]
        return "\n".join(dict.fromkeys(part for part in parts if part.strip()))


def _attachments(row: Row, kind: int, media: list[Row]) -> tuple[str, ...]:
    names = [one.text("file_path") for one in media]
    if kind in MEDIA and not any(names):
        names.append(row.text("media_name"))
    return tuple(dict.fromkeys(one for one in names if one))


def _same(old: Row, new: Row) -> bool:
    return old.text("key_id") == new.text("key_id") and old.text("data") in ("", new.text("text_data"))
