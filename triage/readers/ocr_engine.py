"""The one place that starts Tesseract: which version and languages are there, and words with their boxes.

Tesseract (https://tesseract-ocr.github.io, Apache-2.0) is run through pytesseract with one thread: on a screenshot
its default of several threads takes four to six times as long. Its TSV output gives every word's box, confidence
(0-100) and its line, paragraph and block. Inversion tries are off, since our canvases are dark on white already.

What the reading of a picture depends on is stated, for the log and for the cache: engine version, SHA-256 of each
language file, and our own settings. The cache is a folder of small JSON files named by the hash of all of these.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

PAGE_MODES = {"page": 3, "block": 6, "sparse": 11}
"""Tesseract's page segmentation: whole page, one block of lines, text scattered in any order."""


class EngineMissingError(Exception):
    """Tesseract is not installed, or answers to nothing."""


class EngineTimeoutError(Exception):
    """Tesseract took longer than it was given and was stopped."""


class EngineFailedError(Exception):
    """Tesseract ended with an error of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as Tesseract gives it, in pixels of the canvas."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    """0-100, Tesseract's own; not a probability."""
    line: tuple[int, int, int]
    """Block, paragraph and line number: words with the same one stand in one line."""


@lru_cache(maxsize=1)
def _listing() -> tuple[str, tuple[str, ...]]:
    """Folder of the language files and their names, from `tesseract --list-langs`."""
    try:
        done = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineMissingError from error
    first, _, rest = (done.stdout or done.stderr).decode("utf-8", "replace").partition("\n")
    folder = first.split('"')[1] if first.count('"') >= 2 else ""
    return folder, tuple(sorted(name for name in rest.split() if name))


def available_languages() -> tuple[str, ...]:
    """Codes of the installed language packs (`eng`, `spa` …), without the orientation data; empty without an engine."""
    try:
        return tuple(name for name in _listing()[1] if name != "osd" and "/" not in name)
    except EngineMissingError:
        return ()


@lru_cache(maxsize=1)
def engine_version() -> str:
    """`5.3.0`; empty where Tesseract is not installed."""
    try:
        done = subprocess.run(["tesseract", "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = (done.stdout or done.stderr).decode("utf-8", "replace").split()
    return words[1].lstrip("v") if len(words) > 1 and words[0] == "tesseract" else ""


@lru_cache(maxsize=1)
def language_data_hashes() -> dict[str, str]:
    """SHA-256 of each installed language file: other data give other readings."""
    try:
        folder, names = _listing()
    except EngineMissingError:
        return {}
    hashes = {}
    for name in names:
        path = Path(folder) / f"{name}.traineddata"
        if path.is_file():
            with path.open("rb") as handle:
                hashes[name] = hashlib.file_digest(handle, "sha256").hexdigest()
    return hashes


def recognise(image: Path, languages: Sequence[str], mode: str, *, seconds: float) -> tuple[Word, ...]:
    """The words of a canvas file. Raises one of the engine errors above."""
    import pytesseract

    os.environ["OMP_THREAD_LIMIT"] = "1"  # read by the OpenMP runtime of the child process
    config = f"--psm {PAGE_MODES[mode]} -c invert_threshold=0 -c tessedit_do_invert=0"
    try:
        with _temporary_files_in(image.parent):
            table = pytesseract.image_to_data(
                str(image), lang="+".join(languages), config=config, timeout=seconds, output_type="string"
            )
    except pytesseract.TesseractNotFoundError as error:
        raise EngineMissingError from error
    except pytesseract.TesseractError as error:
        raise EngineFailedError from error
    except RuntimeError as error:  # pytesseract's way to say that the time was up
        raise EngineTimeoutError from error
    return tuple(_words(table))


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """pytesseract writes its result beside other people's temporary files unless told otherwise."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _words(table: str) -> Iterator[Word]:
    rows = csv.reader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        if len(row) == 12 and row[0] == "5" and row[11].strip():
            left, top, width, height = (int(cell) for cell in row[6:10])
            line = (int(row[2]), int(row[3]), int(row[4]))
            yield Word(
                text=row[11].strip(), left=left, top=top, width=width, height=height,
                confidence=float(row[10]), line=line,
            )  # fmt: skip


def cache_key(sha256: str, engine: str, data: Sequence[str], settings: str) -> str:
    """Name of a cached reading: hash over content, engine version, language data hashes and our settings."""
    parts = json.dumps([sha256, engine, sorted(data), settings], separators=(",", ":"))
    return hashlib.sha256(parts.encode()).hexdigest()


def read_cached(folder: Path, key: str) -> object | None:
    """What was stored under that key, or None; a damaged file counts as none."""
    try:
        return cast(object, json.loads((folder / f"{key}.json").read_text("utf-8")))
    except (OSError, ValueError):
        return None


def write_cached(folder: Path, key: str, value: object) -> None:
    """Store a JSON value under that key; written whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        json.dump(value, handle, ensure_ascii=False, separators=(",", ":"))
    Path(name).replace(folder / f"{key}.json")
