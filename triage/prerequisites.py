"""What a run needs on this machine, checked without changing anything."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

LANGUAGES = {
    "eng": "English", "spa": "Spanish", "por": "Portuguese", "fra": "French", "rus": "Russian", "ara": "Arabic",
    "hin": "Hindi", "ben": "Bengali", "chi_sim": "Chinese", "tha": "Thai", "amh": "Amharic", "mya": "Burmese",
    "ron": "Romanian", "ukr": "Ukrainian", "vie": "Vietnamese", "tur": "Turkish", "urd": "Urdu",
}  # fmt: skip
DEFAULT = ("eng", "spa", "por", "fra")
SAMPLE_SCRIPTS = {"Arabic": "0627", "Devanagari": "0915", "Han": "4e2d", "Thai": "0e01", "Ethiopic": "1200"}
LEAST_DISK = 2 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `triage doctor`."""

    name: str
    state: Literal["ok", "partly", "missing"]
    detail: str
    remedy: str = ""
    needed: bool = False
    """A run would not work without it."""


def check() -> Iterator[Finding]:
    yield _python()
    yield _sqlite()
    yield from _libraries()
    yield from _tesseract()
    yield _fonts()
    yield _disk()
    yield _layers()
    yield from _programs()


def _python() -> Finding:
    good = sys.version_info >= (3, 11)
    return Finding(name="Python", state="ok" if good else "missing", detail=platform.python_version(),
                   remedy="" if good else "Install Python 3.11 or newer.", needed=True)  # fmt: skip


def _sqlite() -> Finding:
    db = sqlite3.connect(":memory:")
    try:
        db.execute("create virtual table t using fts5(body)")
        good = True
    except sqlite3.OperationalError:
        good = False
    finally:
        db.close()
    return Finding(name="SQLite with FTS5", state="ok" if good else "missing", detail=sqlite3.sqlite_version,
                   remedy="" if good else "Use a Python whose SQLite has FTS5.", needed=True)  # fmt: skip


def _libraries() -> Iterator[Finding]:
    for name in ("spacy", "phonenumbers", "exifread", "pytesseract", "pillow", "tzdata"):
        try:
            yield Finding(name=name, state="ok", detail=version(name))
        except PackageNotFoundError:
            yield Finding(
                name=name, state="missing", detail="not installed", remedy="Install the tool again.", needed=True
            )


def _tesseract() -> Iterator[Finding]:
    program = shutil.which("tesseract")
    if program is None:
        remedy = (
            "Install Tesseract with eng, spa, por, fra (Debian: apt-get install tesseract-ocr tesseract-ocr-spa …)."
        )
        yield Finding(name="Tesseract", state="missing", detail="text in pictures would not be read", remedy=remedy)
        return
    shown = _output([program, "--version"]).split("\n", 1)[0]
    listed = set(_output([program, "--list-langs"]).split()[1:])
    yield Finding(name="Tesseract", state="ok", detail=shown)
    lacking = [code for code in DEFAULT if code not in listed]
    remedy = f"Install the language data for {', '.join(lacking)}." if lacking else ""
    yield Finding(name="Tesseract languages", state="partly" if lacking else "ok",
                  detail=", ".join(sorted(listed & LANGUAGES.keys())) or "none", remedy=remedy)  # fmt: skip
    more = [f"{name} ({code})" for code, name in LANGUAGES.items() if code not in listed and code not in DEFAULT]
    if more:
        yield Finding(name="further OCR languages", state="partly", detail=f"not installed: {', '.join(more)}",
                      remedy="Install those that the case needs.")  # fmt: skip


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def _fonts() -> Finding:
    if shutil.which("fc-list") is None:
        return Finding(name="fonts", state="partly", detail="cannot be listed here (no fontconfig)",
                       remedy="Open a report and look whether every script is drawn.")  # fmt: skip
    lacking = [name for name, code in SAMPLE_SCRIPTS.items() if not _output(["fc-list", f":charset={code}", "family"])]
    remedy = f"Install fonts for {', '.join(lacking)} (for example Noto)." if lacking else ""
    return Finding(name="fonts", state="partly" if lacking else "ok",
                   detail="every sampled script is covered" if not lacking else "some scripts have no font",
                   remedy=remedy)  # fmt: skip


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    good = free > LEAST_DISK
    return Finding(name="disk", state="ok" if good else "partly", detail=f"{free / (1 << 30):.1f} GiB free here",
                   remedy="" if good else "Free some space: a case needs about a third of its text again.")  # fmt: skip


def _layers() -> Finding:
    """The isolation layers of a worker, proved in a process of its own."""
    from triage.engines.probe import proved_layers

    layers = proved_layers("parser")
    lacking = [name for name, holds in layers.items() if not holds]
    detail = ", ".join(f"{name} {'holds' if holds else 'not here'}" for name, holds in layers.items()) or "no answer"
    remedy = "Run on Linux for the full isolation; the log states which layers held." if lacking or not layers else ""
    return Finding(name="worker isolation", state="ok" if layers and not lacking else "partly", detail=detail,
                   remedy=remedy)  # fmt: skip


def _programs() -> Iterator[Finding]:
    uses = {"ssh-keygen": "signing and verifying checkpoints", "openssl": "verifying time stamps"}
    for program, use in uses.items():
        found = shutil.which(program)
        yield Finding(name=program, state="ok" if found else "partly", detail=f"for {use}",
                      remedy="" if found else f"Install it if you need {use}.")  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        private = Path(scratch).stat().st_mode & 0o077 == 0
    if not private:
        yield Finding(
            name="temporary folders", state="partly", detail="are readable by others here", remedy="Set umask 077."
        )
