"""HTML pages that no other reader knows: what is shown, what is hidden, where it stands."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import assert_accounts, codes, read, score, tallies, units
from triage.readers.html_page import READER

PAGE = """<!DOCTYPE html>
<html><head><title>Oferta</title><style>p{color:red}</style><script>alert("no")</script></head>
<body><!-- nota -->
<h1>Trabajo en   casa</h1>
<p>Escribe <a href="https://wa.me/34600000001">aquí</a><br>o llama <a href="tel:+34600000001">+34600000001</a></p>
<table><tr><td>sueldo</td><td>500&nbsp;€</td></tr></table>
<div style="display: none">clave: <b>77</b></div><span hidden>otra</span>
<input value="casa 4"><input type="hidden" name="id" value="X-9"><img alt="un plano">
</body></html>
"""


def test_shown_and_hidden_text() -> None:
    found = read(READER, PAGE.encode())
    assert_accounts(found)
    assert codes(found) == []
    assert [(u.locator, u.text, u.flags) for u in units(found)] == [
        ("line=4-6;part=1", "Trabajo en casa\nEscribe aquí <https://wa.me/34600000001>\no llama +34600000001\n"
         "sueldo | 500 €", ()),
        ("line=7;part=2", "clave: 77\notra", ("hidden_text",)),
        ("line=8;part=3", "casa 4", ()),
        ("line=8;part=4", "X-9", ("hidden_text",)),
        ("line=8;part=5", "un plano", ()),
    ]  # fmt: skip
    assert units(found)[0].detail == {"title": "Oferta"}
    assert tallies(found)["comments_not_read"] == 1


@pytest.mark.parametrize(
    ("text", "points"),
    [(PAGE, 15), ("<html>x", 15), ("<p>a</p><p>b</p><br>c", 8), ("<?xml version='1.0'?><a/>", 0), ("a < b", 0),
     ("hola <b>", 0)],
)  # fmt: skip
def test_detection(text: str, points: int) -> None:
    assert score(READER, text.encode()) == points


def test_stated_and_proved_encodings() -> None:
    stated = '<html><meta charset="windows-1251"><p>привет</p></html>'
    assert [u.text for u in units(read(READER, stated.encode("cp1251")))] == ["привет"]
    assert [u.text for u in units(read(READER, stated.encode()))] == ["привет"]
    assert [u.text for u in units(read(READER, "<html><p>señor</p></html>".encode("utf-16")))] == ["señor"]


def test_a_page_cut_anywhere_is_told() -> None:
    data = PAGE.encode()
    for cut in range(20, data.index(b"</body>"), 3):
        found = read(READER, data[:cut])
        assert {"R-TRUNCATED", "R-MALFORMED"} & set(codes(found)), cut
        assert_accounts(found)


def test_hostile_pages_are_bounded() -> None:
    assert "R-LIMIT" in codes(read(READER, b"<html><p title='" + b"x" * (3 << 20)))
    deep = read(READER, b"<html>" + b"<div>" * 50_000 + b"fondo" + b"</div>" * 50_000 + b"</html>")
    assert [u.text for u in units(deep)] == ["fondo"]
    long = read(READER, b"<html><p>" + b"palabra " * 200_000 + b"</p></html>")
    assert_accounts(long)
    assert max(len(u.text) for u in units(long)) <= 200_000
    assert sum(u.text.count("palabra") for u in units(long)) >= 199_990


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(max_size=300))
def test_any_text_never_raises(text: str) -> None:
    data = ("<html>" + text).encode("utf-8", "replace")
    score(READER, data)
    assert_accounts(read(READER, data))


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20), max_size=30))
def test_every_word_comes_back(words: list[str]) -> None:
    page = "<html><body>" + "".join(f"<p>{escape(word)}</p>\n" for word in words) + "</body></html>"
    found = read(READER, page.encode())
    seen = "".join(u.text for u in units(found))
    assert "".join(seen.split()) == "".join("".join(w.split()) for w in words if w.strip(" |"))
