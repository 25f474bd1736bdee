"""vCards of every version and habit; cut at every place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engines.blob import HeldBlob
from triage.model import Head, Problem, Read, ReadContext, Tally, Unit
from triage.readers.vcard import READER
from triage.readers.vcard_parse import numbers, parse_cards

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"


def read(data: bytes) -> list[Read]:
    blob = HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)
    return list(READER.read(blob, ReadContext(source="s", path="x.vcf")))


def units(found: list[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def codes(found: list[Read]) -> list[str]:
    return [one.code for one in found if isinstance(one, Problem)]


def assert_accounts(found: list[Read]) -> None:
    counted = {one.what: one.n for one in found if isinstance(one, Tally)}
    assert counted["records"] == len(units(found))
    assert len({one.locator for one in units(found)}) == len(units(found))


def score(data: bytes) -> int:
    return READER.detect(Head(name="x", size=len(data), start=data[: 1 << 16]))


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> bytes:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def text_of(data: bytes) -> str:
    (one,) = units(read(data))
    return one.text


def manifest() -> list[tuple[str, dict[str, object]]]:
    path = SHARED / "manifest.tsv"
    if not path.exists():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(row[1], json.loads(row[-1])) for row in rows if row[0] == "vcard"]


@pytest.mark.parametrize(("name", "facts"), manifest() or [("", {})])
def test_published_samples_give_the_facts_of_their_manifest(name: str, facts: dict[str, object]) -> None:
    if not name:
        pytest.skip("the shared corpus is not beside the repository")
    data = (SHARED / name).read_bytes()
    assert score(data) == 90
    found = read(data)
    assert_accounts(found)
    assert len(units(found)) == facts["cards"]
    lines = [line for one in units(found) for line in one.text.split("\n")]
    assert sum(line.startswith(("TEL:", "TEL (")) for line in lines) == facts["tel_lines"]
    digits = "\n".join(lines).replace("-", "")
    for number in facts["plus_phones"] if isinstance(facts["plus_phones"], list) else []:
        assert number in digits
    assert not codes(found)


def test_quoted_printable_with_soft_breaks_and_a_charset() -> None:
    data = card(
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=91=",
        "o=C3=B1o",
        "NOTE;ENCODING=QUOTED-PRINTABLE:uno=0D=0Ados",
        "ORG;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:Caf=E9",
        version="2.1",
    )
    assert text_of(data) == "FN: Ñoño\nNOTE: uno\ndos\nORG: Café"


def test_raw_8_bit_values_with_and_without_a_charset() -> None:
    named = card("FN;CHARSET=windows-1251:MARK", version="2.1").replace(b"MARK", "Анна".encode("cp1251"))
    assert text_of(named) == "FN: Анна"
    found = read(card("FN:Jos MARK").replace(b"MARK", b"\xe9"))
    assert units(found)[0].text == "FN: Jos é"
    assert codes(found) == ["R-ENCODING"]


def test_folding_groups_labels_escapes_and_kinds() -> None:
    data = card(
        "FN:Una persona con un nom",
        " bre largo",
        "N:Ruiz;Ana;;;",
        "item1.TEL:+34 600 00 00 01",
        "item1.X-ABLabel:_$!<Mother>!$_",
        "TEL;TYPE=CELL,VOICE;TYPE=pref:+34 600 00 00 02",
        "ADR;TYPE=home:;;Calle 1\\, 2;Vigo;;36200;ES",
        "NOTE:debe\\n300",
    )
    assert text_of(data) == (
        "FN: Una persona con un nombre largo\nN: Ruiz Ana\nTEL (Mother): +34 600 00 00 01\n"
        "TEL (CELL): +34 600 00 00 02\nADR (home): Calle 1, 2, Vigo, 36200, ES\nNOTE: debe\n300"
    )


def test_whatsapp_account_and_tel_uri_as_written() -> None:
    data = card("FN:Luz", "item1.TEL;waid=34600000003:+34 600 00 00 03", "TEL;VALUE=uri:tel:+1-418-555-0100;ext=102")
    (one,) = units(read(data))
    assert one.text == "FN: Luz\nTEL: +34 600 00 00 03\nWAID: 34600000003\nTEL: +1-418-555-0100;ext=102"
    assert (one.detail["waid"], one.detail["phones"]) == ("34600000003", "+34 600 00 00 03; +1-418-555-0100;ext=102")


@pytest.mark.parametrize("indent", ["", " "])
def test_pictures_are_counted_not_printed(indent: str) -> None:
    lines = [f"{indent}QUJDREVGR0hJSktMTU5P"] * 5
    data = card("PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ", *lines, "", "TEL:1234567", version="2.1")
    found = read(data)
    assert units(found)[0].text == "TEL: 1234567"
    assert {one.what: one.n for one in found if isinstance(one, Tally)}["binary_properties"] == 1


def test_several_cards_their_lines_and_text_between() -> None:
    data = card("FN:a") + b"noise\r\n" + card("FN:b", end="\n") + card("FN:c", end="\r")
    found = read(data)
    assert_accounts(found)
    assert [(one.text, one.locator) for one in units(found)] == [
        ("FN: a", "line=1-4"),
        ("FN: b", "line=6-9"),
        ("FN: c", "line=10-13"),
    ]
    assert codes(found) == ["R-RECORD"]


def test_a_card_without_its_end() -> None:
    found = read(b"BEGIN:VCARD\nVERSION:3.0\nFN:a\n" + card("FN:b", end="\n"))
    assert_accounts(found)
    assert [(one.text, one.flags) for one in units(found)] == [("FN: a", ("truncated",)), ("FN: b", ())]
    assert codes(found) == ["R-RECORD"]


def test_utf16_an_empty_card_and_what_is_not_a_card() -> None:
    data = card("FN:Ñ").decode().encode("utf-16")
    assert score(data) == 90
    assert text_of(data) == "FN: Ñ"
    assert text_of(b"BEGIN:VCARD\nVERSION:3.0\nEND:VCARD") == ""
    assert score(b"My notes\nBEGIN:VCARD is a word\n") == 0


def test_a_giant_line_and_a_giant_card_stay_bounded() -> None:
    found = read(card("NOTE:" + "x" * 6_000_000, "FN:a"))
    assert_accounts(found)
    assert len(units(found)[0].text) == 200_000
    assert codes(found) == ["R-LIMIT"]


def test_cards_inside_other_texts() -> None:
    first, second = parse_cards(
        card("TEL:1").decode() + "x" + card("TEL:2", "TEL:3").decode().replace("BEGIN", "\nBEGIN")
    )
    assert (numbers(first), numbers(second)) == (["1"], ["2", "3"])


WHOLE = card("FN:uno", "TEL;CELL:+34 600 00 00 01") + card(
    "FN:dos", "NOTE;ENCODING=QUOTED-PRINTABLE:a=", "b", version="2.1"
)
FIRST_END = len(card("FN:uno", "TEL;CELL:+34 600 00 00 01"))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.integers(min_value=1, max_value=len(WHOLE) - 3))
def test_cut_anywhere(cut: int) -> None:
    found = read(WHOLE[:cut])
    assert_accounts(found)
    on_edge = FIRST_END - 2 <= cut <= FIRST_END
    assert ("R-TRUNCATED" in codes(found)) is not on_edge
    complete = [one.text for one in units(found) if not one.flags]
    assert complete == ["FN: uno\nTEL (CELL): +34 600 00 00 01"] * (cut >= FIRST_END - 2)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.integers(min_value=0, max_value=len(WHOLE)))
def test_any_bytes_never_raise(noise: bytes, at: int) -> None:
    assert_accounts(read(WHOLE[:at] + noise + WHOLE[at:]))
