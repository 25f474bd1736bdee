"""Identity documents, tickets, devices, vehicles; links and handles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import documents, links
from extractors.parts import Candidate, Part, TextContext
from extractors.validators import mrz
from triage.model import Conversation, Run, Unit
from triage.text import clean


def found(part: Part, text: str, *regions: str) -> list[Candidate]:
    unit = Unit(origin="message", locator="line=1", text=text)
    run = Run(units=(unit,), conversation=Conversation(name="documents"), regions=regions)
    view = clean(text)
    if part.quick is not None and not part.quick(view.text):
        return []
    made = part.find(view, TextContext(unit=unit, run=run, index=0, regions=regions))
    return [c for c in made if c.rank >= 50]


def pairs(part: Part, text: str, *regions: str) -> set[tuple[str, str]]:
    return {(c.type, c.value) for c in found(part, text, *regions)}


# The specimens of ICAO Doc 9303 parts 4 to 7.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
VISA = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (TD3, "UTO|L898902C3|740812|F|120415"),
        (TD1, "UTO|D23145890|740812|F|120415"),
        (TD2, "UTO|D23145890|740812|F|120415"),
        (VISA, "UTO|L8988901C|400907|F|961210"),
        (TD3.replace("\n", " "), "UTO|L898902C3|740812|F|120415"),
        (TD3.replace("\n", ""), "UTO|L898902C3|740812|F|120415"),
        ("scan:\n" + TD3.replace("7408122", "74O8I22"), "UTO|L898902C3|740812|F|120415"),
        (TD3.replace("MARIA<<<<", "MARIA<<"), "UTO|L898902C3|740812|F|120415"),
    ],
)
def test_machine_readable_zones(text: str, value: str) -> None:
    assert ("MRZ", value) in pairs(documents.PART, text)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(44, 87), st.integers(1, 9))
def test_a_zone_with_a_wrong_digit_is_never_reported(at: int, shift: int) -> None:
    zone = TD3.replace("\n", "")
    if zone[at].isdigit():
        wrong = zone[:at] + str((int(zone[at]) + shift) % 10) + zone[at + 1 :]
        assert not any(kind == "MRZ" for kind, _ in pairs(documents.PART, wrong))
        assert mrz.read(wrong, mrz.LAYOUTS[0]) is None


@pytest.mark.parametrize(
    ("text", "regions", "expected"),
    [
        ("pasaporte mexicano G12345678", (), ("PASSPORT_NO", "MX:G12345678")),
        ("my travel passport is A12803456", ("US",), ("PASSPORT_NO", "US:A12803456")),
        ("schengen visa number FRA123456789", (), ("VISA", "FR:FRA123456789")),
        ("localizador AB12CD", (), ("PNR", "AB12CD")),
        ("vuelo AV46 a las 5", (), ("FLIGHT", "AV46")),
        ("IMEI 490154203237518", (), ("IMEI", "490154203237518")),
        ("TASU 117 000 0 box", (), ("CONTAINER", "TASU1170000")),
        ("ship IMO 9074729", (), ("IMO", "9074729")),
        ("matricula 1234 BCD", ("ES",), ("PLATE", "ES:1234BCD")),
        ("MH 12 AB 1234 is outside", (), ("PLATE", "IN:MH12AB1234")),
    ],
)
def test_documents_and_objects(text: str, regions: tuple[str, ...], expected: tuple[str, str]) -> None:
    assert expected in pairs(documents.PART, text, *regions)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("order A12803456", "PASSPORT_NO"),
        ("BOOKING CANCEL NOW", "PNR"),
        ("room AA 123", "FLIGHT"),
        ("490154203237518", "IMEI"),
        ("IMEI 490154203237519", "IMEI"),
        ("TASU 117 000 1 box", "CONTAINER"),
        ("ship IMO 9074728", "IMO"),
        ("paid by visa 4111111111111111", "VISA"),
    ],
)
def test_forms_without_their_word_or_check_are_not(text: str, kind: str) -> None:
    assert kind not in {k for k, _ in pairs(documents.PART, text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to Maria.Lopez@Example.com.", ("EMAIL", "maria.lopez@example.com")),
        ("maria.lopez (at) example (dot) com", ("EMAIL", "maria.lopez@example.com")),
        ("see https://example.org/a_(b)?x=1).", ("URL", "https://example.org/a_(b)?x=1")),
        ("https://www.instagram.com/maria.lp/", ("SOCIAL", "instagram:maria.lp")),
        ("t.me/trabajo_ya", ("SOCIAL", "telegram:trabajo_ya")),
        ("mi insta: maria.lp", ("SOCIAL", "instagram:maria.lp")),
        ("snap maria22", ("SOCIAL", "snapchat:maria22")),
        ("https://etherscan.io/tx/0x" + "ab" * 32, ("EXPLORER_LINK", "https://etherscan.io/tx/0x" + "ab" * 32)),
        ("http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/",
         ("ONION", "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion")),
    ],
)  # fmt: skip
def test_links_and_handles(text: str, expected: tuple[str, str]) -> None:
    assert expected in pairs(links.PART, text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("merchant@oksbi", "EMAIL"),
        ("insta is down", "SOCIAL"),
        ("9.5.2024", "URL"),
        ("instagram.com/explore", "SOCIAL"),
        ("fin.Mañana voy", "URL"),
    ],
)
def test_what_is_no_link(text: str, kind: str) -> None:
    assert kind not in {k for k, _ in pairs(links.PART, text)}
