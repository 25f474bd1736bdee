"""Android backups: plain, compressed, encrypted; wrong passwords; cuts; the corpus."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zlib
from pathlib import Path

import pytest
from Crypto.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.containers.opening import CORPUS, cuts, head, keys, opened
from triage.containers.android_backup import CONTAINER
from triage.containers.archive import UNLOCKED, WITH_PASSWORD

FILES = {"apps/org.example.app/f/nota.txt": b"Debes 300 euros. " * 90, "apps/org.example.app/db/x.db": bytes(900)}


def _padded(data: bytes) -> bytes:
    n = 16 - len(data) % 16
    return data + bytes([n]) * n


def _backup(*, compressed: bool, password: str = "", version: int = 5) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, data in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    body = zlib.compress(out.getvalue()) if compressed else out.getvalue()
    lines = [b"ANDROID BACKUP", b"%d" % version, b"%d" % compressed, b"AES-256" if password else b"none"]
    if password:
        master, vector, salt, check = bytes(range(100, 132)), b"v" * 16, b"s" * 64, b"c" * 64
        form = "".join(chr(b if b < 128 else 0xFF00 | b) for b in master).encode() if version > 1 else master
        proof = hashlib.pbkdf2_hmac("sha1", form, check, 100, 32)
        record = b"\x10" + vector + b"\x20" + master + b"\x20" + proof
        key = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 100, 32)
        sealed = AES.new(key, AES.MODE_CBC, b"u" * 16).encrypt(_padded(record))
        lines += [part.hex().upper().encode() for part in (salt, check)] + [b"100", (b"u" * 16).hex().encode()]
        lines.append(sealed.hex().upper().encode())
        body = AES.new(master, AES.MODE_CBC, vector).encrypt(_padded(body))
    return b"\n".join(lines) + b"\n" + body


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("version", [1, 3])
def test_every_form_gives_its_files(tmp_path: Path, compressed: bool, version: int) -> None:
    plain = opened(CONTAINER, _backup(compressed=compressed, version=version), tmp_path)
    assert (plain.content, plain.problems, plain.facts) == (FILES, [], [])
    data = _backup(compressed=compressed, password="клÿч", version=version)
    assert CONTAINER.detect(head(data)) > 80
    found = opened(CONTAINER, data, tmp_path, keys("other", "клÿч"))
    assert (found.content, found.problems) == (FILES, [])
    assert [(f.key, f.value) for f in found.facts] == [(UNLOCKED, WITH_PASSWORD)]


def test_without_the_password_it_is_listed_with_the_remedy(tmp_path: Path) -> None:
    data = _backup(compressed=True, password="right")
    assert opened(CONTAINER, data, tmp_path).problems == ["C-ENCRYPTED"]
    assert opened(CONTAINER, data, tmp_path, keys("wrong")).problems == ["C-PASSWORD"]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("password", ["", "right"])
def test_cut_anywhere_it_says_so_and_keeps_what_came_before(tmp_path: Path, compressed: bool, password: str) -> None:
    data = _backup(compressed=compressed, password=password)
    end = len(data) - (0 if compressed or password else 6656)  # a tar ends with zeros that may be cut
    whole = 0
    for at in cuts(end):
        found = opened(CONTAINER, data[:at], tmp_path, keys("right"))
        assert found.problems, at
        whole += sum(content == FILES[name] for name, content in found.content.items())
        assert all(content == FILES[name] for name, content in found.content.items())
    assert whole or compressed


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=300))
def test_any_preface_is_survived(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    opened(CONTAINER, b"ANDROID BACKUP\n" + tail, tmp_path_factory.mktemp("any"), keys("x"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside the repository")
@pytest.mark.parametrize(("name", "members"), [("backup.ab", 2), ("backup2.ab", 2), ("backup3.ab", 2)])
def test_the_backups_of_the_corpus(tmp_path: Path, name: str, members: int) -> None:
    data = (CORPUS / "android_backup_ab" / "mvt-project__mvt" / name).read_bytes()
    found = opened(CONTAINER, data, tmp_path, keys("123456"))
    assert (len(found.content), found.problems) == (members, [])
    sms = found.content["apps/com.android.providers.telephony/d_f/000000_sms_backup"]
    assert b"06543219" in zlib.decompress(sms)
