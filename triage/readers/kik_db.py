"""Kik: iOS `kik.sqlite` (Core Data) and Android `kikDatabase.db`; messages by conversation.

    iOS      ZKIKMESSAGE(ZBODY, ZTIMESTAMP and ZRECEIVEDTIMESTAMP: seconds since 2001, ZTYPE 1 in, 2 out, ZUSER),
             ZKIKUSER(ZDISPLAYNAME, ZUSERNAME, ZJID), ZKIKATTACHMENT(ZMESSAGE, ZCONTENT)
    Android  messagesTable(body, partner_jid, was_me, timestamp ms, bin_id, content_id), KIKcontactsTable(jid, names),
             KIKContentTable(content_id, content_name, content_string)

Sources: the schemas as public parsers describe them. Not read: group administration, pictures' bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Conversation, ReadContext, Unit
from triage.readers.sqlite_reader import (
    Format,
    Names,
    Shape,
    Step,
    cocoa_s,
    contact_lines,
    flags,
    reader,
    unix_ms,
)  # fmt: skip
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

APP = "Kik"
_IOS = ("ZBODY", "ZTIMESTAMP", "ZRECEIVEDTIMESTAMP", "ZTYPE", "ZUSER", "ZSTANZAID", "ZSYSTEMSTATE")
_ANDROID = ("body", "partner_jid", "was_me", "uid", "timestamp", "bin_id", "sys_msg", "content_id")
_SENT = 2
_EVENTS = frozenset({3, 4, 5, 6})


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Contacts, then messages, of whichever system it is."""
    yield from _ios(rows)
    yield from _android(rows)


def _person(row: Row, table: str, name: str, user: str, jid: str) -> Unit:
    return Unit(
        origin="contact",
        locator=f"row={table}:{row.id}",
        text=contact_lines(("Name", name), ("Username", user), ("Kik", jid)),
        app=APP,
        flags=flags(row),
        detail={"name": name, "username": user},
    )


def _ios(rows: Rows) -> Iterator[Step]:
    names = Names()
    people: dict[int, tuple[str, str]] = {}
    for row in rows.scan("ZKIKUSER", "ZDISPLAYNAME", "ZUSERNAME", "ZJID"):
        shown, user, jid = row.text("ZDISPLAYNAME"), row.text("ZUSERNAME"), row.text("ZJID")
        people[row.id] = (user or jid, shown)
        yield _person(row, "ZKIKUSER", shown, user, jid)
    files = Side(rows, "ZKIKATTACHMENT", "ZMESSAGE", "ZCONTENT")
    for key, ids in rows.grouped("ZKIKMESSAGE", "ZUSER").items():
        address, shown = people.get(key, ("", "")) if isinstance(key, int) else ("", "")
        name = names.of(key, shown, address or f"user {key}")
        yield Conversation(name=name, participants=tuple(one for one in (address, shown) if one))
        for some in rows.batches("ZKIKMESSAGE", _IOS, ids):
            held = files.of([row.id for row in some])
            for row in some:
                attached = tuple(one.text("ZCONTENT") for one in held.get(row.id, []) if one.text("ZCONTENT"))
                yield _ios_unit(row, name, address, shown, attached)


def _ios_unit(row: Row, name: str, address: str, shown: str, attached: tuple[str, ...]) -> Unit:
    kind = row.number("ZTYPE")
    mine, event = kind == _SENT, kind in _EVENTS
    when = cocoa_s(row, "ZTIMESTAMP")
    return Unit(
        origin="event" if event else "message",
        locator=f"row=ZKIKMESSAGE:{row.id}",
        text=row.text("ZBODY"),
        app=APP,
        conversation=name,
        sender="" if mine or event else address,
        sender_name="" if mine or event else shown,
        recipients=(address,) if mine and address else (),
        when=when if when.at or when.source else cocoa_s(row, "ZRECEIVEDTIMESTAMP"),
        direction=None if event else "outgoing" if mine else "incoming",
        flags=flags(row),
        attachments=attached,
        native_id=row.text("ZSTANZAID"),
        detail={"type": kind},
    )


def _android(rows: Rows) -> Iterator[Step]:
    names = Names()
    people: dict[str, tuple[str, str]] = {}
    for row in rows.scan("KIKcontactsTable", "jid", "display_name", "user_name"):
        jid, shown, user = row.text("jid"), row.text("display_name"), row.text("user_name")
        people[jid] = (user or jid, shown)
        yield _person(row, "KIKcontactsTable", shown, user, jid)
    files: dict[str, list[str]] = {}
    for row in rows.scan("KIKContentTable", "content_id", "content_name", "content_string"):
        if "file" in row.text("content_name"):
            files.setdefault(row.text("content_id"), []).append(row.text("content_string")[:1000])
    if not rows.has("messagesTable", "partner_jid"):
        return
    room = "bin_id" if rows.has("messagesTable", "bin_id") else "partner_jid"
    for key, ids in rows.grouped("messagesTable", room).items():
        address, shown = people.get(str(key), (str(key), ""))
        name = names.of(key, shown, address)
        yield Conversation(name=name, participants=tuple(one for one in (address, shown) if one))
        for some in rows.batches("messagesTable", _ANDROID, ids):
            for row in some:
                sender, own_name = people.get(row.text("partner_jid"), (row.text("partner_jid"), ""))
                yield _android_unit(row, name, sender, own_name, tuple(files.get(row.text("content_id"), ())))


def _android_unit(row: Row, name: str, sender: str, shown: str, attached: tuple[str, ...]) -> Unit:
    mine, event = row.number("was_me") == 1, bool(row.text("sys_msg"))
    return Unit(
        origin="event" if event else "message",
        locator=f"row=messagesTable:{row.id}",
        text=row.text("body") or row.text("sys_msg"),
        app=APP,
        conversation=name,
        sender="" if mine or event else sender,
        sender_name="" if mine or event else shown,
        recipients=(sender,) if mine and sender else (),
        when=unix_ms(row, "timestamp"),
        direction=None if event else "outgoing" if mine else "incoming",
        flags=flags(row, "media_omitted" if row.text("content_id") and not attached else ""),
        attachments=attached,
        native_id=row.text("uid"),
    )


FORM = Format(
    name="kik_db",
    version="1",
    shapes=(
        Shape(table="ZKIKMESSAGE", columns=("ZBODY",), score=93),
        Shape(table="messagesTable", columns=("body", "partner_jid", "was_me"), score=92),
    ),
    records=("ZKIKUSER", "ZKIKMESSAGE", "KIKcontactsTable", "messagesTable"),
    units=units,
)
READER = reader(FORM)
