"""Property lists of Apple's systems, binary and XML: facts of the device, and every value printed.

`Info.plist`, `Manifest.plist` and `Status.plist` of an iTunes or Finder backup say whose device it was, when the backup
was made and whether it is encrypted: these become facts of the source. Every property list becomes `note` units with
one line for each value, `key/key/[index]: value`, in the order of the file. Data is printed as its number of bytes,
archived objects (`NSKeyedArchiver`) as the list of objects that they are. Times in property lists are UTC. A list
deeper than 100 or with more than 200,000 values is printed that far (`R-LIMIT`). Parsed by the standard library, which
expands no entities. Sources: `plist(5)`, CFBinaryPList.c (published by Apple).
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

from triage.model import Blob, Head, Read, ReadContext, Reader, SourceFact, Tally, Unit
from triage.problems import ReadError, problem

FORMAT = "property list"
MAX_BYTES = 64 << 20
MAX_VALUES = 200_000
MAX_DEPTH = 100
MAX_LINE = 8_000
LINES = 200
"""Lines of one unit."""
DAMAGE = (
    plistlib.InvalidFileException, ExpatError, ValueError, TypeError, KeyError, IndexError, AttributeError,
    OverflowError, RecursionError, EOFError, MemoryError,
)  # fmt: skip
FACTS = {
    "Device Name": "device_name",
    "Display Name": "device_name",
    "DeviceName": "device_name",
    "Product Name": "model",
    "Product Type": "model",
    "ProductType": "model",
    "Product Version": "os_version",
    "ProductVersion": "os_version",
    "Build Version": "os_build",
    "Serial Number": "serial",
    "SerialNumber": "serial",
    "IMEI": "imei",
    "IMEI 2": "imei",
    "MEID": "meid",
    "ICCID": "iccid",
    "Phone Number": "msisdn",
    "Unique Identifier": "udid",
    "UniqueDeviceID": "udid",
    "Target Identifier": "udid",
    "Last Backup Date": "backup_date",
    "Date": "backup_date",
}
"""Keys of a backup's property lists → facts."""
_BACKUP = ({"Product Version", "Unique Identifier"}, {"BackupKeyBag"}, {"IsEncrypted", "Lockdown"},
           {"BackupState", "SnapshotState"}, {"Device Name", "Last Backup Date"},
           {"Product Type", "Serial Number"})  # fmt: skip


def detect(head: Head) -> int:
    """The magic of the binary form; an XML declaration with the root `plist`."""
    if head.start.startswith(b"bplist0"):
        return 85
    start = head.start[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    return 85 if start.startswith(b"<") and b"<plist" in start else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Facts, then the values in the order of the file."""
    found = _loaded(blob)
    yield from _facts(found)
    held: list[str] = []
    first = count = units = 0
    limited = False
    for place, value in _walk(found):
        if place is None or count >= MAX_VALUES:
            limited = True
            break
        count += 1
        held.append(f"{place}: {value}"[:MAX_LINE])
        if len(held) >= LINES or sum(map(len, held)) > MAX_LINE:
            yield _unit(held, first, count)
            held, first, units = [], count, units + 1
    if held or not count:
        yield _unit(held or ["(empty)"], first, max(count, 1))
        units += 1
    if limited:
        yield problem("R-LIMIT", "read", format=FORMAT, limit=f"{MAX_VALUES:,} values or {MAX_DEPTH} levels")
    yield Tally(what="values", n=count)
    yield Tally(what="records", n=units)


def _unit(lines: list[str], first: int, last: int) -> Unit:
    return Unit(origin="note", locator=f"value={first + 1}-{last}", text="\n".join(lines))


def _loaded(blob: Blob) -> Any:
    if blob.size > MAX_BYTES:
        raise ReadError(problem("R-LIMIT", "read", format=FORMAT, limit=f"{MAX_BYTES >> 20} MiB"))
    with blob.open() as handle:
        data = handle.read()
    try:
        return plistlib.loads(data)
    except DAMAGE as error:
        raise ReadError(problem("R-MALFORMED", "read", format=FORMAT, at="", n=0)) from error


def _walk(value: Any) -> Iterator[tuple[str | None, str]]:
    """Place and printed form of every value; place None where it goes too deep (a list that holds itself)."""
    stack: list[tuple[str, Any, int]] = [("", value, 0)]
    while stack:
        place, value, depth = stack.pop()
        if isinstance(value, dict | list) and value:
            if depth >= MAX_DEPTH:
                yield None, ""
                return
            pairs = value.items() if isinstance(value, dict) else ((f"[{n}]", one) for n, one in enumerate(value))
            below = [(f"{place}/{key}" if place else str(key), one, depth + 1) for key, one in pairs]
            stack.extend(reversed(below))
        else:
            yield place, printed(value)


def printed(value: Any) -> str:
    """One value as people read it."""
    if isinstance(value, bytes):
        return f"<{len(value):,} bytes>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, plistlib.UID):
        return f"→ [{value.data}]"
    if isinstance(value, dict | list):
        return "(empty)"
    return str(value)


def _facts(found: Any) -> Iterator[SourceFact]:
    """What a backup's own property lists say of the device."""
    if not isinstance(found, dict) or not any(keys <= found.keys() for keys in _BACKUP):
        return
    lockdown = found.get("Lockdown")
    seen = set()
    for part in (found, lockdown if isinstance(lockdown, dict) else {}):
        for key, fact in FACTS.items():
            value = part.get(key)
            if isinstance(value, str | int | datetime) and not isinstance(value, bool) and str(value):
                seen.add((fact, printed(value)))
    if "IsEncrypted" in found:
        seen.add(("backup_encrypted", "yes" if found["IsEncrypted"] else "no"))
    for fact, text in sorted(seen):
        yield SourceFact(key=fact, value=text)


READER = Reader(name="plist", version="1", media_type="application/x-plist", detect=detect, read=read)
