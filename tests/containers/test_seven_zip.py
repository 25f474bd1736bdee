"""7z archives: every codec, solid folders, encrypted data and headers, damage, cuts, hostile headers."""

from __future__ import annotations

import contextlib
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.containers.opening import blob, cuts, head, keys, opened, steps
from tests.containers.seven_zip_building import CODERS, seven_zip
from triage.containers.archive import UNLOCKED, Member, Opening
from triage.containers.seven_zip import CONTAINER, unlock
from triage.containers.seven_zip_header import parse
from triage.problems import ReadError

FILES = {
    "chat/": b"",
    "chat/uno.txt": "Mañana a las ocho. ".encode() * 300,
    "chat/vacio.txt": b"",
    "../dos.bin": bytes(range(256)) * 70,
    "tres": b"3",
}
WANTED = {name: data for name, data in FILES.items() if not name.endswith("/")}


@pytest.mark.parametrize("form", CODERS)
@pytest.mark.parametrize("password", ["", "пароль"])
@pytest.mark.parametrize("sealed_header", [False, True])
def test_every_codec_plain_and_encrypted(tmp_path: Path, form: str, password: str, sealed_header: bool) -> None:
    data = seven_zip(FILES, form, password, sealed_header=sealed_header)
    assert CONTAINER.detect(head(data)) == 90
    found = opened(CONTAINER, data, tmp_path, keys("wrong", "пароль"))
    assert (found.content, found.problems) == (WANTED, [])
    assert [f.key for f in found.facts] == ([UNLOCKED] if password else [])


@pytest.mark.parametrize(("tried", "code"), [((), "C-ENCRYPTED"), (("wrong",), "C-PASSWORD")])
def test_without_the_password_it_is_listed(tmp_path: Path, tried: tuple[str, ...], code: str) -> None:
    open_list = opened(CONTAINER, seven_zip(FILES, password="right"), tmp_path, keys(*tried))
    assert open_list.unread == ["chat/uno.txt", "../dos.bin", "tres"]
    assert set(open_list.problems) == {code, "C-MEMBER-NAME"}
    closed_list = opened(CONTAINER, seven_zip(FILES, password="right", sealed_header=True), tmp_path, keys(*tried))
    assert closed_list.problems == [code]


def test_a_member_is_found_without_those_before_it(tmp_path: Path) -> None:
    archive = unlock(blob(seven_zip(FILES), tmp_path), Opening())
    members = [step for step in steps(archive) if isinstance(step, Member)]
    for member in (members[-1], members[0], members[2]):
        with archive.open(member) as stream:
            assert stream.read() == WANTED[member.path]


def test_damage_in_a_member_is_told(tmp_path: Path) -> None:
    data = bytearray(seven_zip(FILES, "copy"))
    data[32 + 100] ^= 1
    found = opened(CONTAINER, bytes(data), tmp_path)
    assert (found.unread, found.problems) == (["chat/uno.txt"], ["C-MEMBER"])
    assert found.content["../dos.bin"] == FILES["../dos.bin"]


@pytest.mark.parametrize("form", ["copy", "lzma2"])
def test_cut_anywhere_it_says_so(tmp_path: Path, form: str) -> None:
    data = seven_zip(FILES, form)
    for at in cuts(len(data)):
        assert opened(CONTAINER, data[:at], tmp_path).problems, at


@pytest.mark.parametrize("form", ["copy", "lzma", "lzma2", "bzip2", "deflate"])
def test_any_byte_of_the_body_may_be_wrong(tmp_path: Path, form: str) -> None:
    data = seven_zip(FILES, form)
    for at in range(32, len(data) - 200, max(1, len(data) // 60)):
        broken = bytearray(data)
        broken[at] ^= 0x55
        found = opened(CONTAINER, bytes(broken), tmp_path)
        assert all(content == WANTED[name] for name, content in found.content.items())
        assert found.problems or found.content == WANTED


def test_a_method_that_is_not_read_is_named(tmp_path: Path) -> None:
    data, ppmd = seven_zip(FILES, "bzip2"), b"\x03\x03\x04\x01"
    header = data[-(struct.unpack_from("<Q", data, 20)[0]) :].replace(b"\x03\x04\x02\x02", ppmd)
    start = struct.pack("<QQI", struct.unpack_from("<Q", data, 12)[0], len(header), zlib.crc32(header))
    made = data[:8] + struct.pack("<I", zlib.crc32(start)) + start + data[32 : len(data) - len(header)] + header
    found = opened(CONTAINER, made, tmp_path)
    assert "C-METHOD" in found.problems
    assert found.unread == ["chat/uno.txt", "../dos.bin", "tres"]


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.binary(max_size=60), st.integers(0, 200))
def test_any_header_is_survived(tmp_path_factory: pytest.TempPathFactory, tail: bytes, at: int) -> None:
    whole = seven_zip({"a": b"x" * 50, "b/": b""}, "copy")
    header = whole[32 + 50 :]
    for data in (b"\x01" + tail, b"\x17" + tail, header[:at] + tail, header[:at] + tail + header[at + len(tail) :]):
        with contextlib.suppress(ValueError):
            parse(data)
        start = struct.pack("<QQI", 0, len(data), zlib.crc32(data))
        made = whole[:8] + struct.pack("<I", zlib.crc32(start)) + start + data
        try:
            opened(CONTAINER, made, tmp_path_factory.mktemp("h"))
        except ReadError:
            continue
