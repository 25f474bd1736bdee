"""TikTok's `user_data.json`: direct messages, wherever in the file a member called `ChatHistory` holds them.

    {"Direct Message(s)": {"Direct Messages | Chat History": {"ChatHistory": {"Chat History with NAME:":
        [{Date "YYYY-MM-DD HH:MM:SS" (UTC), From, Content}]}}}, "Activity": {…}, "Profile": {…}, …}

Member names change from version to version, so that the whole tree is searched. The other sections (videos watched,
searches, log-ins, comments) are counted and not read.

Sources: downloads as public parsers describe them. Not read: the text form of the same download.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import NO_TIME, Blob, Conversation, Head, Moment, Read, ReadContext, Reader, Unit
from triage.readers.json_export import ExportReading, Record, head_json, marks, words
from triage.readers.json_stream import JsonStream
from triage.timestamps import from_iso

APP = "TikTok"
FORMAT = "TikTok download"
DEPTH = 6
_WITH = re.compile(r"\A(?:Chat History with )?(.*?):?\s*\Z", re.DOTALL)
_UTC = re.compile(r"\s*(?:UTC|Z)?\s*\Z")
_SECTIONS = (
    "Video Browsing History",
    "Watch History",
    "Favorite Videos",
    "Tiktok Live",
    "TikTok Live",
    "Favorite Effects",
)


def detect(head: Head) -> int:
    """By the chat lists, or by the sections that stand before them."""
    text = head_json(head.start)
    if not text.startswith("{"):
        return 0
    if '"Chat History with ' in text or ('"ChatHistory"' in text and '"Direct Message' in text):
        return 90
    return 82 if sum(f'"{name}"' in text for name in _SECTIONS) >= 2 else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)

    def search(stream: JsonStream, pointer: str, depth: int) -> Iterator[Read]:
        for key in stream.members():
            where = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            mark = stream.peek()
            if key.casefold() == "chathistory" and mark == "{":
                yield from _chats(stream, where, reading)
            elif mark == "{" and depth < DEPTH:
                yield from search(stream, where, depth + 1)
            else:
                reading.unread["sections"] += mark in ("{", "[")
                stream.skip()

    yield from reading.run(blob, lambda stream: search(stream, "", 0))


def _chats(stream: JsonStream, pointer: str, reading: ExportReading) -> Iterator[Read]:
    for key in stream.members():
        found = _WITH.match(key)
        name = (found[1] if found else key).strip() or key
        yield Conversation(name=name, participants=(name,))

        def one(message: Record, where: str, name: str = name) -> Iterator[Read]:
            yield reading.unit(_unit(message, name, f"ptr={where}"))

        yield from reading.each(stream, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}", one)


def _unit(message: Record, name: str, locator: str) -> Unit:
    said = words(message.get("Date"))
    when = NO_TIME
    if said:
        moment = from_iso(_UTC.sub("Z", said))
        when = Moment(at=moment.at, source=said, basis=moment.basis)
    return Unit(
        origin="message",
        locator=locator,
        text=words(message.get("Content")),
        app=APP,
        conversation=name,
        sender=words(message.get("From")),
        when=when,
        flags=marks(when),
    )


READER = Reader(name="tiktok_json", version="1", media_type="application/json", detect=detect, read=read)
