"""Rich text: characters, stories, what stands beside the text, and the HTML that mail programs wrap in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import assert_accounts, codes, read, score, tallies, units
from triage.readers.rtf import READER
from triage.readers.rtf_text import html_of_rtf

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset0 Calibri;}{\f1\fnil\fcharset204 Arial;}}"
    rb"{\colortbl;\red0\green0\blue0;}{\*\generator Prueba 1.0;}"
)
WHOLE = (
    HEAD
    + rb"{\info{\author Ana Prueba}{\title Deuda}}{\header Agencia\par}"
    + rb"\f0 Hola se\'f1ora, \u8364?500 \b ma\b0\u241\'f1ana.\par{\f1\'ef\'f0\'e8\'e2\'e5\'f2}\par"
    + rb" visible{\v oculto}{\deleted 300 euros}\par"
    + rb"\trowd uno\cell dos\cell\row{\field{\*\fldinst{HYPERLINK "
    + b'"https://wa.me/34600000001"}}'
    + rb"{\fldrslt aqu\'ed}}\par\u-10179?\u-8704?{\pict\pngblip 89504e47}{\footnote nota}\par}"
)


def test_everything_is_read_and_told_apart() -> None:
    found = read(READER, WHOLE)
    assert_accounts(found)
    assert [(u.locator, u.text, u.flags) for u in units(found)] == [
        ("header=1;par=1", "Agencia", ()),
        ("par=1-5", "Hola señora, €500 mañana.\nпривет\nvisible\nuno | dos\n<https://wa.me/34600000001> aquí", ()),
        ("par=3;hidden_text=1", "oculto", ("hidden_text",)),
        ("par=3;tracked_deletion=1", "300 euros", ("tracked_deletion",)),
        ("footnote=1;par=1", "nota", ("footnote",)),
        ("par=6", "😀", ()),
        ("information", "Author: Ana Prueba\nTitle: Deuda", ("document_information",)),
    ]
    assert codes(found) == ["R-OTHER-RECORDS"]
    assert tallies(found)["pictures_not_read"] == 1


def test_html_that_a_mail_program_wrapped() -> None:
    data = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf \par \htmlrtf0 Hola {\*\htmltag <b>}Ana{\*\htmltag </b>}"
        rb"\htmlrtf ignored\htmlrtf0{\*\htmltag72 </p>}}"
    )
    assert html_of_rtf(data) == ("", "<p>Hola <b>Ana</b></p>")
    assert html_of_rtf(rb"{\rtf1 hola\par}") == ("hola", "")


def test_a_document_cut_anywhere_is_told() -> None:
    for cut in range(5, len(WHOLE) - 1):
        found = read(READER, WHOLE[:cut])
        assert "R-TRUNCATED" in codes(found), cut
        assert_accounts(found)


def test_deep_groups_and_binary_data() -> None:
    assert "R-TRUNCATED" in codes(read(READER, b"{\\rtf1" + b"{" * 100_000))
    found = read(READER, rb"{\rtf1 antes\par\bin5 }}}}}despues\par}")
    assert "\n".join(u.text for u in units(found)) == "antes\ndespues"


@pytest.mark.parametrize("data", [b"{\\rtf", b"  {\\rtf1 x}", b"\xef\xbb\xbf{\\rtf1}"])
def test_detection(data: bytes) -> None:
    assert score(READER, data) == 88
    assert score(READER, b"{rtf}") == 0


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(re.findall(rb"\\\w+ ?|[{}]|[^\\{}]+|\\.", WHOLE)) | st.binary(max_size=4), max_size=60))
def test_any_tokens_never_raise(tokens: list[bytes]) -> None:
    assert_accounts(read(READER, b"{\\rtf1" + b"".join(tokens)))
