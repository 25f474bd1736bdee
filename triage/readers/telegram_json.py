"""Telegram Desktop `result.json`: a whole account or one chat, read as a stream.

    {personal_information, contacts{list}, frequent_contacts{list}, chats{list[chat]}, left_chats{list[chat]}, …}
    chat = {name, type, id, messages[…]}; the export of one chat has the chat itself as its root.

One message at a time is taken from the text, so a million messages need the memory of one. Sessions, bot lists and
whatever else an account export holds become notes, entry by entry. Exports of other tools that follow the shape are
read as far as they do. A text that breaks off gives everything before the break.

Sources: exports as described by public parsers and issue threads. Refused: nothing; HTML exports are another format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from triage.model import Blob, Conversation, Head, Problem, Read, ReadContext, Reader, SourceFact, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.json_stream import TOO_LARGE, JsonError, JsonStream
from triage.readers.telegram_fields import APP, Place, contact_text, when_of, words
from triage.readers.telegram_units import message_units
from triage.readers.text_encoding import sniff

FORMAT = "Telegram export"
LIMIT = "8 million characters for one value"
_TYPES = "personal_chat|bot_chat|saved_messages|private_group|private_supergroup|public_supergroup|private_channel"
_CHAT = re.compile(rf'"type"\s*:\s*"(?:{_TYPES}|public_channel|replies|verify_codes)"')
_MESSAGE = re.compile(r'"type"\s*:\s*"(?:message|service)"')
_ACCOUNT = re.compile(r'\A\{\s*"about"\s*:\s*"[^"]*Telegram')
_CONTACT_LISTS = ("contacts", "frequent_contacts")
_CHAT_LISTS = ("chats", "left_chats")


def detect(head: Head) -> int:
    """By the names of chat types beside `messages`; less surely by the shape of its messages."""
    text = head.start.decode(sniff(head.start) or "utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        return 0
    if _CHAT.search(text) and '"messages"' in text:
        return 90
    if _ACCOUNT.match(text) or ('"personal_information"' in text and '"user_id"' in text):
        return 85
    shaped = '"messages"' in text and _MESSAGE.search(text) and '"date"' in text and '"text"' in text
    return 70 if shaped else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Units in the file's order; then what was lost and the accounts."""
    with blob.open() as handle:
        codec = sniff(handle.read(4096)) or "utf-8"
        handle.seek(0)
        stream = JsonStream(handle, codec)
        export = _Export(stream, ctx.zone)
        fault: JsonError | None = None
        try:
            yield from export.root()
        except JsonError as found:
            fault = found
    yield from export.accounts(fault)


class _Export:
    """The state of one reading."""

    def __init__(self, stream: JsonStream, zone: str | None) -> None:
        self._stream = stream
        self._zone = zone
        self._owner_id = self._owner_phone = ""
        self._names: set[str] = set()
        self._chats = self._extra = self._records = self._bad_times = 0
        self._lost = 0
        self._at = ""
        """Where the next message would stand, while messages are read."""

    def root(self) -> Iterator[Read]:
        chat: dict[str, str] = {}
        for key in self._stream.members():
            if key == "messages":
                yield from self._messages(chat, "")
            elif key in _CHAT_LISTS:
                yield from self._list(key, self._chat)
            elif key in _CONTACT_LISTS:
                yield from self._list(key, self._contact)
            elif key == "personal_information":
                yield from self._owner(self._stream.value())
            elif self._stream.peek() in "[{":
                yield from self._other(f"/{key}")
            else:
                chat[key] = words(self._stream.value())
        if self._stream.peek():
            raise self._stream.fault()

    def _list(self, key: str, one: Any) -> Iterator[Read]:
        """`{about, list: […]}`, or the bare array of older exports."""
        if self._stream.peek() == "[":
            for n in self._stream.items():
                yield from one(f"/{key}/{n}", key)
            return
        if self._stream.peek() != "{":
            self._stream.skip()
            return
        for inner in self._stream.members():
            if inner == "list" and self._stream.peek() == "[":
                for n in self._stream.items():
                    yield from one(f"/{key}/list/{n}", key)
            else:
                self._stream.skip()

    def _chat(self, pointer: str, key: str) -> Iterator[Read]:
        if self._stream.peek() != "{":
            yield self._unreadable(pointer, self._stream.value())
            return
        chat = {"left": "yes"} if key == "left_chats" else {}
        for inner in self._stream.members():
            if inner == "messages" and self._stream.peek() == "[":
                yield from self._messages(chat, pointer)
            elif self._stream.peek() in "[{":
                self._stream.skip()
            else:
                chat[inner] = words(self._stream.value())

    def _messages(self, chat: dict[str, str], pointer: str) -> Iterator[Read]:
        place = self._place(chat, pointer)
        self._chats += 1
        yield Conversation(name=place.conversation, participants=self._participants(chat), owner=self._owner_phone)
        locate = f"ptr={pointer}/messages/"
        self._at = f"{locate}0"
        for n, message in enumerate(self._stream.values()):
            self._at = f"{locate}{n + 1}"
            if message is TOO_LARGE:
                self._lost += 1
                yield problem("R-LIMIT", "read", f"{locate}{n}", records=1, format="message", limit=LIMIT)
                continue
            if not isinstance(message, dict):
                yield self._unreadable(f"{pointer}/messages/{n}", message)
                continue
            first = True
            for unit in message_units(message, place, f"{locate}{n}"):
                self._count(unit, extra=not first)
                first = False
                yield unit
        self._at = ""

    def _participants(self, chat: dict[str, str]) -> tuple[str, ...]:
        return (chat["name"],) if chat.get("name") and chat.get("type") in ("personal_chat", "bot_chat") else ()

    def _place(self, chat: dict[str, str], pointer: str) -> Place:
        number, kind = chat.get("id", ""), chat.get("type", "")
        name = " ".join(chat.get("name", "").split())
        if not name:
            name = "Saved Messages" if kind == "saved_messages" else f"Deleted Account {number}".strip()
        wanted, n = name, 2
        if name in self._names and number:
            wanted = name = f"{name} ({number})"
        while name in self._names:
            name, n = f"{wanted} #{n}", n + 1
        self._names.add(name)
        return Place(conversation=name, chat_id=number, chat_type=kind, owner_id=self._owner_id, zone=self._zone)

    def _count(self, unit: Unit, *, extra: bool = False) -> None:
        self._extra += extra
        self._records += not extra
        when = unit.when
        self._bad_times += when.basis == "none" and when.source != ""

    def _unreadable(self, pointer: str, value: object) -> Problem:
        self._lost += 1
        why = f"not an object but {type(value).__name__}"
        return problem("R-RECORD", "read", f"ptr={pointer}", records=1, why=why)

    def _owner(self, value: Any) -> Iterator[Read]:
        """The exporting account."""
        if not isinstance(value, dict):
            return
        if number := words(value.get("user_id")):
            self._owner_id = f"user{number}"
        self._owner_phone = words(value.get("phone_number"))
        name = _full_name(value)
        if name:
            yield SourceFact(key="owner", value=name)
        if self._owner_phone:
            yield SourceFact(key="msisdn", value=self._owner_phone)
        text = "\n".join(_lines(value))
        unit = Unit(origin="contact", locator="ptr=/personal_information", text=text, app=APP, flags=("owner",),
                    detail={"name": name})  # fmt: skip
        self._count(unit)
        yield unit

    def _contact(self, pointer: str, key: str) -> Iterator[Read]:
        value = self._stream.value()
        if not isinstance(value, dict):
            yield self._unreadable(pointer, value)
            return
        name, phone = _full_name(value), words(value.get("phone_number"))
        rest = [line for line in _lines(value) if line.partition(":")[0] in ("username", "category", "user_id", "type")]
        unit = Unit(
            origin="contact",
            locator=f"ptr={pointer}",
            text="\n".join(part for part in (contact_text(name, phone), *rest) if part),
            app=APP,
            when=when_of(value, self._zone),
            flags=("frequent",) if key == "frequent_contacts" else (),
            detail={"name": name},
        )
        self._count(unit)
        yield unit

    def _other(self, pointer: str, depth: int = 0) -> Iterator[Read]:
        """Any other part of an account export: a note for each entry of its lists."""
        if self._stream.peek() == "[":
            for n in self._stream.items():
                yield from self._note(f"{pointer}/{n}", self._stream.value())
            return
        facts: dict[str, Any] = {}
        for key in self._stream.members():
            if self._stream.peek() in "[{" and depth < 3:
                yield from self._other(f"{pointer}/{key}", depth + 1)
            elif key == "about":
                self._stream.skip()
            else:
                facts[key] = self._stream.value()
        if facts:
            yield from self._note(pointer, facts)

    def _note(self, pointer: str, value: Any) -> Iterator[Read]:
        text = "\n".join(_lines(value)) if isinstance(value, dict) else words(value)
        if not text:
            return
        when = when_of(value, self._zone) if isinstance(value, dict) else when_of({}, None)
        unit = Unit(origin="note", locator=f"ptr={pointer}", text=text, app=APP, when=when)
        self._count(unit)
        yield unit

    def accounts(self, fault: JsonError | None) -> Iterator[Read]:
        """Problems and tallies; raises where the fault left nothing that was read."""
        if self._stream.damaged_line:
            at = f" near line {self._stream.damaged_line}"
            yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used="UTF-8 with replaced bytes")
        if self._bad_times:
            yield problem("R-DATE-VALUE", "read", n=self._bad_times)
        begun = 1 if fault is not None and fault.inside and self._at else 0
        yield Tally(what="records", n=self._records + self._lost + begun)
        yield Tally(what="extra_units", n=self._extra)
        yield Tally(what="chats", n=self._chats)
        if fault is not None:
            trouble = _trouble(fault, self._records, self._at if begun else "", begun)
            if self._records == 0:
                raise ReadError(trouble)
            yield trouble


def _trouble(fault: JsonError, n: int, locator: str, begun: int) -> Problem:
    if fault.kind == "limit":
        return problem("R-LIMIT", "read", locator, records=begun, format=FORMAT, limit=LIMIT)
    code = "R-TRUNCATED" if fault.kind == "truncated" else "R-MALFORMED"
    at = f" at line {fault.line}, column {fault.column}"
    return problem(code, "read", locator, records=begun, format=FORMAT, at=at, n=n)


def _full_name(value: dict[str, Any]) -> str:
    names = (words(value.get("first_name")), words(value.get("last_name")))
    return " ".join(part for part in names if part) or words(value.get("name"))


def _lines(value: dict[str, Any]) -> Iterator[str]:
    """`key: value` for each scalar, lists of scalars joined, one level of objects."""
    for key, one in value.items():
        if isinstance(one, dict):
            yield from (f"{key} {line}" for line in _flat(one))
        elif isinstance(one, list):
            parts = [words(part) or ", ".join(_flat(part)) if isinstance(part, dict) else words(part) for part in one]
            if shown := "; ".join(part for part in parts if part):
                yield f"{key}: {shown}"
        elif shown := words(one):
            yield f"{key}: {shown}"


def _flat(value: dict[str, Any]) -> Iterator[str]:
    yield from (f"{key}: {words(one)}" for key, one in value.items() if words(one))


READER = Reader(name="telegram_json", version="1", media_type="application/json", detect=detect, read=read)
