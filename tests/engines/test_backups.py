"""A worker on files of backups: on disk and in archives, keys that lie beside what they open, the public sample."""

from __future__ import annotations

import gzip
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.containers.backup_building import sms_db, stored_name, write_backup
from tests.containers.opening import CORPUS
from triage.case import SourceArgument
from triage.engines.extraction import Extraction
from triage.engines.work import Bench
from triage.keyring import Keyring
from triage.model import Resources
from triage.pipeline.planning import Plan
from triage.pipeline.request import Request
from triage.readers.registry import OCR_READERS, READERS

SMS = ("HomeDomain", "Library/SMS/sms.db")
NAME = stored_name(*SMS)


@cache
def _extraction() -> Extraction:
    """Compiled once: these tests look for no findings."""
    return Extraction((), Resources(packs=("en",)))


def _bench(tmp_path: Path, keyring: Keyring | None = None) -> Bench:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return Bench(READERS, OCR_READERS, _extraction(), scratch, keyring=keyring or Keyring())


def _frames(bench: Bench, source: Path) -> list[list[Any]]:
    """Every file of a source through one worker, as the broker would ask."""
    plan = Plan(Request(sources=(SourceArgument(label="s", path=source),), case=Path("case"), jobs=1))
    plan.walk()
    out: list[list[Any]] = []
    for (label, path), entry in plan.files.items():
        out += bench.process(plan.task(label, path, entry.real, phase="read", size=entry.size))
    return out


def _texts(frames: list[list[Any]]) -> Iterator[str]:
    yield from (row[2] for frame in frames if frame[0] == "unit-batch" for row in frame[2])


def _items(frames: list[list[Any]]) -> dict[str, str]:
    return {frame[3]: frame[7] for frame in frames if frame[0] == "item"}


@pytest.mark.parametrize("password", ["", "clave"])
@pytest.mark.parametrize("shape", ["disk", "zip", "zip in zip"])
def test_a_backup_is_read_wherever_it_lies(tmp_path: Path, password: str, shape: str) -> None:
    source = tmp_path / "source"
    folder = source / "copias" / "00008030"
    write_backup(folder, {SMS: sms_db(tmp_path, "Mensaje de la copia.")}, password=password)
    (folder / "suelto.txt").write_text("No está en el manifiesto.")
    prefix = "copias/00008030/"
    if shape != "disk":
        packed = tmp_path / "inner.zip"
        with zipfile.ZipFile(packed, "w") as made:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    made.write(path, f"x/{path.relative_to(folder).as_posix()}")
        shutil.rmtree(source)
        source.mkdir()
        packed.rename(source / "a.zip")
        prefix = "a.zip!/x/"
    if shape == "zip in zip":
        with zipfile.ZipFile(source / "b.zip", "w") as made:
            made.write(source / "a.zip", "a.zip")
        (source / "a.zip").unlink()
        prefix = "b.zip!/" + prefix
    frames = _frames(_bench(tmp_path, Keyring(passwords=(password,) if password else ())), source)
    inside = f"{prefix}{NAME[:2]}/{NAME}!/HomeDomain/Library/SMS/sms.db"
    assert _items(frames)[inside] == "ios_sms"
    assert {"Mensaje de la copia.", "No está en el manifiesto."} <= set(_texts(frames))
    assert (f"{prefix}Manifest.db!/Manifest.db" in _items(frames)) == bool(password)


def test_a_member_of_a_backup_is_found_again_by_its_chain(tmp_path: Path) -> None:
    source = tmp_path / "source"
    picture = b"\x89PNG\r\n\x1a\n" + bytes(30)
    write_backup(source, {("CameraRollDomain", "Media/a.png"): picture}, password="clave")
    bench = _bench(tmp_path, Keyring(passwords=("clave",)))
    plan = Plan(Request(sources=(SourceArgument(label="s", path=source),), case=Path("case"), jobs=1))
    plan.walk()
    name = stored_name("CameraRollDomain", "Media/a.png")
    real = plan.files["s", f"{name[:2]}/{name}"].real
    path = f"{name[:2]}/{name}!/CameraRollDomain/Media/a.png"
    task = plan.task("s", path, real, phase="ocr", chain=(0,))
    found = bench._reopening.down(task)
    with found.open() as handle:
        assert handle.read() == picture
    assert replace(task, chain=()).backup == str(source)


def test_a_key_file_that_lies_beside_its_backup_is_tried(tmp_path: Path) -> None:
    from tests.containers.test_whatsapp_crypt import NEW_KEY, _backup

    source = tmp_path / "source"
    (source / "databases").mkdir(parents=True)
    database = sms_db(tmp_path, "x")
    (source / "databases" / "msgstore.db.crypt15").write_bytes(_backup(15, database))
    frames = _frames(_bench(tmp_path), source)
    assert [f[2][0] for f in frames if f[0] == "problem"] == ["C-KEY"]
    (source / "encrypted_backup.key").write_bytes(NEW_KEY)
    assert "databases/msgstore.db.crypt15!/msgstore.db" in _items(_frames(_bench(tmp_path), source))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as made:
        made.write(source / "databases" / "msgstore.db.crypt15", "db/msgstore.db.crypt15")
        made.writestr("files/encrypted_backup.key", NEW_KEY)
    alone = _frames(_bench(tmp_path), tmp_path / "all.zip")
    assert "all.zip!/db/msgstore.db.crypt15!/msgstore.db" in _items(alone)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not beside the repository")
def test_the_backup_of_the_corpus(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(CORPUS / "ios_backup" / "mvt-project__mvt", source, copy_function=shutil.copyfile)
    with gzip.open(source / "Manifest.db.gz") as packed:
        source.chmod(0o700)
        (source / "Manifest.db").write_bytes(packed.read())
    frames = _frames(_bench(tmp_path), source)
    readers = {path.rpartition("!/")[2]: reader for path, reader in _items(frames).items() if "!/" in path}
    assert readers["HomeDomain/Library/SMS/sms.db"] == "ios_sms"
    assert readers["AppDomainGroup-group.net.whatsapp.WhatsApp.shared/ChatStorage.sqlite"] == "whatsapp_ios"
    assert [f[2][0] for f in frames if f[0] == "problem"] == ["C-MISSING"]
    facts = [(f[2], f[3]) for f in frames if f[0] == "fact"]
    assert ("backup_files", "1,089 listed, 10 present") in facts
