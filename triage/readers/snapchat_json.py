"""Snapchat's "My Data": `chat_history.json` and `snap_history.json`, the lists by friend and the older two lists.

    {"<friend>": [{From, "Media Type", Created "2022-07-22 19:28:21 UTC", Content, "Conversation Title", IsSender,
                   "Created(microseconds)", IsSaved, "Media IDs"}]}
    {"Received Saved Chat History": [{From, …, Text}], "Sent Saved Chat History": [{To, …, Text}]}

Times are UTC; the member called microseconds holds milliseconds. Texts carry HTML references, which are put back. In
the older lists the sender of what was sent is the account itself, which the file does not name.

Sources: downloads as public parsers describe them. Not read: location and memories history, account and friends lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from triage.model import NO_TIME, Blob, Conversation, Direction, Head, Moment, Read, ReadContext, Reader, Unit
from triage.readers.json_export import Detail, ExportReading, Record, epoch, head_json, marks, words
from triage.readers.json_stream import JsonStream
from triage.timestamps import from_iso

APP = "Snapchat"
FORMAT = "Snapchat chat history"
_UTC = re.compile(r"\s*UTC\s*\Z")
_HUGE = re.compile(r"&#[0-9]{10,};?")


def detect(head: Head) -> int:
    """By the spellings of a message's members, which no other export shares."""
    text = head_json(head.start)
    if not text.startswith("{") or '"Media Type"' not in text or '"Created"' not in text:
        return 0
    return 88 if '"From"' in text or '"To"' in text else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)

    def root(stream: JsonStream) -> Iterator[Read]:
        for key in stream.members():
            if stream.peek() != "[":
                stream.skip()
                continue
            yield from _list(stream, key, reading)

    yield from reading.run(blob, root)


def _list(stream: JsonStream, key: str, reading: ExportReading) -> Iterator[Read]:
    sent, received = key.startswith("Sent "), key.startswith("Received ")
    old = (sent or received) and key.endswith("History")
    named = ""

    def one(message: Record, pointer: str) -> Iterator[Read]:
        nonlocal named
        other = words(message.get("To")) if sent else words(message.get("From"))
        title = words(message.get("Conversation Title"))
        name = other or key if old else named or (f"{title} ({key})" if title and title != key else key)
        if name != named and not old:
            named = name
            yield Conversation(name=name, participants=(key,))
        mine = sent if old else message.get("IsSender") is True
        direction: Direction | None = None
        if old or isinstance(message.get("IsSender"), bool):
            direction = "outgoing" if mine else "incoming"
        yield reading.unit(_unit(message, name, f"ptr={pointer}", direction))

    escaped = key.replace("~", "~0").replace("/", "~1")
    yield from reading.each(stream, f"/{escaped}", one)


def _unit(message: Record, name: str, locator: str, direction: Direction | None) -> Unit:
    get = message.get
    when = _when(get("Created"), get("Created(microseconds)"))
    kind = words(get("Media Type"))
    text = unescape(_HUGE.sub("\ufffd", words(get("Content")) or words(get("Text"))))
    files = tuple(dict.fromkeys(part.strip() for part in words(get("Media IDs")).split("|") if part.strip()))
    detail: Detail = {"type": kind} if kind else {}
    if get("IsSaved") is True:
        detail["saved"] = True
    return Unit(
        origin="event" if kind.startswith("STATUS") else "message",
        locator=locator,
        text=text,
        app=APP,
        conversation=name,
        sender=words(get("From")),
        recipients=(words(get("To")),) if words(get("To")) else (),
        when=when,
        direction=direction,
        flags=marks(when, "media_omitted" if kind not in ("TEXT", "") and not text and not files else ""),
        attachments=files,
        detail=detail,
    )


def _when(said: Any, stamp: Any) -> Moment:
    text = words(said)
    if _UTC.search(text):
        moment = from_iso(_UTC.sub("Z", text))
        return Moment(at=moment.at, source=text, basis=moment.basis)
    if words(stamp):
        return epoch(stamp, "ms")
    return from_iso(text) if text else NO_TIME


READER = Reader(name="snapchat_json", version="1", media_type="application/json", detect=detect, read=read)
