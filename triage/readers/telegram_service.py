"""Service lines of a Telegram export: what the application wrote ("phone call", "invite members").

The text is made of the actor, the action and every field that the export gives, in its own words, so that an action
that is not known yet loses nothing.
"""

from __future__ import annotations

from typing import Any

from triage.model import Unit
from triage.readers.telegram_fields import APP, Place, direction_of, joined_text, native_id, when_of, words
from triage.timestamps import is_absurd

_SERVICE_SKIPPED = frozenset(
    {"id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "actor", "actor_id", "action", "text"}
    | {"text_entities", "reply_to_message_id", "reply_to_peer_id", "reactions", "photo", "width", "height", "peer_id"}
)


def service_unit(message: dict[str, Any], place: Place, locator: str) -> Unit:
    """The event; its sender is the actor, whose doing it describes."""
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
        direction=direction_of(actor_id, place) if action == "phone_call" else None,
        flags=tuple(sorted(flags)),
        native_id=native_id(place.chat_id, message.get("id")),
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
