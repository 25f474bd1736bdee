"""Property lists: both forms, facts of a backup, depth, cycles, damage, the corpus."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.export_reading import SHARED
from triage.engines.blob import take
from triage.model import Head, Problem, Read, ReadContext, SourceFact, Tally, Unit
from triage.problems import ReadError
from triage.readers.plist import MAX_DEPTH, READER

INFO = {
    "Device Name": "Teléfono de Nadie",
    "IMEI": "490154203237518",
    "Last Backup Date": datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC).replace(tzinfo=None),
    "Product Version": "17.1",
    "Unique Identifier": "00008030-000000000000",
    "Applications": {"org.example.chat": {"iTunesMetadata": b"x" * 2000}},
    "Installed Applications": ["org.example.chat", "org.example.map"],
}


def _read(data: bytes, tmp_path: Path) -> list[Read]:
    import io

    return list(READER.read(take(io.BytesIO(data), tmp_path), ReadContext(source="s", path="p")))


def _text(steps: list[Read]) -> str:
    return "\n".join(step.text for step in steps if isinstance(step, Unit))


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_facts_and_values_of_a_backup(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    data = plistlib.dumps(INFO, fmt=form, sort_keys=False)
    assert READER.detect(Head(name="x", size=len(data), start=data)) > 80
    steps = _read(data, tmp_path)
    facts = {(f.key, f.value) for f in steps if isinstance(f, SourceFact)}
    assert facts == {
        ("device_name", "Teléfono de Nadie"), ("imei", "490154203237518"), ("os_version", "17.1"),
        ("backup_date", "2024-05-06T07:08:09Z"), ("udid", "00008030-000000000000"),
    }  # fmt: skip
    text = _text(steps)
    assert "Installed Applications/[1]: org.example.map" in text
    assert "Applications/org.example.chat/iTunesMetadata: <2,000 bytes>" in text
    assert text.splitlines()[0] == "Device Name: Teléfono de Nadie"


def test_other_lists_give_no_facts_and_every_value(tmp_path: Path) -> None:
    values: Any = {"Date": "not a backup", "n": [1, 2.5, True, b"ab", plistlib.UID(7), {}], "name": "árbol"}
    steps = _read(plistlib.dumps(values, fmt=plistlib.FMT_BINARY, sort_keys=False), tmp_path)
    assert not [step for step in steps if isinstance(step, SourceFact)]
    assert _text(steps) == (
        "Date: not a backup\nn/[0]: 1\nn/[1]: 2.5\nn/[2]: true\nn/[3]: <2 bytes>\nn/[4]: → [7]\nn/[5]: (empty)\n"
        "name: árbol"
    )


def test_many_values_are_units_of_bounded_size_and_counted(tmp_path: Path) -> None:
    steps = _read(plistlib.dumps([f"valor {n}" for n in range(1000)]), tmp_path)
    units = [step for step in steps if isinstance(step, Unit)]
    tallies = {step.what: step.n for step in steps if isinstance(step, Tally)}
    assert len(units) > 4
    assert tallies == {"values": 1000, "records": len(units)}
    assert len({unit.locator for unit in units}) == len(units)
    assert _text(steps).count("valor ") == 1000


def test_what_goes_too_deep_is_told(tmp_path: Path) -> None:
    deep: Any = "end"
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    steps = _read(plistlib.dumps({"before": "kept", "deep": deep}, sort_keys=False), tmp_path)
    assert "before: kept" in _text(steps)
    assert [step.code for step in steps if isinstance(step, Problem)] == ["R-LIMIT"]


def test_a_list_that_holds_itself_ends(tmp_path: Path) -> None:
    cyclic = b"bplist00\xa1\x00" + b"\x08" + bytes(6) + b"\x01\x01" + bytes(7) + b"\x01" + bytes(8) + bytes(7) + b"\x0a"
    steps = _read(cyclic, tmp_path)
    assert [step.code for step in steps if isinstance(step, Problem)] == ["R-LIMIT"]


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_cut_anywhere_it_says_so(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    data = plistlib.dumps(INFO, fmt=form)
    for at in range(0, len(data) - 2, 37):
        with pytest.raises(ReadError):
            _read(data[:at], tmp_path)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.binary(max_size=120))
def test_any_bytes_are_survived(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    scratch = tmp_path_factory.mktemp("any")
    for data in (b"bplist00" + tail, b"<?xml version='1.0'?><plist>" + tail):
        try:
            _read(data, scratch)
        except ReadError:
            continue


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not beside the repository")
def test_the_info_of_the_corpus(tmp_path: Path) -> None:
    data = (SHARED / "ios_backup" / "mvt-project__mvt" / "Info.plist").read_bytes()
    facts = {f.key: f.value for f in _read(data, tmp_path) if isinstance(f, SourceFact)}
    assert facts["os_build"] == "18C66"
    assert facts["device_name"] == "iPhone"
