"""Messages of a UFED report: InstantMessage, SMS, MMS, Email, ChatActivity, with what hangs on them.

One model is one unit. A message quoted or replied to is a model of its own inside the answer: it becomes a unit
flagged `quoted`, because the original may be deleted and the quote its only copy. A shared contact, a shared
position and a vendor's transcript of a voice message are units of their own beside the message (`extra_units`).
Text that the app wrote ("You joined the group") is an `event`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import Direction, Origin, Unit
from triage.readers.ufed_facts import (
    Party,
    attachment_names,
    fact_lines,
    moment,
    parties,
    place_name,
    plain,
    position,
)
from triage.readers.ufed_model import Model
from triage.readers.ufed_report import Chat, Report
from triage.timestamps import is_absurd

Detail = dict[str, str | int | bool | None]
_SYSTEM_SENDERS = {"system message", "system messages", "system"}
_ORIGINS: dict[str, Origin] = {"Email": "email", "ChatActivity": "event"}
_APPS = {"SMS": "SMS", "MMS": "MMS", "Email": "Email"}
_NO_QUOTES = {"From", "To", "Attachments", "Participant"}
_FOLDERS = re.compile(r"(?i)\b(inbox|received|incoming)\b|\b(sent|outbox|drafts?|outgoing)\b")
_LABEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")


def message_units(model: Model, report: Report, chat: Chat | None) -> Iterator[Unit]:
    """The unit of a message, then those of what it quotes, shares or carries."""
    yield from _one(model, report, chat, quoted=False)


def _one(model: Model, report: Report, chat: Chat | None, *, quoted: bool) -> Iterator[Unit]:
    unit = _unit(model, report, chat, quoted=quoted)
    report.records += 1
    yield unit
    yield from _carried(model, unit, report)
    for inner in _quotes(model):
        yield from _one(inner, report, chat, quoted=True)


def _quotes(model: Model) -> Iterator[Model]:
    """The messages inside this one, not those inside them."""
    if not model.models.keys() - _NO_QUOTES:
        return
    for inner in (one for found in model.models.values() for one in found):
        if inner.type == "InstantMessage":
            yield inner
        elif inner.type.endswith("MessageData"):
            yield from _quotes(inner)


def _unit(model: Model, report: Report, chat: Chat | None, *, quoted: bool) -> Unit:
    sender = _sender(model)
    labels = _labels(model)
    event = _is_event(model, sender, labels)
    others = _recipients(model, None if quoted or event else chat, sender)
    when = moment(model, "TimeStamp", "StartTime", "SystemMessageTimeStamp", "Date")
    flags = {_flag(label) for label in labels if label not in ("Default", "System")}
    flags |= {"quoted"} if quoted else set()
    flags |= {"absurd_time"} if is_absurd(when) else set()
    report.bad_times += when.source != "" and when.at is None and when.local is None
    direction = None if event else _direction(model, chat, sender, others)
    return Unit(
        origin="event" if event else _ORIGINS.get(model.type, "message"),
        locator=report.locator(model),
        text=_text(model),
        app=plain(model.get("Source", "SourceApplication")) or (chat.app if chat else "") or _APPS.get(model.type, ""),
        conversation=chat.name if chat else _conversation(model, sender, others),
        sender="" if event or sender is None else sender.shown,
        sender_name=_sender_name(sender, chat) if sender and not event else "",
        recipients=tuple(dict.fromkeys(one.shown for one in others)),
        when=when,
        direction=direction,
        deleted=model.state in ("Deleted", "Trash"),
        flags=tuple(sorted(flags)),
        attachments=attachment_names(model),
        native_id=plain(model.get("Identifier", "MessageID")),
        reply_to=_reply_to(model),
        detail=_detail(model, report, sender if event else None),
    )


def _sender(model: Model) -> Party | None:
    found = parties(model, "From")
    if not found:
        found = [one for one in parties(model, "Parties", "Participant") if one.role in ("From", "General")]
    return found[0] if found else None


def _sender_name(sender: Party, chat: Chat | None) -> str:
    if not sender.address:
        return ""
    return sender.name or (chat.names.get(sender.address, "") if chat else "")


def _recipients(model: Model, chat: Chat | None, sender: Party | None) -> list[Party]:
    """Those the message names; else everybody else in the chat."""
    named = parties(model, "To", "Cc", "Bcc")
    named += [one for one in parties(model, "Parties") if one.role in ("To", "Cc", "Bcc")]
    if named or chat is None:
        return named
    own = sender.shown if sender else ""
    return [one for one in chat.parties if one.shown != own]


def _direction(model: Model, chat: Chat | None, sender: Party | None, others: list[Party]) -> Direction | None:
    """By the sender, by the addressees, by the folder; None where the report does not say."""
    if sender is not None:
        owner = chat.is_owner(sender) if chat else sender.owner
        if owner is not None:
            return "outgoing" if owner else "incoming"
    if any(one.owner for one in others) and len(others) == 1:
        return "incoming"
    folder = _FOLDERS.search(model.get("Folder", "Direction") or (model.get("Status") if sender is None else ""))
    if folder is None:
        return None
    return "incoming" if folder[1] else "outgoing"


def _conversation(model: Model, sender: Party | None, others: list[Party]) -> str:
    """A message outside chats: the other side's address, or the subject of an e-mail."""
    people = [one for one in ([sender] if sender else []) + others if one.owner is not True]
    if model.type == "Email":
        return plain(model.get("Subject")) or (people[0].shown if people else "")
    if sender is not None and sender.owner is not True:
        return sender.shown
    return ", ".join(dict.fromkeys(one.shown for one in people))


def _labels(model: Model) -> list[str]:
    found = [plain(model.get("Label"))]
    found += [plain(one.get("Label")) for one in model.all("MessageExtraData")]
    return [label for label in dict.fromkeys(found) if label]


def _flag(label: str) -> str:
    return "_".join(part for part in _LABEL.split(label) if part).lower()


def _is_event(model: Model, sender: Party | None, labels: list[str]) -> bool:
    if model.type == "ChatActivity" or "System" in labels or "System" in model.get("Type"):
        return True
    return sender is not None and sender.shown.strip().casefold() in _SYSTEM_SENDERS


def _text(model: Model) -> str:
    """Subject and body as written; for an activity without a body, its facts."""
    body = model.get("Body", "SystemMessageBody", "Snippet")
    subject = model.get("Subject")
    if not body and not subject:
        activities = [model] if model.type == "ChatActivity" else model.all("ActivityLog")
        return "\n".join(_activity(one) for one in activities)
    return f"{subject}\n{body}" if subject and body and subject != body else body or subject


def _activity(model: Model) -> str:
    people = parties(model, "Participant", "Participants")
    words = [plain(model.get("SystemMessageBody")) or plain(model.get("Action"))]
    words += [" ".join(part for part in (one.name, one.address) if part) for one in people]
    return ": ".join((words[0], ", ".join(words[1:]))) if words[1:] else words[0]


def _reply_to(model: Model) -> str:
    """The application's own id of the message that this one answers."""
    for data in model.all("MessageExtraData"):
        if data.type == "ReplyMessageData" and (known := plain(data.get("OriginalMessageID"))):
            return known
        if data.type == "QuotedMessageData":
            reference = data.get("ReferenceId")
            for inner in model.all("EmbeddedInstantMessage"):
                if inner.id == reference and (known := plain(inner.get("Identifier"))):
                    return known
    return ""


_DETAILS = {
    "Status": "status",
    "Folder": "folder",
    "Platform": "platform",
    "Priority": "priority",
    "SMSC": "service_center",
    "Account": "account",
    "SelfDestructDuration": "self_destruct",
    "DateRead": "read_at",
    "DateDelivered": "delivered_at",
    "DatePlayed": "played_at",
}
_SAYS_NOTHING = {"Unknown", "Default", "Normal", "00:00:00"}


def vendor_detail(model: Model, report: Report) -> Detail:
    """Who decoded the model, from where, and in what state."""
    detail: Detail = {}
    if report.decoder:
        detail["decoded_by"] = report.decoder
    if model.state and model.state != "Intact":
        detail["deleted_state"] = model.state
    if (confidence := model.attributes.get("decoding_confidence", "High")) not in ("High", ""):
        detail["decoding_confidence"] = confidence
    detail.update(report.pointers.detail(model.id))
    return detail


def _detail(model: Model, report: Report, writer: Party | None) -> Detail:
    detail = vendor_detail(model, report)
    for name, value in model.fields.items():
        if name in _DETAILS and value not in _SAYS_NOTHING and (shown := plain(value)):
            detail[_DETAILS[name]] = shown
    if writer is not None:
        detail["shown_as"] = writer.name or writer.address
    if actions := [plain(one.get("Action")) for one in model.all("ActivityLog") if plain(one.get("Action"))]:
        detail["activity"] = ", ".join(actions)
    for data in model.all("MessageExtraData"):
        if data.type == "ForwardedMessageData":
            origin = plain(data.get("OriginalSender", "OriginalChatID", "Account"))
            detail["forwarded_from"] = origin or ", ".join(one.shown for one in parties(data, "OriginalSender"))
    if names := [name for one in model.all("Attachments", "Attachment") if (name := plain(one.get("Filename")))]:
        detail["attachment_names"] = ", ".join(names)[:500]
    if "Position" in model.models and (spot := position(model)) is not None:
        detail["lat"], detail["lon"] = spot
    return detail


def _carried(model: Model, unit: Unit, report: Report) -> Iterator[Unit]:
    """Shared contacts, positions and transcripts, as units beside the message."""
    for contact in model.all("SharedContacts"):
        if text := "\n".join(fact_lines(contact)):
            detail = vendor_detail(contact, report) | {"name": plain(contact.get("Name"))}
            yield _beside(unit, report, "contact", report.locator(contact), text, "shared_contact", detail)
    if "Position" in model.models and (spot := position(model)) is not None:
        text = f"{spot[0]}, {spot[1]} {place_name(model)}".strip()
        detail = {"lat": spot[0], "lon": spot[1]}
        yield _beside(unit, report, "location", f"{unit.locator};position", text, "shared_location", detail)
    for n, one in enumerate(model.all("Attachments", "Attachment"), 1):
        if text := plain(one.get("Transcript")):
            locator = f"{unit.locator};attachment={n}"
            yield _beside(unit, report, "note", locator, text, "transcript", vendor_detail(one, report))


def _beside(unit: Unit, report: Report, origin: Origin, locator: str, text: str, flag: str, detail: Detail) -> Unit:
    report.extra += 1
    return Unit(
        origin=origin,
        locator=locator,
        text=text,
        app=unit.app,
        conversation=unit.conversation,
        sender=unit.sender,
        sender_name=unit.sender_name,
        recipients=unit.recipients,
        when=unit.when,
        direction=unit.direction,
        deleted=unit.deleted,
        flags=tuple(sorted({flag, *(f for f in unit.flags if f in ("quoted", "absurd_time"))})),
        detail=detail,
    )
