"""Discord: the JSON of DiscordChatExporter, and `messages.json` of the data package that Discord itself hands out.

    {guild{name}, channel{type, category, name}, dateRange, messages[{id, type, timestamp, content, author{id, name,
     discriminator, nickname}, attachments[{url, fileName}], embeds, reactions, reference{messageId}}], messageCount}
    [{ID, Timestamp, Contents, Attachments}]                      (only what the account's owner wrote)

Times of the exporter carry an offset. Those of the package may not: then the message's id gives the time, whose upper
bits are milliseconds since 2015 in UTC. The package names its channel by its folder. A message type that is neither
plain, reply, command nor call is an `event` with the type in its detail.

Sources: Discord's developer reference (snowflakes), exports as public parsers describe them. Not read: the package's
CSV form and index, servers' settings, activity logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from triage.model import Blob, Conversation, Head, Moment, Origin, Read, ReadContext, Reader, Unit
from triage.problems import problem
from triage.readers.json_export import (
    Detail,
    ExportReading,
    Record,
    child,
    head_json,
    marks,
    objects,
    whole,
    words,
)
from triage.readers.json_stream import JsonStream
from triage.timestamps import from_iso, from_unix

APP = "Discord"
FORMAT = "Discord export"
_EPOCH_MS = 1_420_070_400_000
_ORIGINS: dict[str, Origin] = dict.fromkeys(
    ("default", "reply", "", "applicationcommand", "chatinputcommand", "contextmenucommand", "threadstartermessage"),
    "message",
)
_ORIGINS |= {"call": "call"}


def detect(head: Head) -> int:
    """By the names of its members in either shape."""
    text = head_json(head.start)
    if text.startswith("{") and all(f'"{key}"' in text for key in ("guild", "channel", "dateRange")):
        return 92
    shaped = text.startswith("[") and all(f'"{key}"' in text for key in ("ID", "Timestamp", "Contents", "Attachments"))
    return 88 if shaped else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)

    def root(stream: JsonStream) -> Iterator[Read]:
        if stream.peek() == "[":
            yield from _package(stream, reading, ctx)
        else:
            yield from _exporter(stream, reading, ctx)

    yield from reading.run(blob, root)


def _exporter(stream: JsonStream, reading: ExportReading, ctx: ReadContext) -> Iterator[Read]:
    facts: Record = {}
    found = 0

    def one(message: Record, pointer: str) -> Iterator[Read]:
        nonlocal found
        found += 1
        yield reading.unit(_message(message, f"ptr={pointer}", name, ctx.zone))

    name = ""
    for key in stream.members():
        if key == "messages":
            name = _channel(facts)
            yield Conversation(name=name)
            yield from reading.each(stream, "/messages", one)
        else:
            facts[key] = stream.value()
    stated = whole(facts.get("messageCount"))
    if stated is not None and stated != found:
        yield problem("R-COUNT", "read", "ptr=/messageCount", stated=stated, found=found)


def _channel(facts: Record) -> str:
    """Server, category and channel, as the program shows them."""
    channel = child(facts, "channel")
    parts = (child(facts, "guild").get("name"), channel.get("category"), channel.get("name"))
    return " / ".join(part for part in map(words, parts) if part) or words(channel.get("id")) or APP


def _message(message: Record, locator: str, name: str, zone: str | None) -> Unit:
    get = message.get
    author = child(message, "author")
    kind = words(get("type"))
    when = from_iso(words(get("timestamp")), zone=zone) if words(get("timestamp")) else _by_id(get("id"), "")
    files = [words(one.get("url")) or words(one.get("fileName")) for one in objects(get("attachments"))]
    handle, shown = _handle(author), words(author.get("nickname"))
    return Unit(
        origin=_ORIGINS.get(kind.casefold(), "event"),
        locator=locator,
        text="\n".join(line for line in _lines(message) if line),
        app=APP,
        conversation=name,
        sender=handle or shown,
        sender_name=shown if handle and shown != handle else "",
        when=when,
        flags=marks(
            when,
            "edited" if get("timestampEdited") else "",
            "bot" if author.get("isBot") is True else "",
            "pinned" if get("isPinned") is True else "",
        ),
        attachments=tuple(dict.fromkeys(one for one in files if one)),
        native_id=words(get("id")),
        reply_to=words(child(message, "reference").get("messageId")),
        detail=_detail(message, author, kind),
    )


def _handle(author: Record) -> str:
    name, number = words(author.get("name")), words(author.get("discriminator"))
    return f"{name}#{number}" if name and number.strip("0") else name


def _lines(message: Record) -> Iterator[str]:
    """What was written, then what its cards and stickers show."""
    content = words(message.get("content"))
    yield content
    for embed in objects(message.get("embeds")):
        for key in ("title", "url", "description"):
            shown = words(embed.get(key))
            if shown not in content:
                yield shown
        for field in objects(embed.get("fields")):
            yield ": ".join(part for part in (words(field.get("name")), words(field.get("value"))) if part)
    for sticker in objects(message.get("stickers")):
        yield f"[sticker {words(sticker.get('name'))}]"


def _detail(message: Record, author: Record, kind: str) -> Detail:
    detail: Detail = {"type": kind} if kind and kind != "Default" else {}
    for key, value in (
        ("author_id", author.get("id")),
        ("edited", message.get("timestampEdited")),
        ("call_ended", message.get("callEndedTimestamp")),
    ):
        if shown := words(value):
            detail[key] = shown
    found = [
        f"{words(child(one, 'emoji').get('name'))} {words(one.get('count'))}"
        for one in objects(message.get("reactions"))
    ]
    if found:
        detail["reactions"] = ", ".join(found)
    named = [_handle(one) for one in objects(message.get("mentions"))]
    if named:
        detail["mentions"] = ", ".join(named)[:1000]
    return detail


def _package(stream: JsonStream, reading: ExportReading, ctx: ReadContext) -> Iterator[Read]:
    folders = ctx.path.replace("!", "/").split("/")
    name = f"channel {folders[-2].lstrip('c')}" if len(folders) > 1 else "channel not named in the file"
    yield Conversation(name=name)

    def one(message: Record, pointer: str) -> Iterator[Read]:
        number, said = words(message.get("ID")), words(message.get("Timestamp"))
        when = from_iso(said, zone=None)
        if when.at is None:
            when = _by_id(number, said)
        unit = Unit(
            origin="message",
            locator=f"ptr={pointer}",
            text=words(message.get("Contents")),
            app=APP,
            conversation=name,
            when=when,
            direction="outgoing",
            flags=marks(when),
            attachments=tuple(dict.fromkeys(words(message.get("Attachments")).split())),
            native_id=number,
        )
        yield reading.unit(unit)

    yield from reading.each(stream, "", one)


def _by_id(number: object, said: str) -> Moment:
    """The time that a snowflake id holds; the written time stays as the source."""
    value = whole(number)
    if value is None or value < 1 << 22:
        return Moment(source=said)
    stamp = from_unix((value >> 22) + _EPOCH_MS, "ms")
    return replace(stamp, source=said or f"id {value}")


READER = Reader(name="discord_json", version="1", media_type="application/json", detect=detect, read=read)
