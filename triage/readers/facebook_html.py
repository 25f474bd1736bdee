"""Messenger and Instagram downloads, HTML: `message_N.html` of today and `messages.htm` from before 2018.

    old: div.thread (participants) > div.message > .user + .meta, then the text in a <p> behind it
    new: div.uiBoxWhite.noborder | ._a6-g > sender, body, date: three elements, whatever their classes are called

Both run from the newest message to the oldest; the file's order is kept. Dates are in words in the account's language
and zone (`worded_dates`): the old form states the zone, the new one does not, so that its times stay local. Pages of
the same make that are no threads (posts, comments, log-ins) become notes. Senders of deleted accounts may be
`<number>@facebook.com`.

Sources: downloads as public parsers describe them. Not read: the structure of those other pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.model import Blob, Conversation, Head, Read, ReadContext, Reader, Unit
from triage.readers.html_export import HtmlReading, head_html
from triage.readers.html_records import Attrs, Node, Wanted
from triage.readers.json_export import Detail, marks
from triage.readers.worded_dates import worded_time

FORMAT = "Facebook or Instagram page"
_OLD = re.compile(r'class="thread"')
_NEW = re.compile(r'class="[^"]*(?:uiBoxWhite noborder|\b_a6-g\b)')
_CHAT = re.compile(r"(?:^|[/!])messages/|(?:^|/)message_\d+\.html?\Z")
_CLOCK = re.compile(r"\d{1,2}[:h.]\d\d")
_REACTIONS = frozenset({"ul"})


def detect(head: Head) -> int:
    """By the classes of either make."""
    text = head_html(head.start)
    if _OLD.search(text) and 'class="message_header"' in text and 'class="meta"' in text:
        return 92
    return 84 if _NEW.search(text) else 0


def _choose(tag: str, classes: frozenset[str], attrs: Attrs) -> Wanted:
    if tag == "title" or tag == "p":
        return "record"
    if tag == "div" and "thread" in classes:
        return "mark"
    if "message" in classes and tag == "div":
        return "record"
    return "record" if "_a6-g" in classes or {"uiBoxWhite", "noborder"} <= classes else ""


@dataclass(slots=True)
class _Page:
    """What the page says of the messages that follow."""

    ctx: ReadContext
    app: str
    is_chat: bool
    name: str = ""
    thread: list[str] | None = None
    pending: Node | None = None
    names: set[str] = field(default_factory=set)
    n: int = 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = HtmlReading(FORMAT)
    app = "Instagram" if "instagram" in ctx.path.casefold() else "Messenger"
    page = _Page(ctx, app, _CHAT.search(ctx.path) is not None)

    def one(node: Node) -> Iterator[Read]:
        if node.kind == "mark":
            yield from _old(page, None, reading)
            page.thread = []
        elif node.kind == "text":
            if page.thread is not None:
                page.thread.append(node.text())
        elif node.tag == "title":
            page.name = " ".join(node.text().split())
        elif node.tag == "p":
            yield from _paragraph(page, node, reading)
        elif "message" in node.classes:
            yield from _named(page)
            yield from _old(page, None, reading)
            page.pending = node
        else:
            yield from _new(page, node, reading)

    yield from reading.run(blob, _choose, one, lambda: _old(page, None, reading))


def _named(page: _Page) -> Iterator[Read]:
    """The thread's name: its participants, which stand as text before the first message."""
    if page.thread is None:
        return
    people = [name.strip() for name in ", ".join(page.thread).split(",") if name.strip()]
    wanted = name = ", ".join(people) or page.name or "(no name)"
    n = 2
    while name in page.names:
        name, n = f"{wanted} #{n}", n + 1
    page.names.add(name)
    page.name, page.thread = name, None
    yield Conversation(name=name, participants=tuple(people))


def _paragraph(page: _Page, node: Node, reading: HtmlReading) -> Iterator[Read]:
    """The text of the old message before it; further paragraphs are notes of their own."""
    if page.pending is not None:
        yield from _old(page, node, reading)
    elif node.text():
        page.n += 1
        unit = Unit(
            origin="note",
            locator=f"node={page.n};line={node.line}",
            text=node.text(),
            app=page.app,
            conversation=page.name,
            attachments=_files(node),
        )
        yield reading.unit(unit, node)


def _old(page: _Page, text: Node | None, reading: HtmlReading) -> Iterator[Read]:
    node, page.pending = page.pending, None
    if node is None:
        return
    page.n += 1
    user, meta = node.first(".user"), node.first(".meta")
    when = worded_time(" ".join(meta.text().split()) if meta else "", zone=page.ctx.zone)
    body = text or Node(tag="", children=[one for one in node.elements() if one.tag == "p"])
    unit = Unit(
        origin="message",
        locator=f"node={page.n};line={node.line}",
        text=body.text(),
        app=page.app,
        conversation=page.name,
        sender=" ".join(user.text().split()) if user else "",
        when=when,
        flags=marks(when),
        attachments=_files(body),
    )
    yield reading.unit(unit, text if text is not None and text.cut else node)


def _new(page: _Page, node: Node, reading: HtmlReading) -> Iterator[Read]:
    """Sender, body, date by their places; a block without a date is what the page wrote above the messages."""
    page.n += 1
    if page.n == 1:
        yield Conversation(name=page.name)
    parts = list(node.elements())
    dated = len(parts) >= 2 and _CLOCK.search(parts[-1].text()) is not None
    if not dated or not page.is_chat:
        unit = Unit(
            origin="event" if page.is_chat else "note",
            locator=f"node={page.n};line={node.line}",
            text=node.text(),
            app=page.app if page.is_chat else page.app.replace("Messenger", "Facebook"),
            conversation=page.name,
            attachments=_files(node),
        )
        yield reading.unit(unit, node)
        return
    sender = " ".join(parts[0].text().split()) if len(parts) >= 3 else ""
    bodies = parts[1:-1] if len(parts) >= 3 else parts[:-1]
    when = worded_time(" ".join(parts[-1].text().split()), zone=page.ctx.zone)
    found = [" ".join(li.text().split()) for one in bodies for li in one.all("li")]
    detail: Detail = {"reactions": ", ".join(found)} if found else {}
    unit = Unit(
        origin="message",
        locator=f"node={page.n};line={node.line}",
        text="\n".join(text for text in (one.text(_REACTIONS) for one in bodies) if text),
        app=page.app,
        conversation=page.name,
        sender=sender,
        when=when,
        flags=marks(when),
        attachments=tuple(dict.fromkeys(file for one in bodies for file in _files(one))),
        detail=detail,
    )
    yield reading.unit(unit, node)


def _files(node: Node) -> tuple[str, ...]:
    found = [one.attrs.get("src", "") for one in node.walk() if one.tag in ("img", "video", "audio", "source")]
    found += [one.attrs.get("href", "") for one in node.all("a")]
    return tuple(
        dict.fromkeys(one for one in found if one and not one.startswith("#") and ":" not in one.split("/")[0])
    )


READER = Reader(name="facebook_html", version="1", media_type="text/html", detect=detect, read=read)
