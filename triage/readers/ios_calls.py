"""Call history of iOS and macOS, `CallHistory.storedata` (Core Data): one `call` unit a row of `ZCALLRECORD`.

Telephone, FaceTime and calls of apps that report theirs to the system (`ZSERVICE_PROVIDER`). The address may be a
BLOB, or stand in `ZHANDLE` behind a table whose name carries a number that differs by version. Times are seconds
since 2001-01-01 UTC.

Sources: the schema as public parsers describe it (kinds: 1 telephone, 8 FaceTime video, 16 FaceTime audio).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import ReadContext, Unit
from triage.readers.sqlite_evidence import describe
from triage.readers.sqlite_reader import Format, Names, Shape, Step, cocoa_s, flags, reader, seconds
from triage.readers.sqlite_rows import Row, Rows
from triage.readers.sqlite_side import Side

_COLUMNS = (
    "ZADDRESS", "ZDATE", "ZDURATION", "ZORIGINATED", "ZANSWERED", "ZCALLTYPE", "ZSERVICE_PROVIDER", "ZLOCATION",
    "ZISO_COUNTRY_CODE", "ZNAME", "ZUNIQUE_ID",
)  # fmt: skip
_APPS = {"com.apple.Telephony": "Phone", "com.apple.FaceTime": "FaceTime", "net.whatsapp.WhatsApp": "WhatsApp"}
_KINDS = {1: "call", 8: "FaceTime video call", 16: "FaceTime audio call"}
_JOIN = re.compile(r"z_\d+remoteparticipanthandles\Z")


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """One unit a call, in the table's order."""
    names, people = Names(), _participants(rows)
    for row in rows.scan("ZCALLRECORD", *_COLUMNS):
        others = people.get(row.id, [])
        address = row.text("ZADDRESS") or (others[0] if others else "")
        yield _unit(row, address, others or ([address] if address else []), names)


def _participants(rows: Rows) -> dict[int, list[str]]:
    """Addresses by call, from the table of handles."""
    found: dict[int, list[str]] = {}
    table = next((one for one in rows.opened.tables if _JOIN.match(one)), "")
    if not table:
        return found
    describe(rows.opened, table)
    columns = rows.opened.columns(table)
    call = next((one for one in columns if "calls" in one), "")
    handle = next((one for one in columns if "handles" in one), "")
    values = Side(rows, "ZHANDLE", "Z_PK", "ZVALUE", "ZNORMALIZEDVALUE")
    for row in rows.scan(table, *(one for one in (call, handle) if one)):
        for one in values.of([row.number(handle)]).get(row.number(handle), []):
            found.setdefault(row.number(call), []).append(one.text("ZNORMALIZEDVALUE") or one.text("ZVALUE"))
    return found


def _unit(row: Row, address: str, others: list[str], names: Names) -> Unit:
    mine = row.number("ZORIGINATED") == 1
    length = row.real("ZDURATION") or 0.0
    missed = not mine and not row.number("ZANSWERED")
    provider = row.text("ZSERVICE_PROVIDER")
    kind = _KINDS.get(row.number("ZCALLTYPE"), "call")
    words = f"{'missed' if missed else 'outgoing' if mine else 'incoming'} {kind}"
    name = row.text("ZNAME")
    return Unit(
        origin="call",
        locator=f"row=ZCALLRECORD:{row.id}",
        text=words + (f", {seconds(int(length))}" if length >= 1 else ""),
        app=_APPS.get(provider, provider) or "Phone",
        conversation=names.of(address or name, name, address),
        sender="" if mine else address or name,
        sender_name="" if mine or not address else name,
        recipients=tuple(others) if mine else (),
        when=cocoa_s(row, "ZDATE"),
        direction="outgoing" if mine else "incoming",
        flags=flags(row, "missed" if missed else "", "video" if row.number("ZCALLTYPE") == 8 else ""),
        native_id=row.text("ZUNIQUE_ID"),
        detail={
            "duration": int(length),
            "answered": bool(row.number("ZANSWERED")),
            "region": row.text("ZLOCATION"),
            "country": row.text("ZISO_COUNTRY_CODE"),
        },
    )


FORM = Format(
    name="ios_calls",
    version="1",
    shapes=(Shape(table="ZCALLRECORD", columns=("ZDATE", "ZDURATION"), score=93),),
    records=("ZCALLRECORD",),
    units=units,
)
READER = reader(FORM)
