"""What the readers of JSON exports share: the walk over arrays of records, the accounts, and single fields.

`ExportReading` holds the counts of one reading. A value that is no object becomes a Problem and is counted; a text that
breaks off gives everything before the break, and the record in which it broke stands in the accounts. Field functions
accept that any value may be missing or of another type: nothing here raises on evidence.

Source: RFC 8259; `triage.readers.json_stream` does the reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from triage.model import NO_TIME, Blob, Moment, Problem, Read, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.json_stream import TOO_LARGE, JsonError, JsonStream
from triage.readers.text_encoding import sniff
from triage.timestamps import EpochUnit, from_unix, is_absurd

LIMIT = "8 million characters for one value"
Detail = dict[str, str | int | bool | None]
Record = dict[str, Any]
One = Callable[[Record, str], Iterator[Read]]
"""Makes the units of one record; its second argument is the record's JSON pointer."""


class ExportReading:
    """The state of one reading of one export."""

    def __init__(self, format_name: str) -> None:
        self.format = format_name
        self.tallies: Counter[str] = Counter()
        """Further lines of the accounts, as the format has them."""
        self.unread: Counter[str] = Counter()
        """Records of kinds that are known and not read, by kind: counted, and said in one Problem."""
        self._records = self._extra = self._lost = self._bad_times = 0
        self._at = ""

    def run(self, blob: Blob, root: Callable[[JsonStream], Iterator[Read]]) -> Iterator[Read]:
        """Everything `root` yields from the text, then the accounts; raises where nothing could be read."""
        with blob.open() as handle:
            stream = open_stream(handle)
            fault: JsonError | None = None
            try:
                yield from root(stream)
                if stream.peek():
                    raise stream.fault()
            except JsonError as found:
                fault = found
        yield from self._accounts(stream, fault)

    def each(self, stream: JsonStream, pointer: str, one: One) -> Iterator[Read]:
        """`one` for each object of the array at the cursor; a single object there is taken as an array of one."""
        if stream.peek() != "[":
            self._at = f"ptr={pointer}"
            value = stream.value()
            yield from self.taken(value, pointer, one)
            self._at = ""
            return
        self._at = f"ptr={pointer}/0"
        for n, value in enumerate(stream.values()):
            self._at = f"ptr={pointer}/{n + 1}"
            yield from self.taken(value, f"{pointer}/{n}", one)
        self._at = ""

    def taken(self, value: Any, pointer: str, one: One) -> Iterator[Read]:
        """The units of one value of an array, or the Problem that it is no record."""
        if value is TOO_LARGE:
            self._lost += 1
            yield problem("R-LIMIT", "read", f"ptr={pointer}", records=1, format="record", limit=LIMIT)
        elif isinstance(value, dict):
            yield from one(value, pointer)
        else:
            yield self.unreadable(pointer, f"not an object but {type(value).__name__}")

    def unreadable(self, pointer: str, why: str) -> Problem:
        """The Problem that stands for one record; `why` in words of ours."""
        self._lost += 1
        return problem("R-RECORD", "read", f"ptr={pointer}", records=1, why=why)

    def unit(self, unit: Unit, *, extra: bool = False) -> Unit:
        """Count a unit; `extra` for one that is no record of its own."""
        self._extra += extra
        self._records += not extra
        self._bad_times += unit.when.basis == "none" and unit.when.source != ""
        return unit

    def _accounts(self, stream: JsonStream, fault: JsonError | None) -> Iterator[Read]:
        if stream.damaged_line:
            at = f" near line {stream.damaged_line}"
            yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used="UTF-8 with replaced bytes")
        if self._bad_times:
            yield problem("R-DATE-VALUE", "read", n=self._bad_times)
        begun = 1 if fault is not None and fault.inside and self._at else 0
        passed = self.unread.total()
        if passed:
            yield problem("R-OTHER-RECORDS", "read", records=passed, n=passed, kinds=len(self.unread))
        yield Tally(what="records", n=self._records + self._lost + begun + passed)
        yield Tally(what="extra_units", n=self._extra)
        for what, n in sorted(self.tallies.items()):
            yield Tally(what=what, n=n)
        for what, n in sorted(self.unread.items()):
            yield Tally(what=f"unread_{what}", n=n)
        if fault is not None:
            trouble = self._trouble(fault, begun)
            if not self._records:
                raise ReadError(trouble)
            yield trouble

    def _trouble(self, fault: JsonError, begun: int) -> Problem:
        where = self._at if begun else ""
        if fault.kind == "limit":
            return problem("R-LIMIT", "read", where, records=begun, format=self.format, limit=LIMIT)
        code = "R-TRUNCATED" if fault.kind == "truncated" else "R-MALFORMED"
        at = f" at line {fault.line}, column {fault.column}"
        return problem(code, "read", where, records=begun, format=self.format, at=at, n=self._records)


def open_stream(handle: Any) -> JsonStream:
    """A stream over the handle, in the encoding that its first bytes show."""
    codec = sniff(handle.read(4096)) or "utf-8"
    handle.seek(0)
    return JsonStream(handle, codec)


def head_json(start: bytes) -> str:
    """The beginning of a text for detection, without a byte order mark or space; empty where it is no JSON."""
    text = start.decode(sniff(start) or "utf-8", "replace").lstrip("\ufeff \t\r\n")
    return text if text[:1] in ("{", "[") else ""


def words(value: Any) -> str:
    """A scalar as text; empty for null, booleans, lists and objects."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict | bool) else str(value)


def objects(value: Any) -> list[Record]:
    """The objects of a list; an object alone is a list of one; nothing for anything else."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def child(value: Any, *keys: str) -> Record:
    """The object under the keys, one in another; empty where any of them is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def whole(value: Any) -> int | None:
    """An integer, also one that is written as a string or with a fraction of zero."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    text = words(value).strip()
    return int(text) if text.lstrip("-").isdecimal() and text.isascii() and len(text) < 25 else None


def epoch(value: Any, unit: EpochUnit | None = None) -> Moment:
    """Unix time; without a unit its digits decide between seconds, milli-, micro- and nanoseconds."""
    number = whole(value)
    if number is None:
        return Moment(source=words(value)) if words(value) else NO_TIME
    return from_unix(number, unit or _unit_of(number), source=words(value))


def _unit_of(number: int) -> EpochUnit:
    digits = len(str(abs(number)))
    return "s" if digits <= 11 else "ms" if digits <= 14 else "us" if digits <= 17 else "ns"


def marks(when: Moment, *flags: str) -> tuple[str, ...]:
    """Sorted flags without the empty ones, with `absurd_time` where the time asks for it."""
    found = {flag for flag in flags if flag}
    return tuple(sorted(found | ({"absurd_time"} if is_absurd(when) else set())))
