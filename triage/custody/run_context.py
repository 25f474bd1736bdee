"""What `run.start` says once, so that the million events after it need not: with what, and under which conditions.

Everything here is about the machine and the program, nothing about the evidence. What only the caller knows (rule
packs, settings, limits, sandbox layers proved active, the OCR engine and its data) is passed in. A value that cannot be
known here is an empty string or null, never a guess. No value is a float.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import locale
import os
import platform
import re
import sqlite3
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import metadata, resources
from pathlib import Path

from triage import __version__
from triage.custody.files import sha256_file
from triage.custody.redact import argv_for_log
from triage.custody.salt import case_key

DISTRIBUTION = "evidence-triage"
PACKAGES = ("triage", "extractors", "patterns")
_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""


def collect(
    *,
    argv: Sequence[str],
    configuration: Mapping[str, object],
    rule_packs: str,
    case_dir: Path,
    limits: Mapping[str, object] | None = None,
    sandbox: Mapping[str, object] | None = None,
    ocr: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """The data of a `run.start` event.

    `argv` without the program's name; `configuration` is hashed, not stored; `rule_packs` is the hash of the set;
    `limits` and `sandbox` (layers proved active) stand as they are; `ocr` is engine, version, a digest per language.
    """
    key = case_key(case_dir)
    return {
        "tool": {"name": DISTRIBUTION, "version": __version__, "code_sha256": code_hash()},
        "python": {"version": platform.python_version(), "implementation": platform.python_implementation()},
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
        "dependencies": dependency_versions(),
        "tzdata": _version("tzdata"),
        "packs_sha256": rule_packs,
        "configuration_sha256": _settings_hash(configuration),
        "ocr": dict(ocr or {}),
        "argv": argv_for_log(argv, lambda word: key.digest("argv", word)),
        "case_key_id": key.ident,
        "locale": locale_state(),
        "clock": clock_state(),
        "limits": dict(limits or {}),
        "sandbox": dict(sandbox or {}),
    }


def _settings_hash(configuration: Mapping[str, object]) -> str:
    """Of the settings as JSON with sorted keys; what JSON does not know stands as its text."""
    text = json.dumps(dict(configuration), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def code_hash() -> str:
    """SHA-256 over names and digests of every file of our packages, sorted: the code that ran, installed or not.

    The same for a wheel and for a checkout of the same version; compiled files are left out.
    """
    total = hashlib.sha256()
    for package in PACKAGES:
        root = Path(str(resources.files(package)))
        for path in sorted(root.rglob("*"), key=lambda found: found.relative_to(root).as_posix()):
            inner = path.relative_to(root)
            if path.is_file() and "__pycache__" not in inner.parts and inner.parts[0] != "_samples":
                total.update(f"{sha256_file(path)}  {package}/{inner.as_posix()}\n".encode())
    return total.hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def dependency_versions() -> dict[str, str]:
    """Name → version of everything our distribution needs, directly or not, that is installed here.

    Where our own distribution is not installed (a bare checkout), of everything installed.
    """
    found: dict[str, str] = {}
    pending = list(_needs(DISTRIBUTION))
    if not pending:
        return {_normal(dist.metadata["Name"]): dist.version for dist in metadata.distributions()}
    while pending:
        name = pending.pop()
        if name not in found and (version := _version(name)):
            found[name] = version
            pending += _needs(name)
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _needs(name: str) -> list[str]:
    """Names a distribution requires; extras are left out, other markers taken as they are installed or not."""
    try:
        wanted = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    plain = (text for text in wanted if "extra ==" not in text)
    return [_normal(match[0]) for text in plain if (match := re.match(r"[A-Za-z0-9._-]+", text))]


def locale_state() -> dict[str, object]:
    """Locale, encodings and zone of the process; none of them may change a result, and the record lets one check."""
    language, encoding = locale.getlocale()
    return {
        "language": language or "",
        "encoding": encoding or "",
        "filesystem": sys.getfilesystemencoding(),
        "zone": os.environ.get("TZ", ""),
        "utc_offset_s": time.localtime().tm_gmtoff or 0,
    }


def clock_state() -> dict[str, object]:
    """Whether the kernel holds the wall clock for synchronised (adjtimex(2), read only), and its largest error in µs.

    `synchronised` is null where the system does not say: not Linux, or not allowed.
    """
    unknown: dict[str, object] = {"source": "", "synchronised": None, "max_error_us": None}
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_long) != 8:
        return unknown
    buffer = (ctypes.c_long * 64)()  # struct timex: modes, offset, freq, maxerror, esterror, status, …
    try:
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(buffer))
    except (OSError, AttributeError):
        return unknown
    if answer < 0:
        return unknown
    status = buffer[5] & 0xFFFFFFFF
    return {"source": "adjtimex", "synchronised": not status & _UNSYNCHRONISED, "max_error_us": int(buffer[3])}
