"""Encrypted ZIP members: both methods, wrong passwords, damage."""

from __future__ import annotations

import hashlib
import hmac
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from Crypto.Cipher import AES
from Crypto.Util import Counter

from tests.containers.opening import cuts, keys, opened
from triage.containers.archive import UNLOCKED, WITH_PASSWORD
from triage.containers.zip_archive import CONTAINER

CONTENT = {"carpeta/nota.txt": b"La deuda es de 900 euros. " * 40, "b.bin": bytes(range(256)) * 3, "/leading.txt": b"x"}


def _assembled(members: list[tuple[str, int, int, bytes, int, int, bytes]]) -> bytes:
    """A ZIP from name, flags, method, extra field, CRC, size and packed bytes of each member (APPNOTE 4.3)."""
    out, central = io.BytesIO(), io.BytesIO()
    for name, bits, method, extra, crc, size, packed in members:
        raw, at = name.encode(), out.tell()
        out.write(
            struct.pack(
                "<4s5H3I2H", b"PK\x03\x04", 51, bits, method, 0, 33, crc, len(packed), size, len(raw), len(extra)
            )
        )
        out.write(raw + extra + packed)
        central.write(struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 51, 51, bits, method, 0, 33, crc, len(packed), size,
                                  len(raw), len(extra), 0, 0, 0, 0, at))  # fmt: skip
        central.write(raw + extra)
    start, listed = out.tell(), central.getvalue()
    out.write(listed)
    out.write(struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(members), len(members), len(listed), start, 0))
    return out.getvalue()


def _aes_zip(password: str, strength: int = 3, version: int = 2, content: dict[str, bytes] = CONTENT) -> bytes:
    members = []
    for n, (name, data) in enumerate(content.items()):
        size, salt = 8 + 8 * strength, bytes([n + 1]) * (4 + 4 * strength)
        made = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 2 * size + 2)
        engine = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = engine.compress(data) + engine.flush()
        counter = Counter.new(128, initial_value=1, little_endian=True)
        sealed = AES.new(made[:size], AES.MODE_CTR, counter=counter).encrypt(packed)
        mac = hmac.digest(made[size : 2 * size], sealed, "sha1")[:10]
        extra = struct.pack("<HHH2sBH", 0x9901, 7, version, b"AE", strength, 8)
        crc = zlib.crc32(data) if version == 1 else 0
        members.append((name, 1, 99, extra, crc, len(data), salt + made[2 * size :] + sealed + mac))
    return _assembled(members)


def _old_zip(password: bytes, content: dict[str, bytes] = CONTENT) -> bytes:
    """Traditional encryption (APPNOTE 6.1)."""
    members = []
    for name, data in content.items():
        state = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            _turn(state, byte)
        crc, sealed = zlib.crc32(data), bytearray()
        for byte in bytes(11) + bytes([crc >> 24]) + data:
            mixed = state[2] | 2
            sealed.append(byte ^ (((mixed * (mixed ^ 1)) >> 8) & 0xFF))
            _turn(state, byte)
        members.append((name, 1, 0, b"", crc, len(data), bytes(sealed)))
    return _assembled(members)


def _step(crc: int, byte: int) -> int:
    return (zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF) & 0xFFFFFFFF


def _turn(state: list[int], byte: int) -> None:
    state[0] = _step(state[0], byte)
    state[1] = ((state[1] + (state[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    state[2] = _step(state[2], state[1] >> 24)


WANTED = {name.lstrip("/"): data for name, data in CONTENT.items()}


@pytest.mark.parametrize(("strength", "version"), [(1, 1), (2, 2), (3, 1), (3, 2)])
def test_aes_members_are_read_with_the_right_password(tmp_path: Path, strength: int, version: int) -> None:
    data = _aes_zip("contraseña", strength, version)
    found = opened(CONTAINER, data, tmp_path, keys("wrong", "contraseña"))
    assert (found.content, found.problems) == (WANTED, [])
    assert [(f.key, f.value) for f in found.facts] == [(UNLOCKED, WITH_PASSWORD)]


def test_members_under_the_old_method_are_read_with_the_right_password(tmp_path: Path) -> None:
    data = _old_zip(b"secreto")
    found = opened(CONTAINER, data, tmp_path, keys(*(f"wrong-{n}" for n in range(300)), "secreto"))
    assert (found.content, found.problems) == (WANTED, [])


@pytest.mark.parametrize("data", [_aes_zip("right"), _old_zip(b"right")])
def test_a_missing_and_a_wrong_password_are_told_apart(tmp_path: Path, data: bytes) -> None:
    missing = opened(CONTAINER, data, tmp_path)
    assert missing.problems == ["C-LOCKED"] * 4
    wrong = opened(CONTAINER, data, tmp_path, keys("other"))
    assert wrong.problems == ["C-PASSWORD"] * 4
    assert missing.content == wrong.content == {}
    assert sorted(wrong.unread) == sorted(WANTED)


def test_members_with_passwords_of_their_own_are_each_tried(tmp_path: Path) -> None:
    one, two = _aes_zip("one", content={"a": b"first" * 9}), _aes_zip("two", content={"b": b"second" * 9})
    with zipfile.ZipFile(io.BytesIO(one)) as first, zipfile.ZipFile(io.BytesIO(two)) as second:
        members = []
        for made, raw in ((first, one), (second, two)):
            info = made.infolist()[0]
            at = info.header_offset + 30 + len(info.filename) + len(info.extra)
            packed = raw[at : at + info.compress_size]
            members.append((info.filename, 1, 99, info.extra, info.CRC, info.file_size, packed))
    found = opened(CONTAINER, _assembled(members), tmp_path, keys("one", "two"))
    assert found.content == {"a": b"first" * 9, "b": b"second" * 9}
    half = opened(CONTAINER, _assembled(members), tmp_path, keys("one"))
    assert (half.content, half.problems) == ({"a": b"first" * 9}, ["C-PASSWORD"])


def test_damage_behind_the_right_password_is_told(tmp_path: Path) -> None:
    data = bytearray(_aes_zip("right"))
    data[data.rindex(b"PK\x03\x04") - 60] ^= 1
    found = opened(CONTAINER, bytes(data), tmp_path, keys("right"))
    assert (found.unread, found.problems) == (["b.bin"], ["C-MEMBER"])
    assert found.content == {name: content for name, content in WANTED.items() if name != "b.bin"}


def test_cut_anywhere_it_never_raises_and_always_says_so(tmp_path: Path) -> None:
    data = _aes_zip("right")
    for at in cuts(len(data)):
        found = opened(CONTAINER, data[:at], tmp_path, keys("right"))
        assert found.problems, at
