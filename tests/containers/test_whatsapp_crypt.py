"""Encrypted WhatsApp backups: the three forms, key files and typed digits, wrong keys, cuts."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from pathlib import Path

import pytest
from Crypto.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.containers.opening import cuts, head, keys, opened
from triage.containers.archive import UNLOCKED, WITH_KEY, WITH_PASSWORD
from triage.containers.protobuf import fields
from triage.containers.whatsapp_crypt import CONTAINER, prefix_of
from triage.containers.whatsapp_keys import derived, keys_of
from triage.keyring import Keys

JAVA = bytes.fromhex("aced0005757200025b42acf317f8060854e00200007870")
ROOT, AES_KEY, SALT, VECTOR = bytes(range(32)), b"\x5a" * 32, bytes(range(50, 82)), bytes(range(16))
GOOGLE = hashlib.sha256(b"account").digest()[:16]
OLD_KEY = JAVA + (131).to_bytes(4, "big") + b"\x00\x01\x02" + SALT + GOOGLE + bytes(48) + AES_KEY
NEW_KEY = JAVA + (32).to_bytes(4, "big") + ROOT
NAMES = {12: "msgstore.db.crypt12", 14: "msgstore.db.crypt14", 15: "msgstore.db.crypt15"}


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("db") / "msgstore.db"
    db = sqlite3.connect(path)
    db.execute("create table message(_id integer primary key, text_data text)")
    db.executemany("insert into message(text_data) values(?)", [(f"mensaje {n * 7919}",) for n in range(900)])
    db.commit()
    db.close()
    return path.read_bytes()


def _backup(form: int, database: bytes, *, packed: bool = True, checksum: bool = True) -> bytes:
    if form == 12:
        header = b"\x00\x01\x02" + SALT + GOOGLE + VECTOR
    else:
        salts = _field(1, b"\0\1") + _field(2, b"2") + _field(3, SALT) + _field(4, GOOGLE) + _field(5, VECTOR)
        inner = _field(2, salts) if form == 14 else _field(3, _field(1, VECTOR))
        body = b"\x08" + bytes([form == 15]) + inner + _field(4, _field(1, b"2.23.9.75") + _field(3, b"42"))
        body += _field(9, bytes(100))
        header = bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body
    cipher = AES.new(derived(ROOT) if form == 15 else AES_KEY, AES.MODE_GCM, nonce=VECTOR)
    sealed, tag = cipher.encrypt_and_digest(zlib.compress(database, 1) if packed else database)
    whole: bytes = header + sealed + tag
    if checksum:
        whole += hashlib.md5(whole, usedforsecurity=False).digest()
    return whole + (b"--42" if form == 12 else b"")


KEYS = {12: keys(files=[b"other", OLD_KEY]), 14: keys(files=[NEW_KEY, OLD_KEY]), 15: keys(files=[OLD_KEY, NEW_KEY])}


@pytest.mark.parametrize("form", [12, 14, 15])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("checksum", [True, False])
def test_the_key_file_opens_every_form(
    tmp_path: Path, database: bytes, form: int, packed: bool, checksum: bool
) -> None:
    data = _backup(form, database, packed=packed, checksum=checksum)
    assert CONTAINER.detect(head(data, NAMES[form])) >= 60
    assert CONTAINER.detect(head(data)) >= 30
    found = opened(CONTAINER, data, tmp_path, KEYS[form], NAMES[form])
    assert (found.content, found.problems) == ({"msgstore.db": database}, [])
    assert (UNLOCKED, WITH_KEY) in [(f.key, f.value) for f in found.facts]


def test_the_digits_that_the_app_shows_open_the_newest_form(tmp_path: Path, database: bytes) -> None:
    digits = ROOT.hex().upper()
    typed = " ".join(digits[n : n + 4] for n in range(0, 64, 4))
    for said in (digits, typed):
        found = opened(CONTAINER, _backup(15, database), tmp_path, keys("a password", said))
        assert list(found.content.values()) == [database]
        assert (UNLOCKED, WITH_PASSWORD) in [(f.key, f.value) for f in found.facts]
    written = opened(CONTAINER, _backup(15, database), tmp_path, keys(files=[digits.encode() + b"\n"]))
    assert list(written.content.values()) == [database]


@pytest.mark.parametrize("form", [12, 14, 15])
def test_without_its_key_it_is_listed_with_the_remedy(tmp_path: Path, database: bytes, form: int) -> None:
    data = _backup(form, database)
    assert opened(CONTAINER, data, tmp_path, keys("a password")).problems == ["C-KEY"]
    other = JAVA + (32).to_bytes(4, "big") + b"\x77" * 32
    assert opened(CONTAINER, data, tmp_path, keys(files=[other])).problems == ["C-KEY-WRONG"]


def test_a_key_for_another_server_salt_is_not_tried(tmp_path: Path, database: bytes) -> None:
    other = OLD_KEY.replace(SALT, bytes(32))
    assert opened(CONTAINER, _backup(14, database), tmp_path, keys(files=[other])).problems == ["C-KEY-WRONG"]


@pytest.mark.parametrize("form", [12, 14, 15])
def test_cut_anywhere_it_says_so_and_gives_what_came_before(tmp_path: Path, database: bytes, form: int) -> None:
    data = _backup(form, database)
    longest = 0
    for at in cuts(len(data) - (20 if form == 12 else 16)):  # without the checksum it is a whole backup of another kind
        found = opened(CONTAINER, data[:at], tmp_path, KEYS[form])
        assert found.problems, at
        for content in found.content.values():
            assert content == database[: len(content)]
            longest = max(longest, len(content))
    assert longest > len(database) // 2


def test_an_old_form_is_named(tmp_path: Path) -> None:
    data = b"\x99" * 200
    assert CONTAINER.detect(head(data, "msgstore.db.crypt5")) > 0
    assert opened(CONTAINER, data, tmp_path, KEYS[12]).problems == ["C-CLOSED"]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    prefix_of(data)
    prefix_of(bytes([len(data) & 0x7F]) + data)
    list(keys_of(Keys(("x", "f" * 64), (data, JAVA + data))))
    try:
        list(fields(data))
    except ValueError:
        return
