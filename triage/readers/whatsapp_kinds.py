"""Kinds of WhatsApp messages and of its system events, as the Android database numbers them; places.

The numbers are what public parsers agree on. A number that is not in the tables is printed as a number: what an
event means is not guessed.
"""

from __future__ import annotations

from triage.readers.sqlite_rows import Row

KINDS = {
    0: "text", 1: "image", 2: "audio", 3: "video", 4: "contact", 5: "location", 7: "system", 8: "call", 9: "document",
    10: "missed call", 13: "gif", 14: "contacts", 15: "deleted", 16: "live location", 20: "sticker", 24: "group invite",
    27: "template", 42: "view-once image", 43: "view-once video", 64: "deleted by admin", 66: "poll",
    81: "video note", 82: "view-once audio", 90: "call",
}  # fmt: skip
MEDIA = frozenset({1, 2, 3, 9, 13, 20, 42, 43, 81, 82})
VIEW_ONCE = frozenset({42, 43, 82})
_EVENTS = {
    1: "changed the group's name", 4: "was added to the group", 5: "left the group", 6: "changed the group's picture",
    7: "was removed from the group", 9: "created a broadcast list", 10: "changed the number", 11: "created the group",
    12: "added to the group", 14: "removed from the group", 15: "became an administrator",
    18: "changed the security code", 19: "the chat is end-to-end encrypted",
    20: "joined by an invitation link", 27: "changed the group's description", 28: "changed the number",
    56: "changed the timer of disappearing messages", 57: "changed the security code", 58: "blocked or unblocked",
}  # fmt: skip


def event_text(action: int | None, who: str, people: list[str], before: str, text: str) -> str:
    """A system event in words: who, what, whom; from what to what. Names stand as addresses."""
    what = _EVENTS.get(action or 0, f"system event {action}" if action is not None else "system event")
    line = " ".join(part for part in (who, what) if part)
    line += f": {', '.join(people)}" if people else ""
    line += f", before: {before}" if before else ""
    return f"{line}\n{text}" if text.strip() else line


def place(row: Row, detail: dict[str, str | int | bool | None]) -> list[str]:
    """Names of a place; its coordinates go to `detail`, where they are possible ones."""
    lat, lon = row.real("latitude"), row.real("longitude")
    spot = coordinates(lat, lon)
    if spot:
        detail["lat"], detail["lon"] = spot
    last = coordinates(row.real("live_location_final_latitude"), row.real("live_location_final_longitude"))
    if last and last != spot:
        detail["last_lat"], detail["last_lon"] = last
    return [row.text("place_name"), row.text("place_address"), row.text("url"), ", ".join(spot) if spot else ""]


def coordinates(lat: float | None, lon: float | None) -> tuple[str, str] | None:
    """Both within their range and not both zero; as written by the database."""
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None
    return f"{lat:.7f}".rstrip("0").rstrip("."), f"{lon:.7f}".rstrip("0").rstrip(".")
