"""Outlook messages (.msg): properties, recipients and attachments of a message and of messages attached to it.

    __properties_version1.0        fixed-length properties: times, numbers, flags
    __substg1.0_<id><type>         strings and bytes: type 001F is UTF-16, 001E the message's code page, 0102 bytes
    __recip_version1.0_#<n>        a recipient      __attach_version1.0_#<n>   an attachment
    …/__substg1.0_3701000D         an attached message, with the same structure

Source: MS-OXMSG, MS-OXPROPS (property ids), MS-OXRTFCP (compressed RTF). Refused: messages nested deeper than 8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from triage.formats.mail_parts import bytes_text, unique_name
from triage.formats.ole_storage import Storage
from triage.problems import ReadError

MAX_DEPTH = 8
MAX_BODY = 64 << 20
_PROPERTIES = "__properties_version1.0"
_EMBEDDED = "__substg1.0_3701000D"
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
"""What the dictionary of compressed RTF begins with (MS-OXRTFCP 2.1.3.1.1)."""


@dataclass(frozen=True)
class Node:
    """A storage with properties: a message, a recipient or an attachment."""

    storage: Storage
    path: str
    codec: str = "cp1252"

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    @cached_property
    def fixed(self) -> dict[int, bytes]:
        """Fixed-length properties: id → eight bytes."""
        data = self._safe(_PROPERTIES)
        kind = self.path.rpartition("/")[2]
        begin = 8 if kind.startswith(("__recip", "__attach")) else 24 if self.path else 32
        found = {}
        for at in range(begin, len(data) - 15, 16):
            _, number = struct.unpack_from("<HH", data, at)
            found[number] = data[at + 8 : at + 16]
        return found

    def _safe(self, name: str) -> bytes:
        try:
            return self.storage.stream(self._at(name))
        except ReadError:
            return b""

    def text(self, number: int) -> str:
        """A string property; '' where there is none."""
        if wide := self._safe(f"__substg1.0_{number:04X}001F"):
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return bytes_text(self._safe(f"__substg1.0_{number:04X}001E"), self.codec).rstrip("\0")

    def data(self, number: int) -> bytes:
        """A property of bytes; ReadError where it is damaged."""
        return self.storage.stream(self._at(f"__substg1.0_{number:04X}0102"))

    def whole(self, number: int) -> int | None:
        value = self.fixed.get(number)
        return struct.unpack("<i", value[:4])[0] if value else None

    def filetime(self, number: int) -> int | None:
        value = self.fixed.get(number)
        return struct.unpack("<Q", value)[0] if value and len(value) == 8 else None

    def children(self, start: str) -> list[Node]:
        names = sorted(name for name in self.storage.below(self.path) if name.startswith(start))
        return [Node(self.storage, self._at(name), self.codec) for name in names]

    @property
    def embedded(self) -> Node | None:
        """The message that an attachment is."""
        path = self._at(_EMBEDDED)
        return Node(self.storage, path, self.codec) if self.storage.exists(path) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that a message carries."""

    name: str
    """As it is listed."""
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class MsgMessage:
    """A message of the file, the outer one first."""

    number: int
    inside: int
    """The number of the message that carries it; 0 for the outer one."""
    node: Node
    files: tuple[Attached, ...]
    lost: int
    """Attachments that are references or cannot be told."""


def messages_of(storage: Storage) -> Iterator[MsgMessage]:
    """The message and those attached to it, to a stated depth."""
    root = Node(storage, "")
    page = root.whole(0x3FFD) or root.whole(0x3FDE) or 1252
    waiting: list[tuple[Node, int, int]] = [(Node(storage, "", _codec(page)), 0, 0)]
    number = 0
    while waiting:
        node, inside, depth = waiting.pop(0)
        number += 1
        taken: set[str] = set()
        files, lost = [], 0
        for n, attachment in enumerate(node.children("__attach_version1.0_#"), 1):
            inner = attachment.embedded
            if inner is not None and depth < MAX_DEPTH and storage.exists(f"{inner.path}/{_PROPERTIES}"):
                waiting.append((inner, number, depth + 1))
            elif storage.exists(f"{attachment.path}/__substg1.0_37010102"):
                stated = attachment.text(0x3707) or attachment.text(0x3704) or attachment.text(0x3001)
                name = unique_name(stated, n, attachment.text(0x370E).lower(), taken)
                files.append(Attached(name=name, node=attachment))
            else:
                lost += 1
        yield MsgMessage(number=number, inside=inside, node=node, files=tuple(files), lost=lost)


def _codec(page: int) -> str:
    name = {65001: "utf-8", 28591: "cp1252", 20127: "cp1252", 936: "gb18030"}.get(page, f"cp{page}")
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


def unpacked_rtf(data: bytes) -> bytes:
    """Compressed RTF (`LZFu`) or stored RTF (`MELA`); b'' for anything else, as much as there is of a cut one."""
    if len(data) < 16:
        return b""
    size, kind = struct.unpack_from("<I", data, 4)[0], data[8:12]
    if kind == b"MELA":
        return data[16 : 16 + size]
    if kind != b"LZFu" or size > MAX_BODY:
        return b""
    window = bytearray(4096)
    window[: len(_DICTIONARY)] = _DICTIONARY
    return bytes(_expand(data, window, len(_DICTIONARY), size))


def _expand(data: bytes, window: bytearray, write: int, size: int) -> bytearray:
    out = bytearray()
    at = 16
    while at < len(data) and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data) or len(out) >= size:
                break
            if not control >> bit & 1:
                run = data[at : at + 1]
                at += 1
            else:
                pair = int.from_bytes(data[at : at + 2], "big")
                at += 2
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write:
                    return out
                run = b""
                for n in range(length):
                    one = window[(offset + n) % 4096]
                    window[(write + n) % 4096] = one
                    run += bytes((one,))
                out += run
                write = (write + length) % 4096
                continue
            window[write] = run[0]
            write = (write + 1) % 4096
            out += run
    return out
