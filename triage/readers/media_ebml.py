"""Facts from Matroska and WebM: length, codecs, time and program, from the `Info` and `Tracks` elements.

Source: RFC 8794 (EBML), RFC 9559 (Matroska). Refused: of an element more than 4 KiB.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from triage.readers.media_facts import Facts
from triage.timestamps import from_unix

_SEGMENT, _INFO, _TRACKS, _TRACK = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE
_CLUSTER, _VIDEO = 0x1F43B675, 0xE0
_PARENTS = frozenset((0x1A45DFA3, _SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO))
_SINCE_2001 = 978_307_200
_CODECS = {"V_VP8": "VP8", "V_VP9": "VP9", "V_AV1": "AV1", "A_OPUS": "Opus", "A_VORBIS": "Vorbis", "A_AAC": "AAC",
           "V_MPEG4/ISO/AVC": "H.264", "V_MPEGH/ISO/HEVC": "H.265", "A_MPEG/L3": "MP3"}  # fmt: skip
MAX_ELEMENTS = 200_000


def read_ebml(handle: BinaryIO, size: int) -> Facts:
    """The facts; clusters are stepped over where their size is known."""
    facts = Facts(form="Matroska")
    scale, length, at = 1_000_000, 0.0, 0
    for _ in range(MAX_ELEMENTS):
        handle.seek(at)
        number, body, end = _element(handle.read(12), at, size)
        if not number or at >= size:
            break
        if number in _PARENTS:
            at = body
            continue
        if number == _CLUSTER and end >= size:
            facts.cut = facts.cut or end > size
            break
        facts.cut = facts.cut or end > size
        handle.seek(body)
        data = handle.read(min(end - body, 1 << 12)) if number in _READ else b""
        if number == 0x2AD7B1:
            scale = int.from_bytes(data, "big") or scale
        elif number == 0x4489:
            length = _float(data)
        else:
            _take(facts, number, data)
        at = end
    facts.milliseconds = int(length * scale / 1_000_000) if 0 < length < 1e12 else None
    facts.cut = facts.cut or not facts.codecs
    return facts


_READ = frozenset((0x4282, 0x2AD7B1, 0x4489, 0x4461, 0x4D80, 0x5741, 0x7BA9, 0x86, 0x83, 0xB0, 0xBA))


def _take(facts: Facts, number: int, data: bytes) -> None:
    if number == 0x4282:
        facts.form = "WebM" if data.strip(b"\0") == b"webm" else "Matroska"
    elif number == 0x4461 and len(data) == 8:
        nanoseconds = int.from_bytes(data, "big", signed=True)
        facts.when, facts.time_from = from_unix(nanoseconds // 1_000_000_000 + _SINCE_2001), "DateUTC"
    elif number == 0x86:
        name = data.decode("latin-1").strip("\0")
        facts.codec(_CODECS.get(name, name))
    elif number == 0x83:
        facts.kind = "video" if data == b"\x01" else facts.kind
    elif number in (0xB0, 0xBA):
        side = int.from_bytes(data, "big")
        facts.width, facts.height = (side, facts.height) if number == 0xB0 else (facts.width, side)
    elif number in (0x4D80, 0x5741, 0x7BA9):
        facts.tag("Title" if number == 0x7BA9 else "Program", data.decode("utf-8", "replace"))


def _element(head: bytes, at: int, size: int) -> tuple[int, int, int]:
    """Number, where the content begins, where it ends; number 0 where there is none."""
    if not head or not head[0]:
        return 0, at, at
    width = 9 - head[0].bit_length()
    if width > 4 or len(head) <= width or not head[width]:
        return 0, at, at
    count = 9 - head[width].bit_length()
    value = int.from_bytes(head[width : width + count], "big") & (1 << 7 * count) - 1
    body = at + width + count
    return int.from_bytes(head[:width], "big"), body, size if value == (1 << 7 * count) - 1 else body + value


def _float(data: bytes) -> float:
    if len(data) == 4:
        return float(struct.unpack(">f", data)[0])
    return float(struct.unpack(">d", data)[0]) if len(data) == 8 else 0.0
