"""What a UFED report holds besides messages: calls, contacts, accounts, places, searches, notes, pages, participants.

Texts are printed facts with every number as the report writes it. Model types that are not named here are not
read; they are counted by type (`model:<Type>`) and one Problem says how many there are. Of passwords and other secrets
only their presence is said, with the account and the service they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from triage.model import Direction, Origin, Unit
from triage.readers.ufed_facts import Party, fact_lines, moment, parties, place_name, plain, position
from triage.readers.ufed_messages import Detail, vendor_detail
from triage.readers.ufed_model import Model
from triage.readers.ufed_report import Chat, Report
from triage.timestamps import is_absurd

_DURATION = re.compile(r"(?:(\d+)\.)?(\d+):(\d{2}):(\d{2})(?:[.,]\d+)?\Z")
_PRINTED: dict[str, tuple[Origin, str]] = {
    "Contact": ("contact", ""),
    "UserAccount": ("contact", "user_account"),
    "Note": ("note", ""),
    "SearchedItem": ("note", "search"),
    "CalendarEntry": ("note", "calendar"),
    "Notification": ("note", "notification"),
    "SocialMediaActivity": ("note", "social_media"),
    "WebBookmark": ("note", "bookmark"),
    "TransferOfFunds": ("note", "transfer"),
    "FinancialAccount": ("note", "financial_account"),
    "Autofill": ("note", "autofill"),
    "VisitedPage": ("note", "visited_page"),
    "Voicemail": ("note", "voicemail"),
    "Recording": ("note", "recording"),
    "SIMData": ("note", "sim"),
    "WirelessNetwork": ("note", "wireless_network"),
    "InstalledApplication": ("note", "installed_application"),
    "FileDownload": ("note", "download"),
    "FileUpload": ("note", "upload"),
    "MobileCard": ("note", "mobile_card"),
    "CreditCard": ("note", "credit_card"),
    "PublicTransportationTicket": ("note", "ticket"),
    "Task": ("note", "task"),
    "Password": ("note", "password"),
}
"""Printed by their facts. Cookies, usage, events and the device's own logs stay out on purpose."""
_SECRETS = ("Password", "Passcode", "Secret", "Token", "Pin", "SecurityCode", "CVV")
_SECRETS_OF = {"Password": ("Data", "Value"), "Autofill": ()}
"""Fields that hold a secret: said to be there, never printed."""


def record_units(model: Model, report: Report) -> Iterator[Unit] | None:
    """The units of a top-level model that is no message; None for a type that is not read."""
    special: dict[str, Callable[[Model, Report], Iterator[Unit]]] = {
        "Call": _call,
        "CellTower": _cell_tower,
        "Location": _location,
        "Journey": _journey,
    }
    if model.type in special:
        return special[model.type](model, report)
    return _printed(model, report) if model.type in _PRINTED else None


def _record(model: Model, report: Report, origin: Origin, text: str, *flags: str, detail: Detail | None = None) -> Unit:
    """One record's unit with what all of them share."""
    report.records += 1
    when = moment(model, "TimeStamp", "StartDate", "StartTime", "Creation", "TimeCreated", "Date", "TimeContacted")
    report.bad_times += when.source != "" and when.at is None and when.local is None
    marks = {flag for flag in flags if flag} | ({"absurd_time"} if is_absurd(when) else set())
    return Unit(
        origin=origin,
        locator=report.locator(model),
        text=text,
        app=plain(model.get("Source", "ServiceType", "SourceApplication")),
        when=when,
        deleted=model.state in ("Deleted", "Trash"),
        flags=tuple(sorted(marks)),
        detail=vendor_detail(model, report) | (detail or {}),
    )


def _printed(model: Model, report: Report) -> Iterator[Unit]:
    origin, flag = _PRINTED[model.type]
    detail: Detail = {
        key: value
        for name, key in (("Name", "name"), ("Username", "username"), ("Account", "account"), ("Group", "group"))
        if (value := plain(model.get(name)))
    }
    unit = _record(model, report, origin, "\n".join(_without_secrets(model)), flag, detail=detail)
    yield unit
    yield from _place_beside(model, unit, report)


def _without_secrets(model: Model) -> Iterator[str]:
    """The facts of a model; of a secret only that the report holds it."""
    hidden = {*_SECRETS, *_SECRETS_OF.get(model.type, ())}
    for line in fact_lines(model):
        name = line.partition(": ")[0]
        yield f"{name}: (in the report, not shown)" if name in hidden else line


def _cell_tower(model: Model, report: Report) -> Iterator[Unit]:
    """A mast that the device saw: its place, which is not the device's."""
    spot = position(model)
    first = f"{spot[0]}, {spot[1]} {place_name(model)}".strip() if spot else ""
    detail: Detail = {"lat": spot[0], "lon": spot[1]} if spot else {}
    facts = (line for line in fact_lines(model) if line.partition(": ")[0] not in ("Latitude", "Longitude"))
    text = "\n".join(line for line in (first, *facts) if line)
    yield _record(model, report, "location", text, "cell_site", detail=detail)


def _place_beside(model: Model, unit: Unit, report: Report) -> Iterator[Unit]:
    spot = position(model) if model.first("Position") is not None else None
    if spot is None:
        return
    report.extra += 1
    yield Unit(
        origin="location",
        locator=f"{unit.locator};position",
        text=f"{spot[0]}, {spot[1]} {place_name(model)}".strip(),
        app=unit.app,
        when=unit.when,
        deleted=unit.deleted,
        detail={"lat": spot[0], "lon": spot[1]},
    )


def _location(model: Model, report: Report) -> Iterator[Unit]:
    """A place: coordinates first, then its name, then the other facts."""
    spot, name = position(model), place_name(model)
    rest = [line for line in fact_lines(model) if line.partition(": ")[0] in ("Category", "Precision", "Map", "Speed")]
    first = f"{spot[0]}, {spot[1]} {name}".strip() if spot else name
    detail: Detail = {"lat": spot[0], "lon": spot[1]} if spot else {}
    for field, key in (("Category", "category"), ("Confidence", "confidence"), ("Origin", "location_origin")):
        if value := plain(model.get(field)):
            detail[key] = value
    yield _record(model, report, "location", "\n".join(line for line in (first, *rest) if line), detail=detail)


def _journey(model: Model, report: Report) -> Iterator[Unit]:
    """A route: one note with its facts, and one location for each of its points."""
    unit = _record(model, report, "note", "\n".join(fact_lines(model)), "journey")
    yield unit
    for name in ("FromPoint", "WayPoints", "ToPoint"):
        for point in model.all(name):
            yield from _location(point, report)


def _seconds(duration: str) -> int | None:
    found = _DURATION.match(duration.strip())
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


_DIRECTIONS: dict[str, Direction] = {"incoming": "incoming", "missed": "incoming", "outgoing": "outgoing"}
_FLAGS = {"missed": "missed", "rejected": "rejected", "declined": "rejected", "blocked": "blocked"}


def _call(model: Model, report: Report) -> Iterator[Unit]:
    """A call, told in one line: direction, the other side, duration, how it ended."""
    kind, status = model.get("Type"), model.get("Status")
    direction = _DIRECTIONS.get(model.get("Direction").lower()) or _DIRECTIONS.get(kind.lower())
    people = parties(model, "Parties", "From", "To")
    others = [one for one in people if one.owner is not True] or people
    owners = [one for one in people if one.owner]
    flags = {_FLAGS[word] for word in (kind.lower(), status.lower()) if word in _FLAGS}
    video = model.get("VideoCall").lower() == "true"
    seconds = _seconds(model.get("Duration"))
    detail: Detail = {} if seconds is None else {"duration_s": seconds}
    for field, key in (("Type", "call_type"), ("Status", "status"), ("NetworkName", "network"), ("Account", "account")):
        if value := plain(model.get(field)):
            detail[key] = value
    unit = _record(model, report, "call", _call_text(direction, video, others, seconds, flags), detail=detail)
    caller, called = (others, owners) if direction == "incoming" else (owners, others)
    if direction is None:
        caller = [one for one in people if one.role == "From"]
        called = [one for one in people if one.role != "From"]
    yield Unit(
        origin="call",
        locator=unit.locator,
        text=unit.text,
        app=unit.app,
        conversation=", ".join(dict.fromkeys(one.shown for one in others)),
        sender=caller[0].shown if caller else "",
        sender_name=caller[0].name if caller and caller[0].address else "",
        recipients=tuple(dict.fromkeys(one.shown for one in called)),
        when=unit.when,
        direction=direction,
        deleted=unit.deleted,
        flags=tuple(sorted({*unit.flags, *flags, *(("video",) if video else ())})),
        detail=unit.detail,
    )


def _call_text(
    direction: Direction | None, video: bool, others: list[Party], seconds: int | None, flags: set[str]
) -> str:
    words = {"incoming": "Incoming", "outgoing": "Outgoing", None: "Unknown direction:"}[direction]
    joint = {"incoming": "from", "outgoing": "to", None: "with"}[direction]
    who = ", ".join(f"{one.address} ({one.name})" if one.address and one.name else one.shown for one in others)
    text = f"{words} {'video call' if video else 'call'}" + (f" {joint} {who}" if who else "")
    if seconds is not None:
        text += f", {seconds} s"
    return ", ".join((text, *sorted(flags)))


def participant_units(chat_model: Model, chat: Chat, report: Report) -> Iterator[Unit]:
    """One contact unit for each participant of a chat."""
    for model in chat_model.all("Participants"):
        who = parties(Model("", "", {}, "", models={"x": [model]}), "x")
        if not who:
            continue
        report.extra += 1
        one = who[0]
        lines = [f"{label}: {value}" for label, value in (("Name", one.name), ("Identifier", one.address)) if value]
        flags = ["participant"] + (["owner"] if one.owner else [])
        if model.get("IsGroupAdmin").lower() == "true":
            flags.append("group_admin")
        yield Unit(
            origin="contact",
            locator=report.locator(model),
            text="\n".join(lines),
            app=chat.app,
            conversation=chat.name,
            deleted=model.state in ("Deleted", "Trash"),
            flags=tuple(sorted(flags)),
            detail=vendor_detail(model, report) | {"name": one.name},
        )
