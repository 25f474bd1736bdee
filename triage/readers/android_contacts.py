"""Android `contacts2.db`: one `contact` unit a row of `raw_contacts`, with its `data` rows; old ones hold `calls` too.

What a `data` row means is said by its MIME type (`mimetypes`). A row whose contact is gone is a contact of its own,
flagged `without_contact`: it may be what is left of a deleted one.

Sources: the Android contacts provider's published columns. Not read: pictures, groups, usage statistics.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import ReadContext, Unit
from triage.readers import android_calls
from triage.readers.sqlite_reader import Format, Shape, Step, contact_lines, flags, reader, unix_ms
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

_VALUES = ("mimetype_id", "raw_contact_id", "data1", "data2", "data3", "data4", "data5", "data6")
_RAW = ("display_name", "display_name_alt", "account_name", "account_type", "deleted", "last_time_contacted", "starred",
        "times_contacted")  # fmt: skip
_ITEM = "vnd.android.cursor.item/"
_WORDS = {
    "name": "Name", "phone_v2": "Phone", "email_v2": "Email", "organization": "Organisation", "nickname": "Nickname",
    "note": "Note", "postal-address_v2": "Address", "im": "Messenger", "website": "URL", "sip_address": "SIP",
    "contact_event": "Date", "relation": "Related", "identity": "Identity",
}  # fmt: skip
_SKIPPED = frozenset({"photo", "group_membership"})


def units(rows: Rows, ctx: ReadContext) -> Iterator[Step]:
    """Contacts, values without a contact, calls."""
    types = {row.id: row.text("mimetype").removeprefix(_ITEM) for row in rows.scan("mimetypes", "mimetype")}
    values = Side(rows, "data", "raw_contact_id", *_VALUES)
    known: set[int] = set()
    for row in rows.scan("raw_contacts", *_RAW):
        known.add(row.id)
        yield _contact(row, values.of([row.id]).get(row.id, []), types)
    for row in rows.scan("data", *_VALUES):
        if row.number("raw_contact_id") not in known:
            lines = contact_lines(*_pairs([row], types))
            if lines:
                yield Unit(
                    origin="contact", locator=f"row=data:{row.id}", text=lines, app="Contacts",
                    flags=flags(row, "without_contact"),
                )  # fmt: skip
    yield from android_calls.units(rows, ctx)


def _pairs(values: list[Row], types: dict[int, str]) -> Iterator[tuple[str, str]]:
    for one in values:
        kind = types.get(one.number("mimetype_id"), "")
        if kind in _SKIPPED:
            continue
        rest = [one.text(f"data{n}") for n in range(2, 7)] if kind not in _WORDS else []
        if kind == "organization":
            rest = [one.text("data4")]
        said = ", ".join(dict.fromkeys(part for part in (one.text("data1"), *rest) if part))
        yield _WORDS.get(kind, kind.rpartition("/")[2] or "value"), said[:2000]


def _contact(row: Row, values: list[Row], types: dict[int, str]) -> Unit:
    phones = [one.text("data1") for one in values if types.get(one.number("mimetype_id")) == "phone_v2"]
    names = [one.text("data1") for one in values if types.get(one.number("mimetype_id")) == "name"]
    name = row.text("display_name") or next((one for one in names if one), "")
    return Unit(
        origin="contact",
        locator=f"row=raw_contacts:{row.id}",
        text=contact_lines(("Name", name), *_pairs(values, types)),
        app="Contacts",
        when=unix_ms(row, "last_time_contacted"),
        deleted=row.number("deleted") == 1,
        flags=flags(row, "starred" if row.number("starred") else ""),
        detail={
            "name": name,
            "phones": "; ".join(dict.fromkeys(one for one in phones if one))[:1000],
            "account": row.text("account_name"),
            "account_type": row.text("account_type"),
        },
    )


FORM = Format(
    name="android_contacts",
    version="1",
    shapes=(
        Shape(table="raw_contacts", columns=("display_name",), score=92),
        Shape(table="data", columns=("mimetype_id", "raw_contact_id", "data1"), score=90),
    ),
    records=("raw_contacts", "calls"),
    units=units,
)
READER = reader(FORM)
