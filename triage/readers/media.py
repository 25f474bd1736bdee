"""Sound and video: recognised by content, listed as evidence that was not heard or seen, with what the header says.

One `note` unit (locator `header`) with kind, length, codecs, size, device and texts; its time is the recording's where
the header states one. A place (QuickTime, MP4, 3GP) is a `location` unit of its own. Nothing is transcribed: the item's
status stays `no-reader` and `R-NOT-HEARD` says so. Times and places in headers are easily changed.

Formats: MP4, M4A, MOV, 3GP (`media_boxes`), Matroska and WebM (`media_ebml`), WAV, AVI, AMR, MP3, AAC, Ogg, FLAC, SILK
(`media_sound`); CAF, WMA and WMV, FLV, MPEG, RF64 are recognised without a length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from triage.model import Blob, Head, Read, ReadContext, Reader, Tally, Unit
from triage.problems import problem
from triage.readers.coordinates import location
from triage.readers.media_boxes import looks_like_boxes, read_boxes
from triage.readers.media_ebml import read_ebml
from triage.readers.media_facts import Facts, clock
from triage.readers.media_sound import (
    is_adts,
    is_mp3,
    read_adts,
    read_amr,
    read_flac,
    read_mp3,
    read_ogg,
    read_riff,
    read_silk,
)
from triage.readers.picture import picture_format

ReadFacts = Callable[[BinaryIO, int], Facts]
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


def _only(form: str, kind: str = "audio") -> ReadFacts:
    return lambda _handle, _size: Facts(form=form, kind=kind)


_SIGNATURES: tuple[tuple[bytes, ReadFacts], ...] = (
    (b"#!AMR", read_amr),
    (b"#!SILK_V3", read_silk),
    (b"\x02#!SILK_V3", read_silk),
    (b"OggS\0", read_ogg),
    (b"fLaC\0", read_flac),
    (b"fLaC\x80", read_flac),
    (b"\x1aE\xdf\xa3", read_ebml),
    (b"caff\0\x01", _only("CAF")),
    (_ASF, _only("ASF", "video")),
    (b"FLV\x01", _only("FLV", "video")),
    (b"\0\0\x01\xba", _only("MPEG", "video")),
)


def _reader_of(start: bytes) -> ReadFacts | None:
    for mark, read_facts in _SIGNATURES:
        if start.startswith(mark):
            return read_facts
    if start[:4] == b"RIFF" and start[8:12] in (b"WAVE", b"AVI "):
        return read_riff
    if start[:4] in (b"RF64", b"RIFX") and start[8:12] == b"WAVE":
        return _only("WAV")
    if looks_like_boxes(start) and not picture_format(start):
        return read_boxes
    if is_adts(start):
        return read_adts
    return read_mp3 if is_mp3(start) else None


def detect(head: Head) -> int:
    """By signature; sound frames without one by three of them in a row."""
    found = _reader_of(head.start)
    if found is None:
        return 0
    return 60 if found in (read_adts, read_mp3) and head.start[:3] != b"ID3" else 85


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The facts, the place, and that nothing was heard."""
    with blob.open() as handle:
        found = _reader_of(handle.read(1 << 16))
        handle.seek(0)
        facts = found(handle, blob.size) if found else Facts(form="unknown")
    yield _unit(facts)
    if facts.place is not None:
        detail: dict[str, str | int | bool | None] = {"altitude": facts.altitude} if facts.altitude else {}
        yield location(facts.place, "", locator="header;place=1", app="", when=facts.when, detail=detail)
    yield Tally(what="records", n=1 + (facts.place is not None))
    if facts.cut:
        yield problem("R-TRUNCATED", "read", format=f"{facts.form} recording", at="", n=0)
    yield problem("R-NOT-HEARD", "read")


def _unit(facts: Facts) -> Unit:
    words = [f"{'Video' if facts.kind == 'video' else 'Sound'} ({facts.form})"]
    detail: dict[str, str | int | bool | None] = {"kind": facts.kind, "form": facts.form}
    if facts.milliseconds is not None:
        words.append(clock(facts.milliseconds))
        detail["duration_ms"] = facts.milliseconds
    if facts.codecs:
        detail["codecs"] = ", ".join(facts.codecs)
        words.append(str(detail["codecs"]))
    if facts.width and facts.height:
        words.append(f"{facts.width} x {facts.height} pixels")
    if facts.time_from:
        detail["time_from"] = facts.time_from
    lines = [", ".join(words), *(f"{name}: {value}" for name, value in dict.fromkeys(facts.tags))]
    return Unit(
        origin="note", locator="header", text="\n".join(lines), when=facts.when, flags=("media_facts",), detail=detail
    )


READER = Reader(name="media", version="1", media_type="audio-video", detect=detect, read=read, lists_only=True)
