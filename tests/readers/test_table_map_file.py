"""Mappings written by an examiner: strict, told with the item, and stronger than the built-in names."""

from __future__ import annotations

import pytest

from tests.readers.export_reading import assert_accounts, read, score, units
from tests.readers.xlsx_building import workbook
from triage.errors import UsageError
from triage.model import SourceFact
from triage.readers import registry, table_text
from triage.readers.table_map_file import parse_map, readers

ANA, BEN = "+34600111222", "+447700900123"
EXAMPLE = """
[[table]]
kind = "calls"
app = "Operator X"
zone = "+02:00"
order = "dmy"

[table.columns]
"Anr." = "caller"
"Zielnr." = "callee"
"Beginn" = "time"
"Sek" = "duration"
"Standort" = "ignore"
"""
TABLE = f"Anr.;Zielnr.;Beginn;Sek;Standort\n{ANA};{BEN};03.04.2024 21:14;62;7\n".encode()


def test_an_unknown_table_is_read_by_the_examiners_mapping() -> None:
    assert score(table_text.READER, TABLE.replace(b"Beginn", b"Bgn").replace(b"Sek", b"Sk")) == 0
    text, xlsx, as_json, *_ = readers([parse_map("map.toml", EXAMPLE.encode())])
    assert score(text, TABLE) > max(score(one, TABLE) for one in registry.READERS)
    found = read(text, TABLE)
    assert_accounts(found)
    (call,) = units(found)
    assert (call.when.at, call.app, call.detail["Standort"]) == ("2024-04-03T19:14:00+00:00", "Operator X", "7")
    (fact,) = (one for one in found if isinstance(one, SourceFact))
    assert "by map file map.toml: 'Anr.' = caller" in fact.value
    rows = [line.split(";") for line in TABLE.decode().split()[:1]] + [[ANA, BEN, "03.04.2024 21:14", "62", "7"]]
    assert units(read(xlsx, workbook([("X", rows)])))[0].sender == ANA
    assert as_json.name == "table_json"


def test_other_tables_are_read_as_usual() -> None:
    text = readers([parse_map("map.toml", EXAMPLE.encode())])[0]
    other = f"Start time,Caller,Called number,Duration\n2024-04-03 21:14,{ANA},{BEN},5\n".encode()
    assert units(read(text, other))[0].detail["duration_s"] == 5


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("x = 1", "table"),
        ("[[table", "TOML"),
        (EXAMPLE.replace('"caller"', '"calller"'), "calller"),
        (EXAMPLE.replace('"+02:00"', '"+99:00"'), "+99:00"),
        (EXAMPLE.replace("app =", "ap ="), "ap"),
        (EXAMPLE.replace('"calls"', '"call"'), "kind"),
        ('[[table]]\nkind = "calls"\n[table.columns]\n', "columns"),
    ],
)
def test_mistakes_are_named(wrong: str, place: str) -> None:
    with pytest.raises(UsageError, match=place.replace("+", r"\+")):
        parse_map("map.toml", wrong.encode())
