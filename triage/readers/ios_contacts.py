"""Contacts of iOS, `AddressBook.sqlitedb`: one `contact` unit a row of `ABPerson`, with all its values.

`ABMultiValue` holds numbers, mail addresses, links and profiles by property number; the parts of a postal address or a
profile are rows of `ABMultiValueEntry`. Dates are seconds since 2001-01-01 UTC. The main file is often almost empty
and the contacts stand in the `-wal` beside it: a file without contacts says so by its fact `wal`.

Sources: the schema as public parsers describe it (3 phone, 4 mail, 5 address, 13 messenger, 22 link, 46 profile).
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import ReadContext, Unit
from triage.readers.sqlite_reader import Format, Shape, Step, cocoa_s, contact_lines, flags, reader
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

_PERSON = (
    "First", "Middle", "Last", "Organization", "Department", "JobTitle", "Nickname", "Note", "Birthday",
    "CreationDate", "ModificationDate", "DisplayName",
)  # fmt: skip
_PROPERTIES = {
    3: "Phone",
    4: "Email",
    5: "Address",
    12: "Date",
    13: "Messenger",
    22: "URL",
    23: "Related",
    46: "Profile",
}
_PHONE = 3


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """One unit a person, in the table's order."""
    labels = {row.id: row.text("value").strip("_$!<>") for row in rows.scan("ABMultiValueLabel", "value")}
    values = Side(rows, "ABMultiValue", "record_id", "UID", "property", "label", "value")
    entries = Side(rows, "ABMultiValueEntry", "parent_id", "value")
    for row in rows.scan("ABPerson", *_PERSON):
        held = values.of([row.id]).get(row.id, [])
        parts = entries.of([one.id for one in held])
        yield _unit(row, held, parts, labels)


def _unit(row: Row, held: list[Row], parts: dict[int, list[Row]], labels: dict[int, str]) -> Unit:
    name = " ".join(one for one in (row.text("First"), row.text("Middle"), row.text("Last")) if one)
    name = name or row.text("DisplayName") or row.text("Organization") or row.text("Nickname")
    pairs: list[tuple[str, str]] = [
        ("Name", name),
        ("Nickname", row.text("Nickname")),
        ("Organisation", row.text("Organization")),
        ("Department", row.text("Department")),
        ("Title", row.text("JobTitle")),
    ]
    phones: list[str] = []
    for one in held:
        value = one.text("value") or ", ".join(part.text("value") for part in parts.get(one.id, []))
        word = _PROPERTIES.get(one.number("property"), f"property {one.number('property')}")
        label = labels.get(one.number("label"), "")
        pairs.append((f"{word} ({label})" if label else word, value))
        if one.number("property") == _PHONE and value:
            phones.append(value)
    return Unit(
        origin="contact",
        locator=f"row=ABPerson:{row.id}",
        text=contact_lines(*pairs, ("Note", row.text("Note"))),
        app="Contacts",
        when=cocoa_s(row, "CreationDate"),
        flags=flags(row),
        detail={"name": name, "phones": "; ".join(dict.fromkeys(phones))[:1000]},
    )


FORM = Format(
    name="ios_contacts",
    version="1",
    shapes=(Shape(table="ABPerson", columns=("First", "Last"), score=93),),
    records=("ABPerson",),
    units=units,
)
READER = reader(FORM)
