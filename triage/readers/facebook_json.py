"""Messenger and Instagram downloads, JSON: `…/messages/<folder>/<thread>/message_N.json`.

    {participants[{name}], messages[{sender_name, timestamp_ms, content, type, photos[{uri}], share{link}, reactions,
     call_duration, missed, is_unsent, …}], title, thread_path, magic_words, …}
    {participants[name], threadName, messages[{senderName, text, timestamp, type, media[{uri}], reactions, isUnsent}]}

The second shape is that of end-to-end encrypted threads. Files run from the newest message to the oldest: the file's
order is kept and `when` (UTC) orders them. The first shape writes the bytes of UTF-8 one by one as `\\u00XX`; every
string is repaired by itself, and one that does not decode stays as it is. The owner is not named in these files, so
that no direction is stated. Folder names (`message_requests`, `filtered_threads`) are kept with each message.

Sources: downloads as public parsers describe them. The thread's name stands behind its messages, so that the text is
walked twice. Not read here: account pages (log-ins, devices, comments) of the same download.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from triage.model import Blob, Conversation, Head, Origin, Read, ReadContext, Reader, Unit
from triage.readers.json_export import (
    Detail,
    ExportReading,
    Record,
    child,
    epoch,
    head_json,
    marks,
    objects,
    open_stream,
    whole,
    words,
)
from triage.readers.json_stream import JsonError, JsonStream

FORMAT = "Messenger or Instagram download"
_FILES = ("photos", "videos", "audio_files", "files", "gifs", "media", "sticker")
_BARE = frozenset(
    {"sender_name", "timestamp_ms", "content", "type", "senderName", "text", "timestamp", "isUnsent", "is_unsent"}
    | {"is_geoblocked_for_viewer", "is_unsent_image_by_messenger_kid_parent"}
)
"""A message with no other key is only text, as most are."""
_EVENTS = frozenset({"subscribe", "unsubscribe", "payment", "plan", "event"})
_FOLDERS = re.compile(r"(?:inbox|archived_threads|message_requests|filtered_threads|e2ee_cutover|legacy_threads)")
_ABSENT = ("Facebook user", "Instagram user", "Facebook User", "Instagram User")


def detect(head: Head) -> int:
    """By the names of its members: `messages` with senders and times in the one or the other spelling."""
    text = head_json(head.start)
    if not text.startswith("{") or '"messages"' not in text or '"participants"' not in text:
        return 0
    if '"sender_name"' in text and '"timestamp_ms"' in text:
        return 92
    if '"senderName"' in text and '"timestamp"' in text:
        return 92 if '"threadName"' in text else 88
    return 80 if '"thread_path"' in text or '"magic_words"' in text or '"threadName"' in text else 0


def repaired(text: str) -> str:
    """A string whose UTF-8 bytes were written as characters, put together again; any other as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _said(value: Any) -> str:
    return repaired(words(value))


class _Thread:
    """What the file says of its thread, from a first walk that passes over the messages."""

    def __init__(self, blob: Blob, path: str) -> None:
        facts: Record = {}
        with blob.open() as handle, suppress(JsonError):  # the second walk reports it
            self._outline(open_stream(handle), facts)
        people = facts.get("participants")
        names = [_said(one.get("name")) if isinstance(one, dict) else _said(one) for one in _listed(people)]
        self.people = tuple(name for name in names if name)
        self.path = _said(facts.get("thread_path"))
        title = _said(facts.get("title")) or _said(facts.get("threadName"))
        self.name = " ".join(title.split()) or ", ".join(self.people) or self.path or "(no name)"
        folder = _FOLDERS.search(self.path) or _FOLDERS.search(path)
        self.folder = folder[0] if folder else ""
        self.app = _app(path, facts)

    def _outline(self, stream: JsonStream, facts: Record) -> None:
        for key in stream.members():
            if key == "messages":
                stream.skip()
            else:
                facts[key] = stream.value()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _app(path: str, facts: Record) -> str:
    """By the folder of the download, which names the service; else by what only Messenger writes."""
    low = path.casefold()
    if "instagram" in low:
        return "Instagram"
    if "facebook" in low or "messenger" in low or "thread_type" in facts or "threadName" in facts:
        return "Messenger"
    return "Messenger or Instagram"


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)
    thread = _Thread(blob, ctx.path)

    def one(message: Record, pointer: str) -> Iterator[Read]:
        yield reading.unit(_unit(message, thread, f"ptr={pointer}", reading))

    def root(stream: JsonStream) -> Iterator[Read]:
        yield Conversation(name=thread.name, participants=thread.people)
        for key in stream.members():
            if key == "messages":
                yield from reading.each(stream, "/messages", one)
            else:
                stream.skip()

    yield from reading.run(blob, root)


def _unit(message: Record, thread: _Thread, locator: str, reading: ExportReading) -> Unit:
    get = message.get
    when = epoch(get("timestamp_ms"), "ms") if get("timestamp_ms") is not None else epoch(get("timestamp"))
    sender = _said(get("sender_name")) or _said(get("senderName"))
    kind = words(get("type"))
    unsent = get("is_unsent") is True or get("isUnsent") is True
    bare = message.keys() <= _BARE
    files = () if bare else tuple(dict.fromkeys(_files(message)))
    origin = _origin(kind, message)
    if unsent:
        reading.tallies["deleted_stubs"] += 1
    return Unit(
        origin=origin,
        locator=locator,
        text=_text(message, origin),
        app=thread.app,
        conversation=thread.name,
        sender=sender,
        when=when,
        deleted=unsent,
        flags=marks(
            when,
            "deleted_stub" if unsent else "",
            "deleted_account" if sender in _ABSENT else "",
            "missed" if get("missed") is True else "",
            "media_omitted" if get("is_geoblocked_for_viewer") is True else "",
        ),
        attachments=files,
        detail=_detail(message, thread, kind),
    )


def _origin(kind: str, message: Record) -> Origin:
    if kind.casefold() == "call" or "call_duration" in message:
        return "call"
    return "event" if kind.casefold() in _EVENTS else "message"


def _text(message: Record, origin: Origin) -> str:
    """What was written; a share's link and words on lines of their own, because they were sent."""
    typed = _said(message.get("content")) or _said(message.get("text"))
    if message.keys() <= _BARE and origin != "call":
        return typed
    lines = [typed] if typed else []
    for share in objects(message.get("share")):
        for key in ("link", "share_text", "original_content_owner", "profile_share_name"):
            shown = _said(share.get(key))
            if shown and not any(shown in line for line in lines):
                lines.append(shown)
    if origin == "call":
        seconds = whole(message.get("call_duration"))
        lines.append("missed call" if message.get("missed") is True else f"call, {seconds or 0} s")
    for user in objects(message.get("users")):
        lines.append(_said(user.get("name")))
    return "\n".join(line for line in lines if line)


def _files(message: Record) -> Iterator[str]:
    for key in _FILES:
        for one in objects(message.get(key)):
            if uri := _said(one.get("uri")):
                yield uri


def _detail(message: Record, thread: _Thread, kind: str) -> Detail:
    detail: Detail = {"type": kind} if kind else {}
    if thread.folder and thread.folder != "inbox":
        detail["folder"] = thread.folder
    if thread.path:
        detail["thread_path"] = thread.path
    if message.keys() <= _BARE:
        return detail
    seconds = whole(message.get("call_duration"))
    if seconds is not None:
        detail["duration_seconds"] = seconds
    found = [f"{_said(one.get('reaction'))} {_said(one.get('actor'))}" for one in objects(message.get("reactions"))]
    if found:
        detail["reactions"] = ", ".join(one.strip() for one in found)
    if ip := words(message.get("ip")):
        detail["ip"] = ip
    if tag := _said(child(message, "bumped_message_metadata").get("bumped_message")):
        detail["bumped_message"] = tag
    return detail


READER = Reader(name="facebook_json", version="1", media_type="application/json", detect=detect, read=read)
