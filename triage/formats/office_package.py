"""Office documents as packages: ZIP archives of XML parts (OOXML: docx, xlsx, pptx; OpenDocument: odt, ods, odp).

`office_kind` tells them from other archives by the names of their first members. A package whose directory is cut off
is read from its local headers as far as they go (`cut`), the last part in pieces. Nothing is extracted by name.

Sources: ECMA-376 part 2 (packages), OpenDocument 1.3 part 2 (packages, manifest), APPNOTE 6.3.10 (ZIP).
Refused: of a part more than 256 MiB unpacked; parts with a compression other than none and DEFLATE.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

MAX_PART = 256 << 20
MAX_SALVAGED = 64 << 20
BLOCK = 1 << 18
FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_HEADER = struct.Struct("<4s5H3I2H")
_MIME = b"mimetypeapplication/vnd.oasis.opendocument."
_ODF = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp", b"graphics": "odg"}
_FOLDERS = {"word": "docx", "xl": "xlsx", "ppt": "pptx"}
_OWN = ("[content_types].xml", "_rels/", "docprops/", "customxml/", "word/", "xl/", "ppt/", "mimetype", "meta-inf/")
_TEXT = re.compile(r"(?i)\.(?:xml|rels|psmdcp|rdf)\Z|\A\[Content_Types\]|\Amimetype\Z|\A(?:_rels|META-INF)/|/\Z")
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
}


def office_kind(start: bytes) -> str:
    """`docx`, `xlsx`, `pptx`, `odt`, `ods`, `odp`, `odg`, or '' for any other bytes."""
    if start[:4] != b"PK\x03\x04":
        return ""
    if (at := start.find(_MIME, 30, 120)) > 0:
        rest = start[at + len(_MIME) : at + len(_MIME) + 24]
        return next((kind for name, kind in _ODF.items() if rest.startswith(name)), "")
    names = list(_names(start))
    if not names or not names[0].startswith(_OWN):
        return ""
    packaged = any(n.startswith(("[content_types]", "_rels/", "docprops/")) or "/_rels/" in n for n in names)
    folders = [_FOLDERS[n.partition("/")[0]] for n in names if n.partition("/")[0] in _FOLDERS and "/" in n]
    if packaged and folders:
        return folders[0]
    return _stated_kind(start) if names[0] == "[content_types].xml" else ""


def _stated_kind(start: bytes) -> str:
    """By the list of contents, where it stands first and no other name is in sight."""
    _, _, _, method, _, _, _, packed, _, length, extra = _HEADER.unpack_from(start)
    begin = _HEADER.size + length + extra
    data = start[begin : begin + packed] if packed else start[begin:]
    if method == 8:
        try:
            data = zlib.decompressobj(-15).decompress(data, 1 << 18)
        except zlib.error:
            return ""
    found = re.search(rb'PartName="/(word|xl|ppt)/', data)
    return _FOLDERS[found[1].decode()] if found else ""


def _names(start: bytes) -> Iterator[str]:
    """Names of the members whose local headers lie in `start`, in lower case."""
    at = start.find(b"PK\x03\x04")
    while 0 <= at <= len(start) - _HEADER.size:
        _, _, bits, _, _, _, _, packed, _, length, extra = _HEADER.unpack_from(start, at)
        name = start[at + _HEADER.size : at + _HEADER.size + length]
        yield name.decode("utf-8", "replace").lower().replace("\\", "/").lstrip("/")
        after = at + _HEADER.size + length + extra
        at = after + packed if not bits & 8 and packed != 0xFFFFFFFF else start.find(b"PK\x03\x04", after)
        if start[at : at + 4] != b"PK\x03\x04":
            return


class Package:
    """The parts of a document by their names (lower case, without a leading slash)."""

    def __init__(self, handle: BinaryIO) -> None:
        self.cut = False
        self.damaged: list[str] = []
        """Parts that could not be read to their end."""
        self._zip: zipfile.ZipFile | None = None
        self._salvaged: dict[str, bytes] = {}
        self.names: dict[str, str] = {}
        """Lower-case name → the name as stored."""
        try:
            self._zip = zipfile.ZipFile(handle)
            self._infos = {_plain(one.orig_filename): one for one in self._zip.infolist()}
            self.names = {key: one.orig_filename for key, one in self._infos.items()}
        except FAULTS:
            self.cut = True
            self._salvaged = dict(salvaged(handle))
            self.names = {name: name for name in self._salvaged}

    @property
    def is_locked(self) -> bool:
        """True where parts are encrypted by the ZIP format itself."""
        return self._zip is not None and any(one.flag_bits & 1 for one in self._infos.values())

    def matching(self, pattern: str) -> list[str]:
        """Names of the parts that match, by the number in them."""
        found = [name for name in self.names if re.fullmatch(pattern, name)]
        return sorted(found, key=lambda name: [int(n) for n in re.findall(r"\d+", name)] or [0])

    def size(self, name: str) -> int:
        return self._infos[name].file_size if self._zip else len(self._salvaged[name])

    def blocks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, as far as they can be read; nothing for a part that is not there."""
        if self._zip is None:
            if name in self._salvaged:
                yield self._salvaged[name]
            return
        if name not in self._infos:
            return
        done = 0
        try:
            with self._zip.open(self._infos[name]) as part:
                while block := part.read(BLOCK):
                    done += len(block)
                    if done > MAX_PART:
                        self.damaged.append(name)
                        return
                    yield block
        except FAULTS:
            self.damaged.append(name)

    def part(self, name: str, limit: int = 16 << 20) -> bytes:
        """A small part whole; its beginning where it is larger than `limit`."""
        found = bytearray()
        for block in self.blocks(name):
            found += block
            if len(found) > limit:
                break
        return bytes(found[:limit])

    def files(self) -> list[str]:
        """Parts that are files of their own: pictures, sound, embedded documents, macros."""
        return [name for name in self.names if _TEXT.search(self.names[name]) is None]

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def salvaged(handle: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Members of a cut-off archive from their local headers; the last one as far as it goes."""
    handle.seek(0)
    while len(raw := handle.read(_HEADER.size)) == _HEADER.size and raw[:4] == b"PK\x03\x04":
        _, _, bits, method, _, _, _, packed, _, length, extra = _HEADER.unpack(raw)
        stored = handle.read(length)
        if len(stored) < length:
            return
        name = _plain(stored.decode("utf-8", "replace"))
        handle.seek(extra, 1)
        start = handle.tell()
        if bits & 1 or method not in (0, 8):
            return
        data, used = _unpacked(handle, method, packed if not bits & 8 or packed else -1)
        if name and data:
            yield name, data
        handle.seek(start + used)
        if bits & 8:
            tail = handle.read(16)
            handle.seek(start + used + (16 if tail[:4] == b"PK\x07\x08" else 12))


def _unpacked(handle: BinaryIO, method: int, packed: int) -> tuple[bytes, int]:
    """What can be unpacked, and how many bytes of the file it took."""
    if method == 0:
        data = handle.read(min(max(packed, 0), MAX_SALVAGED))
        return data, max(packed, 0)
    engine, out, used = zlib.decompressobj(-15), bytearray(), 0
    while not engine.eof and len(out) < MAX_SALVAGED and (block := handle.read(BLOCK)):
        try:
            out += engine.decompress(block, MAX_SALVAGED)
        except zlib.error:
            break
        used += len(block) - len(engine.unused_data)
    return bytes(out), used if packed < 0 else packed
