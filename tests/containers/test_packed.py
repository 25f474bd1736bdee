"""Single compressed files and compressed tars: every form, several streams, damage, cuts, ratios."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame  # type: ignore[import-untyped]
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.containers.opening import cuts, head, opened
from triage.containers import packed, tar_archive
from triage.containers.archive import Container

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "lz4": lz4.frame.compress,
    "zlib": zlib.compress,
}
TEXT = b"Te espero el lunes a las ocho en la estacion de autobuses. " * 60 + bytes(range(256)) * 20


def _container(name: str) -> Container:
    return next(one for one in packed.SINGLE_FILES if one.name == name)


@pytest.mark.parametrize("form", PACKERS)
def test_a_packed_file_gives_its_content_under_its_name_without_the_ending(tmp_path: Path, form: str) -> None:
    data = PACKERS[form](TEXT)
    scores = {one.name: one.detect(head(data)) for one in packed.SINGLE_FILES}
    assert [name for name, score in scores.items() if score] == [form]
    found = opened(_container(form), data, tmp_path, name="chats.json.gz")
    assert (found.content, found.problems) == ({"chats.json": TEXT}, [])
    assert list(opened(_container(form), data, tmp_path, name="chats").content) == ["content"]


@pytest.mark.parametrize("form", PACKERS)
def test_cut_anywhere_it_says_so(tmp_path: Path, form: str) -> None:
    data = PACKERS[form](TEXT)
    for at in cuts(len(data) - 1):
        found = opened(_container(form), data[:at], tmp_path)
        assert found.problems or found.content == {"content": b""}, at
        assert at < 12 or found.problems, at


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz", "zstd", "lz4"])
def test_streams_one_after_the_other_are_one_content(tmp_path: Path, form: str) -> None:
    data = PACKERS[form](TEXT[:1000]) + PACKERS[form](TEXT[1000:])
    assert opened(_container(form), data, tmp_path).content == {"content": TEXT}


def test_a_ratio_that_no_honest_file_reaches_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.containers.streams.RATIO_FLOOR", 1 << 20)
    monkeypatch.setattr("triage.containers.streams.MAX_RATIO", 100)
    found = opened(_container("zstd"), PACKERS["zstd"](bytes(8 << 20)), tmp_path)
    assert found.problems == ["C-LIMIT"]


def _tar(names: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for n in range(names):
            info = tarfile.TarInfo(f"apps/{n}.txt")
            info.size = 700
            made.addfile(info, io.BytesIO(bytes([65 + n]) * 700))
    return out.getvalue()


@pytest.mark.parametrize("form", PACKERS)
def test_a_compressed_tar_is_a_tar(tmp_path: Path, form: str) -> None:
    data = PACKERS[form](_tar(5))
    assert tar_archive.detect_tar(head(data)) > _container(form).detect(head(data))
    found = opened(tar_archive.TAR, data, tmp_path)
    assert (len(found.content), found.problems) == (5, [])


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_a_tar_cut_anywhere_says_so_even_between_members(tmp_path: Path, form: str) -> None:
    plain = _tar(5)[: 5 * 1536 + 1024]
    data = plain if form == "plain" else PACKERS[form](plain)
    end = 5 * 1536 if form == "plain" else len(data)
    for at in [*cuts(end), *(range(0, end, 512) if form == "plain" else ())]:
        found = opened(tar_archive.TAR, data[:at], tmp_path)
        assert found.problems, at
        assert all(content == name[5].encode().translate(_LETTERS) * 700 for name, content in found.content.items())


_LETTERS = bytes.maketrans(b"01234", b"ABCDE")


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.binary(max_size=400))
def test_any_bytes_behind_a_magic_are_survived(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    scratch = tmp_path_factory.mktemp("any")
    for packing in packed.PACKINGS:
        data = packing.magic + tail
        packed.packing_of(data)
        opened(packed.container(packing), data, scratch)
        tar_archive.detect_tar(head(data))
