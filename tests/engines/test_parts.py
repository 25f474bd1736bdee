"""Files inside items that a reader reads itself: attachments of mail, pictures of documents, by way of the worker."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.readers.document_building import docx, paragraph
from triage.engines.extraction import Extraction
from triage.engines.task import Task
from triage.engines.work import Bench
from triage.model import Resources
from triage.readers.registry import OCR_READERS, READERS

EXTRACTION = Extraction((), Resources(packs=("en",)))
"""Shared: packs are compiled at its first use."""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Bench(READERS, OCR_READERS, EXTRACTION, scratch)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A ZIP with a mail that carries a document that holds a picture."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(picture, "PNG")
    document = docx(paragraph("Contrato"), **{"word__media__image1.png": picture.getvalue()})
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "contrato"
    mail.set_content("Lo adjunto.\n")
    mail.add_attachment(document, maintype="application", subtype="octet-stream", filename="contrato.docx")
    path = tmp_path / "correo.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("bandeja/mail.eml", mail.as_bytes())
    return path


def _task(source: Path, **more: Any) -> Task:
    given = {"phase": "read", "path": source.name} | more
    return Task(id=1, source="s", real=str(source), size=source.stat().st_size, **given)


def test_each_file_is_an_item_below_the_one_that_carries_it(bench: Bench, source: Path) -> None:
    frames = list(bench.process(_task(source)))
    items = {frame[3]: frame for frame in frames if frame[0] == "item"}
    mail, document = "correo.zip!/bandeja/mail.eml", "correo.zip!/bandeja/mail.eml!/1/contrato.docx"
    assert {path: frame[7] for path, frame in items.items()} == {
        "correo.zip": "zip", mail: "mail", document: "docx", f"{document}!/word/media/image1.png": "image",
    }  # fmt: skip
    assert items[document][2] == items[mail][1]
    assert items[f"{document}!/word/media/image1.png"][8] == (0, 0, 0)
    ended = [frame[1] for frame in frames if frame[0] == "end"]
    assert sorted(ended) == [0, 1, 2, 3]
    texts = {row[2] for frame in frames if frame[0] == "unit-batch" for row in frame[2]}
    assert {"contrato\nLo adjunto.", "Contrato"} <= texts


def test_the_second_phase_finds_its_way_to_the_picture(bench: Bench, source: Path) -> None:
    frames = list(bench.process(_task(source)))
    picture = next(frame for frame in frames if frame[0] == "item" and frame[3].endswith(".png"))
    task = _task(source, phase="ocr", path=picture[3], chain=picture[8], expected=picture[5])
    again = list(bench.process(task))
    assert [frame for frame in again if frame[0] == "problem"] == []
    assert again[-1] == ["done"]


def test_a_recording_stays_without_reader(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "nota.amr"
    path.write_bytes(b"#!AMR\n" + (b"\x3c" + bytes(31)) * 5)
    frames = list(bench.process(_task(path)))
    assert [frame[2] for frame in frames if frame[0] == "end"] == ["no-reader"]
    assert sum(frame[0] == "unit-batch" for frame in frames) == 1
