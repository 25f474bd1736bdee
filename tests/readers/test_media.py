"""Sound and video: what headers say of each format, built here byte by byte, and damage."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import assert_accounts, codes, read, score, units
from triage.model import Unit
from triage.readers.media import READER
from triage.readers.media_boxes import read_boxes

SINCE_1904 = 2_082_844_800
MADE = 1_709_290_800  # 2024-03-01 11:00 UTC


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def _movie(*, keys: bool = False, udta: bytes = b"", brand: bytes = b"isom", codec: bytes = b"avc1") -> bytes:
    header = struct.pack(">IIIII", 0, MADE + SINCE_1904, MADE + SINCE_1904, 600, 600 * 83) + bytes(80)
    track = _box(b"tkhd", bytes(76) + struct.pack(">II", 1920 << 16, 1080 << 16))
    kind = _box(b"hdlr", bytes(8) + b"vide" + bytes(12))
    samples = _box(b"stbl", _box(b"stsd", struct.pack(">II", 0, 1) + _box(codec, bytes(20))))
    inside = _box(b"mvhd", header) + _box(b"trak", track + _box(b"mdia", kind + _box(b"minf", samples)))
    if keys:
        names = [b"com.apple.quicktime.location.ISO6709", b"com.apple.quicktime.creationdate",
                 b"com.apple.quicktime.model"]  # fmt: skip
        values = [b"+40.4168-003.7038+650.1/", b"2024-03-01T12:00:00+0100", b"Telefono 12"]
        table = _box(b"keys", struct.pack(">II", 0, 3) + b"".join(_box(b"mdta", name) for name in names))
        items = b"".join(
            _box(struct.pack(">I", n), _box(b"data", struct.pack(">II", 1, 0) + value))
            for n, value in enumerate(values, 1)
        )
        inside += _box(b"meta", _box(b"hdlr", bytes(24)) + table + _box(b"ilst", items))
    inside += _box(b"udta", udta) if udta else b""
    return _box(b"ftyp", brand + bytes(4)) + _box(b"mdat", b"x" * 100) + _box(b"moov", inside)


def _ogg(samples: int, last: int = 4) -> bytes:
    def page(flags: int, position: int, body: bytes) -> bytes:
        return b"OggS\0" + struct.pack("<BqIII", flags, position, 7, 0, 0) + bytes((1, len(body))) + body

    opus = b"OpusHead\x01\x01" + struct.pack("<HIHB", 312, 16000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 6) + b"Prueba" + struct.pack("<II", 1, 10) + b"TITLE=nota"
    return page(2, 0, opus) + page(0, 0, tags) + page(last, samples, b"x" * 50)


def _wav() -> bytes:
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    data = b"data" + struct.pack("<I", 32000) + bytes(32000)
    return b"RIFF" + struct.pack("<I", 4 + len(form) + len(data)) + b"WAVE" + form + data


def _webm() -> bytes:
    def element(number: str, content: bytes) -> bytes:
        return bytes.fromhex(number) + struct.pack(">Q", 1 << 56 | len(content)) + content

    info = element("2ad7b1", (1_000_000).to_bytes(3, "big")) + element("4489", struct.pack(">d", 83_000.0))
    info += element("4461", struct.pack(">q", (MADE - 978_307_200) * 1_000_000_000)) + element("5741", b"Prueba")
    track = element("ae", element("83", b"\x01") + element("86", b"V_VP9") + element("e0", element("b0", b"\x05\x00")))
    head = element("1a45dfa3", element("4282", b"webm"))
    return head + element("18538067", element("1549a966", info) + element("1654ae6b", track))


_AMR = b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100
_MP3 = b"ID3\x03\0\0\0\0\0\x15" + b"TIT2\0\0\0\x05\0\0\0nota" + bytes(6) + (b"\xff\xfb\x90\x00" + bytes(413)) * 77
_AAC = (b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)) * 43
_FLAC = b"fLaC\0\0\0\x22" + bytes(10) + (44_100 << 44 | 44_100 * 83).to_bytes(8, "big") + bytes(16)
_SILK = b"\x02#!SILK_V3" + (struct.pack("<H", 10) + bytes(10)) * 50 + b"\xff\xff"
_LOCI = _box(b"loci", bytes(6) + b"casa\0\0" + struct.pack(">iii", int(-3.7038 * 65536), int(40.4168 * 65536), 0))


def _first(data: bytes) -> Unit:
    found = read(READER, data)
    assert_accounts(found)
    assert score(READER, data) >= 60
    assert codes(found) == ["R-NOT-HEARD"]
    return units(found)[0]


@pytest.mark.parametrize(
    ("data", "text", "milliseconds"),
    [
        (_movie(), "Video (MP4), 0:01:23, H.264, 1920 x 1080 pixels", 83_000),
        (_movie(brand=b"3gp4", codec=b"s263"), "Video (3GP), 0:01:23, H.263, 1920 x 1080 pixels", 83_000),
        (_ogg(312 + 48_000 * 83), "Sound (Ogg), 0:01:23, Opus\nProgram: Prueba\nTitle: nota", 83_000),
        (_wav(), "Sound (WAV), 0:00:02, PCM", 2_000),
        (_AMR, "Sound (AMR), 0:00:02, AMR", 2_000),
        (_MP3, "Sound (MP3), 0:00:02, MP3\nTitle: nota", 2_006),
        (_AAC, "Sound (AAC), 0:00:00.9, AAC", 998),
        (_FLAC, "Sound (FLAC), 0:01:23, FLAC", 83_000),
        (_SILK, "Sound (SILK), 0:00:01, SILK", 1_000),
        (_webm(), "Video (WebM), 0:01:23, VP9\nProgram: Prueba", 83_000),
    ],
    ids=["mp4", "3gp", "opus", "wav", "amr", "mp3", "aac", "flac", "silk", "webm"],
)
def test_what_headers_say(data: bytes, text: str, milliseconds: int) -> None:
    one = _first(data)
    assert one.text == text
    assert one.detail["duration_ms"] == milliseconds


def test_time_and_place_of_a_film() -> None:
    found = read(READER, _movie(keys=True, brand=b"qt  "))
    assert_accounts(found)
    facts, place = units(found)
    assert (facts.when.at, facts.when.basis, facts.detail["time_from"]) == (
        "2024-03-01T11:00:00+00:00", "offset", "creationdate")  # fmt: skip
    assert facts.text.endswith("Model: Telefono 12")
    assert (place.origin, place.text, place.detail["lat"], place.detail["lon"]) == (
        "location", "40.4168, -3.7038", "40.4168", "-3.7038")  # fmt: skip
    assert place.detail["altitude"] == "650.1"
    plain = _first(_movie())
    assert (plain.when.at, plain.detail["time_from"]) == ("2024-03-01T11:00:00+00:00", "mvhd")


def test_the_older_places() -> None:
    for udta in (_box(b"\xa9xyz", struct.pack(">HH", 19, 0x15C7) + b"+40.4168-003.7038/"), _LOCI):
        place = units(read(READER, _movie(udta=udta)))[1]
        assert str(place.detail["lat"]).startswith("40.416")
        assert str(place.detail["lon"]).startswith("-3.703")


def test_pictures_and_text_are_no_recordings() -> None:
    assert score(READER, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == 0
    assert score(READER, b"RIFF\0\0\0\0WEBPVP8 ") == 0
    for text in (b"Get free rooms, call me", b"The wide road", b"caffeine", b"OggStadt", b"fLaCs", b"All moov on"):
        assert score(READER, text) == 0, text
    assert score(READER, _box(b"wide", b"") + _box(b"mdat", b"x" * 40)) == 85
    assert score(READER, b"\xff\xfe<\0h\0t\0m\0l\0" * 40) == 0
    assert score(READER, b"RF64\xff\xff\xff\xffWAVEds64") == 85
    assert READER.lists_only


@pytest.mark.parametrize(
    "data", [_movie(), _wav(), _AMR[:-1] + b"x", _ogg(48_000), _AAC, _SILK[:-2], _FLAC],
    ids=["mp4", "wav", "amr", "ogg", "aac", "silk", "flac"],
)  # fmt: skip
def test_a_recording_cut_anywhere_is_told(data: bytes) -> None:
    for cut in range(13, len(data) - 1, max(1, len(data) // 90)):
        found = read(READER, data[:cut])
        assert "R-NOT-HEARD" in codes(found)
        assert_accounts(found)
    assert "R-TRUNCATED" in codes(read(READER, data[: len(data) * 2 // 3 + 1]))


@settings(derandomize=True, deadline=None, max_examples=250)
@given(
    st.sampled_from([_movie(keys=True, udta=_LOCI), _ogg(99), _webm(), _MP3[:900], _wav()[:200], _AAC[:90], _SILK]),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=15),
)
def test_damaged_bytes_never_raise(data: bytes, changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    score(READER, bytes(damaged))
    assert_accounts(read(READER, bytes(damaged)))


def test_endless_boxes_end() -> None:
    import io

    data = _box(b"ftyp", b"isom") + _box(b"moov", struct.pack(">I4s", 0, b"trak") * 2000)
    assert read_boxes(io.BytesIO(data), len(data)).form == "MP4"
