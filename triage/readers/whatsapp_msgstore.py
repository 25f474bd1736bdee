"""WhatsApp for Android, `msgstore.db`: messages of both schema generations and the call log.

New (since about 2021): `message` with `chat`, `jid` and one side table for each kind of content; read here. Old:
`messages` (`whatsapp_msgstore_old`). A file that was migrated may hold both: a row of the old table that stands in the
new one with the same id, key and text is counted (`legacy_twins`) and not given twice.

Sentinel rows (chat -1) are counted apart and are no records. Times are Unix milliseconds. Messages are given by
conversation, in the order of their ids. Not read: thumbnails, receipts, the search index, reactions (counted).

Sources: the schema as public parsers and their test data show it. Refused: encrypted backups (`.crypt…`), which are
another format.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from triage.model import Conversation, Moment, ReadContext, Tally, Unit
from triage.readers.sqlite_reader import Format, Shape, Step, flags, reader, seconds, unix_ms
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side
from triage.readers.whatsapp_book import APP, Book
from triage.readers.whatsapp_kinds import KINDS, MEDIA, VIEW_ONCE, event_text, place
from triage.readers.whatsapp_msgstore_old import SENTINEL, old_messages

_COLUMNS = (
    "chat_row_id", "from_me", "key_id", "sender_jid_row_id", "status", "timestamp", "received_timestamp",
    "message_type", "text_data", "starred", "translated_text",
)  # fmt: skip
_SIDES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("message_media", ("file_path", "mime_type", "media_name", "media_caption", "media_duration", "message_url")),
    ("message_location", ("latitude", "longitude", "place_name", "place_address", "url",
                          "live_location_final_latitude", "live_location_final_longitude")),
    ("message_vcard", ("vcard",)),
    ("message_quoted", ("key_id", "text_data")),
    ("message_system", ("action_type",)),
    ("message_system_value_change", ("old_data",)),
    ("message_system_number_change", ("old_jid_row_id", "new_jid_row_id")),
    ("message_system_chat_participant", ("user_jid_row_id",)),
    ("message_edit_info", ("original_key_id", "edited_timestamp")),
    ("message_revoked", ("revoked_key_id",)),
    ("message_poll_option", ("option_name",)),
    ("message_view_once_media", ("state",)),
    ("message_forwarded", ("forward_score",)),
    ("message_text", ("page_title", "url")),
    ("message_group_invite", ("group_name", "invite_code")),
    ("message_payment", ("amount_with_symbol",)),
    ("message_template", ("content_text_data", "footer_text_data")),
    ("message_ephemeral", ("duration",)),
)  # fmt: skip


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Messages by conversation, older rows of the other generation, calls."""
    book = Book(rows)
    sentinels = 0
    if rows.has("message", "chat_row_id"):
        groups = rows.grouped("message", "chat_row_id")
        chat = _Chat(rows, book)
        for key, ids in groups.items():
            if key == SENTINEL:
                sentinels += len(ids)
                continue
            yield from chat.messages(key if isinstance(key, int) else 0, ids)
    old = old_messages(rows, book)
    sentinels += yield from old
    yield from calls(rows, book)
    yield Tally(what="sentinel_rows", n=sentinels)
    if rows.has("message_add_on_reaction"):
        yield Tally(what="reactions", n=rows.count("message_add_on_reaction") or 0)


class _Chat:
    """Messages of the new generation."""

    def __init__(self, rows: Rows, book: Book) -> None:
        self._rows, self._book = rows, book
        self._sides = {name: Side(rows, name, "message_row_id", *columns) for name, columns in _SIDES}

    def messages(self, chat: int, ids: array[int]) -> Iterator[Step]:
        name, jid = self._book.chat(chat)
        yield Conversation(name=name, participants=self._book.participants(jid))
        for rows in self._rows.batches("message", _COLUMNS, ids):
            keys = [row.id for row in rows]
            sides = {table: side.of(keys) for table, side in self._sides.items()}
            for row in rows:
                beside = {table: found[row.id] for table, found in sides.items() if row.id in found}
                yield self._unit(row, beside, name, jid)

    def _unit(self, row: Row, beside: dict[str, list[Row]], name: str, chat_jid: str) -> Unit:
        kind = row.number("message_type")
        mine = row.number("from_me") == 1
        system = kind == 7 or "message_system" in beside
        revoked = kind == 15 or "message_revoked" in beside
        detail: dict[str, str | int | bool | None] = {"type": KINDS.get(kind, str(kind))}
        media = beside.get("message_media", [])
        attachments = tuple(
            dict.fromkeys(one.text("file_path") or one.text("media_name") for one in media if _named(one))
        )
        words = [
            "edited" if "message_edit_info" in beside else "",
            "deleted_stub" if revoked else "",
            "view_once" if kind in VIEW_ONCE or "message_view_once_media" in beside else "",
            "forwarded" if "message_forwarded" in beside else "",
            "live_location" if kind == 16 else "",
            "media_omitted" if kind in MEDIA and not attachments and not revoked else "",
        ]
        text = self._event(row, beside) if system else _text(row, beside, detail)
        quoted = beside.get("message_quoted", [])
        if quoted and quoted[0].text("text_data"):
            detail["quoted_text"] = quoted[0].text("text_data")[:500]
        sender = "" if mine else self._book.sender(row.number("sender_jid_row_id"), chat_jid)
        return Unit(
            origin="event" if system else "message",
            locator=f"row=message:{row.id}",
            text=text,
            app=APP,
            conversation=name,
            sender=sender,
            sender_name=self._book.saved(sender),
            recipients=(chat_jid,) if mine and chat_jid else (),
            when=_when(row),
            direction=None if system else "outgoing" if mine else "incoming",
            deleted=revoked,
            flags=flags(row, *words),
            attachments=attachments,
            native_id=row.text("key_id"),
            reply_to=quoted[0].text("key_id") if quoted else "",
            detail=detail,
        )

    def _event(self, row: Row, beside: dict[str, list[Row]]) -> str:
        action = next((one.whole("action_type") for one in beside.get("message_system", [])), None)
        people = [
            self._book.jid(one.number("user_jid_row_id")) for one in beside.get("message_system_chat_participant", [])
        ]
        for one in beside.get("message_system_number_change", []):
            people += [self._book.jid(one.number(column)) for column in ("old_jid_row_id", "new_jid_row_id")]
        before = " ".join(one.text("old_data") for one in beside.get("message_system_value_change", []))
        who = self._book.jid(row.number("sender_jid_row_id"))
        return event_text(action, who, [one for one in people if one], before, row.text("text_data"))


def _named(row: Row) -> bool:
    return bool(row.text("file_path") or row.text("media_name"))


def _when(row: Row) -> Moment:
    when = unix_ms(row, "timestamp")
    return when if when.at or when.source else unix_ms(row, "received_timestamp")


def _text(row: Row, beside: dict[str, list[Row]], detail: dict[str, str | int | bool | None]) -> str:
    """What a person would read, from the message's own text and the side table of its kind."""
    parts = [row.text("text_data")]
    for one in beside.get("message_media", []):
        parts.append(one.text("media_caption"))
        if one.text("mime_type"):
            detail["mime_type"] = one.text("mime_type")
        if one.number("media_duration"):
            detail["duration"] = seconds(one.number("media_duration"))
    for one in beside.get("message_location", []):
        parts += place(one, detail)
    parts += [one.text("vcard") for one in beside.get("message_vcard", [])]
    parts += [f"- {one.text('option_name')}" for one in beside.get("message_poll_option", [])]
    for table, columns in (
        ("message_group_invite", ("group_name", "invite_code")),
        ("message_payment", ("amount_with_symbol",)),
        ("message_template", ("content_text_data", "footer_text_data")),
    ):
        parts += [one.text(column) for one in beside.get(table, []) for column in columns]
    for one in beside.get("message_text", []):
        if one.text("page_title"):
            detail["link_title"] = one.text("page_title")[:500]
    for one in beside.get("message_edit_info", []):
        detail["edited_at"] = unix_ms(one, "edited_timestamp").at
    for one in beside.get("message_ephemeral", []):
        detail["disappears_after"] = one.number("duration")
    return "\n".join(dict.fromkeys(part for part in parts if part.strip()))


def calls(rows: Rows, book: Book) -> Iterator[Step]:
    """The call log: one unit a call."""
    others = Side(rows, "call_log_participant_v2", "call_log_row_id", "jid_row_id")
    columns = ("jid_row_id", "from_me", "call_id", "timestamp", "video_call", "duration", "call_result",
               "group_jid_row_id")  # fmt: skip
    for row in rows.scan("call_log", *columns):
        jid = book.jid(row.number("jid_row_id"))
        group = book.jid(row.number("group_jid_row_id"))
        mine = row.number("from_me") == 1
        people = [book.jid(one.number("jid_row_id")) for one in others.of([row.id]).get(row.id, [])]
        people = list(dict.fromkeys(one for one in (jid, *people) if one))
        name = book.name(group or jid)
        length, video = row.number("duration"), row.number("video_call") == 1
        missed = not mine and length == 0
        words = (("missed" if missed else "outgoing" if mine else "incoming"), "video call" if video else "voice call")
        yield Unit(
            origin="call",
            locator=f"row=call_log:{row.id}",
            text=" ".join(words) + (f", {seconds(length)}" if length else ""),
            app=APP,
            conversation=name,
            sender="" if mine else jid,
            sender_name="" if mine else book.saved(jid),
            recipients=tuple(people) if mine else (),
            when=unix_ms(row, "timestamp"),
            direction="outgoing" if mine else "incoming",
            flags=flags(row, "missed" if missed else "", "video" if video else "", "group" if group else ""),
            native_id=row.text("call_id"),
            detail={"duration": length, "call_result": row.whole("call_result"), "people": ", ".join(people)[:1000]},
        )


FORM = Format(
    name="whatsapp_msgstore",
    version="1",
    shapes=(
        Shape(table="message", columns=("chat_row_id", "from_me", "key_id"), score=95),
        Shape(table="messages", columns=("key_remote_jid", "key_from_me", "key_id"), score=94),
        Shape(table="call_log", columns=("jid_row_id", "from_me", "call_result"), score=85),
    ),
    records=("message", "messages", "call_log"),
    units=units,
)
READER = reader(FORM)
