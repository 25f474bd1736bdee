"""Earlier versions of an edited iMessage, and parts that were unsent: the property list `message_summary_info`.

    ec: {part: [{t: typedstream of the text, d: seconds since 2001}, …]}    rp: [parts that were unsent]

The last entry of a part is the present text and is left out. A list that is no such thing gives nothing.

Sources: public descriptions of the format and public test data.
"""

from __future__ import annotations

import plistlib
import struct
from collections.abc import Iterator
from typing import Any
from xml.parsers.expat import ExpatError

from triage.model import NO_TIME, Moment
from triage.readers.typedstream import body_text
from triage.timestamps import from_cocoa

MAX_SIZE = 1 << 20
_BROKEN = (
    plistlib.InvalidFileException, ExpatError, ValueError, OverflowError, IndexError, KeyError, TypeError,
    AttributeError, RecursionError, struct.error, AssertionError,
)  # fmt: skip


def _summary(data: bytes) -> dict[str, Any]:
    if not data.startswith(b"bplist00") or len(data) > MAX_SIZE:
        return {}
    try:
        found = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    except _BROKEN:
        return {}
    return found if isinstance(found, dict) else {}


def earlier_versions(data: bytes) -> Iterator[tuple[Moment, str]]:
    """When and what, oldest first, without the present text."""
    parts = _summary(data).get("ec")
    for versions in parts.values() if isinstance(parts, dict) else ():
        kept = [one for one in versions if isinstance(one, dict)] if isinstance(versions, list) else []
        for one in kept[:-1][:100]:
            found = body_text(one["t"]) if isinstance(one.get("t"), bytes) else None
            if found is not None:
                yield _when(one.get("d")), found[0]


def _when(value: object) -> Moment:
    if not isinstance(value, int | float) or not abs(value) < 1e12:
        return NO_TIME
    return from_cocoa(round(value * 1000), "ms", source=str(value))


def retracted(data: bytes) -> bool:
    """True where parts of the message were unsent."""
    return bool(_summary(data).get("rp"))
