"""Units of a Telegram Desktop JSON export: messages, service lines, contacts.

A message's text is its parts joined; behind a link whose target differs from what it shows stands the target in
angle brackets, because it is what a tap would have opened. Places, polls, invoices and games, which have no text of
their own, are printed into it. A service line ("phone call", "invite members") is an `event` (`telegram_service`).
Missing keys are normal and never an error.

Times: `date_unixtime` is UTC (exports since 2022); `date` is the wall clock of the computer that exported.
`native_id` is `<chat id>:<message id>`, which is unique and is how vendors' reports name the same message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from triage.model import Unit
from triage.readers.telegram_fields import (
    APP,
    Detail,
    Place,
    contact_text,
    direction_of,
    joined_text,
    native_id,
    when_of,
    words,
)
from triage.readers.telegram_service import service_unit
from triage.readers.vcard_parse import card_lines, parse_cards
from triage.timestamps import is_absurd

_MEDIA = ("photo", "file", "contact_vcard")
_PLAIN = (
    *("media_type", "mime_type", "via_bot", "author", "saved_from", "forwarded_from", "forwarded_from_id"),
    *("sticker_emoji", "edited", "duration_seconds", "self_destruct_period_seconds", "live_location_period_seconds"),
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


def message_units(message: dict[str, Any], place: Place, locator: str) -> Iterator[Unit]:
    """The message's unit; after it the contact that it shares."""
    unit = (
        service_unit(message, place, locator) if message.get("type") == "service" else _message(message, place, locator)
    )
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
        direction=direction_of(from_id, place),
        flags=tuple(sorted(flags)),
        attachments=files,
        native_id=native_id(place.chat_id, get("id")),
        reply_to=_reply_to(message, place),
        detail=detail,
    )


def _reply_to(message: dict[str, Any], place: Place) -> str:
    target = message.get("reply_to_message_id")
    if target is None:
        return ""
    peer = words(message.get("reply_to_peer_id")).lstrip("abcdefghijklmnopqrstuvwxyz")
    return native_id(peer or place.chat_id, target)


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
