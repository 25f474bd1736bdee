"""Messages for iOS and macOS, `sms.db` / `chat.db`: SMS, iMessage and RCS by conversation.

The text is often only in `attributedBody` (`typedstream`). `date` counts from 2001-01-01 UTC in nanoseconds since
iOS 11 and in seconds before; columns of one row may differ, so each value is judged by itself (above 10^15:
nanoseconds). Reactions (tapbacks) are events that point to their message, not messages. Edited messages carry their
earlier versions (`message_summary_info`), which are given as extra units; unsent ones are stubs.

Sources: the schema and its numbers as public parsers and their test data show them. Not read: app balloons
(`payload_data`), the schema of iOS 5 and older.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from triage.model import NO_TIME, Conversation, Moment, ReadContext, Tally, Unit
from triage.readers.ios_sms_versions import earlier_versions, retracted
from triage.readers.sqlite_reader import Extra, Format, Names, Shape, Step, flags, reader
from triage.readers.sqlite_rows import BATCH, Row, Rows
from triage.readers.sqlite_side import Side
from triage.readers.typedstream import body_text
from triage.timestamps import from_cocoa

_COLUMNS = (
    "guid", "text", "attributedBody", "handle_id", "service", "date", "date_read", "date_edited", "date_retracted",
    "is_from_me", "item_type", "group_title", "other_handle", "subject",
    "associated_message_guid", "associated_message_type", "associated_message_emoji", "balloon_bundle_id",
    "message_summary_info", "thread_originator_guid", "destination_caller_id",
)  # fmt: skip
_REACTIONS = {0: "loved", 1: "liked", 2: "disliked", 3: "laughed at", 4: "emphasised", 5: "questioned", 6: "emoji",
              7: "sticker"}  # fmt: skip
_ITEMS = {1: "group member added or removed", 2: "group renamed", 3: "left the conversation or changed its picture",
          4: "location sharing changed", 5: "audio message kept", 6: "FaceTime call"}  # fmt: skip
NANOSECONDS = 10**15


def apple_time(row: Row, column: str) -> Moment:
    """Seconds or nanoseconds since 2001, by size; 0 and nothing are no time."""
    value = row.whole(column)
    if not value:
        return NO_TIME
    return from_cocoa(value, "ns" if abs(value) > NANOSECONDS else "s")


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Messages by conversation, in the order of their row ids."""
    messages = _Messages(rows)
    for key, ids in messages.groups().items():
        name, people = messages.conversation(key)
        yield Conversation(name=name, participants=people)
        for some in rows.batches("message", _COLUMNS, ids):
            yield from messages.units(some, name, people)
    yield Tally(what="reactions", n=messages.reactions)
    if rows.has("deleted_messages"):
        yield Tally(what="deleted_messages", n=rows.count("deleted_messages") or 0)


class _Messages:
    def __init__(self, rows: Rows) -> None:
        self._rows, self._names = rows, Names()
        self._handles = {row.id: row.text("id") for row in rows.scan("handle", "id")}
        self._chats = {
            row.id: (row.text("display_name"), row.text("chat_identifier") or row.text("guid"))
            for row in rows.scan("chat", "guid", "chat_identifier", "display_name")
        }
        self._people: dict[int, list[str]] = {}
        for row in rows.scan("chat_handle_join", "chat_id", "handle_id"):
            handle = self._handles.get(row.number("handle_id"), "")
            self._people.setdefault(row.number("chat_id"), []).append(handle)
        self._attached = Side(rows, "message_attachment_join", "message_id", "attachment_id")
        self._files = Side(rows, "attachment", "ROWID", "filename", "transfer_name", "mime_type")
        self._gone = Side(rows, "chat_recoverable_message_join", "message_id", "chat_id")
        self.reactions = 0

    def groups(self) -> dict[tuple[str, int], array[int]]:
        """Row ids by conversation: by chat where the message is in one, else by the other's address."""
        chats = Side(self._rows, "chat_message_join", "message_id", "chat_id")
        groups: dict[tuple[str, int], array[int]] = {}
        some: list[Row] = []

        def place() -> None:
            keys = [row.id for row in some]
            found, gone = chats.of(keys), self._gone.of(keys)
            for row in some:
                joined = found.get(row.id) or gone.get(row.id)
                key = ("chat", joined[0].number("chat_id")) if joined else ("handle", row.number("handle_id"))
                groups.setdefault(key, array("q")).append(row.id)
            some.clear()

        for row in self._rows.scan("message", "handle_id"):
            some.append(row)
            if len(some) == BATCH:
                place()
        place()
        return groups

    def conversation(self, key: tuple[str, int]) -> tuple[str, tuple[str, ...]]:
        """Name and addresses of the others."""
        kind, number = key
        if kind == "handle":
            address = self._handles.get(number, "")
            return self._names.of(key, "", address), (address,) if address else ()
        shown, identifier = self._chats.get(number, ("", f"chat {number}"))
        people = tuple(dict.fromkeys(one for one in self._people.get(number, []) if one))
        address = ", ".join(people[:20]) if len(people) > 1 else identifier
        return self._names.of(key, shown, address), people or (identifier,)

    def units(self, some: list[Row], name: str, people: tuple[str, ...]) -> Iterator[Step]:
        keys = [row.id for row in some]
        joined, gone = self._attached.of(keys), self._gone.of(keys)
        files = self._files.of(sorted({one.number("attachment_id") for found in joined.values() for one in found}))
        for row in some:
            attached = [file for one in joined.get(row.id, []) for file in files.get(one.number("attachment_id"), [])]
            unit = self._unit(row, name, people, attached, removed=row.id in gone)
            yield unit
            for n, (when, text) in enumerate(earlier_versions(row.blob("message_summary_info")), 1):
                yield Extra(
                    unit=Unit(
                        origin="message", locator=f"{unit.locator};version={n}", text=text, app=unit.app,
                        conversation=name, sender=unit.sender, recipients=unit.recipients, when=when,
                        direction=unit.direction, flags=("earlier_version",), reply_to=unit.native_id,
                    )
                )  # fmt: skip

    def _unit(self, row: Row, name: str, people: tuple[str, ...], files: list[Row], *, removed: bool) -> Unit:
        mine = row.number("is_from_me") == 1
        reaction = row.number("associated_message_type")
        reaction = reaction if 2000 <= reaction < 4000 else 0
        item = row.number("item_type")
        detail: dict[str, str | int | bool | None] = {}
        text, guessed = _text(row)
        unsent = bool(row.number("date_retracted")) or (not text and retracted(row.blob("message_summary_info")))
        if reaction:
            self.reactions += 1
            text = _reaction(row, reaction)
        elif item:
            said = " ".join(one for one in (self._handles.get(row.number("other_handle"), ""), text) if one)
            text = "\n".join(one for one in (_ITEMS.get(item, f"event {item}"), row.text("group_title"), said) if one)
        for column, key in (("destination_caller_id", "own_address"), ("balloon_bundle_id", "balloon")):
            if row.text(column):
                detail[key] = row.text(column)[:200]
        if row.number("date_read"):
            detail["read_at"] = apple_time(row, "date_read").at
        answered = row.text("associated_message_guid") if reaction else row.text("thread_originator_guid")
        sender = (
            "" if mine else self._handles.get(row.number("handle_id"), "") or (people[0] if len(people) == 1 else "")
        )
        attachments = tuple(dict.fromkeys(one.text("filename") or one.text("transfer_name") for one in files))
        edited = bool(row.number("date_edited")) and not unsent
        return Unit(
            origin="event" if reaction or item else "message",
            locator=f"row=message:{row.id}",
            text=text,
            app=row.text("service") or "SMS",
            conversation=name,
            sender=sender,
            recipients=people[:50] if mine else (),
            when=apple_time(row, "date"),
            direction="outgoing" if mine else "incoming",
            deleted=unsent or removed,
            flags=flags(
                row,
                "edited" if edited else "",
                "deleted_stub" if unsent else "",
                "recently_deleted" if removed else "",
                "reaction" if reaction else "",
                "guessed_length" if guessed and not reaction else "",
            ),
            attachments=tuple(one for one in attachments if one),
            native_id=row.text("guid"),
            reply_to=answered.rpartition("/")[2].removeprefix("bp:"),
            detail=detail,
        )


def _text(row: Row) -> tuple[str, bool]:
    """The words of a message; True where the length in its archive was wrong."""
    text, guessed = row.text("text"), False
    if not text.strip():
        found = body_text(row.blob("attributedBody"))
        text, guessed = found if found is not None else ("", False)
    text = text.replace("\ufffc", "").strip("\n")
    subject = row.text("subject")
    return ("\n".join(one for one in (subject, text) if one)), guessed


def _reaction(row: Row, kind: int) -> str:
    """What was done, without the words of the message it answers (they stand there)."""
    word = row.text("associated_message_emoji") or _REACTIONS.get(kind % 1000, str(kind))
    return f"reaction {'removed' if kind >= 3000 else 'added'}: {word}"


FORM = Format(
    name="ios_sms",
    version="1",
    shapes=(Shape(table="message", columns=("guid", "handle_id", "is_from_me"), score=94),),
    records=("message",),
    units=units,
)
READER = reader(FORM)
