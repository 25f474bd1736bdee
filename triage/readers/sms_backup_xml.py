"""SMS Backup & Restore (Android): `sms-….xml` and `calls-….xml`, read as a stream.

Root `smses` or `calls`; elements `sms`, `mms` (with `parts > part` and `addrs > addr`) and `call`, all facts in
attributes. The files break XML in known ways, repaired on the way (`sms_backup_repair`). One MMS is one unit.
Every element that is complete is read, however the file ends. Times are Unix milliseconds (UTC). The `count` of the
root can be wrong; a difference is reported. Media are named, not read.

Sources: the app's own published description of its fields; public samples. Refused: document types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from triage.model import Blob, Conversation, Head, Problem, Read, ReadContext, Reader, Tally
from triage.problems import ReadError, problem
from triage.readers.sms_backup_repair import Repair
from triage.readers.sms_backup_units import Record, records_units
from triage.readers.text_encoding import sniff
from triage.readers.xml_stream import XmlStream, local_name

FORMAT = "SMS backup"
_ROOT = re.compile(r"<(smses|calls)(?=[\s/>])([^<>]*)")
_RECORD = re.compile(r"<(?:sms|mms|call)\s[^<>]*?\b(?:date|address|number)\s*=")
_KINDS = ("sms", "mms", "call")


def detect(head: Head) -> int:
    """By the root element and a record or the app's own attributes."""
    text = head.start.decode(sniff(head.start) or "latin-1", "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return 0
    root = _ROOT.search(text)
    if root is None or re.search(r"<[A-Za-z]", text[: root.start()]):
        return 0
    if _RECORD.search(text, root.end()):
        return 95
    return 85 if "count=" in root[2] or "backup_set=" in root[2] else 0


class _Elements:
    """Handlers for `XmlStream`: whole records."""

    def __init__(self, encoding: str | None) -> None:
        self.stream: XmlStream[Record] = XmlStream(self._start, self._end, encoding=encoding)
        self.stated = ""
        self.others = 0
        """Elements beside the records that are none of the three kinds."""
        self.open: Record | None = None
        self._root = ""
        self._depth = 0
        self._counts = dict.fromkeys(_KINDS, 0)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:
            if tag in self._counts:
                self._counts[tag] = n = self._counts[tag] + 1
                self.open = Record(tag, n, self._root, attributes)
            else:
                self.others += 1
        elif self._depth == 1:
            self._root, self.stated = local_name(tag), attributes.get("count", "")
        elif self.open is not None:
            if tag == "part":
                self.open.parts.append(attributes)
            elif tag == "addr":
                self.open.addresses.append(attributes)

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._depth == 1 and self.open is not None:
            self.stream.ready.append(self.open)
            self.open = None


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Units in file order, each conversation announced once; then what was repaired, missing or lost."""
    with blob.open() as handle:
        wide = _wide(handle)
        elements, repair = _Elements("utf-8" if wide else None), Repair()
        accounts = _Accounts()
        for record in elements.stream.events(repair.blocks(handle, wide=wide)):
            yield from accounts.units(record)
    yield from accounts.close(elements, repair)


def _wide(handle: BinaryIO) -> str | None:
    codec = sniff(handle.read(4096))
    handle.seek(0)
    return codec if codec is not None and codec.startswith("utf-16") else None


class _Accounts:
    """What has been read so far."""

    def __init__(self) -> None:
        self.records = 0
        self._extra = 0
        self._bad_dates = 0
        self._kinds: dict[str, int] = {}
        self._known: set[str] = set()

    def units(self, record: Record) -> Iterator[Read]:
        for n, unit in enumerate(records_units(record)):
            if n:
                self._extra += 1
            elif unit.conversation not in self._known:
                self._known.add(unit.conversation)
                people = (*unit.conversation.split(", "), unit.sender_name, str(unit.detail.get("contact_name") or ""))
                yield Conversation(name=unit.conversation, participants=tuple(one for one in people if one))
            yield unit
        self.records += 1
        self._kinds[record.kind] = self._kinds.get(record.kind, 0) + 1
        self._bad_dates += unit.when.basis == "none" and unit.when.source != ""

    def close(self, elements: _Elements, repair: Repair) -> Iterator[Read]:
        """Problems and tallies; raises where a fault left nothing that was read."""
        yield from self._problems(elements, repair)
        fault = elements.stream.fault
        begun = 0
        if fault is not None:
            broken = re.match(rb"<(?:sms|mms|call)\b", repair.tail) is not None or fault.kind == "malformed"
            begun = 1 if elements.open is not None or broken else 0
        yield Tally(what="records", n=self.records + elements.others + begun)
        yield Tally(what="extra_units", n=self._extra)
        for kind, n in sorted(self._kinds.items()):
            yield Tally(what=kind, n=n)
        if fault is not None:
            trouble = fault.problem(FORMAT, self.records, records=begun)
            if self.records == 0:
                raise ReadError(trouble)
            yield trouble

    def _problems(self, elements: _Elements, repair: Repair) -> Iterator[Problem]:
        stated = elements.stated.strip()
        if stated.isascii() and stated.isdigit() and int(stated[:18]) != self.records + elements.others:
            yield problem("R-COUNT", "read", stated=int(stated[:18]), found=self.records + elements.others)
        if repair.illegal:
            yield problem("R-ILLEGAL-CHARS", "read", n=repair.illegal)
        if repair.cut_values:
            yield problem("R-LIMIT", "read", format="value of an attribute", limit="4 MiB")
        if self._bad_dates:
            yield problem("R-DATE-VALUE", "read", n=self._bad_dates)
        if elements.stream.has_doctype:
            yield problem("R-DTD", "read", n=self.records)
        if elements.others:
            yield problem("R-OTHER-RECORDS", "read", records=elements.others, n=elements.others, kinds=1)


READER = Reader(name="sms_backup_xml", version="1", media_type="application/xml", detect=detect, read=read)
