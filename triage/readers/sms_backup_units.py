"""Units of an SMS backup: one for each `sms`, `mms` and `call` element.

Numbers of the codes: Android's `Telephony.Sms` and `CallLog.Calls` tables, OMA MMS 1.2 PDU headers (From 137,
To 151, Cc 130, Bcc 129), as the app copies them. The word `null` stands for a missing value. `readable_date` is
localised and is never parsed. A backup does not say its owner's number, except where an MMS names it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.model import NO_TIME, Direction, Moment, Unit
from triage.readers.vcard_parse import card_lines, parse_cards
from triage.timestamps import from_unix, is_absurd

Detail = dict[str, str | int | bool | None]
_SMS_TYPES: dict[str, tuple[Direction, str]] = {
    "1": ("incoming", ""),
    "2": ("outgoing", ""),
    "3": ("outgoing", "draft"),
    "4": ("outgoing", "outbox"),
    "5": ("outgoing", "failed"),
    "6": ("outgoing", "queued"),
}
_CALL_TYPES: dict[str, tuple[Direction, str]] = {
    "1": ("incoming", ""),
    "2": ("outgoing", ""),
    "3": ("incoming", "missed"),
    "4": ("incoming", "voicemail"),
    "5": ("incoming", "rejected"),
    "6": ("incoming", "blocked"),
    "7": ("incoming", "answered_elsewhere"),
}
_PRESENTATION = {"2": "number_withheld", "3": "number_unknown", "4": "payphone"}
_OWNER = "insert-address-token"
_ROLES = {"137": "from", "151": "to", "130": "cc", "129": "bcc"}
_SMS_DETAIL = (
    ("service_center", "service_center"),
    ("sub_id", "sim"),
    ("date_sent", "date_sent"),
    ("subject", "subject"),
)
_NONE = ("", "null")


@dataclass(slots=True)
class Record:
    """One element with its position among those of its name."""

    kind: str
    n: int
    root: str
    attributes: dict[str, str]
    parts: list[dict[str, str]] = field(default_factory=list)
    addresses: list[dict[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The attribute, empty where it is missing or the word `null`."""
        value = self.attributes.get(name, "")
        return value if value != "null" else ""

    @property
    def locator(self) -> str:
        return f"xml=/{self.root}/{self.kind}[{self.n}]"


def records_units(record: Record) -> Iterator[Unit]:
    """The record's unit first; after it the contacts that an MMS carries."""
    if record.kind == "sms":
        yield _sms(record)
    elif record.kind == "call":
        yield _call(record)
    else:
        unit = _mms(record)
        yield unit
        yield from _cards(record, unit)


def _when(record: Record) -> Moment:
    source = record.get("date")
    if not source:
        return NO_TIME
    try:
        return from_unix(int(source), "ms", source=source)
    except ValueError:
        return Moment(source=source)


def _address(value: str) -> str:
    return " ".join(value.split())


def _name(record: Record) -> str:
    name = record.get("contact_name")
    return "" if name == "(Unknown)" else name


def _flags(when: Moment, *flags: str) -> tuple[str, ...]:
    found = [flag for flag in flags if flag]
    if is_absurd(when):
        found.append("absurd_time")
    return tuple(sorted(found))


def _sms(record: Record) -> Unit:
    when = _when(record)
    address = _address(record.get("address"))
    kind = record.attributes.get("type", "")
    direction, flag = _SMS_TYPES.get(kind, (None, ""))
    name = _name(record)
    detail: Detail = {}
    for source, key in _SMS_DETAIL:
        if value := record.get(source):
            detail[key] = value
    if detail.get("date_sent") == "0":
        del detail["date_sent"]
    if direction is None:
        detail["type"] = kind
    if name and direction != "incoming":
        detail["contact_name"] = name
    subject, body = record.get("subject"), record.get("body")
    return Unit(
        origin="message",
        locator=record.locator,
        text=f"{subject}\n{body}" if subject else body,
        app="SMS",
        conversation=address,
        sender=address if direction == "incoming" else "",
        sender_name=name if direction == "incoming" else "",
        recipients=(address,) if direction == "outgoing" and address else (),
        when=when,
        direction=direction,
        flags=_flags(when, flag),
        detail=detail,
    )


def _call(record: Record) -> Unit:
    when = _when(record)
    number = _address(record.get("number"))
    direction, flag = _CALL_TYPES.get(record.get("type"), (None, ""))
    hidden = _PRESENTATION.get(record.get("presentation"), "")
    name, duration = _name(record), record.get("duration")
    seconds = int(duration) if duration.isascii() and duration.isdigit() and len(duration) < 10 else None
    words = {"incoming": "Incoming call from", "outgoing": "Outgoing call to", None: "Call with"}[direction]
    text = f"{words} {number or 'a hidden number'}" + (f" ({name})" if name else "")
    text = ", ".join([text, *([f"{seconds} s"] if seconds is not None else []), *([flag] if flag else [])])
    detail: Detail = {} if seconds is None else {"duration_s": seconds}
    if direction is None:
        detail["type"] = record.get("type")
    if name and direction != "incoming":
        detail["contact_name"] = name
    if sim := record.get("subscription_id"):
        detail["sim"] = sim
    return Unit(
        origin="call",
        locator=record.locator,
        text=text,
        app="Phone",
        conversation=number,
        sender=number if direction == "incoming" else "",
        sender_name=name if direction == "incoming" and number else "",
        recipients=(number,) if direction == "outgoing" and number else (),
        when=when,
        direction=direction,
        flags=_flags(when, flag, hidden),
        detail=detail,
    )


def _people(record: Record) -> dict[str, list[str]]:
    """Addresses of an MMS by role; the device owner's placeholder is left out."""
    found: dict[str, list[str]] = {"from": [], "to": [], "cc": [], "bcc": []}
    for one in record.addresses:
        address = _address(one.get("address", ""))
        role = _ROLES.get(one.get("type", ""), "")
        if role and address and address not in ("null", _OWNER) and address not in found[role]:
            found[role].append(address)
    return found


def _mms(record: Record) -> Unit:
    when = _when(record)
    members = [one for one in map(_address, record.get("address").split("~")) if one]
    people = _people(record)
    box = record.get("msg_box")
    direction, flag = _SMS_TYPES.get(box, (None, ""))
    sender = _mms_sender(direction, members, people["from"])
    named = [*people["to"], *people["cc"], *people["bcc"]]
    others = [one for one in named or (members if direction == "outgoing" else []) if one != sender]
    name = _name(record)
    incoming_single = direction == "incoming" and members == [sender]
    detail: Detail = {"from": ", ".join(people["from"])} if people["from"] and people["from"] != [sender] else {}
    if direction is None:
        detail["msg_box"] = box
    if name and not incoming_single:
        detail["contact_name"] = name
    if record.get("m_type") == "130":
        flag = "notification"
    files, missing = _attachments(record)
    text = "\n".join(part for part in (record.get("sub"), *_texts(record)) if part)
    if subject := record.get("sub"):
        detail["subject"] = subject
    return Unit(
        origin="message",
        locator=record.locator,
        text=text,
        app="MMS",
        conversation=", ".join(members) or sender or ", ".join(others),
        sender=sender,
        sender_name=name if incoming_single else "",
        recipients=tuple(dict.fromkeys(others)),
        when=when,
        direction=direction,
        flags=_flags(when, flag, "media_omitted" if missing else ""),
        attachments=files,
        native_id=record.get("m_id"),
        detail=detail,
    )


def _mms_sender(direction: Direction | None, members: list[str], stated: list[str]) -> str:
    """Incoming: the one other party, or in a group the address the message names. Outgoing: the owner's, if named."""
    if direction == "incoming" and len(members) == 1:
        return members[0]
    return stated[0] if stated else ""


def _texts(record: Record) -> Iterator[str]:
    for part in record.parts:
        text = part.get("text", "")
        if part.get("ct", "").startswith("text/") and text not in _NONE:
            yield text


def _attachments(record: Record) -> tuple[tuple[str, ...], bool]:
    """Names of the parts that are neither text nor layout, and whether the data of one is missing."""
    names: list[str] = []
    missing = False
    for part in record.parts:
        kind = part.get("ct", "")
        if kind == "application/smil" or (kind == "text/plain" and part.get("text", "") not in _NONE):
            continue
        given = next((v for key in ("name", "cl", "fn") if (v := part.get(key, "")) not in _NONE), "")
        names.append(given or f"part {part.get('seq', '')} ({kind})")
        missing |= part.get("data", "") in _NONE and part.get("text", "") in _NONE
    return tuple(names), missing


def _cards(record: Record, unit: Unit) -> Iterator[Unit]:
    """Contacts that an MMS carries as a vCard part."""
    for at, part in enumerate(record.parts, 1):
        if "vcard" not in part.get("ct", "").lower():
            continue
        try:
            data = "".join(part.get("data", "").split())
            text = base64.b64decode(data[: len(data) // 4 * 4]).decode("utf-8", "replace")
        except binascii.Error:
            continue
        for n, card in enumerate(parse_cards(text), 1):
            yield Unit(
                origin="contact",
                locator=f"{unit.locator};part={at};card={n}",
                text="\n".join(card_lines(card)),
                app=unit.app,
                conversation=unit.conversation,
                sender=unit.sender,
                sender_name=unit.sender_name,
                recipients=unit.recipients,
                when=unit.when,
                direction=unit.direction,
                flags=("shared_contact",),
                detail={"name": card.name},
            )
