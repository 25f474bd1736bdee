"""Telegram Desktop HTML exports: `messages.html`, `messages2.html`, …; one reader for each file, in its own order.

    div.message.default#message123 > div.body > div.date[title] + div.from_name + div.text + div.media_wrap a[href]
    div.message.default.joined: same sender as before, whose name is not repeated
    div.message.service: what the application wrote; with a negative id, a separator of days, which is no message

A forwarded message has a body of its own, whose name is the first author and not the sender. The title of the date
carries an offset since 2022 ("12.02.2025 08:37:48 UTC+03:00"); without it the time is the wall clock of the computer
that exported. Service lines have no time; the day above them stands in their detail. `native_id` is the message's
number, without the chat's, which HTML exports do not give.

Sources: exports as public parsers describe them. Not read: the lists of contacts, sessions and calls of an account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from triage.model import NO_TIME, Blob, Conversation, Head, Moment, Origin, Read, ReadContext, Reader, Unit
from triage.readers.html_export import HtmlReading, head_html
from triage.readers.html_records import Attrs, Node, Wanted
from triage.readers.json_export import Detail, marks
from triage.timestamps import from_iso

APP = "Telegram"
FORMAT = "Telegram HTML export"
_MESSAGE = re.compile(r'<div class="message (?:default|service)[^"]*" id="message')
_NUMBER = re.compile(r"message(-?\d+)")
_DATE = re.compile(
    r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d(?::\d\d)?)(?:\s+(?:UTC|GMT)(?:([+-])(\d\d?)(?::?(\d\d))?)?(Z?))?\s*\Z"
)
_ZONED = re.compile(r"UTC|GMT")
_VIA = re.compile(r"\s+via (@\w+)\s*\Z")
_GO_TO = re.compile(r"#go_to_message(\d+)")
_SPOT = re.compile(r"[?&](?:q|ll|center)=(-?\d+(?:\.\d+)?)(?:,|%2C)(-?\d+(?:\.\d+)?)")

_FILES = frozenset(
    [
        "media_photo",
        "media_video",
        "media_file",
        "media_voice_message",
        "media_audio_file",
        "photo_wrap",
        "video_file_wrap",
        "sticker_wrap",
        "media_animation",
        "animated_wrap",
    ]
)


def detect(head: Head) -> int:
    """By the divisions of its messages and the page around them."""
    text = head_html(head.start)
    if "page_wrap" not in text or "history" not in text:
        return 0
    return 92 if _MESSAGE.search(text) else 60 if "chat_page" in text else 0


def _choose(tag: str, classes: frozenset[str], attrs: Attrs) -> Wanted:
    if tag != "div":
        return ""
    return "record" if "page_header" in classes or ("message" in classes and "id" in attrs) else ""


@dataclass(slots=True)
class _Chat:
    """What the lines before say of the next one."""

    zone: str | None
    name: str = ""
    sender: str = ""
    day: str = ""
    n: int = 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages and service lines in the file's order, then the accounts."""
    reading = HtmlReading(FORMAT)
    chat = _Chat(ctx.zone)

    def one(node: Node) -> Iterator[Read]:
        if node.kind != "record":
            return
        if "page_header" in node.classes:
            title = node.first(".text")
            chat.name = " ".join((title or node).text().split())
            yield Conversation(name=chat.name)
        elif "service" in node.classes and node.attrs["id"].startswith("message-"):
            chat.day = " ".join(node.text().split())
            reading.tallies["day_separators"] += 1
        else:
            chat.n += 1
            unit = _service(node, chat) if "service" in node.classes else _message(node, chat)
            yield reading.unit(unit, node)

    yield from reading.run(blob, _choose, one)


def _place(node: Node, chat: _Chat) -> tuple[str, str]:
    """Locator and number; the count of messages makes the locator unique whatever the ids are."""
    number = _NUMBER.match(node.attrs["id"])
    return f"node={chat.n};msg={node.attrs['id'][:60]}", number[1] if number else ""


def _service(node: Node, chat: _Chat) -> Unit:
    locator, number = _place(node, chat)
    detail: Detail = {"day": chat.day} if chat.day else {}
    return Unit(
        origin="event",
        locator=locator,
        text=node.text(),
        app=APP,
        conversation=chat.name,
        native_id=number,
        detail=detail,
    )


def _message(node: Node, chat: _Chat) -> Unit:
    locator, number = _place(node, chat)
    body = next((one for one in node.elements() if "body" in one.classes), node)
    detail: Detail = {}
    chat.sender = _sender(node, body, chat, detail)
    date = next((one for one in body.elements() if "date" in one.classes), None)
    when = _when(date.attrs.get("title", "") if date else "", chat.zone)
    media = _Media(body, detail)
    forwarded = body.first(".forwarded")
    if forwarded is not None:
        _forwarded(forwarded, detail)
    replied = _GO_TO.search(next((a.attrs.get("href", "") for one in body.all(".reply_to") for a in one.all("a")), ""))
    for name in ("reactions", "signature", "bot_buttons_table"):
        if found := body.first(f".{name}"):
            detail[name] = " ".join(found.text().split())[:1000]
    typed = [one.text() for one in body.all(".text")]
    return Unit(
        origin=media.origin,
        locator=locator,
        text="\n".join(part for part in (*typed, *media.lines) if part),
        app=APP,
        conversation=chat.name,
        sender=chat.sender,
        when=when,
        flags=marks(when, "forwarded" if forwarded else "", *media.flags),
        attachments=tuple(dict.fromkeys(media.files)),
        native_id=number,
        reply_to=replied[1] if replied else "",
        detail=detail,
    )


def _sender(node: Node, body: Node, chat: _Chat, detail: Detail) -> str:
    """The name of the message's own body; the one before where it is joined to it."""
    named = next((one for one in body.elements() if "from_name" in one.classes), None)
    if named is None:
        return chat.sender if "joined" in node.classes else ""
    name = " ".join(named.text(frozenset({"date"})).split())
    if via := _VIA.search(name):
        detail["via_bot"] = via[1]
        name = name[: via.start()]
    return name


def _forwarded(node: Node, detail: Detail) -> None:
    if named := node.first(".from_name"):
        detail["forwarded_from"] = " ".join(named.text(frozenset({"date"})).split())
        if date := named.first(".date"):
            detail["forwarded_date"] = date.attrs.get("title", "")


def _when(title: str, zone: str | None) -> Moment:
    found = _DATE.match(title.strip())
    if found is None:
        return Moment(source=title) if title else NO_TIME
    day, month, year, clock, sign, hours, minutes, _ = found.groups()
    offset = f"{sign}{int(hours):02}:{minutes or '00'}" if sign else "Z" if _ZONED.search(title) else ""
    return replace(from_iso(f"{year}-{month}-{day}T{clock}{offset}", zone=zone), source=title)


class _Media:
    """The message's media: files become attachments, everything else is printed, because it was shown."""

    def __init__(self, body: Node, detail: Detail) -> None:
        self.files: list[str] = []
        self.lines: list[str] = []
        self.flags: set[str] = set()
        self.origin: Origin = "message"
        for wrap in body.all(".media_wrap"):
            self._wrap(wrap, detail)

    def _wrap(self, wrap: Node, detail: Detail) -> None:
        kinds = frozenset(name for one in wrap.walk() for name in one.classes)
        links = [one.attrs.get("href", "") for one in wrap.all("a")]
        local = [href for href in links if href and not href.startswith("#") and ":" not in href.split("/")[0]]
        self.files.extend(local)
        shown = wrap.text(frozenset({"fill"}))
        spot = next((m for m in map(_SPOT.search, links) if m), None)
        if spot is not None:
            detail["lat"], detail["lon"] = spot[1], spot[2]
            self.flags.add("shared_location")
            self.lines.append(f"{spot[1]}, {spot[2]}")
        if "media_call" in kinds:
            self.origin = "call"
        if "media_contact" in kinds:
            self.flags.add("shared_contact")
        if local:
            detail["media"] = ", ".join(line for line in shown.split("\n") if line)[:300]
        elif shown:
            self.lines.extend(line for line in shown.split("\n") if line)
        if not local and kinds & _FILES:
            self.flags.add("media_omitted")


READER = Reader(name="telegram_html", version="1", media_type="text/html", detect=detect, read=read)
