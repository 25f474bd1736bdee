"""Points, map links, place names and routes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import gazetteer, places
from extractors.gazetteer_store import fold, store
from extractors.parts import Candidate, Part, TextContext
from triage.model import Conversation, Run, Unit
from triage.text import clean


def found(part: Part, text: str, *regions: str, unit: Unit | None = None, after: str = "") -> list[Candidate]:
    unit = unit or Unit(origin="message", locator="line=1", text=text)
    units = (unit, Unit(origin="message", locator="line=2", text=after)) if after else (unit,)
    run = Run(units=units, conversation=Conversation(name="places"), regions=regions)
    view = clean(text)
    if part.quick is not None and not part.quick(view.text):
        return []
    made = part.find(view, TextContext(unit=unit, run=run, index=0, regions=regions))
    return [c for c in made if c.rank >= 50]


def points(text: str, *regions: str) -> set[str]:
    return {c.value for c in found(places.PART, text, *regions) if c.type == "GEO_POINT"}


def names(text: str, *regions: str, after: str = "") -> list[str]:
    made = found(gazetteer.PART, text, *regions, after=after)
    return [str(c.detail["name"]) for c in made if c.type == "PLACE"]


MADRID = "40.446972,-3.724753"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("40.446972, -3.724753", MADRID),
        ("pin 40,446972; -3,724753", MADRID),
        ("lat: 40.446972, lon: -3.724753", MADRID),
        ("٤٠.٤٤٦٩٧٢, ٣.٧٢٤٧٥٣", "40.446972,3.724753"),
        ("40°26'49.10\"N, 3°43'29.11\"W", MADRID),
        ("N 40° 26' 49.10\" W 3° 43' 29.11\"", MADRID),
        ("40º26'49.10\" N 3º43'29.11\" O", MADRID),
        ("3°43'29.11\"W 40°26'49.10\"N", MADRID),
        ("40 26.8183N 3 43.4852W", "40.446972,-3.724753"),
        ("55°45'21\" с.ш. 37°37'04\" в.д.", "55.755833,37.617778"),
        ("grid 30TVK 38540 77620", "40.446969,-3.724751"),
        ("8FVC2222+22", "47.000062,8.000063"),
        ("POINT(-99.1332 19.4326)", "19.432600,-99.133200"),
        ("geo:48.2010,16.3695,183", "48.201000,16.369500"),
        ("geo:0,0?q=48.2010,16.3695(Vienna)", "48.201000,16.369500"),
        ("https://maps.google.com/?q=51.025,7.591944", "51.025000,7.591944"),
        ("https://www.google.com/maps/place/X/@19.43,-99.13,15z/data=!8m2!3d19.5!4d-99.2", "19.500000,-99.200000"),
        ("http://maps.apple.com/?daddr=43.785594,11.234619", "43.785594,11.234619"),
        ("https://waze.com/ul?ll=45.69063,-120.810983&navigate=yes", "45.690630,-120.810983"),
        ("https://www.openstreetmap.org/#map=15/51.5/-0.12", "51.500000,-0.120000"),
        ("https://yandex.ru/maps/?ll=37.6173,55.7558&z=12", "55.755800,37.617300"),
    ],
)
def test_points_in_every_notation(text: str, value: str) -> None:
    assert points(text) == {value}


@pytest.mark.parametrize(
    "text", ["12.50, 13.75", "0.0000, 0.0000", "91.123456, 181.123456", "12°34'N 45°67'E",
             "M0.0078 31.3992 L12.0091 44.1", "https://maps.google.com/?q=0,0", "84900000+", "3333+22"],
)  # fmt: skip
def test_prices_null_island_and_impossible_angles_are_no_points(text: str) -> None:
    assert points(text) == set()


def test_a_short_map_link_is_kept_unresolved() -> None:
    (link,) = found(places.PART, "https://maps.app.goo.gl/a1B2c3D4e5")
    assert (link.type, link.value) == ("MAP_LINK", "https://maps.app.goo.gl/a1B2c3D4e5")


def test_the_position_of_a_picture_is_quoted_with_its_flags() -> None:
    text = "Model: X\nGPS position: 43.467448, 11.885127\n"
    detail = {"lat": "43.467448", "lon": "11.885127"}
    unit = Unit(origin="exif", locator="", text=text, detail=detail, flags=("hemisphere_unknown",))
    (point,) = found(places.PART, text, unit=unit)
    assert text[point.start : point.end] == "43.467448, 11.885127"
    assert point.value == "43.467448,11.885127" and point.rank == 50 and point.flags == ("hemisphere_unknown",)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.integers(-89_999_999, 89_999_999), st.integers(-179_999_999, 179_999_999))
def test_every_decimal_pair_comes_back(lat: int, lon: int) -> None:
    value = f"{lat / 1e6:.6f},{lon / 1e6:.6f}"
    if abs(lat) > 1 or abs(lon) > 1:
        assert points(f"here: {value}!") == {value}


@pytest.mark.parametrize(
    ("text", "regions", "expected"),
    [
        ("bus to Nairobi from Addis Ababa", (), ["Nairobi", "Addis Ababa"]),
        ("mañana salimos de Ciudad Juárez", ("MX",), ["Ciudad Juárez"]),
        ("Мы едем в Варшаву через Брест", (), ["Warsaw", "Brest"]),
        ("من طرابلس إلى مصراتة", ("LY",), ["Tripoli", "Misratah"]),
        ("दिल्ली से मुंबई जाना है", (), ["Delhi", "Mumbai"]),
        ("明天去北京", (), ["Beijing"]),
        ("서울에서 부산까지", (), ["Seoul", "Busan"]),
        ("ไปเชียงใหม่", (), ["Chiang Mai"]),
        ("vamos a tijuana", (), ["Tijuana"]),
        ("we met in Nice", (), ["Nice"]),
        ("I will be in Split tomorrow", (), ["Split"]),
        ("cruzamos el Darién y llegamos a Bajo Chiquito", (), ["Darién", "Bajo Chiquito"]),
    ],
)
def test_places_are_found(text: str, regions: tuple[str, ...], expected: list[str]) -> None:
    assert sorted(names(text, *regions)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    ["Nice to meet you", "same price as march", "a man of few words", "Police came to the house", "See you in March",
     "give it to Sofia", "tell Victoria to come", "Split the bill", "Bath is ready", "Mobile number please", "في البيت",
     "Wir gehen zum Essen", "most of them", "I am reading a book", "Orange juice"],
)  # fmt: skip
def test_common_words_and_persons_are_not(text: str) -> None:
    assert names(text) == []


def test_a_homonym_goes_to_the_stated_country_then_to_the_region() -> None:
    def value(text: str, *regions: str) -> str:
        return next(c.value for c in found(gazetteer.PART, text, *regions) if c.type == "PLACE")

    assert value("voy a Córdoba") != value("voy a Córdoba", "ES")
    assert value("voy a Córdoba, España", "AR") == value("voy a Córdoba", "ES")


def test_a_name_alone_is_a_candidate_until_its_neighbour_is_a_place() -> None:
    assert names("Ciudad Juárez") == []
    assert names("Ciudad Juárez", after="mañana llegamos a Monterrey") == ["Ciudad Juárez"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("going from Juba to Kampala via Nimule", ["Juba", "Nimule", "Kampala"]),
        ("Vamos de Tapachula a Tijuana pasando por Puebla", ["Tapachula", "Puebla", "Tijuana"]),
        ("Tapachula -> Puebla -> Reynosa", ["Tapachula", "Puebla", "Reynosa"]),
        ("bus to Nairobi from Addis Ababa", ["Addis Ababa", "Nairobi"]),
    ],
)
def test_routes_are_in_the_order_of_travel(text: str, expected: list[str]) -> None:
    (route,) = (c for c in found(gazetteer.PART, text) if c.type == "ROUTE")
    assert route.detail["names"] == expected and route.value.count(">") == len(expected) - 1


def test_the_gazetteer_knows_the_examples_of_its_specification() -> None:
    expected = {"Nairobi": "GN:184745", "طرابلس": "GN:2210247", "Ciudad Juarez": "GN:4013708", "Necoclí": "GN:3673974"}
    assert {name: store().places(fold(name))[0].value for name in expected} == expected
    assert store().places(fold("Qwertyuiopolis")) == ()
