"""Single fields of a Telegram export: texts, times, ids, directions. Any of them may be missing or of another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from triage.model import NO_TIME, Direction, Moment
from triage.timestamps import from_iso, from_unix

APP = "Telegram"
Detail = dict[str, str | int | bool | None]


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


def native_id(chat_id: str, message_id: Any) -> str:
    """`<chat>:<message>`: message numbers alone repeat from chat to chat."""
    number = words(message_id)
    return f"{chat_id}:{number}" if chat_id and number else number


def direction_of(from_id: str, place: Place) -> Direction | None:
    """By the exporting account; in a chat of two by the other's id; None where the export does not say."""
    if not from_id:
        return None
    if place.owner_id:
        return "outgoing" if from_id in (place.owner_id, place.owner_id.removeprefix("user")) else "incoming"
    if place.chat_type in ("personal_chat", "bot_chat") and place.chat_id:
        return "incoming" if from_id in (f"user{place.chat_id}", place.chat_id) else "outgoing"
    return None


def contact_text(name: str, phone: str) -> str:
    """A contact for people."""
    return "\n".join(f"{label}: {value}" for label, value in (("Name", name), ("Phone", phone)) if value)
