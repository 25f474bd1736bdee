"""WhatsApp for Android, `wa.db`: the address book as WhatsApp sees it, one `contact` unit a row of `wa_contacts`.

`display_name` is the name saved on the device, `wa_name` the name the person chose. Rows for groups and lists are
contacts too (their `display_name` is the group's name). A `@lid` is an opaque address, not a number.

Sources: the schema as public parsers describe it. Not read: pictures, blocked lists, business profiles.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import ReadContext, Unit
from triage.readers.sqlite_reader import Format, Shape, Step, contact_lines, flags, reader, unix_ms
from triage.readers.sqlite_rows import Rows
from triage.readers.whatsapp_jids import is_group, phone_of, plain

_COLUMNS = (
    "jid", "display_name", "wa_name", "given_name", "family_name", "nickname", "number", "status", "status_timestamp",
    "company", "title", "is_whatsapp_user",
)  # fmt: skip


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """One unit a row, in the table's order."""
    for row in rows.scan("wa_contacts", *_COLUMNS):
        jid = plain(row.text("jid"))
        full = " ".join(one for one in (row.text("given_name"), row.text("family_name")) if one)
        name = row.text("display_name") or full
        phones = list(dict.fromkeys(one for one in (row.text("number"), phone_of(jid)) if one))
        text = contact_lines(
            ("Name", name),
            ("Name", full),
            ("Nickname", row.text("nickname")),
            ("Own name", row.text("wa_name")),
            *(("Phone", one) for one in phones),
            ("WhatsApp", jid),
            ("Company", row.text("company")),
            ("Title", row.text("title")),
            ("Status", row.text("status")),
        )
        yield Unit(
            origin="contact",
            locator=f"row=wa_contacts:{row.id}",
            text=text,
            app="WhatsApp",
            when=unix_ms(row, "status_timestamp"),
            flags=flags(row, "group" if is_group(jid) else ""),
            detail={"name": name or row.text("wa_name"), "phones": "; ".join(phones), "jid": jid},
        )


FORM = Format(
    name="whatsapp_contacts",
    version="1",
    shapes=(Shape(table="wa_contacts", columns=("jid",), score=92),),
    records=("wa_contacts",),
    units=units,
)
READER = reader(FORM)
