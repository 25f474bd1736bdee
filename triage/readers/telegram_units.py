"""Units of a Telegram Desktop JSON export: messages, service lines, contacts.

A message's text is its parts joined; behind a link whose target differs from what it shows stands the target in
angle brackets, because it is what a tap would have opened. Places, polls, invoices and games, which have no text of
their own, are printed into it. A service line ("phone call", "invite members") is an `event`; its text names the
actor, the action and the fields that the export gives. Missing keys are normal and never an error.

Times: `date_unixtime` is UTC (exports since 2022); `date` is the wall clock of the computer that exported.
`native_id` is `<chat id>:<message id>`, which is unique and is how vendors' reports name the same message.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from triage.model import NO_TIME, Direction, Moment, Unit
from triage.readers.vcard_parse import card_lines, parse_cards
from triage.timestamps import from_iso, from_unix, is_absurd

APP = "Telegram"
Detail = dict[str, str | int | bool | None]
_MEDIA = ("photo", "file", "contact_vcard")
_PLAIN = ("media_type", "mime_type", "via_bot", "author", "saved_from", "forwarded_from", "forwarded_from_id")
_PLAIN += (
    "sticker_emoji",
    "edited",
    "duration_seconds",
    "self_destruct_period_seconds",
    "live_location_period_seconds",
)
_SERVICE_SKIPPED = frozenset(
    {"id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "actor", "actor_id", "action", "text"}
    | {"text_entities", "reply_to_message_id", "reply_to_peer_id", "reactions", "photo", "width", "height", "peer_id"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message stands and what is known of its chat."""

    conversation: str
    chat_id: str
    chat_type: str
    owner_id: str
    """`user123` of the exporting account, where the export says."""
    zone: str | None


def words(value: Any) -> str:
    """A scalar as text; empty for null, lists and objects."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict | bool) else str(value)


def joined_text(value: Any) -> str:
    """`text` or `text_entities`: a string, or a list of strings and typed parts."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return words(value)
    return "".join(_part(part) for part in value)


def _part(part: Any) -> str:
    if not isinstance(part, dict):
        return words(part)
    text, href = words(part.get("text")), words(part.get("href"))
    return f"{text} <{href}>" if href and href != text else text


def when_of(record: dict[str, Any], zone: str | None) -> Moment:
    """The record's time: Unix seconds, else the local date."""
    stamp = words(record.get("date_unixtime"))
    if stamp:
        try:
            return from_unix(int(stamp), source=stamp)
        except ValueError:
            pass  # then the local date may still be understood
    date = record.get("date")
    if isinstance(date, int) and not isinstance(date, bool):
        return from_unix(date)
    return from_iso(words(date), zone=zone) if words(date) else NO_TIME


def message_units(message: dict[str, Any], place: Place, locator: str) -> Iterator[Unit]:
    """The message's unit; after it the contact that it shares."""
    unit = _service(message, place, locator) if message.get("type") == "service" else _message(message, place, locator)
    yield unit
    if "contact_information" in message or "contact_vcard" in message:
        yield from _shared_contact(message, unit)


def _message(message: dict[str, Any], place: Place, locator: str) -> Unit:
    get = message.get
    text = get("text")
    if not isinstance(text, str):
        text = joined_text(text)
    if not text and "text_entities" in message:
        text = joined_text(get("text_entities"))
    when = when_of(message, place.zone)
    sender, from_id = words(get("from")), words(get("from_id"))
    files: tuple[str, ...] = ()
    flags: set[str] = set()
    detail: Detail = {"from_id": from_id} if from_id else {}
    if not message.keys() <= _BARE:
        text = "\n".join([*([text] if text else []), *_printed(message)])
        files, omitted = _files(message)
        flags = {flag for key, flag in _FLAG_KEYS if get(key)} | ({"media_omitted"} if omitted else set())
        detail |= _detail(message)
    if not sender and "from" in message:
        flags.add("deleted_account")
    if is_absurd(when):
        flags.add("absurd_time")
    return Unit(
        origin="message",
        locator=locator,
        text=text,
        app=APP,
        conversation=place.conversation,
        sender=sender or from_id or ("Deleted Account" if "from" in message else ""),
        when=when,
        direction=_direction(from_id, place),
        flags=tuple(sorted(flags)),
        attachments=files,
        native_id=_native(place.chat_id, get("id")),
        reply_to=_reply_to(message, place),
        detail=detail,
    )


_BARE = frozenset(
    {"id", "type", "date", "date_unixtime", "from", "from_id", "text", "text_entities", "reply_to_message_id"}
)
"""A message with no other key is only text, as most are."""
_FLAG_KEYS = (
    ("edited", "edited"),
    ("edited_unixtime", "edited"),
    ("forwarded_from", "forwarded"),
    ("forwarded_from_id", "forwarded"),
    ("self_destruct_period_seconds", "self_destruct"),
    ("contact_information", "shared_contact"),
    ("location_information", "shared_location"),
)


def _native(chat_id: str, message_id: Any) -> str:
    number = words(message_id)
    return f"{chat_id}:{number}" if chat_id and number else number


def _reply_to(message: dict[str, Any], place: Place) -> str:
    target = message.get("reply_to_message_id")
    if target is None:
        return ""
    peer = words(message.get("reply_to_peer_id")).lstrip("abcdefghijklmnopqrstuvwxyz")
    return _native(peer or place.chat_id, target)


def _direction(from_id: str, place: Place) -> Direction | None:
    """By the exporting account; in a chat of two by the other's id; None where the export does not say."""
    if not from_id:
        return None
    if place.owner_id:
        return "outgoing" if from_id in (place.owner_id, place.owner_id.removeprefix("user")) else "incoming"
    if place.chat_type in ("personal_chat", "bot_chat") and place.chat_id:
        return "incoming" if from_id in (f"user{place.chat_id}", place.chat_id) else "outgoing"
    return None


def _files(message: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """Files of the message; a sentence in brackets stands for one that was not exported."""
    files: list[str] = []
    omitted = False
    for key in _MEDIA:
        value = message.get(key)
        if not isinstance(value, str) or not value:
            continue
        if value.startswith("(") and " " in value:
            omitted = True
            if name := words(message.get("file_name")):
                files.append(name)
        elif not value.lstrip().upper().startswith("BEGIN:VCARD"):
            files.append(value)
    return tuple(files), omitted


def _detail(message: dict[str, Any]) -> Detail:
    detail: Detail = {}
    for key in _PLAIN:
        if key in message and (value := words(message[key])):
            detail[key] = value
    if "reactions" in message and isinstance(message["reactions"], list):
        found = [one for one in message["reactions"] if isinstance(one, dict)]
        detail["reactions"] = ", ".join(f"{words(one.get('emoji'))} {words(one.get('count'))}".strip() for one in found)
    if "inline_bot_buttons" in message and isinstance(message["inline_bot_buttons"], list):
        rows = [row for row in message["inline_bot_buttons"] if isinstance(row, list)]
        buttons = [one for row in rows for one in row if isinstance(one, dict)]
        shown = (f"{words(one.get('text'))} <{words(one.get('data'))}>" for one in buttons)
        detail["buttons"] = ", ".join(shown)[:1000]
    if isinstance(invoice := message.get("invoice_information"), dict):
        amount = f"{words(invoice.get('amount'))} {words(invoice.get('currency'))}".strip()
        detail["invoice_amount"] = f"{amount} (as stored, in the currency's smallest unit)" if amount else ""
    if (spot := _spot(message)) is not None:
        detail["lat"], detail["lon"] = spot
    return detail


def _spot(message: dict[str, Any]) -> tuple[str, str] | None:
    spot = message.get("location_information")
    if not isinstance(spot, dict):
        return None
    lat, lon = words(spot.get("latitude")), words(spot.get("longitude"))
    return (lat, lon) if lat and lon else None


def _printed(message: dict[str, Any]) -> Iterator[str]:
    """Lines for content that is no typed text."""
    if (spot := _spot(message)) is not None:
        place = ", ".join(p for p in (words(message.get("place_name")), words(message.get("address"))) if p)
        yield f"{spot[0]}, {spot[1]} {place}".rstrip()
    if isinstance(poll := message.get("poll"), dict):
        yield joined_text(poll.get("question"))
        answers = poll.get("answers")
        for answer in answers if isinstance(answers, list) else ():
            if isinstance(answer, dict):
                yield f"- {joined_text(answer.get('text'))}"
    if isinstance(invoice := message.get("invoice_information"), dict):
        facts = (words(invoice.get("title")), words(invoice.get("description")))
        yield "Invoice: " + ", ".join(fact for fact in facts if fact)
    if game := words(message.get("game_title")):
        yield "Game: " + ", ".join(f for f in (game, words(message.get("game_link"))) if f)


def _service(message: dict[str, Any], place: Place, locator: str) -> Unit:
    actor, actor_id = words(message.get("actor")), words(message.get("actor_id"))
    action = words(message.get("action")) or "service message"
    facts = [_fact(key, value) for key, value in message.items() if key not in _SERVICE_SKIPPED]
    said = joined_text(message.get("text")) or joined_text(message.get("text_entities"))
    head = f"{actor or actor_id or 'Deleted Account'}: {action.replace('_', ' ')}"
    when = when_of(message, place.zone)
    flags = {"absurd_time"} if is_absurd(when) else set()
    if action == "phone_call" and words(message.get("discard_reason")) in ("missed", "busy"):
        flags.add("missed")
    return Unit(
        origin="event",
        locator=locator,
        text="\n".join(part for part in (", ".join([head, *(fact for fact in facts if fact)]), said) if part),
        app=APP,
        conversation=place.conversation,
        sender=actor or actor_id,
        when=when,
        direction=_direction(actor_id, place) if action == "phone_call" else None,
        flags=tuple(sorted(flags)),
        native_id=_native(place.chat_id, message.get("id")),
        detail={"action": action, **({"from_id": actor_id} if actor_id else {})},
    )


def _fact(key: str, value: Any) -> str:
    if isinstance(value, list):
        shown = ", ".join(words(one) or "Deleted Account" for one in value if not isinstance(one, list | dict))
    elif isinstance(value, dict):
        shown = ", ".join(f"{k} {words(v)}" for k, v in value.items() if words(v))
    else:
        shown = ("yes" if value else "no") if isinstance(value, bool) else words(value)
    return f"{key.replace('_', ' ')}: {shown}" if shown else ""


def _shared_contact(message: dict[str, Any], unit: Unit) -> Iterator[Unit]:
    """The contact that a message shares, from its fields or from an inline vCard."""
    card = message.get("contact_information")
    texts: list[str] = []
    name = ""
    if isinstance(card, dict):
        name = " ".join(part for part in (words(card.get("first_name")), words(card.get("last_name"))) if part)
        texts.append(contact_text(name, words(card.get("phone_number"))))
    vcard = words(message.get("contact_vcard"))
    if vcard.lstrip().upper().startswith("BEGIN:VCARD"):
        texts.extend("\n".join(card_lines(one)) for one in parse_cards(vcard))
    for n, text in enumerate(text for text in texts if text):
        yield Unit(
            origin="contact",
            locator=f"{unit.locator}/contact_information" + (f";card={n}" if n else ""),
            text=text,
            app=APP,
            conversation=unit.conversation,
            sender=unit.sender,
            when=unit.when,
            direction=unit.direction,
            flags=("shared_contact",),
            detail={"name": name},
        )


def contact_text(name: str, phone: str) -> str:
    """A contact for people."""
    return "\n".join(f"{label}: {value}" for label, value in (("Name", name), ("Phone", phone)) if value)
