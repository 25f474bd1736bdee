"""Watch-lists as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.watchlists import guess, parse_watchlist


def rows(content: str | bytes, name: str = "list.csv") -> list[tuple[int, str, str, str]]:
    data = content if isinstance(content, bytes) else content.encode()
    return [(e.row, e.type, e.value, e.note) for e in parse_watchlist(name, data)]


def test_a_table_with_value_type_and_note() -> None:
    assert rows('value,type,note\n612 34 56 78,phone,"said, twice"\n# off\n\n@kim,,\n') == [
        (2, "phone", "612 34 56 78", "said, twice"),
        (5, "handle", "@kim", ""),
    ]


def test_columns_that_are_types_give_an_entry_for_each_cell() -> None:
    assert rows("Nombre;Teléfono;Nota\nAna Gómez;612345678;jefa\n;655123456;\n") == [
        (2, "name", "Ana Gómez", "jefa"),
        (2, "phone", "612345678", "jefa"),
        (3, "phone", "655123456", ""),
    ] or rows("Nombre;Teléfono;Nota\nAna Gómez;612345678;jefa\n;655123456;\n") == [
        (2, "phone", "612345678", "jefa"),
        (2, "name", "Ana Gómez", "jefa"),
        (3, "phone", "655123456", ""),
    ]


def test_plain_text_guesses_the_type_from_the_form() -> None:
    text = "# mine\n+34 612 34 56 78\nAna Gómez\nES91 2100 0418 4502 0005 1332\n@kim\npasaporte\n" + "a" * 64 + "\n"
    assert [kind for _, kind, _, _ in rows(text, "list.txt")] == ["phone", "name", "account", "handle", "word", "hash"]
    assert rows("García, Ana\n", "list.txt") == [(1, "name", "García, Ana", "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert rows("value,type\nGómez,name\n".encode(encoding)) == [(2, "name", "Gómez", "")]


def test_a_type_of_the_lists_own_is_kept() -> None:
    assert rows("value,type\n1234 BCD,Plate\n") == [(2, "plate", "1234 BCD", "")]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("value,type\n12,phone\n", "line 2"),
        ("value,type\nabc,sha256\n", "line 2"),
        ("value,colour\nabc,red\n", "line 1"),
        ("612345678\n", "line 1"),
        ("value,type\na,word,note,more\n", "line 2"),
        ("value,type\n,phone\n", "line 2"),
        ("value,type\n", "list.csv"),
        ("", "list.csv"),
        ("value\n???\n", "line 2"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_line_and_remedy(content: str, place: str) -> None:
    with pytest.raises(UsageError) as caught:
        rows(content)
    assert place in str(caught.value) and "list.csv" in str(caught.value)
    assert caught.value.remedy


def test_a_binary_file_is_refused() -> None:
    with pytest.raises(UsageError):
        rows(b"PK\x03\x04\0\0\0")


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_give_entries_or_one_clear_error(content: bytes) -> None:
    try:
        entries = parse_watchlist("x.txt", content)
    except UsageError as error:
        assert error.remedy
    else:
        assert entries and all(e.value and e.type for e in entries)


def test_guesses() -> None:
    assert [guess(v) for v in ("0612345678", "4111111111111111", "a@b.com", "Ana", "kim")] == [
        "phone", "account", "handle", "name", "word",
    ]  # fmt: skip
