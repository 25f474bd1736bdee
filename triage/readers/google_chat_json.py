"""Google Chat in a Takeout: `Groups/<DM or Space>/messages.json`.

    {messages[{creator{name, email, user_type}, created_date "Tuesday, July 6, 2021 at 4:12:31 PM UTC", text,
     attached_files[{original_name, export_name}], topic_id, message_id, message_state, quoted_message_metadata, …}]}

Dates are written in words, in the account's language, with their zone at the end: `worded_dates` says which are
understood. The conversation is named by its folder, because the file does not name it.

Sources: Takeouts as public parsers describe them. Not read: `group_info.json`, `user_info.json`, the old
`Hangouts.json`.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Blob, Conversation, Head, Read, ReadContext, Reader, Unit
from triage.readers.json_export import Detail, ExportReading, Record, child, head_json, marks, objects, words
from triage.readers.json_stream import JsonStream
from triage.readers.worded_dates import worded_time

APP = "Google Chat"
FORMAT = "Google Chat export"


def detect(head: Head) -> int:
    """By the names of a message's members."""
    text = head_json(head.start)
    if not text.startswith("{") or '"messages"' not in text or '"creator"' not in text:
        return 0
    return 92 if '"created_date"' in text or '"topic_id"' in text else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)
    folders = ctx.path.replace("!", "/").split("/")
    name = (folders[-2] if len(folders) > 1 else "") or "Google Chat"

    def one(message: Record, pointer: str) -> Iterator[Read]:
        unit = _unit(message, name, f"ptr={pointer}")
        reading.tallies["deleted_stubs"] += unit.deleted
        yield reading.unit(unit)

    def root(stream: JsonStream) -> Iterator[Read]:
        yield Conversation(name=name)
        for key in stream.members():
            if key == "messages":
                yield from reading.each(stream, "/messages", one)
            else:
                stream.skip()

    yield from reading.run(blob, root)


def _unit(message: Record, name: str, locator: str) -> Unit:
    get = message.get
    creator = child(message, "creator")
    shown, mail = words(creator.get("name")), words(creator.get("email"))
    when = worded_time(words(get("created_date")))
    gone = words(get("message_state")).upper() == "DELETED"
    files = [words(one.get("export_name")) or words(one.get("original_name")) for one in objects(get("attached_files"))]
    return Unit(
        origin="message",
        locator=locator,
        text="\n".join(line for line in _lines(message) if line),
        app=APP,
        conversation=name,
        sender=mail or shown,
        sender_name=shown if mail else "",
        when=when,
        deleted=gone,
        flags=marks(when, "deleted_stub" if gone else "", "edited" if get("updated_date") else ""),
        attachments=tuple(dict.fromkeys(one for one in files if one)),
        native_id=words(get("message_id")),
        detail=_detail(message, creator),
    )


def _lines(message: Record) -> Iterator[str]:
    text = words(message.get("text"))
    yield text
    for one in objects(message.get("annotations")):
        for key in ("url_metadata", "drive_metadata", "video_call_metadata"):
            facts = child(one, key)
            for value in (facts.get("title"), facts.get("url"), child(facts, "url").get("private_do_not_access")):
                if words(value) not in text:
                    yield words(value)


def _detail(message: Record, creator: Record) -> Detail:
    quoted = child(message, "quoted_message_metadata")
    facts = {
        "user_type": creator.get("user_type"),
        "topic_id": message.get("topic_id"),
        "edited": message.get("updated_date"),
        "deletion": child(message, "deletion_metadata").get("deletion_type"),
        "quoted_text": words(quoted.get("text"))[:1000],
        "quoted_sender": child(quoted, "creator").get("email") or child(quoted, "creator").get("name"),
    }
    return {key: words(value) for key, value in facts.items() if words(value)}


READER = Reader(name="google_chat_json", version="1", media_type="application/json", detect=detect, read=read)
