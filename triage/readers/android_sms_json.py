"""Messages in an Android backup: the JSON lists `000000_sms_backup`, `000000_mms_backup` of the telephony provider.

    [{"address", "body", "date" (ms), "date_sent" (ms), "type" (1 received, 2 sent …), "read", "recipients", "subject"}]
    [{"date" (s), "date_sent" (s), "m_type", "msg_box", "recipients", "sub", "mms_body",
      "mms_addresses": [{"type" (137 from, 151 to, 130 cc), "address"}], "mms_attachments": […]}]

Every value may stand as text. They lie, packed with zlib, in `.ab` backups and in what Google keeps of a device. A
conversation is the thread's `recipients`, else the address. `insert-address-token` stands for the device itself.
Sources: `TelephonyBackupAgent` of the Android Open Source Project; samples in public collections. The contents of
attachments are not in these files.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Blob, Conversation, Direction, Head, Read, ReadContext, Reader, Unit
from triage.readers.json_export import Detail, ExportReading, Record, epoch, head_json, marks, objects, whole, words
from triage.readers.json_stream import JsonStream

FORMAT = "Android message backup"
SELF = "insert-address-token"
_BOXES = {3: "draft", 4: "outbox", 5: "failed", 6: "queued"}
_FROM, _TO = 137, (151, 130, 129)
_NOTIFICATION = 130


def detect(head: Head) -> int:
    """By members that stand together in no other export."""
    text = head_json(head.start)
    if not text.startswith("["):
        return 0
    sms = all(f'"{key}"' in text for key in ("address", "body", "date", "type", "status"))
    mms = '"mms_addresses"' in text and '"msg_box"' in text
    return 85 if mms or (sms and ('"date_sent"' in text or '"recipients"' in text)) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    reading = ExportReading(FORMAT)
    known: set[str] = set()

    def one(record: Record, pointer: str) -> Iterator[Read]:
        unit = _mms(record, pointer) if "msg_box" in record or "mms_addresses" in record else _sms(record, pointer)
        if unit.conversation not in known and len(known) < 100_000:
            known.add(unit.conversation)
            yield Conversation(name=unit.conversation, participants=_thread(record))
        yield reading.unit(unit)

    def root(stream: JsonStream) -> Iterator[Read]:
        yield from reading.each(stream, "", one)

    yield from reading.run(blob, root)


def _thread(record: Record) -> tuple[str, ...]:
    said = record.get("recipients")
    people = [words(one) for one in said] if isinstance(said, list) else [words(record.get("address"))]
    return tuple(dict.fromkeys(one for one in people if one and one != SELF))


def _direction(box: int | None) -> Direction | None:
    return None if not box else "incoming" if box == 1 else "outgoing"


def _sms(record: Record, pointer: str) -> Unit:
    box, address = whole(record.get("type")), words(record.get("address"))
    when = epoch(record.get("date"), "ms")
    detail: Detail = {}
    if whole(record.get("date_sent")):
        detail["sent_at"] = epoch(record.get("date_sent"), "ms").at
    received = _direction(box) == "incoming"
    return Unit(
        origin="message",
        locator=f"ptr={pointer}",
        text="\n".join(part for part in (words(record.get("subject")), words(record.get("body"))) if part),
        app="SMS",
        conversation=", ".join(_thread(record)) or address,
        sender=address if received else "",
        recipients=() if received else _thread(record),
        when=when,
        direction=_direction(box),
        flags=marks(when, _BOXES.get(box or 0, "")),
        detail=detail,
    )


def _mms(record: Record, pointer: str) -> Unit:
    box = whole(record.get("msg_box"))
    when = epoch(record.get("date"), "s")
    people = [(whole(one.get("type")), words(one.get("address"))) for one in objects(record.get("mms_addresses"))]
    others = [(kind, address) for kind, address in people if address and address != SELF]
    files = [words(one.get("filename")) or words(one.get("name")) for one in objects(record.get("mms_attachments"))]
    waiting = whole(record.get("m_type")) == _NOTIFICATION
    received = _direction(box) == "incoming"
    return Unit(
        origin="message",
        locator=f"ptr={pointer}",
        text="\n".join(part for part in (words(record.get("sub")), words(record.get("mms_body"))) if part),
        app="MMS",
        conversation=", ".join(_thread(record)) or ", ".join(address for _, address in others),
        sender=next((address for kind, address in others if kind == _FROM), "") if received else "",
        recipients=tuple(dict.fromkeys(address for kind, address in others if kind in _TO)),
        when=when,
        direction=_direction(box),
        flags=marks(when, _BOXES.get(box or 0, ""), "media_omitted" if waiting or any(files) else ""),
        attachments=tuple(dict.fromkeys(one for one in files if one)),
    )


READER = Reader(name="android_sms_json", version="1", media_type="application/json", detect=detect, read=read)
