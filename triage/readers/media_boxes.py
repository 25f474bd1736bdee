"""Facts from ISO media files: MP4, M4A, M4V, 3GP, 3G2 and QuickTime MOV.

A file is a row of boxes (size, four letters, content); `moov` describes the recording and may stand behind the data,
over which this seeks. Read are: `mvhd` (times since 1904, length), `tkhd`, `stsd` (codecs), `udta` (©xyz place, `loci`,
texts), `meta` with `keys` and `ilst` (Apple's facts: time with offset, place, device). The time of `mvhd` is UTC by the
standard; some cameras write local time there, which cannot be told.

Sources: ISO/IEC 14496-12, QuickTime File Format, 3GPP TS 26.244 (loci), ISO 6709 (places).
Refused: boxes nested deeper than 12, a `moov` larger than 64 MiB.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from triage.readers.coordinates import Spot, spot
from triage.readers.media_facts import Facts
from triage.timestamps import from_iso, from_unix

MAX_MOOV = 64 << 20
MAX_DEPTH = 12
MAX_BOXES = 100_000
_SINCE_1904 = 2_082_844_800
_PARENTS = frozenset((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta"))
_CODECS = {
    b"avc1": "H.264", b"avc3": "H.264", b"hvc1": "H.265", b"hev1": "H.265", b"mp4v": "MPEG-4 Visual", b"mp4a": "AAC",
    b"s263": "H.263", b"h263": "H.263", b"samr": "AMR", b"sawb": "AMR-WB", b"av01": "AV1", b"vp09": "VP9",
    b"Opus": "Opus", b"alac": "ALAC", b"ac-3": "AC-3", b"ec-3": "E-AC-3", b"twos": "PCM", b"sowt": "PCM",
    b"lpcm": "PCM", b"ulaw": "mu-law", b"alaw": "A-law", b"jpeg": "Motion JPEG", b"apcn": "ProRes", b".mp3": "MP3",
}  # fmt: skip
_TEXTS = {
    b"\xa9nam": "Title", b"\xa9ART": "Artist", b"\xa9day": "Date", b"\xa9cmt": "Comment", b"\xa9mak": "Make",
    b"\xa9mod": "Model", b"\xa9swr": "Program", b"\xa9too": "Program", b"desc": "Description", b"titl": "Title",
    b"auth": "Author", b"\xa9des": "Description", b"\xa9inf": "Information",
}  # fmt: skip
_KEYS = {
    "com.apple.quicktime.make": "Make", "com.apple.quicktime.model": "Model", "com.apple.quicktime.title": "Title",
    "com.apple.quicktime.software": "Program", "com.apple.quicktime.author": "Author",
    "com.apple.quicktime.comment": "Comment", "com.apple.quicktime.description": "Description",
    "com.android.version": "Android version", "com.android.manufacturer": "Make", "com.android.model": "Model",
    "com.apple.quicktime.displayname": "Title", "encoder": "Program",
}  # fmt: skip
_PLACE = re.compile(r"([+-]\d{1,3}(?:\.\d{1,12})?)([+-]\d{1,3}(?:\.\d{1,12})?)([+-]\d{1,6}(?:\.\d{1,6})?)?")


def looks_like_boxes(start: bytes) -> bool:
    """`ftyp` with a brand, or an old QuickTime file without it. The first box is small: text that happens to have one
    of these words in its place ("Get free …") would state a size of a gigabyte."""
    size = int.from_bytes(start[:4], "big")
    if size != 1 and not 8 <= size < 1 << 24 and start[4:8] != b"mdat":
        return False
    if start[4:8] in (b"moov", b"mdat", b"wide", b"skip", b"free", b"pnot"):
        return size in (0, 1) or start[0] < 0x20
    return start[4:8] == b"ftyp" and start[8:12].isascii()


def read_boxes(handle: BinaryIO, size: int) -> Facts:
    """The facts of a file whose end is at `size`."""
    facts = Facts(form="MP4")
    at = boxes = 0
    described = False
    while at + 8 <= size and boxes < MAX_BOXES:
        handle.seek(at)
        name, begin, end = _box(handle.read(16), at, size)
        if name == b"ftyp":
            facts.form = _form(handle.read(4) if begin == at + 16 else _read_at(handle, begin, 4))
        elif name == b"moov":
            described = True
            data = _read_at(handle, begin, min(end, size, begin + MAX_MOOV) - begin)
            _walk(facts, data, 0, len(data), 0, [])
        if end <= at:
            break
        facts.cut = facts.cut or end > size
        at, boxes = end, boxes + 1
    facts.cut = facts.cut or not described or (0 < size - at < 8)
    return facts


def _read_at(handle: BinaryIO, at: int, length: int) -> bytes:
    handle.seek(at)
    return handle.read(max(0, length))


def _box(head: bytes, at: int, size: int) -> tuple[bytes, int, int]:
    """Name, where the content begins, where the box ends."""
    length, name = int.from_bytes(head[:4], "big"), head[4:8]
    if length == 1 and len(head) >= 16:
        return name, at + 16, at + max(16, int.from_bytes(head[8:16], "big"))
    if length == 0:
        return name, at + 8, size
    return name, at + 8, at + length if length >= 8 else at


def _form(brand: bytes) -> str:
    if brand == b"qt  ":
        return "QuickTime"
    if brand.startswith((b"3gp", b"3g2", b"3ge", b"3gg")):
        return "3GP"
    return {b"M4A ": "M4A", b"M4V ": "M4V", b"M4B ": "M4B"}.get(brand, "MP4")


def _inner(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Boxes within `data[begin:end]`."""
    count = 0
    while begin + 8 <= end and count < MAX_BOXES:
        name, inside, after = _box(data[begin : begin + 16], begin, end)
        if after <= begin:
            return
        yield name, inside, min(after, end)
        begin, count = after, count + 1


def _walk(facts: Facts, data: bytes, begin: int, end: int, depth: int, keys: list[str]) -> None:
    for name, inside, after in _inner(data, begin, end):
        if name in _PARENTS and depth < MAX_DEPTH:
            _walk(facts, data, inside, after, depth + 1, keys)
        elif name == b"meta" and depth < MAX_DEPTH:
            full = data[inside + 4 : inside + 8] in (b"hdlr", b"keys", b"ilst")  # QuickTime has no version field here
            _walk(facts, data, inside if full else inside + 4, after, depth + 1, keys)
        elif name in _LEAVES:
            _LEAVES[name](facts, data[inside:after])
        elif name == b"keys":
            keys[:] = [_text(data[i:a]) for _, i, a in _inner(data, inside + 8, after)]
        elif name == b"ilst":
            _items(facts, data, inside, after, keys)
        elif name in _TEXTS:
            facts.tag(_TEXTS[name], _user_text(name, data[inside:after]))


def _movie(facts: Facts, data: bytes) -> None:
    wide = data[:1] == b"\x01"
    form = ">QQIQ" if wide else ">IIII"
    if len(data) < 4 + struct.calcsize(form):
        return
    created, _, scale, length = struct.unpack_from(form, data, 4)
    if scale and length not in (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF):
        facts.milliseconds = length * 1000 // scale
    if created > _SINCE_1904 and not facts.time_from:
        facts.when, facts.time_from = from_unix(created - _SINCE_1904), "mvhd"


def _track(facts: Facts, data: bytes) -> None:
    if len(data) >= 8:
        width, height = struct.unpack(">II", data[-8:])
        if width >> 16 > facts.width:
            facts.width, facts.height = width >> 16, height >> 16


def _handler(facts: Facts, data: bytes) -> None:
    if data[8:12] == b"vide":
        facts.kind = "video"


def _samples(facts: Facts, data: bytes) -> None:
    for name, _, _ in _inner(data, 8, len(data)):
        shown = name.decode("latin-1").strip() if name.isalnum() else ""
        facts.codec(_CODECS.get(name, shown))


def _xyz(facts: Facts, data: bytes) -> None:
    _take_place(facts, data[4:].decode("latin-1"))


def _loci(facts: Facts, data: bytes) -> None:
    """3GPP: language, name, role, then longitude, latitude and altitude as 16.16 fixed point."""
    end = data.find(b"\0", 6)
    if end < 0 or len(data) < end + 14:
        return
    east, north = struct.unpack_from(">ii", data, end + 2)
    if facts.place is None:
        facts.place = spot(f"{north / 65536:.5f}", f"{east / 65536:.5f}")


_LEAVES = {b"mvhd": _movie, b"tkhd": _track, b"hdlr": _handler, b"stsd": _samples, b"\xa9xyz": _xyz, b"loci": _loci}


def _take_place(facts: Facts, text: str) -> None:
    """ISO 6709: `+48.8577+002.2950+035.000/`, degrees."""
    found = _PLACE.match(text.strip("\0 "))
    place: Spot | None = spot(_plain(found[1]), _plain(found[2])) if found else None
    if found and place:
        facts.place, facts.altitude = place, _plain(found[3]) if found[3] else ""


def _plain(number: str) -> str:
    sign = "-" if number[0] == "-" else ""
    return sign + (number[1:].lstrip("0") or "0") if "." not in number else sign + _whole(number[1:])


def _whole(number: str) -> str:
    before, _, after = number.partition(".")
    return f"{before.lstrip('0') or '0'}.{after}"


def _items(facts: Facts, data: bytes, begin: int, end: int, keys: list[str]) -> None:
    for name, inside, after in _inner(data, begin, end):
        number = int.from_bytes(name, "big") - 1
        key = keys[number] if 0 <= number < len(keys) else ""
        for kind, i, a in _inner(data, inside, after):
            if kind == b"data" and a - i > 8 and data[i + 3] in (0, 1):
                _item(facts, name, key, _text(data[i + 8 : a]))


def _item(facts: Facts, name: bytes, key: str, value: str) -> None:
    if key == "com.apple.quicktime.location.ISO6709":
        _take_place(facts, value)
    elif key == "com.apple.quicktime.creationdate":
        moment = replace(from_iso(value), source=value)
        if moment.basis != "none":
            facts.when, facts.time_from = moment, "creationdate"
    elif shown := _KEYS.get(key.removeprefix("mdta"), "") or _TEXTS.get(name, ""):
        facts.tag(shown, value)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").removeprefix("mdta")


def _user_text(name: bytes, data: bytes) -> str:
    """QuickTime: length, language, text; 3GPP: version, language, text."""
    if name[:1] == b"\xa9" and len(data) >= 4:
        length = int.from_bytes(data[:2], "big")
        return data[4 : 4 + length].decode("utf-8", "replace")
    return data[6:].decode("utf-16-be" if data[6:8] == b"\xfe\xff" else "utf-8", "replace")
