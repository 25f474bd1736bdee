"""WhatsApp for iOS: the smaller databases beside the messages; one module since each is one table.

`ContactsV2.sqlite` (`ZWAADDRESSBOOKCONTACT`; its values may be BLOBs), `LID.sqlite` (`ZWAPHONENUMBERLIDPAIR` or
`ZWAZACCOUNT`: which opaque number belongs to which telephone number), `CallHistory.sqlite` (`ZWACDCALLEVENT` with its
participants, and `ZWAAGGREGATECALLEVENT`, which knows the direction).
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
    for table, lid in (("ZWAPHONENUMBERLIDPAIR", "ZLID"), ("ZWAZACCOUNT", "ZIDENTIFIER")):
        for row in rows.scan(table, lid, "ZPHONENUMBER", "ZTIMESTAMP"):
            yield _pair(row, table, row.text(lid))
    yield from _calls(rows)


def _pair(row: Row, table: str, lid: str) -> Unit:
    number, lid = _international(row.text("ZPHONENUMBER")), f"{lid.partition('@')[0]}@lid"
    return Unit(
        origin="contact",
        locator=f"row={table}:{row.id}",
        text=contact_lines(("Phone", number), ("WhatsApp", lid)),
        app=APP,
        when=cocoa_s(row, "ZTIMESTAMP"),
        flags=flags(row),
        detail={"phones": number, "lid": lid},
    )


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
    wholes = Side(rows, "ZWAAGGREGATECALLEVENT", "Z_PK", "ZINCOMING", "ZMISSED", "ZVIDEO")
    columns = (
        "ZDATE", "ZDURATION", "ZOUTCOME", "ZGROUPCALLCREATORUSERJIDSTRING", "ZGROUPJIDSTRING", "ZCALLIDSTRING",
        "Z1CALLEVENTS",
    )  # fmt: skip
    for row in rows.scan("ZWACDCALLEVENT", *columns):
        whole = wholes.of([row.number("Z1CALLEVENTS")]).get(row.number("Z1CALLEVENTS"), [])[:1]
        people = [plain(one.text("ZJIDSTRING")) for one in people_of.of([row.id]).get(row.id, [])]
        creator = plain(row.text("ZGROUPCALLCREATORUSERJIDSTRING"))
        group = row.text("ZGROUPJIDSTRING")
        outcome = row.whole("ZOUTCOME")
        length = row.number("ZDURATION")
        incoming = _incoming(whole, creator, people)
        missed = outcome == 1 or any(one.number("ZMISSED") for one in whole)
        video = any(one.number("ZVIDEO") for one in whole)
        others = list(dict.fromkeys(one for one in (*people, creator) if one))
        said = "missed" if missed else _OUTCOMES.get(outcome if outcome is not None else -1, "")
        words = " ".join(one for one in (said, "video call" if video else "call") if one)
        caller = creator or (others[0] if incoming and len(others) == 1 else "")
        yield Unit(
            origin="call",
            locator=f"row=ZWACDCALLEVENT:{row.id}",
            text=words + (f", {seconds(length)}" if length else ""),
            app=APP,
            conversation=names.of(group or tuple(others), group, ", ".join(shown(one) for one in others)),
            sender=caller,
            recipients=tuple(one for one in others if one != caller),
            when=cocoa_s(row, "ZDATE"),
            direction=None if incoming is None else "incoming" if incoming else "outgoing",
            flags=flags(
                row,
                "missed" if missed else "",
                "video" if video else "",
                "group" if group or len(others) > 2 else "",
            ),
            native_id=row.text("ZCALLIDSTRING"),
            detail={"duration": length, "outcome": outcome},
        )


def _incoming(whole: list[Row], creator: str, people: list[str]) -> bool | None:
    """As the record of the whole call says; else by who made it; None where neither is there."""
    stated = whole[0].whole("ZINCOMING") if whole else None
    if stated is not None:
        return stated == 1
    return creator in people if creator else None


FORM = Format(
    name="whatsapp_ios_book",
    version="1",
    shapes=(
        Shape(table="ZWAADDRESSBOOKCONTACT", columns=("ZWHATSAPPID",), score=92),
        Shape(table="ZWAPHONENUMBERLIDPAIR", columns=("ZLID", "ZPHONENUMBER"), score=90),
        Shape(table="ZWAZACCOUNT", columns=("ZIDENTIFIER", "ZPHONENUMBER"), score=90),
        Shape(table="ZWACDCALLEVENT", columns=("ZDATE", "ZDURATION"), score=91),
    ),
    records=("ZWAADDRESSBOOKCONTACT", "ZWAPHONENUMBERLIDPAIR", "ZWAZACCOUNT", "ZWACDCALLEVENT"),
    units=contacts,
)
READER = reader(FORM)
