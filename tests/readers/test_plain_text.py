"""Any other text: bounded notes, encodings proved or guessed, nothing lost."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engines.blob import HeldBlob
from triage.model import Head, Problem, Read, ReadContext, Tally, Unit
from triage.readers.plain_text import MAX_CHARS, MAX_LINES, READER, pieces
from triage.readers.text_encoding import find_encoding, looks_like_text, sniff

SPANISH = "Mañana hay que pagar la habitación; después te llevaré al café de la estación. ¿Cuánto debes aún?\n"
RUSSIAN = "Завтра нужно заплатить за комнату, потом мы поедем на станцию. Сколько ты ещё должна?\n"
ARABIC = "غدا يجب دفع ثمن الغرفة ثم نذهب الى المحطة. كم بقي عليك من المال؟\n"


def read(data: bytes) -> list[Read]:
    blob = HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)
    return list(READER.read(blob, ReadContext(source="s", path="x.txt")))


def units(found: list[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def codes(found: list[Read]) -> list[str]:
    return [one.code for one in found if isinstance(one, Problem)]


def score(data: bytes) -> int:
    return READER.detect(Head(name="x.txt", size=len(data), start=data[: 1 << 16]))


def assert_sound(found: list[Read]) -> None:
    """Counted, bounded, in order, each place once."""
    counted = {one.what: one.n for one in found if isinstance(one, Tally)}
    assert counted["records"] == len(units(found))
    assert len({one.locator for one in units(found)}) == len(units(found))
    for one in units(found):
        assert len(one.text) <= MAX_CHARS
        assert one.text.count("\n") < MAX_LINES
        assert one.text.strip()
        assert re.fullmatch(r"line=\d+(-\d+|;chars=\d+-\d+)?", one.locator)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [SPANISH, "Plain words only, nothing more than that.\n"])
def test_unicode_encodings_are_proved(codec: str, text: str) -> None:
    data = (text * 3).encode(codec)
    assert score(data) == 5
    found = read(data)
    assert units(found)[0].text == (text * 3).rstrip("\n")
    assert not codes(found)


@pytest.mark.parametrize(("codec", "text"), [("cp1252", SPANISH), ("cp1251", RUSSIAN), ("cp1256", ARABIC)])
def test_code_pages_are_guessed_and_said_so(codec: str, text: str) -> None:
    data = text.encode(codec) * 2
    assert score(data) == 3
    found = read(data)
    assert units(found)[0].text.startswith(text.rstrip("\n"))
    (trouble,) = [one for one in found if isinstance(one, Problem)]
    assert trouble.code == "R-ENCODING"
    assert f"Windows-{codec[2:]}" in trouble.message


def test_a_few_bad_bytes_in_utf8_are_replaced() -> None:
    data = (RUSSIAN * 2).encode() + b"\xff\n" + RUSSIAN.encode()
    found = read(data)
    assert "\ufffd" in units(found)[0].text
    assert units(found)[0].text.count("Завтра") == 3
    assert codes(found) == ["R-ENCODING"]


def test_the_encoding_is_that_of_the_whole_file() -> None:
    late = b"plain\n" * 300_000 + SPANISH.encode("cp1252")
    assert find_encoding(io.BytesIO(late), late[:65536]).codec == "cp1252"
    split = b"a" * ((1 << 20) - 1) + "ñ".encode() + b"a" * (1 << 20) + "ñ".encode()
    assert find_encoding(io.BytesIO(split), split[:65536]).basis == "proved"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), bytes(range(256)) * 4, b"SQLite format 3\0" + bytes(80),
     bytes([0xFF, 0xD8, 0xFF]) + bytes(range(128, 256)) * 4, b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(60, 250))],
)  # fmt: skip
def test_binary_is_refused(data: bytes) -> None:
    assert score(data) == 0
    assert not looks_like_text(data) or data == b""


@pytest.mark.parametrize(
    ("text", "flagged"),
    [('{"a": 1}', True), ("[1, 2]", True), ("<?xml version='1.0'?><a/>", True), ("<!DOCTYPE html><p>x", True),
     ("<p>x</p>", True), ("<3 te quiero", False), ("[12:01] Ana: hola", False), ("{hola}", False), ("a < b", False)],
)  # fmt: skip
def test_markup_is_read_and_flagged(text: str, flagged: bool) -> None:
    (one,) = units(read(text.encode()))
    assert one.text == text
    assert one.flags == (("unparsed_markup",) if flagged else ())


def test_a_short_note_is_one_unit_and_a_long_one_is_cut_at_blank_lines() -> None:
    short = "one\n\ntwo\n\n\nthree\n"
    (only,) = units(read(short.encode()))
    assert (only.locator, only.text) == ("line=1-6", "one\n\ntwo\n\n\nthree")
    para = "\n".join(f"line {n}" for n in range(25))
    found = read(f"\n\n{para}\n\n{para}\n".encode())
    assert_sound(found)
    assert [(one.locator, one.text) for one in units(found)] == [("line=3-27", para), ("line=29-53", para)]


def test_long_stretches_and_giant_lines_are_cut() -> None:
    found = read(b"x y z\n" * 1000)
    assert_sound(found)
    assert [one.locator for one in units(found)][:2] == ["line=1-100", "line=101-200"]
    word = "ya: +34 600 000 001 "
    giant = read(b"head\n" + (word * 20_000).encode() + b"\nfoot\n")
    assert_sound(giant)
    texts = [one.text for one in units(giant)]
    assert texts[0] == "head"
    assert texts[-1] == "foot"
    assert "".join(texts[1:-1]) == word * 20_000
    assert all(text.startswith(("ya:", "+34")) for text in texts[1:-1])
    assert units(giant)[1].locator == "line=2;chars=0-8000"
    assert units(giant)[-1].locator == "line=3"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = end.join(["a", "b", "", "c"])
    (one,) = units(read(text.encode()))
    assert (one.text, one.locator) == ("a\nb\n\nc", "line=1-4")


def test_an_empty_file_and_blank_lines() -> None:
    assert codes(read(b"")) == ["R-EMPTY"]
    blank = read(b"\n \n\t\n")
    assert_sound(blank)
    assert not units(blank)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\r \t"), max_size=300),
    st.integers(1, 90),
)
def test_every_character_comes_back(text: str, times: int) -> None:
    """Nothing but blank lines and line ends is left out; the lines stand where the locators say."""
    whole = (text + " ") * times
    found = read(whole.encode())
    assert_sound(found)
    lines = re.split(r"\r\n|\n|\r", whole.removeprefix("\ufeff"))
    seen = ""
    for one in units(found):
        place = re.fullmatch(r"line=(\d+)(?:-(\d+))?(?:;chars=(\d+)-(\d+))?", one.locator)
        assert place is not None
        first, last = int(place[1]), int(place[2] or place[1])
        expected = "\n".join(lines[first - 1 : last])
        if place[3] is not None:
            expected = expected[int(place[3]) : int(place[4])]
        assert one.text == expected
        seen += one.text
    assert "".join(seen.split()) == "".join(whole.removeprefix("\ufeff").split())


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_never_raise(data: bytes) -> None:
    score(data)
    sniff(data)
    assert_sound(read(data))


def test_line_ends_that_straddle_blocks() -> None:
    data = b"a" * 65535 + b"\r\nb\r" + b"c" * 65533 + b"\n\nd"
    numbers = [(one.line, one.text[:1]) for one in pieces(io.BytesIO(data), "utf-8") if one.start <= 0]
    assert numbers == [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")]
