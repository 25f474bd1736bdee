"""Illegal bytes in XML: replaced, counted, and nothing else touched, wherever the blocks end."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.readers.xml_legal import LegalBlocks, is_utf8, legal


def in_blocks(data: bytes, size: int) -> tuple[bytes, int]:
    blocks = LegalBlocks()
    joined = b"".join(blocks.of(data[i : i + size] for i in range(0, len(data), size)))
    return joined, blocks.replaced


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40), st.integers(1, 7))
def test_legal_text_is_untouched_whatever_the_blocks(text: str, size: int) -> None:
    data = text.encode()
    assert in_blocks(data, size) == (data, 0)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.binary(max_size=60), st.integers(1, 9))
def test_any_bytes_become_valid_and_are_counted(data: bytes, size: int) -> None:
    made, n = in_blocks(data, size)
    made.decode("utf-8")
    assert not any(byte < 32 and byte not in b"\t\n\r" for byte in made)
    assert (n == 0) == (made == data)


def test_surrogates_written_as_bytes_are_joined_across_blocks() -> None:
    pair = b"\xed\xa0\xbd\xed\xb8\x86"
    for size in range(1, 12):
        assert in_blocks(b"a" + pair + b"b", size)[0].decode() == "a\U0001f606b"
    assert legal(b"a\x00\x1b") == ("a\ufffd\ufffd".encode(), 2)


def test_which_documents_are_utf8() -> None:
    assert is_utf8(b"<a/>")
    assert is_utf8(b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?>")
    assert not is_utf8(b'<?xml version="1.0" encoding="windows-1252"?>')
    assert not is_utf8("<a/>".encode("utf-16"))
    assert not is_utf8("<a/>".encode("utf-16-le"))
