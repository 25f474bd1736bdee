"""Android `mmssms.db`: SMS (`sms`) and MMS (`pdu` with `part` and `addr`) by conversation.

`sms.date` is Unix milliseconds, `pdu.date` Unix **seconds**. The name of a conversation is the address (or addresses)
of its thread; one person may stand in several spellings, which are kept as written. One MMS is one unit: its text
parts joined, its other parts as attachments, its layout (SMIL) left out. Bodies that an SMS app encrypted are kept
verbatim. Drafts are flagged.

Sources: the Android telephony provider's published columns and constants. Not read: the search index (`words`), which
may still hold words of deleted messages, and tables that makers add (`im`, `messages`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from triage.model import Conversation, ReadContext, Unit
from triage.readers.sqlite_reader import Format, Names, Shape, Step, flags, reader, unix_ms, unix_s
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

_SMS = ("thread_id", "address", "date", "date_sent", "type", "subject", "body", "service_center", "deleted", "read")
_PDU = ("thread_id", "date", "date_sent", "msg_box", "m_type", "m_id", "sub", "read")
_BOXES = {3: "draft", 4: "outbox", 5: "failed", 6: "queued"}
_RECEIVED = 1
_FROM, _TO = 137, frozenset({129, 130, 151})
_SELF = "insert-address-token"
_NOTIFICATION = 130
"""An MMS that was announced and not fetched."""


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Threads in the order of their first SMS or MMS; in each the SMS first."""
    store = _Store(rows)
    texts, media = rows.grouped("sms", "thread_id"), rows.grouped("pdu", "thread_id")
    for thread in dict.fromkeys((*texts, *media)):
        ids = texts.get(thread, array("q"))
        name, people = store.conversation(thread, ids)
        yield Conversation(name=name, participants=people)
        for some in rows.batches("sms", _SMS, ids):
            yield from (_sms(row, name) for row in some)
        for some in rows.batches("pdu", _PDU, media.get(thread, array("q"))):
            yield from store.mms(some, name)


class _Store:
    def __init__(self, rows: Rows) -> None:
        self._rows, self._names = rows, Names()
        addresses = {row.id: row.text("address") for row in rows.scan("canonical_addresses", "address")}
        self._people: dict[int, tuple[str, ...]] = {}
        for row in rows.scan("threads", "recipient_ids"):
            ids = [int(one) for one in row.text("recipient_ids").split()[:200] if one.isdecimal() and len(one) < 19]
            self._people[row.id] = tuple(addresses[one] for one in ids if addresses.get(one))
        self._parts = Side(rows, "part", "mid", "seq", "ct", "name", "fn", "cl", "_data", "text")
        self._addresses = Side(rows, "addr", "msg_id", "address", "type")

    def conversation(self, thread: object, ids: array[int]) -> tuple[str, tuple[str, ...]]:
        people = self._people.get(thread, ()) if isinstance(thread, int) else ()
        if not people:
            first = next(self._rows.fetch("sms", ("address",), ids[:1]), None)
            people = (first.text("address"),) if first and first.text("address") else ()
        return self._names.of(thread, "", ", ".join(people) or f"thread {thread}"), people

    def mms(self, some: list[Row], name: str) -> Iterator[Unit]:
        keys = [row.id for row in some]
        parts, addresses = self._parts.of(keys), self._addresses.of(keys)
        for row in some:
            yield _mms(row, name, parts.get(row.id, []), addresses.get(row.id, []))


def _sms(row: Row, name: str) -> Unit:
    kind, address = row.number("type"), row.text("address")
    received = kind == _RECEIVED
    detail: dict[str, str | int | bool | None] = {}
    if row.number("date_sent") > 0:
        detail["sent_at"] = unix_ms(row, "date_sent").at
    if row.text("service_center"):
        detail["service_center"] = row.text("service_center")
    return Unit(
        origin="message",
        locator=f"row=sms:{row.id}",
        text="\n".join(one for one in (row.text("subject"), row.text("body")) if one),
        app="SMS",
        conversation=name,
        sender=address if received else "",
        recipients=(address,) if address and not received else (),
        when=unix_ms(row, "date"),
        direction="incoming" if received else "outgoing" if kind else None,
        deleted=row.number("deleted") == 1,
        flags=flags(row, _BOXES.get(kind, "")),
        detail=detail,
    )


def _mms(row: Row, name: str, parts: list[Row], addresses: list[Row]) -> Unit:
    box = row.number("msg_box")
    received = box == _RECEIVED
    texts, files = [row.text("sub")], []
    for part in sorted(parts, key=lambda one: (one.number("seq"), one.id)):
        kind = part.text("ct").lower()
        if kind == "text/plain":
            texts.append(part.text("text"))
        elif kind != "application/smil":
            files.append(part.text("_data") or part.text("name") or part.text("fn") or part.text("cl"))
    people = [(one.text("address"), one.number("type")) for one in addresses if one.text("address") != _SELF]
    waiting = row.number("m_type") == _NOTIFICATION
    return Unit(
        origin="message",
        locator=f"row=pdu:{row.id}",
        text="\n".join(one for one in texts if one.strip()),
        app="MMS",
        conversation=name,
        sender=next((one for one, kind in people if kind == _FROM), "") if received else "",
        recipients=tuple(dict.fromkeys(one for one, kind in people if kind in _TO)),
        when=unix_s(row, "date"),
        direction="incoming" if received else "outgoing" if box else None,
        flags=flags(row, _BOXES.get(box, ""), "not_fetched" if waiting else "", "media_omitted" if waiting else ""),
        attachments=tuple(dict.fromkeys(one for one in files if one)),
        native_id=row.text("m_id"),
    )


FORM = Format(
    name="android_sms",
    version="1",
    shapes=(
        Shape(table="sms", columns=("address", "body", "date", "type"), score=93),
        Shape(table="pdu", columns=("thread_id", "msg_box", "m_type"), score=92),
    ),
    records=("sms", "pdu"),
    units=units,
)
READER = reader(FORM)
