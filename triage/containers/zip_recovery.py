"""What is left of a ZIP without a usable central directory: its local file headers, in order (APPNOTE 4.3.7).

A cut-off download or a broken medium loses the directory at the end first. Members with their sizes in the local
header are located by those; a member with a data descriptor (bit 3) and DEFLATE is followed to the end of its
stream. Sizes and CRC are checked; the first member that is incomplete ends the list with `C-TRUNCATED`.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from triage.containers import names
from triage.containers.archive import MAX_MEMBERS, Member
from triage.model import Problem
from triage.problems import ReadError, problem

_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
MAX_RECOVERED = 256 << 20
"""A recovered member is held in memory while it is checked; larger ones are listed and not read."""


class RecoveredZip:
    """Sequential reading; only the member yielded last can be opened."""

    random_access = False

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._current = b""

    def members(self) -> Iterator[Member | Problem]:
        count = 0
        while count < MAX_MEMBERS:
            offset = self._handle.tell()
            member = self._next(count)
            if member is None:
                break
            if member.path or member.size:
                yield member
                count += 1
        yield problem("C-TRUNCATED", "container", format="ZIP", at=f" at byte {offset:,}", n=count)

    def _next(self, index: int) -> Member | None:
        raw = self._handle.read(_HEADER.size)
        if len(raw) < _HEADER.size or raw[:4] != b"PK\x03\x04":
            return None
        _, _, bits, method, _, _, crc, packed, size, name_len, extra_len = _HEADER.unpack(raw)
        name = self._handle.read(name_len)
        self._handle.seek(extra_len, io.SEEK_CUR)
        if len(name) < name_len or bits & _ENCRYPTED or method not in (_STORED, _DEFLATED):
            return None
        if not self._take(bits, method, packed, size, crc):
            return None
        text = name.decode("utf-8" if bits & _UTF8 else "cp437", "surrogateescape")
        if text.endswith("/"):
            return Member(index=index, path="", size=0)
        return Member(index=index, path=names.clean_member(text), size=len(self._current))

    def _take(self, bits: int, method: int, packed: int, size: int, crc: int) -> bool:
        """Read the data after the header; False where it is incomplete, damaged or too large."""
        if bits & _DESCRIPTOR and packed == 0:
            return method == _DEFLATED and self._inflate()
        if packed > MAX_RECOVERED or size > MAX_RECOVERED:
            return False
        data = self._handle.read(packed)
        if len(data) < packed:
            return False
        try:
            self._current = data if method == _STORED else zlib.decompress(data, -15, max(size, 1))
        except zlib.error:
            return False
        return len(self._current) == size and zlib.crc32(self._current) == crc

    def _inflate(self) -> bool:
        """Follow a DEFLATE stream of unknown length, then step over its data descriptor."""
        engine = zlib.decompressobj(-15)
        out = bytearray()
        try:
            while not engine.eof:
                piece = self._handle.read(65536)
                if not piece or len(out) > MAX_RECOVERED:
                    return False
                out += engine.decompress(piece, MAX_RECOVERED)
        except zlib.error:
            return False
        self._handle.seek(-len(engine.unused_data), io.SEEK_CUR)
        tail = self._handle.read(16)
        if len(tail) < 12:
            return False
        signed = tail[:4] == b"PK\x07\x08"
        crc, _, size = struct.unpack("<3I", tail[4:16] if signed else tail[:12])
        self._handle.seek((16 if signed else 12) - len(tail), io.SEEK_CUR)
        self._current = bytes(out)
        return bool(zlib.crc32(self._current) == crc and len(out) & 0xFFFFFFFF == size)

    def open(self, member: Member) -> BinaryIO:
        if len(self._current) != member.size:
            raise ReadError(problem("C-MEMBER", "container", format="ZIP"))
        return io.BytesIO(self._current)

    def close(self) -> None:
        self._handle.close()
