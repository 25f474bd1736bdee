"""Small readings of a UFED model that every kind of unit needs: parties, times, attachments, positions, printed facts.

A time without an offset is not taken for the device's: a report is written in the zone its examiner chose, and old
versions do not say which. Such a time keeps its wall clock and becomes no instant. `format="TimeStampUnknown"`
is the vendor's own "do not trust": only the source string is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from triage.model import NO_TIME, Moment
from triage.readers.ufed_model import Model
from triage.timestamps import from_iso

_TECHNICAL = frozenset(
    {"UserMapping", "ServiceIdentifier", "Id", "Source", "SourceApplication", "Account", "ArtifactFamily", "Domain"}
    | {
        "IsPhoneOwner",
        "IsGroupAdmin",
        "Role",
        "CanRebuildCacheFile",
        "Origin",
        "Confidence",
        "Distance",
        "Type",
        "InteractionStatuses",
    }
)
MAX_NAME = 2_000
"""Characters of a file's name: a picture may be given as a link that holds all of it."""
_NOT_A_VALUE = frozenset({"null", "N/A", "(null)"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One participant as the report names it."""

    address: str
    name: str
    owner: bool | None
    """`IsPhoneOwner`; None where the report leaves it out."""
    role: str = ""

    @property
    def shown(self) -> str:
        """The address, else the name."""
        return self.address or self.name


def plain(value: str) -> str:
    """The value without the words that stand for "nothing"."""
    value = value.strip()
    return "" if value in _NOT_A_VALUE else value


def party(model: Model) -> Party:
    """A `Party` model."""
    owner = {"true": True, "false": False}.get(model.get("IsPhoneOwner").strip().lower())
    address = " ".join(plain(model.get("Identifier")).split())
    return Party(address=address, name=plain(model.get("Name")), owner=owner, role=model.get("Role"))


def parties(model: Model, *names: str) -> list[Party]:
    """The parties in these fields that say who they are."""
    found = (party(one) for one in model.all(*names) if one.type in ("Party", ""))
    return [one for one in found if one.shown]


def moment(model: Model, *names: str) -> Moment:
    """The first of these time fields that is given."""
    for name in names:
        if source := model.fields.get(name, "").strip():
            return _moment(source, known=name not in model.unknown_times)
    return NO_TIME


def _moment(source: str, *, known: bool) -> Moment:
    if not known:
        return Moment(source=source)
    when = from_iso(source)
    return replace(when, basis="ambiguous") if when.basis == "device-local" else when


def attachment_names(model: Model) -> tuple[str, ...]:
    """The files of a message: their place in the extraction, else their name, else where they were fetched from."""
    found: list[str] = []
    for one in model.all("Attachments", "Attachment"):
        name = one.get("attachment_extracted_path").replace("\\", "/") or one.get("Filename", "Name", "URL")
        name = name[:MAX_NAME]
        if name and name not in found:
            found.append(name)
    return tuple(found)


def position(model: Model) -> tuple[str, str] | None:
    """Latitude and longitude as written, where both are numbers within range and not both exactly zero."""
    spot = model.first("Position", "Coordinate", "Location")
    holder = spot if spot is not None else model
    lat, lon = holder.get("Latitude").strip(), holder.get("Longitude").strip()
    try:
        north, east = float(lat), float(lon)
    except ValueError:
        return None
    if not (-90 <= north <= 90 and -180 <= east <= 180) or (north == 0 and east == 0):
        return None
    return lat, lon


def place_name(model: Model) -> str:
    """What the report calls the place, on one line."""
    spot = model.first("Position", "Coordinate")
    words = [model.get(name) for name in ("Name", "Description", "Address", "PositionAddress")]
    if spot is not None:
        words += [spot.get(name) for name in ("Name", "PositionAddress", "Comment")]
    words += [line for one in model.all("Address", "Addresses") for line in (_address(one),)]
    return ", ".join(dict.fromkeys(" ".join(word.split()) for word in words if plain(word)))


def _address(model: Model) -> str:
    return ", ".join(value.strip() for name, value in model.fields.items() if name not in _TECHNICAL and plain(value))


def fact_lines(model: Model, depth: int = 0) -> Iterator[str]:
    """A model for people: one line a fact, `name: value`, in the report's order."""
    for name, value in model.fields.items():
        if name not in _TECHNICAL and plain(value):
            yield f"{name}: {value.strip()}"
    for name, values in model.lists.items():
        joined = ", ".join(value.strip() for value in values if plain(value))
        if joined and name not in _TECHNICAL:
            yield f"{name}: {joined}"
    if depth > 4:
        return
    for name, inner in model.models.items():
        for one in inner:
            yield from _inner_lines(name, one, depth)


def _inner_lines(name: str, model: Model, depth: int) -> Iterator[str]:
    """An entry (`Category: Value`), an address or a party on one line; anything else by its facts."""
    value = plain(model.get("Value"))
    if value:
        yield f"{plain(model.get('Category')) or model.type or name}: {value}"
    elif model.type == "Party":
        who = party(model)
        if who.shown:
            yield f"{who.role or name}: {' '.join(word for word in (who.name, who.address) if word)}"
    elif model.type in ("StreetAddress", "Address"):
        if line := _address(model):
            yield f"{model.type}: {line}"
    elif model.type not in ("ContactPhoto", "InstantMessage", "Attachment"):
        yield from fact_lines(model, depth + 1)
