"""Signal's local export `main.jsonl`: one JSON object a line, recipients and chats before the messages.

    {version, backupTimeMs, …} {account{…}} {recipient{id, contact | group | self | …}} {chat{id, recipientId}}
    {chatItem{chatId, authorId, dateSent ms, incoming | outgoing | directionless, standardMessage{text{body}, …}, …}}

Ids join the lines: chatItem → chat → recipient, whose number is the sender's address where it has one. 64-bit numbers
are strings. Updates (groups, timers, calls) become events and calls, in the words of their members.

Sources: the backup frames that Signal publishes (libsignal), exports as public parsers describe them. Not read: the
encrypted backup and Desktop's encrypted database, which need the passphrase; stickers, chat folders and settings.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from triage.model import (
    Blob,
    Conversation,
    Direction,
    Head,
    Origin,
    Problem,
    Read,
    ReadContext,
    Reader,
    SourceFact,
    Tally,
    Unit,
)
from triage.problems import ReadError, problem
from triage.readers.json_export import Detail, Record, child, epoch, head_json, marks, objects, words

APP = "Signal"
FORMAT = "Signal export"
LONGEST = 1 << 23
_BODIES = ("standardMessage", "viewOnceMessage", "directStoryReplyMessage")
_PRINTED = ("contactMessage", "stickerMessage", "paymentNotification", "giftBadge", "poll", "adminDeletedMessage")


def detect(head: Head) -> int:
    """By its first line."""
    first = head_json(head.start).partition("\n")[0]
    return 92 if first.startswith("{") and '"version"' in first and '"backupTimeMs"' in first else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Contacts and messages in the file's order, then the accounts."""
    export = _Export()
    with blob.open() as handle:
        n = 0
        while line := handle.readline(LONGEST):
            n += 1
            if len(line) == LONGEST and not line.endswith(b"\n"):
                yield export.too_long(n)
                while (rest := handle.readline(LONGEST)) and not rest.endswith(b"\n"):
                    pass
            elif line.strip():
                yield from export.line(line, n)
    yield from export.accounts()


class _Export:
    """What the lines before say of the next one, and the counts."""

    def __init__(self) -> None:
        self._people: dict[str, tuple[str, str]] = {"": ("", "")}
        """Address and name of each recipient."""
        self._chats: dict[str, str] = {}
        self._names: set[str] = set()
        self._self = ""
        self._records = self._lost = self._technical = self._bad_times = 0
        self._cut: Problem | None = None

    def too_long(self, n: int) -> Problem:
        self._lost += 1
        return problem("R-LIMIT", "read", f"line={n}", records=1, format="line", limit=f"{LONGEST >> 20} MiB")

    def line(self, line: bytes, n: int) -> Iterator[Read]:
        try:
            value = json.loads(line.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            self._lost += 1
            if line.endswith(b"\n"):
                yield problem("R-RECORD", "read", f"line={n}", records=1, why="a line that is not JSON")
            else:
                at = f" at line {n}"
                self._cut = problem(
                    "R-TRUNCATED", "read", f"line={n}", records=1, format=FORMAT, at=at, n=self._records
                )
            return
        if not isinstance(value, dict):
            self._lost += 1
            yield problem("R-RECORD", "read", f"line={n}", records=1, why="a line that is no object")
        else:
            for found in self._frame(value, f"line={n}"):
                if isinstance(found, Unit):
                    self._records += 1
                    self._bad_times += found.when.basis == "none" and found.when.source != ""
                yield found

    def _frame(self, value: Record, where: str) -> Iterator[Read]:
        if "chatItem" in value:
            yield self._item(child(value, "chatItem"), where)
        elif "recipient" in value:
            yield from self._recipient(child(value, "recipient"), where)
        elif "account" in value:
            yield from self._account(child(value, "account"), where)
        elif "chat" in value:
            yield from self._chat(child(value, "chat"))
        elif "adHocCall" in value:
            call = child(value, "adHocCall")
            when = epoch(call.get("callTimestamp"), "ms")
            text = "\n".join(_flat(call))
            yield Unit(origin="call", locator=where, text=text, app=APP, when=when, flags=marks(when))
        else:
            self._technical += 1

    def _account(self, account: Record, where: str) -> Iterator[Read]:
        name = _full_name(account)
        if name:
            yield SourceFact(key="owner", value=name)
        keep = ("givenName", "familyName", "username", "bioText", "bioEmoji")
        text = "\n".join(f"{key}: {words(account[key])}" for key in keep if words(account.get(key)))
        yield Unit(origin="contact", locator=where, text=text, app=APP, flags=("owner",), detail={"name": name})

    def _recipient(self, one: Record, where: str) -> Iterator[Read]:
        number = words(one.get("id"))
        if "self" in one:
            self._self = number
            self._technical += 1
            return
        contact, group = child(one, "contact"), child(one, "group")
        if contact:
            phone = _phone(contact.get("e164"))
            name = _full_name(contact) or words(contact.get("username"))
            self._people[number] = (phone or words(contact.get("username")) or name, name)
            lines = (f"Name: {name}" if name else "", f"Phone: {phone}" if phone else "")
            rest = [f"{key}: {words(contact[key])}" for key in ("username", "note") if words(contact.get(key))]
            text = "\n".join(line for line in (*lines, *rest) if line)
            flags = ("blocked",) if contact.get("blocked") is True else ()
            yield Unit(origin="contact", locator=where, text=text, app=APP, flags=flags, detail={"name": name})
            return
        title = words(child(group, "snapshot", "title").get("title")) or words(child(group, "snapshot").get("title"))
        kind = next((key for key in one if key != "id"), "recipient")
        inner = child(one, kind)
        name = title or words(inner.get("name")) or words(child(inner, "distributionList").get("name")) or kind
        self._people[number] = (name, name)
        yield Unit(origin="note", locator=where, text=f"{kind}: {name}", app=APP)

    def _chat(self, chat: Record) -> Iterator[Read]:
        number = words(chat.get("id"))
        address, shown = self._people.get(words(chat.get("recipientId")), ("", ""))
        mine = words(chat.get("recipientId")) == self._self and self._self
        wanted = name = "Note to Self" if mine else shown or address or f"chat {number}"
        if name in self._names:
            name = f"{wanted} ({number})"
        self._names.add(name)
        self._chats[number] = name
        self._technical += 1
        yield Conversation(name=name, participants=tuple(dict.fromkeys(one for one in (address, shown) if one)))

    def _item(self, item: Record, where: str) -> Unit:
        author = words(item.get("authorId"))
        address, shown = self._people.get(author, (f"recipient {author}", ""))
        own = "outgoing" in item
        direction: Direction | None = "outgoing" if own else "incoming" if "incoming" in item else None
        when = epoch(item.get("dateSent"), "ms")
        body = next((child(item, key) for key in _BODIES if key in item), {})
        origin, lines = _content(item, body)
        gone = "remoteDeletedMessage" in item or "adminDeletedMessage" in item
        return Unit(
            origin=origin,
            locator=where,
            text="\n".join(line for line in lines if line),
            app=APP,
            conversation=self._chats.get(words(item.get("chatId")), f"chat {words(item.get('chatId'))}"),
            sender="" if own and author == self._self else address,
            sender_name=shown if shown != address and not own else "",
            when=when,
            direction=direction,
            deleted=gone,
            flags=marks(
                when,
                "deleted_stub" if gone else "",
                "edited" if item.get("revisions") else "",
                "view_once" if "viewOnceMessage" in item else "",
                "self_destruct" if words(item.get("expiresInMs")) not in ("", "0") else "",
            ),
            attachments=tuple(_files(body)),
            detail=self._detail(item, body),
        )

    def _detail(self, item: Record, body: Record) -> Detail:
        quote = child(body, "quote")
        found = [
            f"{words(one.get('emoji'))} {self._people.get(words(one.get('authorId')), ('', ''))[0]}".strip()
            for one in objects(body.get("reactions"))
        ]
        facts = {
            "reactions": ", ".join(found),
            "quoted_text": words(child(quote, "text").get("body"))[:1000],
            "quoted_time_ms": words(quote.get("targetSentTimestamp")),
            "received_ms": words(child(item, "incoming").get("dateReceived")),
            "earlier_versions": " | ".join(filter(None, map(_body_of, objects(item.get("revisions")))))[:4000],
        }
        return {key: value for key, value in facts.items() if value}

    def accounts(self) -> Iterator[Read]:
        if self._bad_times:
            yield problem("R-DATE-VALUE", "read", n=self._bad_times)
        yield Tally(what="records", n=self._records + self._lost)
        yield Tally(what="technical_lines", n=self._technical)
        if self._cut is not None and not self._records:
            raise ReadError(self._cut)
        if self._cut is not None:
            yield self._cut


def _content(item: Record, body: Record) -> tuple[Origin, list[str]]:
    update = child(item, "updateMessage")
    if update:
        is_call = "individualCall" in update or "groupCall" in update
        return "call" if is_call else "event", list(_flat(update))
    lines = [words(child(body, "text").get("body")) or words(child(body, "textReply", "text").get("body"))]
    lines += [
        words(one.get("url")) for one in objects(body.get("linkPreview")) if words(one.get("url")) not in lines[0]
    ]
    for key in _PRINTED:
        lines.extend(_flat(child(item, key)))
    known = (*_BODIES, *_PRINTED, "remoteDeletedMessage", "updateMessage")
    return ("message" if any(key in item for key in known) else "event"), lines


def _body_of(item: Record) -> str:
    return words(child(item, "standardMessage", "text").get("body"))


def _files(body: Record) -> Iterator[str]:
    for one in (*objects(body.get("attachments")), *objects(body.get("attachment")), *objects(body.get("longText"))):
        pointer = child(one, "pointer") or one
        name = words(pointer.get("fileName")) or words(child(pointer, "locatorInfo").get("mediaName"))
        if shown := name or words(pointer.get("contentType")):
            yield shown


def _phone(value: Any) -> str:
    number = words(value)
    return f"+{number}" if number.isdecimal() and number != "0" else number.strip("0") and number


def _full_name(value: Record) -> str:
    for first, last in (("systemGivenName", "systemFamilyName"), ("profileGivenName", "profileFamilyName"),
                        ("givenName", "familyName")):  # fmt: skip
        if name := " ".join(part for part in (words(value.get(first)), words(value.get(last))) if part):
            return name
    return ""


def _flat(value: Any, before: str = "", depth: int = 0) -> Iterator[str]:
    """Every scalar under an object, with the members that lead to it."""
    for key, one in value.items() if isinstance(value, dict) else ():
        parts = one if isinstance(one, list) else [one]
        for part in parts[:200] if depth < 8 else ():
            if isinstance(part, dict):
                yield from _flat(part, f"{before}{key} ", depth + 1)
            elif shown := words(part):
                yield f"{before}{key}: {shown}"


READER = Reader(name="signal_jsonl", version="1", media_type="application/jsonl", detect=detect, read=read)
