"""Every format opens as what it says it is, states what it leaves out, and carries no formula and no live node."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from triage.custody.verify import verify_case
from triage.errors import UsageError
from triage.exports import formats, plain
from triage.exports.selection import Chosen, Selection
from triage.index import queries, schema
from triage.pipeline.exporting import export_case

KML = "{http://www.opengis.net/kml/2.2}"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"


@pytest.fixture(scope="module")
def db(sample_case: Path) -> Iterator[sqlite3.Connection]:
    opened = schema.open_readonly(sample_case / "evidence.sqlite")
    yield opened
    opened.close()


def _made(db: sqlite3.Connection, tmp_path: Path, name: str, country: str = "", **more: object) -> Path:
    out = tmp_path / f"out-{name}"
    formats.export(db, formats.named(name), Selection(**more), out, country)  # type: ignore[arg-type]
    return out


def test_shown_and_withheld_are_the_whole_index(db: sqlite3.Connection, tmp_path: Path) -> None:
    total = db.execute("select count(*) from findings").fetchone()[0]
    for one in formats.FORMATS:
        made = formats.export(db, one, Selection(kinds=("phone",)), tmp_path / one.name, "ES")
        shown, withheld = made.account["shown"], made.account["withheld"]
        assert isinstance(shown, int)
        assert isinstance(withheld, dict)
        assert shown + sum(withheld.values()) == total, one.name


def test_jsonl_has_the_fields_of_the_contract(db: sqlite3.Connection, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in _made(db, tmp_path, "jsonl").read_text().splitlines()]
    assert len(rows) == db.execute("select count(*) from findings where reported=1").fetchone()[0]
    assert set(queries.PUBLIC) <= set(rows[0])
    for row in rows:
        if "in_header" not in row["flags"]:
            assert row["text"][row["start"] : row["end"]] == row["quote"]


def test_csv_holds_every_finding_and_no_formula(db: sqlite3.Connection, tmp_path: Path) -> None:
    raw = _made(db, tmp_path, "csv", everything=True).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == list(plain.COLUMNS)
    assert len(rows) - 1 == db.execute("select count(*) from findings").fetchone()[0]
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@pytest.mark.parametrize("evil", ["=1+1", "+34600", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_looks_like_a_formula_is_text(evil: str) -> None:
    assert plain.safe(evil).startswith("'")


def test_xlsx_cells_are_strings_and_numbers(db: sqlite3.Connection, tmp_path: Path) -> None:
    out = _made(db, tmp_path, "xlsx")
    with out.open("rb") as stream:
        book = load_workbook(stream)
    assert book.sheetnames == ["About", "Findings", "Read first", "Not read"]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}
    assert book["Findings"].max_row - 1 == db.execute("select count(*) from findings where reported=1").fetchone()[0]
    values = {row[0]: row[1] for row in book["About"].iter_rows(values_only=True)}
    assert values["Index root"] == db.execute("select value from meta where key='index_root'").fetchone()[0]


def test_timesketch_lines_have_the_three_fields_it_needs(db: sqlite3.Connection, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in _made(db, tmp_path, "timesketch").read_text().splitlines()]
    assert rows
    for row in rows:
        assert {"message", "datetime", "timestamp_desc"} <= set(row)
        assert row["datetime"][-1] == "Z" or row["datetime"][-6] in "+-"


def test_places_are_points_and_never_a_track(db: sqlite3.Connection, tmp_path: Path) -> None:
    collection = json.loads(_made(db, tmp_path, "geojson").read_text())
    assert collection["type"] == "FeatureCollection"
    assert {f["geometry"]["type"] for f in collection["features"]} == {"Point"}
    for feature in collection["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90
    marks = ET.parse(_made(db, tmp_path, "kml")).getroot().iter(f"{KML}Placemark")
    assert len(list(marks)) == len(collection["features"])


def test_graph_edges_join_nodes_that_exist(db: sqlite3.Connection, tmp_path: Path) -> None:
    root = ET.parse(_made(db, tmp_path, "graphml")).getroot()
    nodes = {n.get("id") for n in root.iter(f"{GRAPHML}node")}
    edges = list(root.iter(f"{GRAPHML}edge"))
    assert edges
    assert all(e.get("source") in nodes and e.get("target") in nodes for e in edges)


def test_leads_hold_one_country_and_no_text(db: sqlite3.Connection, tmp_path: Path) -> None:
    made = json.loads(_made(db, tmp_path, "country-leads", "ES").read_text())
    assert made["leads"]
    assert all(lead["value"].startswith(("+34", "ES", "GN:")) for lead in made["leads"])
    assert not {"text", "quote", "sender", "conversation"} & {key for lead in made["leads"] for key in lead}


def test_leads_need_a_country(db: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="country"):
        _made(db, tmp_path, "country-leads")


def test_an_export_is_the_same_bytes_twice(db: sqlite3.Connection, tmp_path: Path) -> None:
    for one in formats.FORMATS:
        roots = {formats.export(db, one, Selection(), tmp_path / f"{one.name}-{n}", "ES").root for n in (1, 2)}
        assert len(roots) == 1, one.name


def test_an_export_is_recorded_and_the_case_still_holds(sample_case: Path, tmp_path: Path) -> None:
    case = tmp_path / "case"
    shutil.copytree(sample_case, case)
    out = tmp_path / "phones.jsonl"
    made = export_case(case, "jsonl", Selection(kinds=("phone",)), out, "", lambda piece: None)
    assert made.root == hashlib.sha256(out.read_bytes()).hexdigest()
    events = [json.loads(line) for line in (case / "custody.jsonl").read_text().splitlines()]
    logged = [e["data"] for e in events if e["type"] == "export.made"][-1]
    assert (logged["sha256"], logged["filter"]["kinds"]) == (made.root, ["phone"])
    assert verify_case(case).ok


def test_a_binary_format_needs_a_place(sample_case: Path) -> None:
    with pytest.raises(UsageError, match="place"):
        export_case(sample_case, "xlsx", Selection(), None, "", lambda piece: None)


def test_an_export_is_never_written_into_the_case(sample_case: Path) -> None:
    with pytest.raises(UsageError, match="case folder"):
        export_case(sample_case, "csv", Selection(), sample_case / "x.csv", "", lambda piece: None)


def test_days_leave_out_what_has_no_time(db: sqlite3.Connection) -> None:
    chosen = Chosen(db, Selection(since="2024-02-01", until="2024-02-28"))
    rows = list(chosen)
    assert rows
    assert all("2024-02-01" <= (r["sent_at_local"] or r["sent_at"])[:10] <= "2024-02-28" for r in rows)
    assert chosen.withheld["without a time"] > 0
