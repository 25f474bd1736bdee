"""Google Voice in a Takeout: `Voice/Calls/<who> - <kind> - <time>.html`, conversations and calls.

    div.hChatLog > div.message > abbr.dt[title=ISO with offset], cite.sender a.tel[href=tel:…] > .fn, q, img, a.audio …
    div.haudio > .contributor a.tel, abbr.published[title], abbr.duration[title=PT…], .full-text, a[rel=tag]

The account's own messages have their name in an `abbr`, those of others in a `span`, whatever the language. What kind
of call it is stands in the address of its label (`voice#missed`). Numbers may be empty or short codes.

Sources: Takeouts as public parsers describe them. Not read: the account's bills, greetings and phone settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from triage.model import (
    NO_TIME,
    Blob,
    Conversation,
    Direction,
    Head,
    Moment,
    Read,
    ReadContext,
    Reader,
    SourceFact,
    Unit,
)
from triage.readers.html_export import HtmlReading, head_html
from triage.readers.html_records import Attrs, Node, Wanted
from triage.readers.json_export import Detail, marks
from triage.timestamps import from_iso

APP = "Google Voice"
FORMAT = "Google Voice page"
_SHAPE = re.compile(r'class="(?:hChatLog|haudio)\b')
_LABEL = re.compile(r"voice#(\w+)")
_DURATION = re.compile(r"PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?\Z")
_DELETED = re.compile(rb"deletedStatusContainer[^>]*>[^<]*True")


def detect(head: Head) -> int:
    """By the two microformats with their telephone links or labels."""
    text = head_html(head.start)
    if not _SHAPE.search(text):
        return 0
    return 92 if "tel:" in text or "google.com/voice" in text else 60


def _choose(tag: str, classes: frozenset[str], attrs: Attrs) -> Wanted:
    if tag == "title" or (tag == "div" and classes & {"message", "participants", "haudio"}):
        return "record"
    return ""


@dataclass(slots=True)
class _Page:
    """What the page says of the messages that follow."""

    title: str
    zone: str | None
    deleted: bool
    people: tuple[str, ...] = ()
    opened: bool = False
    owner: str = ""
    n: int = 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages or the one call of the page, then the accounts."""
    reading = HtmlReading(FORMAT)
    stem = ctx.path.rsplit("/", 1)[-1].removesuffix(".html")
    page = _Page(stem, ctx.zone, _is_deleted(blob))

    def one(node: Node) -> Iterator[Read]:
        if node.kind != "record":
            return
        if node.tag == "title":
            page.title = " ".join(node.text().split()) or stem
        elif "participants" in node.classes:
            shown = [_person(cite) for cite in node.all("cite")]
            page.people = tuple(name or number for number, name, _ in shown if name or number)
        else:
            yield from _record(node, page, reading)

    yield from reading.run(blob, _choose, one)


def _is_deleted(blob: Blob) -> bool:
    """Whether the account's owner had deleted the conversation: the page says so at its end."""
    with blob.open() as handle:
        handle.seek(max(0, blob.size - 4096))
        return _DELETED.search(handle.read()) is not None


def _record(node: Node, page: _Page, reading: HtmlReading) -> Iterator[Read]:
    name = f"{page.title}: {', '.join(page.people)}" if page.people else page.title
    if not page.opened:
        page.opened = True
        yield Conversation(name=name, participants=page.people)
    page.n += 1
    if "haudio" in node.classes:
        yield reading.unit(_call(node, page, name), node)
        return
    number, shown, own = _person(next(node.all("cite"), node))
    if own and number and not page.owner:
        page.owner = number
        yield SourceFact(key="msisdn", value=number)
    when = _when(node, ".dt", page)
    unit = Unit(
        origin="message",
        locator=f"node={page.n};line={node.line}",
        text=_quoted(node),
        app=APP,
        conversation=name,
        sender=number or shown,
        sender_name=shown if number else "",
        when=when,
        direction="outgoing" if own else "incoming" if number or shown else None,
        deleted=page.deleted,
        flags=marks(when),
        attachments=_files(node),
    )
    yield reading.unit(unit, node)


def _quoted(node: Node) -> str:
    return "\n".join(text for text in (one.text() for one in node.all("q")) if text)


def _person(node: Node) -> tuple[str, str, bool]:
    """Number, name, and whether it is the account itself."""
    link, named = node.first(".tel"), node.first(".fn")
    href = link.attrs.get("href", "") if link else ""
    name = " ".join(named.text().split()) if named else ""
    return href.removeprefix("tel:").strip(), name, named is not None and named.tag == "abbr"


def _when(node: Node, name: str, page: _Page) -> Moment:
    found = node.first(name)
    title = found.attrs.get("title", "") if found else ""
    return from_iso(title, zone=page.zone) if title else NO_TIME


def _files(node: Node) -> tuple[str, ...]:
    found = [one.attrs.get("src", "") for one in node.walk() if one.tag in ("img", "audio", "video", "source")]
    for link in node.all("a"):
        if link.classes & {"audio", "video", "vcard"} or link.attrs.get("rel") == "enclosure":
            found.append(link.attrs.get("href", ""))
    return tuple(dict.fromkeys(one for one in found if one))


def _call(node: Node, page: _Page, name: str) -> Unit:
    labels = [m[1] for link in node.all("a") if (m := _LABEL.search(link.attrs.get("href", "")))]
    number, shown, _ = _person(node.first(".contributor") or Node(tag=""))
    placed = "placed" in labels
    direction: Direction | None = "outgoing" if placed else "incoming" if labels else None
    when = _when(node, ".published", page)
    seconds = _seconds(node)
    transcript = node.first(".full-text") or node.first(".description")
    heading = next((" ".join(one.text().split()) for one in node.elements() if "fn" in one.classes), "") or page.title
    detail: Detail = {"labels": ", ".join(labels)} if labels else {}
    if seconds is not None:
        detail["duration_seconds"] = seconds
    return Unit(
        origin="call",
        locator=f"node={page.n};line={node.line}",
        text="\n".join(
            part
            for part in (
                heading if seconds is None else f"{heading}, {seconds} s",
                number if number and number not in heading else "",
                transcript.text() if transcript else "",
            )
            if part
        ),
        app=APP,
        conversation=name,
        sender="" if placed else number or shown,
        sender_name="" if placed or not number else shown,
        recipients=(number or shown,) if placed and (number or shown) else (),
        when=when,
        direction=direction,
        deleted=page.deleted,
        flags=marks(when, *({"missed", "voicemail"} & set(labels))),
        attachments=_files(node),
        detail=detail,
    )


def _seconds(node: Node) -> int | None:
    found = node.first(".duration")
    matched = _DURATION.match(found.attrs.get("title", "")) if found else None
    if matched is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in matched.groups())
    return hours * 3600 + minutes * 60 + seconds


READER = Reader(name="google_voice_html", version="1", media_type="text/html", detect=detect, read=read)
