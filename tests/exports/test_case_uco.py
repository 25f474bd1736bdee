"""The CASE/UCO graph against the published shapes, our own profile, and the index it came from."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from triage.exports import formats
from triage.exports.selection import Selection
from triage.index import schema

PROFILE = Path(__file__).with_name("profile.ttl")


@pytest.fixture(scope="module")
def shards(sample_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    db = schema.open_readonly(sample_case / "evidence.sqlite")
    out = tmp_path_factory.mktemp("case") / "graph"
    formats.export(db, formats.named("case"), Selection(everything=True), out)
    db.close()
    yield sorted(out.iterdir())


def _nodes(shards: list[Path]) -> list[dict[str, Any]]:
    return [n for path in shards for n in json.loads(path.read_text())["@graph"]]


def test_the_published_shapes_and_our_profile_hold(shards: list[Path]) -> None:
    if find_spec("case_utils") is None:
        pytest.skip("case-utils is not installed")
    program = "import sys; from case_utils.case_validate import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "--ontology-graph", str(PROFILE)]
    done = subprocess.run([*command, *map(str, shards)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_every_finding_and_every_item_has_its_node(sample_case: Path, shards: list[Path]) -> None:
    db = sqlite3.connect(sample_case / "evidence.sqlite")
    findings = db.execute("select count(*) from findings").fetchone()[0]
    items = db.execute("select count(*) from items").fetchone()[0]
    db.close()
    nodes = _nodes(shards)
    assert len({n["@id"] for n in nodes if n["@type"] == "uco-analysis:AnalyticResult"}) == findings
    assert len({n["@id"] for n in nodes if n["@type"] == "uco-observable:File"}) == items


def test_no_two_things_share_a_name(shards: list[Path]) -> None:
    for path in shards:
        names = [n["@id"] for n in json.loads(path.read_text())["@graph"]]
        assert len(names) == len(set(names))
    uuids = {n["@id"].rsplit("-", 5)[0]: n["@type"] for n in _nodes(shards)}
    assert len(uuids) > 3


def test_every_reference_in_a_shard_is_to_a_node_of_it(shards: list[Path]) -> None:
    for path in shards:
        graph = json.loads(path.read_text())["@graph"]
        known = {n["@id"] for n in graph} | {f["@id"] for n in graph for f in n.get("uco-core:hasFacet", ())}
        for n in graph:
            for key in ("uco-core:source", "uco-core:target"):
                if key in n:
                    assert n[key]["@id"] in known
