"""Wheels of what is installed, so that a case can be handed over with the code that made it.

An installed distribution is an unpacked wheel plus a few files the installer added. Packing it again gives a file that
pip installs to the same modules (binary distribution format, PEP 427; RECORD as PEP 376 has it). Left out: compiled
bytecode, the installer's own notes, and scripts outside site-packages, which pip makes again from the entry points. An
editable installation holds a pointer instead of code; its packages are taken from where they are.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from importlib import metadata, resources
from pathlib import Path

from triage.custody.run_context import DISTRIBUTION, PACKAGES, dependency_versions

_NOT_PACKED = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack_all(folder: Path) -> list[Path]:
    """A wheel of our distribution and of everything it needs, where installed."""
    return [pack(name, folder) for name in (DISTRIBUTION, *sorted(dependency_versions())) if _known(name)]


def _known(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def pack(name: str, folder: Path) -> Path:
    """Pack one installed distribution again."""
    distribution = metadata.distribution(name)
    files = _files(distribution)
    if name == DISTRIBUTION:
        files |= _our_files()
    info = next(inner for inner in files if inner.endswith(".dist-info/METADATA")).split("/")[0]
    tag = _tag(distribution)
    target = folder / f"{info.removesuffix('.dist-info')}-{tag}.whl"
    record: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as wheel:
        for inner, path in sorted(files.items()):
            data = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{_quoted(inner)},sha256={digest},{len(data)}\n")
            wheel.writestr(zipfile.ZipInfo(inner, _EPOCH), data, zipfile.ZIP_DEFLATED)
        record.append(f"{info}/RECORD,,\n")
        wheel.writestr(zipfile.ZipInfo(f"{info}/RECORD", _EPOCH), "".join(record), zipfile.ZIP_DEFLATED)
    return target


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


def _files(distribution: metadata.Distribution) -> dict[str, Path]:
    """Name inside the wheel → file, for what belongs into one."""
    found: dict[str, Path] = {}
    for listed in distribution.files or ():
        path = Path(str(listed.locate()))
        plain = not listed.parts[0].startswith("..") and "__pycache__" not in listed.parts
        if plain and listed.name not in _NOT_PACKED and listed.suffix not in (".pth", ".pyc") and path.is_file():
            found[listed.as_posix()] = path
    return found


def _our_files() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for package in PACKAGES:
        root = Path(str(resources.files(package)))
        for path in root.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                found[f"{package}/{path.relative_to(root).as_posix()}"] = path
    return found


def _tag(distribution: metadata.Distribution) -> str:
    """The compatibility tag the wheel had (several are joined with dots, as in a file name)."""
    tags = [line[5:] for line in (distribution.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    parts = (
        [sorted({tag.split("-")[place] for tag in tags}) for place in range(3)]
        if tags
        else [["py3"], ["none"], ["any"]]
    )
    return "-".join(".".join(part) for part in parts)
