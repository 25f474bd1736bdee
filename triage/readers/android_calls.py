"""Android call log: `calllog.db`, and the table `calls` of older `contacts2.db`; one `call` unit a row.

Times are Unix milliseconds, durations seconds. A number that is empty or -1, -2, -3 is unknown, withheld or a
payphone; so is what `presentation` says (2 withheld, 3 unknown, 4 payphone).

Sources: the Android call log provider's published columns and constants. Not read: voicemail recordings.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import ReadContext, Unit
from triage.readers.sqlite_reader import Format, Names, Shape, Step, flags, reader, seconds, unix_ms
from triage.readers.sqlite_rows import Row, Rows

_COLUMNS = (
    "number", "date", "duration", "type", "name", "presentation", "geocoded_location", "countryiso", "via_number",
    "normalized_number", "transcription", "features", "subscription_component_name",
)  # fmt: skip
_KINDS = {1: "incoming", 2: "outgoing", 3: "missed", 4: "voicemail", 5: "rejected", 6: "blocked",
          7: "answered on another device"}  # fmt: skip
_HIDDEN = {"-1": "unknown number", "-2": "withheld number", "-3": "payphone", "": "unknown number"}
_PRESENTATIONS = {2: "withheld number", 3: "unknown number", 4: "payphone"}
_OUTGOING = 2
_VIDEO = 1


def units(rows: Rows, _ctx: ReadContext) -> Iterator[Step]:
    """Calls in the table's order."""
    names = Names()
    for row in rows.scan("calls", *_COLUMNS):
        yield _unit(row, names)


def _unit(row: Row, names: Names) -> Unit:
    kind, number = row.number("type"), row.text("number").strip()
    hidden = _HIDDEN.get(number, "") or _PRESENTATIONS.get(row.number("presentation"), "")
    number = "" if number in _HIDDEN else number
    mine = kind == _OUTGOING
    length = row.number("duration")
    text = f"{_KINDS.get(kind, f'kind {kind}')} call" if kind != 4 else "voicemail"
    text += f" from {hidden}" if hidden else ""
    text += f", {seconds(length)}" if length else ""
    return Unit(
        origin="call",
        locator=f"row=calls:{row.id}",
        text="\n".join(one for one in (text, row.text("transcription")) if one),
        app="Phone",
        conversation=names.of(number or hidden, row.text("name"), number or hidden),
        sender="" if mine else number or hidden,
        sender_name="" if mine else row.text("name"),
        recipients=(number,) if mine and number else (),
        when=unix_ms(row, "date"),
        direction="outgoing" if mine else "incoming",
        flags=flags(
            row,
            "missed" if kind == 3 else "rejected" if kind == 5 else "",
            "video" if row.number("features") & _VIDEO else "",
        ),
        detail={
            "duration": length,
            "name": row.text("name"),
            "normalized_number": row.text("normalized_number"),
            "region": row.text("geocoded_location"),
            "country": row.text("countryiso"),
            "via_number": row.text("via_number"),
        },
    )


FORM = Format(
    name="android_calls",
    version="1",
    shapes=(Shape(table="calls", columns=("number", "date", "duration", "type"), score=84),),
    records=("calls",),
    units=units,
)
READER = reader(FORM)
