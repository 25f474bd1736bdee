"""Tables as XML: elements that come again and again with the same fields, whatever they are called.

A field is an attribute, a child element with text alone (`<caller>+34…</caller>`), or a child that names itself by an
attribute (`<property type="Tel">+34…</property>`). Elements with at least two fields are records, elements of one path
(and of one `type`, where they state it) a table; its headings are the names of the fields. Tables that are none of
messages, calls, contacts, places or accounts are counted by path, not read.

Scores stand below those of every reader that knows its format. Sources: XML 1.0; public descriptions of vendors'
exports (`node` with `property type="…"`). Refused: document types are never followed (`xml_stream`).

Locator: `xml=/path/to/record[3]`, the third record of that path in the file.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from triage.model import Blob, Head, Problem, Read, ReadContext, Reader, Tally
from triage.problems import ReadError, problem
from triage.readers.table_mapping import map_header
from triage.readers.table_reading import Accounts, Mapper, SheetReading
from triage.readers.table_row import RawRow
from triage.readers.xml_stream import Fault, XmlStream, blocks_of, local_name

FORMAT = "XML table"
LOWER = 30
MAPPED = 90
"""Scores above are those of an examiner's own mapping."""
MAX_FIELDS = 300
MAX_PATHS = 2_000
_NAMED_BY = ("type", "name", "key", "label", "title", "field", "id")
_GENERIC = {
    "property",
    "field",
    "column",
    "col",
    "value",
    "data",
    "item",
    "cell",
    "attribute",
    "prop",
    "param",
    "string",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_KIND_OF = ("type", "name", "kind", "category")


@dataclass(slots=True)
class Record:
    """An element with fields."""

    path: str
    number: int
    fields: dict[str, str]


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    name: str
    path: str
    attributes: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    children: bool = False
    named: str = ""
    """The heading under which its own text is a field of its parent."""


class Records:
    """The records of a document as a stream; afterwards `fault` says whether its end was reached."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.fault: Fault | None = None
        self._blocks = blocks
        self._stack: list[_Open] = []
        self._count: Counter[str] = Counter()
        self._stream: XmlStream[Record] = XmlStream(self._start, self._end, with_text=True)

    def __iter__(self) -> Iterator[Record]:
        yield from self._stream.events(self._blocks)
        self.fault = self._stream.fault

    @property
    def open(self) -> bool:
        """Whether the document ended within a record."""
        return any(one.fields for one in self._stack)

    def _start(self, tag: str, values: dict[str, str]) -> None:
        name = local_name(tag)
        attributes = {local_name(key): value for key, value in values.items() if not key.startswith("xmlns")}
        above = self._stack[-1] if self._stack else None
        if above is not None:
            above.children = True
        named = next((attributes[key] for key in _NAMED_BY if attributes.get(key)), "")
        kind = next((attributes[key] for key in _KIND_OF if attributes.get(key)), "")
        part = (
            f"{name}[@{kind[:60]}]" if kind and name.lower() in ("node", "model", "table", "section", "view") else name
        )
        path = f"{above.path}/{part}" if above and len(self._stack) < 60 else f"/{part}"
        self._stack.append(_Open(name, path, attributes, named=named if name.lower() in _GENERIC else ""))
        self._stream.text.clear()
        self._stream.in_text = True

    def _end(self, _tag: str) -> None:
        one = self._stack.pop()
        text = "".join(self._stream.text).strip() if not one.children else ""
        self._stream.text.clear()
        self._stream.in_text = bool(self._stack)
        above = self._stack[-1] if self._stack else None
        own = {key: value for key, value in one.attributes.items() if not (one.named and key in _NAMED_BY)}
        if not one.children and above is not None and (one.named or len(own) < 2):
            _put(above.fields, one.named or one.name, text or own.get("value", ""))
            return
        fields = own | one.fields
        if text:
            _put(fields, one.name, text)
        if len(fields) >= 2:
            self._count[one.path] += 1
            self._stream.ready.append(Record(one.path, self._count[one.path], fields))


def _put(fields: dict[str, str], name: str, text: str) -> None:
    if name in fields and text:
        fields[name] = f"{fields[name]}; {text}" if fields[name] else text
    elif len(fields) < MAX_FIELDS:
        fields[name] = text


def detect_with(mapper: Mapper, head: Head) -> int:
    """The best score of the tables whose first records stand in the head."""
    if not head.start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and head.start[:2] not in (
        b"\xff\xfe",
        b"\xfe\xff",
    ):
        return 0
    keys: dict[str, dict[str, None]] = {}
    for record in Records(blocks_of(io.BytesIO(head.start))):
        keys.setdefault(record.path, {}).update(dict.fromkeys(record.fields))
    scores = [table.score for path, listed in keys.items() if (table := mapper(list(listed), _name(path)))]
    return 0 if not scores else max(scores) if max(scores) > MAPPED else max(10, max(scores) - LOWER)


def _name(path: str) -> str:
    """The name of a table by its path: what the record or the element above it says of itself."""
    return path.rpartition("/")[2].replace("[@", " ").rstrip("]")


def read_with(mapper: Mapper, blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The tables in the order of their first records, then the accounts."""
    keys, counts, fault, begun = _survey(blob)
    accounts = Accounts()
    mapped = 0
    for path, listed in keys.items():
        hint = f"{_name(path)} {ctx.path.rpartition('/')[2]}"
        table = mapper(list(listed), _name(path)) or mapper(list(listed), hint)
        if table is None:
            continue
        mapped += 1
        rows = partial(_rows, blob, path, list(listed))
        yield from SheetReading(rows, name=_name(path), hint=hint, zone=ctx.zone, fixed=table).units(accounts)
        counts.pop(path, None)
    trouble = fault.problem(FORMAT, accounts.records, records=begun) if fault else None
    if not mapped:
        remedy = "None of its elements is a table of messages, calls, contacts or places."
        raise ReadError(trouble or problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy=remedy))
    accounts.lost += begun + counts.total()
    if counts:
        yield problem("R-OTHER-RECORDS", "read", records=counts.total(), n=counts.total(), kinds=len(counts))
    yield from accounts.close()
    for path, n in sorted(counts.items())[:200]:
        yield Tally(what=f"unread_{path.strip('/')[-120:]}", n=n)
    if trouble is not None:
        yield trouble


def _survey(blob: Blob) -> tuple[dict[str, dict[str, None]], Counter[str], Fault | None, int]:
    keys: dict[str, dict[str, None]] = {}
    counts: Counter[str] = Counter()
    with blob.open() as handle:
        records = Records(blocks_of(handle))
        for record in records:
            path = record.path if record.path in keys or len(keys) < MAX_PATHS else "other"
            counts[path] += 1
            listed = keys.setdefault(path, {})
            if len(listed) < MAX_FIELDS:
                listed.update(dict.fromkeys(record.fields))
    return keys, counts, records.fault, int(records.fault is not None and records.open)


def _rows(blob: Blob, path: str, keys: list[str]) -> Iterator[RawRow | Problem]:
    with blob.open() as handle:
        for record in Records(blocks_of(handle)):
            if record.path == path:
                cells = [record.fields.get(key, "") for key in keys]
                yield RawRow(f"xml={path.replace(';', '%3B')}[{record.number}]", cells)


def reader(mapper: Mapper = map_header, *, name: str = "table_xml") -> Reader:
    """The reader with the built-in names of columns, or with an examiner's own mapping."""
    return Reader(
        name=name, version="1", media_type="text/xml",
        detect=partial(detect_with, mapper), read=partial(read_with, mapper),
    )  # fmt: skip


READER = reader()
