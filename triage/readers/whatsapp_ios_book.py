"""WhatsApp for iOS: the smaller databases beside the messages; one module since each is one table.

`ContactsV2.sqlite` (`ZWAADDRESSBOOKCONTACT`; its values may be BLOBs), `LID.sqlite` (`ZWAPHONENUMBERLIDPAIR`, which
opaque number belongs to which telephone number), `CallHistory.sqlite` (`ZWACDCALLEVENT` and its participants).
Times are seconds since 2001-01-01 UTC.

Sources: schemas and outcome numbers (0 ended, 1 missed, 4 rejected) as public parsers describe them.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import ReadContext, Unit
from triage.readers.sqlite_reader import Format, Names, Shape, Step, cocoa_s, contact_lines, flags, reader, seconds
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side
from triage.readers.whatsapp_jids import phone_of, plain, shown

APP = "WhatsApp"
_CONTACT = (
    "ZFULLNAME", "ZGIVENNAME", "ZLASTNAME", "ZUSERNAME", "ZBUSINESSNAME", "ZPHONENUMBER", "ZLOCALIZEDPHONENUMBER",
    "ZWHATSAPPID", "ZLID", "ZABOUTTEXT", "ZNOTES", "ZLASTUPDATED",
)  # fmt: skip
_OUTCOMES = {0: "ended", 1: "missed", 4: "rejected"}


def contacts(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Contacts, pairs, calls: whichever tables there are."""
    for row in rows.scan("ZWAADDRESSBOOKCONTACT", *_CONTACT):
        yield _contact(row)
    for row in rows.scan("ZWAPHONENUMBERLIDPAIR", "ZLID", "ZPHONENUMBER", "ZTIMESTAMP"):
        lid, number = row.text("ZLID"), _international(row.text("ZPHONENUMBER"))
        yield Unit(
            origin="contact",
            locator=f"row=ZWAPHONENUMBERLIDPAIR:{row.id}",
            text=contact_lines(("Phone", number), ("WhatsApp", f"{lid.partition('@')[0]}@lid")),
            app=APP,
            when=cocoa_s(row, "ZTIMESTAMP"),
            flags=flags(row),
            detail={"phones": number, "lid": lid},
        )
    yield from _calls(rows)


def _international(number: str) -> str:
    """WhatsApp stores numbers in full, with or without the plus."""
    return f"+{number}" if number.isascii() and number.isdigit() and 7 <= len(number) <= 15 else number


def _contact(row: Row) -> Unit:
    jid = plain(row.text("ZWHATSAPPID"))
    full = row.text("ZFULLNAME") or " ".join(one for one in (row.text("ZGIVENNAME"), row.text("ZLASTNAME")) if one)
    name = full or row.text("ZBUSINESSNAME")
    number = row.text("ZPHONENUMBER") or phone_of(jid)
    text = contact_lines(
        ("Name", name),
        ("Business", row.text("ZBUSINESSNAME")),
        ("Username", row.text("ZUSERNAME")),
        ("Phone", number or row.text("ZLOCALIZEDPHONENUMBER")),
        ("WhatsApp", jid),
        ("WhatsApp id", row.text("ZLID")),
        ("About", row.text("ZABOUTTEXT")),
        ("Note", row.text("ZNOTES")),
    )
    return Unit(
        origin="contact",
        locator=f"row=ZWAADDRESSBOOKCONTACT:{row.id}",
        text=text,
        app=APP,
        when=cocoa_s(row, "ZLASTUPDATED"),
        flags=flags(row),
        detail={"name": name, "phones": number, "jid": jid, "lid": row.text("ZLID")},
    )


def _calls(rows: Rows) -> Iterator[Step]:
    names = Names()
    people_of = Side(rows, "ZWACDCALLEVENTPARTICIPANT", "Z1PARTICIPANTS", "ZJIDSTRING")
    columns = ("ZDATE", "ZDURATION", "ZOUTCOME", "ZGROUPCALLCREATORUSERJIDSTRING", "ZGROUPJIDSTRING", "ZCALLIDSTRING")
    for row in rows.scan("ZWACDCALLEVENT", *columns):
        people = [plain(one.text("ZJIDSTRING")) for one in people_of.of([row.id]).get(row.id, [])]
        creator = plain(row.text("ZGROUPCALLCREATORUSERJIDSTRING"))
        group = row.text("ZGROUPJIDSTRING")
        outcome = row.whole("ZOUTCOME")
        length = row.number("ZDURATION")
        said = _OUTCOMES.get(outcome if outcome is not None else -1, "")
        others = list(dict.fromkeys(one for one in (*people, creator) if one))
        words = " ".join(one for one in (said, "call") if one) + (f", {seconds(length)}" if length else "")
        yield Unit(
            origin="call",
            locator=f"row=ZWACDCALLEVENT:{row.id}",
            text=words,
            app=APP,
            conversation=names.of(group or tuple(others), group, ", ".join(shown(one) for one in others)),
            sender=creator,
            recipients=tuple(one for one in others if one != creator),
            when=cocoa_s(row, "ZDATE"),
            direction="incoming" if creator and creator in people else "outgoing" if creator else None,
            flags=flags(row, "missed" if outcome == 1 else "", "group" if group or len(others) > 2 else ""),
            native_id=row.text("ZCALLIDSTRING"),
            detail={"duration": length, "outcome": outcome},
        )


FORM = Format(
    name="whatsapp_ios_book",
    version="1",
    shapes=(
        Shape(table="ZWAADDRESSBOOKCONTACT", columns=("ZWHATSAPPID",), score=92),
        Shape(table="ZWAPHONENUMBERLIDPAIR", columns=("ZLID", "ZPHONENUMBER"), score=90),
        Shape(table="ZWACDCALLEVENT", columns=("ZDATE", "ZDURATION"), score=91),
    ),
    records=("ZWAADDRESSBOOKCONTACT", "ZWAPHONENUMBERLIDPAIR", "ZWACDCALLEVENT"),
    units=contacts,
)
READER = reader(FORM)
