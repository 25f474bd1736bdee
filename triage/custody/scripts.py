"""`verify.sh` and `verify.ps1`: the verification for people who do not have this tool, put into every case folder.

Both are files of the package, written unchanged; `verify.sh` runs under dash, bash, ksh and the shells of macOS and
BusyBox. They are listed in `case.sha256` like every file, and they say themselves why an own copy is better.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from triage.custody.files import place

NAMES = ("verify.sh", "verify.ps1")


def script(name: str) -> bytes:
    """The text of one of the scripts."""
    return resources.files("triage.custody").joinpath(name).read_bytes()


def write_verify_script(case_dir: Path) -> None:
    """Put the scripts into a case folder, where they are not there as they should be. Call it before `seal`."""
    for name in NAMES:
        target, wanted = case_dir / name, script(name)
        if not target.is_file() or target.is_symlink() or target.read_bytes() != wanted:
            place(case_dir, target, wanted)
