"""Archives: every member accounted for, none followed out, damage named."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.containers import names, packed, tar_archive, zip_archive
from triage.containers.archive import Archive, Member
from triage.containers.directory import walk
from triage.engines.blob import HeldBlob, take
from triage.model import Head, Problem
from triage.problems import ReadError


def _blob(data: bytes, scratch: Path) -> HeldBlob:
    return take(io.BytesIO(data), scratch)


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def _read_all(archive: Archive) -> tuple[dict[str, bytes], list[Problem]]:
    members, problems = {}, []
    for step in archive.members():
        if isinstance(step, Member):
            if step.readable:
                with archive.open(step) as stream:
                    members[step.path] = b"".join(iter(lambda: stream.read(1000), b""))
        elif isinstance(step, Problem):
            problems.append(step)
    return members, problems


def test_zip_members_are_read_under_relative_paths(tmp_path: Path) -> None:
    data = _zip({"/private/var/a.txt": b"one", "b/c.txt": b"two", "../../etc/passwd": b"three", "d!/e": b"four"})
    members, problems = _read_all(zip_archive.open_zip(_blob(data, tmp_path)))
    assert members == {"private/var/a.txt": b"one", "b/c.txt": b"two", "../../etc/passwd": b"three", "d%21/e": b"four"}
    assert problems == []
    assert list(tmp_path.iterdir()) == []


def test_a_cut_zip_gives_its_complete_members_and_says_where_it_ends(tmp_path: Path) -> None:
    data = _zip({f"{n}.txt": bytes([65 + n]) * 500 for n in range(6)}, zipfile.ZIP_STORED)
    cut = data[: data.index(b"4.txt") + 100]
    members, problems = _read_all(zip_archive.open_zip(_blob(cut, tmp_path)))
    assert sorted(members) == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert [p.code for p in problems] == ["C-TRUNCATED"]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.integers(0, 3000))
def test_a_zip_cut_anywhere_never_raises(tmp_path_factory: pytest.TempPathFactory, at: int) -> None:
    scratch = tmp_path_factory.mktemp("cut")
    data = _zip({f"{n}.txt": str(n).encode() * 700 for n in range(9)})
    members, problems = _read_all(zip_archive.open_zip(_blob(data[:at], scratch)))
    if at < len(data) - 22:
        assert problems
    assert all(content == name[0].encode() * 700 for name, content in members.items())


def test_damage_in_a_member_is_that_members_alone(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": b"x" * 400, "b": b"y" * 400}, zipfile.ZIP_STORED))
    data[data.index(b"x" * 50) + 10] ^= 1
    archive = zip_archive.open_zip(_blob(bytes(data), tmp_path))
    first, second = (m for m in archive.members() if isinstance(m, Member))
    with pytest.raises(ReadError), archive.open(first) as stream:
        stream.read()
    with archive.open(second) as stream:
        assert stream.read() == b"y" * 400


def test_encrypted_members_are_listed_as_locked(tmp_path: Path) -> None:
    data = bytearray(_zip({"secret.txt": b"words"}, zipfile.ZIP_STORED))
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 6] |= 1
    data[central + 8] |= 1
    steps = list(zip_archive.open_zip(_blob(bytes(data), tmp_path)).members())
    assert [p.code for p in steps if isinstance(p, Problem)] == ["C-LOCKED"]
    assert [(m.path, m.readable) for m in steps if isinstance(m, Member)] == [("secret.txt", False)]


def test_a_ratio_no_compressor_reaches_is_refused(tmp_path: Path) -> None:
    data = bytearray(_zip({"bomb": b"\0" * 1000}))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (1 << 31).to_bytes(4, "little")
    steps = list(zip_archive.open_zip(_blob(bytes(data), tmp_path)).members())
    assert [m.readable for m in steps if isinstance(m, Member)] == [False]


def _tar(mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as made:  # type: ignore[call-overload]
        for name, data in {"a/b.txt": b"one", "../c.txt": b"two"}.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("d")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
        fifo = tarfile.TarInfo("e")
        fifo.type = tarfile.FIFOTYPE
        made.addfile(fifo)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_members_links_and_devices(tmp_path: Path, mode: str) -> None:
    data = _tar(mode)
    head = Head(name="x", size=len(data), start=data[:65536])
    assert tar_archive.detect_tar(head) > max(one.detect(head) for one in packed.SINGLE_FILES)
    archive = tar_archive.open_tar(_blob(data, tmp_path))
    listed = []
    for step in archive.members():
        assert isinstance(step, Member)
        listed.append((step.path, step.readable, step.link))
    assert listed == [("a/b.txt", True, False), ("../c.txt", True, False), ("d", False, True), ("e", False, False)]


def test_paths_survive_undecodable_names_and_literal_nesting_marks() -> None:
    for raw in (b"caf\xe9.txt", b"a!/b", b"100%41", b"plain"):
        name = raw.decode("utf-8", "surrogateescape")
        encoded = names.encode(name)
        assert "!/" not in encoded
        assert names.raw(encoded) == raw


def test_the_walk_lists_links_and_special_files_and_opens_none(tmp_path: Path) -> None:
    import os

    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.txt").write_text("x")
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found = {e.path: tuple(p.code for p in e.problems) for e in walk(tmp_path)}
    assert found == {"a.txt": (), "b/x.txt": (), "loop": ("W-LINK",), "pipe": ("W-SPECIAL",)}
