"""Facts from sound files: WAV, AVI's header, AMR, MP3, AAC (ADTS), Ogg (Opus, Vorbis), FLAC, SILK.

Lengths are counted where the format has no statement of it: AMR and ADTS by their frames, Ogg by the position of the
last page, MP3 by its Xing header or the rate of its first frame (then an estimate, which `time_from` does not touch).

Sources: RIFF/WAVE (Microsoft), RFC 4867 (AMR file form), ISO 11172-3 and 13818-7 (frames), ID3v2.3/2.4, RFC 3533 (Ogg),
RFC 7845 (Opus), Vorbis I, RFC 9639 (FLAC).
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from triage.readers.media_facts import Facts

MAX_FRAMES = 20_000_000
_AMR = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
_AMR_WB = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 5, 0, 0, 0, 0, 0)
_WAVE = {1: "PCM", 2: "ADPCM", 3: "PCM float", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10",
         0x55: "MP3", 0xFFFE: "PCM"}  # fmt: skip
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350, 0, 0, 0)
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_MP3_BITS = {
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    (3, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0),
    (2, 1): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (2, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0),
}
_ID3 = {b"TIT2": "Title", b"TPE1": "Artist", b"TALB": "Album", b"TYER": "Date", b"TDRC": "Date", b"TSSE": "Program",
        b"TENC": "Program", b"TCOM": "Author"}  # fmt: skip
_COMMENTS = {"title": "Title", "artist": "Artist", "date": "Date", "encoder": "Program", "comment": "Comment",
             "description": "Description", "creation_time": "Made"}  # fmt: skip


def read_riff(handle: BinaryIO, size: int) -> Facts:
    """WAV and AVI: chunks of a name, a size and content."""
    head = handle.read(12)
    facts = Facts(form="AVI", kind="video") if head[8:12] == b"AVI " else Facts(form="WAV")
    stated = int.from_bytes(head[4:8], "little") + 8
    facts.cut = stated > size and stated != 8 + 0xFFFFFFFF
    rate = at = 0
    at = 12
    for _ in range(10_000):
        handle.seek(at)
        name, length = _chunk(handle.read(8))
        if not name:
            break
        if name == b"fmt ":
            data = handle.read(16).ljust(16, b"\0")
            kind, _, _, rate = struct.unpack_from("<HHII", data)
            facts.codec(_WAVE.get(kind, f"format {kind}"))
        elif name == b"data" and rate:
            facts.milliseconds = min(length, max(0, size - at - 8)) * 1000 // rate
        elif name == b"LIST" and facts.form == "AVI":
            _avi(facts, handle.read(min(length, 4096)))
        at += 8 + length + (length & 1)
    return facts


def _chunk(head: bytes) -> tuple[bytes, int]:
    return (head[:4], int.from_bytes(head[4:8], "little")) if len(head) == 8 else (b"", 0)


def _avi(facts: Facts, data: bytes) -> None:
    at = data.find(b"avih")
    if at >= 0 and len(data) >= at + 48:
        micro, frames = struct.unpack_from("<I", data, at + 8)[0], struct.unpack_from("<I", data, at + 24)[0]
        facts.width, facts.height = struct.unpack_from("<II", data, at + 40)
        facts.milliseconds = micro * frames // 1000 or None
    at = data.find(b"vids")
    if at >= 0:
        facts.codec(data[at + 4 : at + 8].decode("latin-1").strip("\0 "))


def read_amr(handle: BinaryIO, size: int) -> Facts:
    """Frames of 20 ms, their size by their first byte."""
    wide = handle.read(9) == b"#!AMR-WB\n"
    facts = Facts(form="AMR-WB" if wide else "AMR", codecs=["AMR-WB" if wide else "AMR"])
    sizes = _AMR_WB if wide else _AMR
    at, frames = 9 if wide else 6, 0
    handle.seek(at)
    while at < size and frames < MAX_FRAMES and (first := handle.read(1)):
        length = sizes[first[0] >> 3 & 15]
        at += 1 + length
        handle.seek(at)
        frames += 1
    facts.cut = at > size or frames == 0
    facts.milliseconds = (frames - (at > size)) * 20
    return facts


def read_silk(handle: BinaryIO, size: int) -> Facts:
    """WeChat's and others' voice notes: frames of 20 ms, two bytes of size before each."""
    facts = Facts(form="SILK", codecs=["SILK"])
    at = 10 if handle.read(1) == b"\x02" else 9
    frames = 0
    while at + 2 <= size and frames < MAX_FRAMES:
        handle.seek(at)
        length = int.from_bytes(handle.read(2), "little")
        if length == 0xFFFF:
            break
        at += 2 + length
        frames += 1
    facts.cut = at > size or at == size - 1 or not frames
    facts.milliseconds = frames * 20
    return facts


def is_adts(start: bytes) -> bool:
    """Three frames, one behind the other."""
    at = 0
    for _ in range(3):
        if len(start) < at + 7 or start[at] != 0xFF or start[at + 1] & 0xF6 != 0xF0:
            return False
        length = (start[at + 3] & 3) << 11 | start[at + 4] << 3 | start[at + 5] >> 5
        if length < 8:
            return False
        at += length
    return True


def read_adts(handle: BinaryIO, size: int) -> Facts:
    """Frames of 1,024 samples."""
    facts = Facts(form="AAC", codecs=["AAC"])
    at = frames = rate = 0
    while at + 7 <= size and frames < MAX_FRAMES:
        handle.seek(at)
        head = handle.read(7)
        if head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
            break
        rate = rate or _RATES[head[2] >> 2 & 15]
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        if length < 7:
            break
        at += length
        frames += 1
    facts.cut = at != size
    facts.milliseconds = frames * 1024 * 1000 // rate if rate else None
    return facts


def _mp3_frame(head: bytes) -> tuple[int, int, int, int] | None:
    """Length, samples, rate and bits per second of a frame; None where it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    if version == 1 or layer == 4 or head[2] >> 2 & 3 == 3:
        return None
    rate = _MP3_RATES[version][head[2] >> 2 & 3]
    bits = _MP3_BITS[3 if version == 3 else 2, 4 - layer][head[2] >> 4] * 1000
    if not bits:
        return None
    samples = 384 if layer == 1 else 576 if layer == 3 and version != 3 else 1152
    pad = head[2] >> 1 & 1
    length = (12 * bits // rate + pad) * 4 if layer == 1 else samples // 8 * bits // rate + pad
    return length, samples, rate, bits


def is_mp3(start: bytes) -> bool:
    """An ID3 tag, or three frames one behind the other."""
    if start[:3] == b"ID3" and len(start) >= 10 and start[3] < 5 and max(start[6:10]) < 128:
        return True
    at = 0
    for _ in range(3):
        frame = _mp3_frame(start[at : at + 4])
        if frame is None:
            return False
        at += frame[0]
    return True


def read_mp3(handle: BinaryIO, size: int) -> Facts:
    """The tag, then the first frame: its Xing header counts the frames, else its rate gives an estimate."""
    facts = Facts(form="MP3", codecs=["MP3"])
    head = handle.read(10)
    begin = 0
    if head[:3] == b"ID3":
        begin = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) if len(head) == 10 else size
        _id3(facts, handle.read(min(begin, 1 << 20)), head[3] if len(head) > 3 else 3)
    handle.seek(begin)
    data = handle.read(1 << 16)
    at = next((n for n in range(len(data)) if data[n] == 0xFF and _real(data, n)), -1)
    frame = _mp3_frame(data[at : at + 4]) if at >= 0 else None
    facts.cut = frame is None
    if frame is not None:
        _, samples, rate, bits = frame
        mark = max(data.find(b"Xing", at, at + 200), data.find(b"Info", at, at + 200))
        frames = int.from_bytes(data[mark + 8 : mark + 12], "big") if mark > 0 and data[mark + 7 : mark + 8] else 0
        facts.milliseconds = frames * samples * 1000 // rate if frames else (size - begin - at) * 8000 // bits
    return facts


def _real(data: bytes, at: int) -> bool:
    """A frame with another one behind it, or the last one."""
    frame = _mp3_frame(data[at : at + 4])
    after = at + frame[0] if frame else 0
    return frame is not None and (after + 4 > len(data) or _mp3_frame(data[after : after + 4]) is not None)


def _id3(facts: Facts, data: bytes, version: int) -> None:
    at = 0
    while at + 10 <= len(data) and data[at : at + 4].isalnum() and version >= 3:
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if version == 4:
            length = data[at + 4] << 21 | data[at + 5] << 14 | data[at + 6] << 7 | data[at + 7]
        body = data[at + 10 : at + 10 + length]
        if (name := _ID3.get(data[at : at + 4])) and body:
            codec = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(body[0], "latin-1")
            facts.tag(name, body[1:].decode(codec, "replace"))
        at += 10 + length


def read_ogg(handle: BinaryIO, size: int) -> Facts:
    """The first packets name the codec; the position of the last page gives the length."""
    facts = Facts(form="Ogg")
    start = handle.read(1 << 16)
    rate, skip = 0, 0
    if (at := start.find(b"OpusHead", 0, 4096)) >= 0:
        facts.codec("Opus")
        rate, skip = 48_000, int.from_bytes(start[at + 10 : at + 12], "little")
    elif (at := start.find(b"\x01vorbis", 0, 4096)) >= 0:
        facts.codec("Vorbis")
        rate = int.from_bytes(start[at + 12 : at + 16], "little")
    elif (at := start.find(b"Speex   ", 0, 4096)) >= 0:
        facts.codec("Speex")
        rate = int.from_bytes(start[at + 36 : at + 40], "little")
    if b"\x80theora" in start[:4096]:
        facts.kind = "video"
        facts.codec("Theora")
    for mark in (b"OpusTags", b"\x03vorbis"):
        if (at := start.find(mark)) >= 0:
            _vorbis_comments(facts, start[at + len(mark) :])
    handle.seek(max(0, size - (1 << 17)))
    tail = handle.read()
    last = tail.rfind(b"OggS")
    facts.cut = last < 0 or not _whole_page(tail[last:]) or not tail[last + 5] & 4
    if rate and last >= 0 and len(tail) >= last + 14:
        samples = int.from_bytes(tail[last + 6 : last + 14], "little", signed=True)
        facts.milliseconds = max(0, samples - skip) * 1000 // rate if samples >= 0 else None
    return facts


def _whole_page(page: bytes) -> bool:
    """The header, the table of segments and all of them."""
    if len(page) < 27:
        return False
    table = page[27 : 27 + page[26]]
    return len(page) >= 27 + page[26] + sum(table)


def _vorbis_comments(facts: Facts, data: bytes) -> None:
    at = 4 + int.from_bytes(data[:4], "little")
    facts.tag("Program", data[4 : min(at, 300)].decode("utf-8", "replace"))
    count = int.from_bytes(data[at : at + 4], "little")
    at += 4
    for _ in range(min(count, 100)):
        length = int.from_bytes(data[at : at + 4], "little")
        key, _, value = data[at + 4 : at + 4 + min(length, 2000)].decode("utf-8", "replace").partition("=")
        if (name := _COMMENTS.get(key.lower())) and value:
            facts.tag(name, value)
        at += 4 + length
        if at >= len(data):
            return


def read_flac(handle: BinaryIO, size: int) -> Facts:
    """STREAMINFO: rate and number of samples."""
    facts = Facts(form="FLAC", codecs=["FLAC"])
    data = handle.read(42)
    facts.cut = len(data) < 42
    if not facts.cut:
        bits = int.from_bytes(data[18:26], "big")
        rate, samples = bits >> 44, bits & (1 << 36) - 1
        facts.milliseconds = samples * 1000 // rate if rate and samples else None
    return facts
