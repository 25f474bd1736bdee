"""iTunes backups: paths of the device, decryption, what is missing or unlisted, hostile manifests."""

from __future__ import annotations

import plistlib
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.containers.backup_building import CLASS, keybag, mbdb, stored_name, write_backup
from tests.containers.opening import Opened, blob, cuts, keys, opened
from triage.containers import itunes_keybag
from triage.containers.archive import UNLOCKED
from triage.containers.itunes_backup import MANIFESTS, Backup, open_backup
from triage.containers.itunes_manifest import ListManifest
from triage.keyring import Keys

FILES = {
    ("HomeDomain", "Library/Preferences/a.plist"): b"preferences",
    ("AppDomain-org.example", "Documents/../../b.txt"): b"b" * 40_000,
    ("CameraRollDomain", "Media/DCIM/0001.JPG"): b"",
}


def _backup(folder: Path, with_keys: Keys | None = None) -> Backup:
    manifest = next(name for name in MANIFESTS if (folder / name).exists())
    plist = (folder / "Manifest.plist").read_bytes() if (folder / "Manifest.plist").exists() else b""
    held = blob((folder / manifest).read_bytes(), folder)
    return open_backup(held, manifest, plist, with_keys or Keys(), folder)


def _stored(folder: Path, backup: Backup, data: bytes | None = None) -> dict[str, Opened]:
    """What every stored file becomes."""
    out = {}
    for path in sorted(folder.glob("??/*")):
        container = backup.container(path.name)
        if container is not None:
            out[path.name] = opened(container, path.read_bytes() if data is None else data, folder)
    return out


@pytest.mark.parametrize("password", ["", "contraseña"])
def test_every_file_is_read_under_its_path_on_the_device(tmp_path: Path, password: str) -> None:
    wanted = write_backup(tmp_path, FILES, password=password)
    backup = _backup(tmp_path, keys("wrong", password))
    found = _stored(tmp_path, backup)
    content = {path: data for one in found.values() for path, data in one.content.items()}
    assert content == wanted
    assert all(not one.problems for one in found.values())
    assert [f.key for one in found.values() for f in one.facts] == [UNLOCKED] * (3 if password else 0)


@pytest.mark.parametrize(("tried", "code"), [((), "C-ENCRYPTED"), (("wrong",), "C-PASSWORD")])
def test_without_the_password_every_file_is_listed_with_the_remedy(
    tmp_path: Path, tried: tuple[str, ...], code: str
) -> None:
    write_backup(tmp_path, {**FILES, ("HomeDomain", "Library/SMS/sms.db"): b"x"}, password="right")
    backup = _backup(tmp_path, keys(*tried))
    found = _stored(tmp_path, backup)
    assert [one.problems for one in found.values()] == [[code]] * 4
    known = found[stored_name("HomeDomain", "Library/SMS/sms.db")].facts
    assert [(f.key, f.value) for f in known] == [("known_as", "HomeDomain/Library/SMS/sms.db")]
    assert opened(backup.manifest_container(lambda _: True), b"", tmp_path).problems == [code]


@pytest.mark.parametrize("password", ["", "right"])
def test_missing_and_unlisted_files_are_told_apart(tmp_path: Path, password: str) -> None:
    write_backup(tmp_path, FILES, password=password, missing=7)
    backup = _backup(tmp_path, keys(password))
    account = opened(
        backup.manifest_container(lambda name: (tmp_path / name).is_file()),
        (tmp_path / "Manifest.db").read_bytes(), tmp_path,
    )  # fmt: skip
    assert account.problems == ["C-MISSING"]
    assert ("backup_files", "10 listed, 3 present") in [(f.key, f.value) for f in account.facts]
    databases = [name for name, data in account.content.items() if data.startswith(b"SQLite")]
    assert databases == (["Manifest.db"] if password else [])
    assert backup.container("0" * 40) is None
    assert backup.container("f" * 40) is None, "a folder is no file"


def test_a_stored_file_that_is_cut_is_told(tmp_path: Path) -> None:
    write_backup(tmp_path, FILES, password="right")
    backup = _backup(tmp_path, keys("right"))
    name = stored_name("AppDomain-org.example", "Documents/../../b.txt")
    data = (tmp_path / name[:2] / name).read_bytes()
    container = backup.container(name)
    assert container is not None
    for at in cuts(len(data) - 16):
        assert "C-MEMBER" in opened(container, data[:at], tmp_path).problems, at


@pytest.mark.parametrize("name", ["Manifest.db", "Manifest.plist"])
@pytest.mark.parametrize("password", ["", "right"])
def test_cut_manifests_are_survived(tmp_path: Path, name: str, password: str) -> None:
    write_backup(tmp_path, FILES, password=password)
    data = (tmp_path / name).read_bytes()
    for at in cuts(len(data), 20):
        (tmp_path / name).write_bytes(data[:at])
        backup = _backup(tmp_path, keys("right"))
        _stored(tmp_path, backup)
        account = opened(backup.manifest_container(lambda _: False), data[:at], tmp_path)
        assert account.problems, at
        backup.close()


def test_a_view_posing_as_the_list_is_refused(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "Manifest.db")
    db.executescript(
        "create table t(x); create view Files as select x fileID, x domain, x relativePath, 1 flags, x file from t"
    )
    db.close()
    assert _backup(tmp_path).manifest is None


def test_old_manifests_are_read(tmp_path: Path) -> None:
    (tmp_path / "Manifest.mbdb").write_bytes(mbdb(FILES))
    backup = _backup(tmp_path)
    for (domain, path), data in FILES.items():
        container = backup.container(stored_name(domain, path))
        assert container is not None
        assert opened(container, data, tmp_path).content == {f"{domain}/{path}": data}
    assert ListManifest(mbdb(FILES)[:60]).entry("x") is None


def test_the_keybag_says_which_classes_a_password_opens() -> None:
    bag = itunes_keybag.parse(keybag("right"))
    assert [number for number, _ in bag.classes] == [CLASS]
    assert itunes_keybag.unlock(bag, ("wrong", "right")) is not None
    assert itunes_keybag.unlock(bag, ("wrong",)) is None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_any_keybag_and_any_old_manifest_is_survived(tail: bytes, at: int) -> None:
    for data in (tail, keybag("x")[:at] + tail):
        try:
            itunes_keybag.parse(data)
        except ValueError:
            continue
    list(ListManifest(b"mbdb\x05\x00" + tail).stored())
    list(ListManifest(mbdb(FILES)[: max(6, at)] + tail).stored())


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.recursive(
        st.none() | st.integers(0, 9) | st.binary(max_size=9), lambda one: st.lists(one, max_size=3), max_leaves=5
    )
)
def test_any_archived_object_is_survived(value: object) -> None:
    from triage.containers.itunes_manifest import _archived

    if isinstance(value, bytes):
        assert _archived(value) == (-1, b"")
    for shape in ({"$objects": value}, {"$objects": [value], "$top": {"root": plistlib.UID(0)}}):
        assert _archived(plistlib.dumps(shape, fmt=plistlib.FMT_BINARY)) == (-1, b"")
