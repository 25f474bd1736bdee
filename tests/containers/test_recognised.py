"""Archives and backups that are listed only: known by content, with the remedy, and nothing else taken for them."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.containers.opening import cuts, head, opened
from triage.containers import CONTAINERS, zip_archive
from triage.containers.recognised import CONTAINERS as RECOGNISED
from triage.containers.recognised import is_signal_backup


def _signal() -> bytes:
    frame = b"\x0a\x34\x0a\x10" + bytes(range(16)) + b"\x12\x20" + bytes(range(32))
    return struct.pack(">I", len(frame)) + frame + bytes(range(256)) * 4


SAMPLES = {
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(50),
    "cabinet": b"MSCF\0\0\0\0" + bytes(50),
    "ewf": b"EVF\x09\x0d\x0a\xff\x00" + bytes(50),
    "iso9660": bytes(0x8001) + b"CD001\x01" + bytes(50),
    "signal_backup": _signal(),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_listed_with_the_remedy(tmp_path: Path, name: str) -> None:
    data = SAMPLES[name]
    best = max(CONTAINERS, key=lambda one: one.detect(head(data)))
    assert best.name == name
    assert opened(best, data, tmp_path).problems == ["C-CLOSED"]


def test_old_rar_archives_are_known_too() -> None:
    rar = next(one for one in RECOGNISED if one.name == "rar")
    assert rar.detect(head(b"Rar!\x1a\x07\x00" + bytes(9))) > 0
    assert rar.detect(head(b"Rar! is a word")) == 0


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data: bytes) -> None:
    for one in CONTAINERS:
        assert 0 <= one.detect(head(data)) <= 100
    assert not is_signal_backup(data)


def test_a_cut_signal_header_is_none() -> None:
    data = _signal()
    assert [is_signal_backup(data[:at]) for at in cuts(58)] == [at >= 58 for at in cuts(58)]


def test_zip64_members_are_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open("grande.txt", "w", force_zip64=True) as member:
        member.write(b"zip64 " * 100)
    assert opened(zip_archive.CONTAINER, out.getvalue(), tmp_path).content == {"grande.txt": b"zip64 " * 100}
