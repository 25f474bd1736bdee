"""Where the vendor found each model: `extraInfos > extraInfo > sourceInfo > nodeInfo` of a Cellebrite `report.xml`.

The section stands after the models in the reports seen, but its facts (source file, table, offset) belong in each
unit's detail: without them a finding cannot be checked in the device's own database. So the section is looked for
first, by its tag, and only it is parsed: the megabytes before it are scanned, not parsed. A section that is not
well formed gives the pointers that stand before the fault; the main pass reports the fault itself.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from triage.readers.xml_stream import XmlStream, blocks_of, local_name

_SECTION = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?extraInfos[\s>]")
_SCAN = 1 << 22
_KEEP = 256
_NUMBER = re.compile(r"\d{1,18}\Z", re.ASCII)


def short_key(model_id: str) -> int | str:
    """A model's id in 8 bytes where it is a UUID, so that a million of them stay small; else the id itself."""
    try:
        return int(model_id.replace("-", ""), 16) & 0x3FFF_FFFF_FFFF_FFFF
    except ValueError:
        return model_id


class Pointers:
    """Model id → (file, table, offset), packed."""

    def __init__(self) -> None:
        self._rows: dict[int | str, int] = {}
        self._names: dict[str, int] = {}
        self._packed = array("q")

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, model: str, path: str, table: str, offset: str) -> None:
        """Keep the first pointer of a model."""
        key = short_key(model)
        if key in self._rows:
            return
        self._rows[key] = len(self._packed)
        at = int(offset) if _NUMBER.match(offset) else -1
        self._packed.extend((self._index(path), self._index(table), at))

    def _index(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))

    def names(self) -> list[str]:
        """The distinct names, by number."""
        return list(self._names)


class PointerTable:
    """Pointers ready to be asked."""

    def __init__(self, pointers: Pointers) -> None:
        self._names = pointers.names()
        self._rows, self._packed = pointers._rows, pointers._packed

    def detail(self, model_id: str) -> dict[str, str | int]:
        """`source_file`, `source_table` and `source_offset` of a model, as far as the vendor gives them."""
        row = self._rows.get(short_key(model_id)) if self._rows else None
        if row is None:
            return {}
        path, table, offset = self._packed[row : row + 3]
        found: dict[str, str | int] = {}
        if self._names[path]:
            found["source_file"] = self._names[path]
        if self._names[table]:
            found["source_table"] = self._names[table]
        if offset >= 0:
            found["source_offset"] = offset
        return found


def read_pointers(handle: BinaryIO) -> PointerTable:
    """The pointers of the whole report; empty where it has none."""
    pointers = Pointers()
    at = _find_section(handle)
    if at is not None:
        handle.seek(at)
        for model, path, table, offset in _Section().events(handle):
            pointers.add(model, path, table, offset)
    return PointerTable(pointers)


def _find_section(handle: BinaryIO) -> int | None:
    """Offset of the last `<extraInfos`: text that quotes the tag stands in a message, before the section."""
    handle.seek(0)
    found: int | None = None
    base, rest = 0, b""
    while block := handle.read(_SCAN):
        data = rest + block
        if b"extraInfos" in data:
            for match in _SECTION.finditer(data):
                found = base + match.start()
        rest = data[-_KEEP:]
        base += len(data) - len(rest)
    return found


class _Section:
    """Handlers for the section alone."""

    def __init__(self) -> None:
        self._stream: XmlStream[tuple[str, str, str, str]] = XmlStream(self._start, self._end)
        self._model = ""
        self._done = False

    def events(self, handle: BinaryIO) -> Iterator[tuple[str, str, str, str]]:
        yield from self._stream.events(self._blocks(handle))

    def _blocks(self, handle: BinaryIO) -> Iterator[bytes]:
        yield b"<section>"
        for block in blocks_of(handle):
            yield block
            if self._done:
                return

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local_name(tag)
        if name == "extraInfo" and attributes.get("type", "model") == "model":
            self._model = attributes.get("id", "")
        elif name == "nodeInfo" and self._model:
            get = attributes.get
            path = get("path", "") or get("name", "")
            self._stream.ready.append((self._model, path, get("tableName", ""), get("offset", "")))

    def _end(self, tag: str) -> None:
        name = local_name(tag)
        if name == "extraInfo":
            self._model = ""
        elif name == "extraInfos":
            self._done = True
