"""Lists as coreutils write and read them, whatever the names are."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.custody import manifest

NAMES = st.lists(
    st.binary(min_size=1, max_size=12).map(lambda name: name.translate(None, b"/\0") or b"x"),
    min_size=1,
    max_size=3,
).map(b"/".join)
ODD = [
    b"plain", b"with space", b" lead", b"new\nline", b"cr\rhere", b"back\\slash", b"\\n", b"\xff\xfe", b"caf\xc3\xa9",
    b"*star", b"-rf", b"\\\\", b"end\\", b"tab\t", "\u202eexe.txt".encode(), b"a  b",
]  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.dictionaries(NAMES, st.binary().map(lambda data: hashlib.sha256(data).hexdigest()), max_size=5))
def test_what_is_written_is_read_back(entries: dict[bytes, str]) -> None:
    assert manifest.parse(manifest.render(entries)) == entries


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_parsing_anything_gives_entries_or_a_value_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert manifest.parse(manifest.render(manifest.parse(data))) == manifest.parse(data)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_reads_and_writes_the_same_lines(tmp_path: Path) -> None:
    (tmp_path / "phone").mkdir()
    folder = os.fsencode(tmp_path / "phone")
    entries = {}
    for name in ODD:
        with open(folder + b"/" + name, "wb") as out:  # noqa: PTH123 - names that are no text
            out.write(name)
        entries[b"phone/" + name] = hashlib.sha256(name).hexdigest()
    listed = manifest.render(entries)
    (tmp_path / "m").write_bytes(listed)
    checked = subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "m"], cwd=tmp_path, capture_output=True)
    assert checked.returncode == 0, checked.stderr
    written = subprocess.run([b"sha256sum", b"--", *sorted(entries)], cwd=tmp_path, capture_output=True, check=True)
    assert written.stdout == listed


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"\n",
        b"0" * 64 + b" one space\n",
        b"0" * 63 + b"  short\n",
        b"A" * 64 + b"  upper case\n",
        b"0" * 64 + b"  no line end",
        b"0" * 64 + b"  \n",
        b"\\" + b"0" * 64 + b"  bad\\escape\n",
        b"\\" + b"0" * 64 + b"  trailing\\\n",
        (b"0" * 64 + b"  twice\n") * 2,
    ],
)
def test_other_lines_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        manifest.parse(data)


def test_entries_may_be_text_or_bytes(tmp_path: Path) -> None:
    manifest.write_manifest(tmp_path, [("b/\udcff", "1" * 64), (b"a/\xfe", "2" * 64)])
    assert (tmp_path / "manifest.sha256").read_bytes() == b"2" * 64 + b"  a/\xfe\n" + b"1" * 64 + b"  b/\xff\n"
