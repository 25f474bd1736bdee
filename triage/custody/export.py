"""`triage custody export`: the case as it is handed over, and on request the tool that made it.

    DEST/<case folder>/   every file of `case.sha256`, the list itself, the checkpoints; byte for byte
    DEST/tool/            with --with-tool: wheels/*.whl, tessdata/*.traineddata, versions.txt, tool.sha256

Left behind are `.work/` (caches, the case key) and the live SQLite files: the index is there as `index.jsonl`. The
case is verified before and after copying, so that what is handed over holds. The tool folder is for the day somebody
wants to run the same code again: wheels from a folder the examiner names, or packed again from what is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from triage.custody import manifest, rewheel
from triage.custody.checkpoint import FOLDER
from triage.custody.files import sha256_file
from triage.custody.log import NAME
from triage.custody.run_context import dependency_versions
from triage.custody.verify import verify_case
from triage.errors import CaseError, IntegrityError, PrerequisiteError, UsageError

_LANGUAGE_DATA = ("/usr/share/tesseract-ocr", "/usr/share/tessdata", "/usr/local/share/tessdata", "/opt/homebrew/share")


def export_case(case_dir: Path, to: Path, *, with_tool: bool = False, wheels: Path | None = None) -> list[str]:
    """Copy a case to a new folder; gives lines about what was written.

    IntegrityError: the case does not hold. UsageError: the folder exists or lies in the case. CaseError: it cannot be
    written.
    """
    case_dir, to = case_dir.resolve(), to.resolve()
    if to.exists() or to.is_relative_to(case_dir):
        raise UsageError("the folder to export to must be new and outside the case.", where=str(to))
    _must_hold(case_dir)
    target = to / case_dir.name
    try:
        count = _copy(case_dir, target)
        said = [f"{target}: {count} files"]
        if with_tool:
            said += _tool(to / "tool", wheels)
    except OSError as error:
        raise CaseError(f"the export failed ({error.strerror or error}).", where=str(to)) from error
    _must_hold(target)
    return said


def _must_hold(case_dir: Path) -> None:
    verdict = verify_case(case_dir)
    if not verdict.ok:
        raise IntegrityError(verdict.summary, where=str(case_dir), remedy="Run `triage verify`.")
    if verdict.unanchored:
        raise IntegrityError(
            "the case has events after its last checkpoint.", where=str(case_dir), remedy="Run any command that seals."
        )


def _copy(case_dir: Path, target: Path) -> int:
    names = [os.fsdecode(found.name) for found in manifest.walk_case(case_dir)]
    names += [manifest.CASE_LIST]
    names += [f"{FOLDER}/{os.fsdecode(found.name)}" for found in manifest.walk_tree(case_dir / FOLDER)]
    for name in names:
        copy = target / name
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(case_dir / name, copy, follow_symlinks=False)
        copy.chmod(0o600)
    assert (target / NAME).is_file(), "the log is in the list"
    return len(names)


def _tool(folder: Path, wheels: Path | None) -> list[str]:
    (folder / "wheels").mkdir(parents=True)
    if wheels is not None:
        given = sorted(wheels.glob("*.whl"))
        if not given:
            raise PrerequisiteError("there are no wheels in this folder.", where=str(wheels))
        for path in given:
            shutil.copyfile(path, folder / "wheels" / path.name)
    else:
        rewheel.pack_all(folder / "wheels")
    data = list(_language_data())
    for path in data:
        (folder / "tessdata").mkdir(exist_ok=True)
        shutil.copyfile(path, folder / "tessdata" / path.name)
    versions = "".join(f"{name}=={version}\n" for name, version in sorted(dependency_versions().items()))
    (folder / "versions.txt").write_text(versions, encoding="utf-8")
    entries = {found.name: sha256_file(found.path) for found in manifest.walk_tree(folder)}
    listing = manifest.render(entries)
    (folder / "tool.sha256").write_bytes(listing)
    digest = hashlib.sha256(listing).hexdigest()
    count = len(list((folder / "wheels").iterdir()))
    return [f"{folder}: {count} wheels, {len(data)} language data files, tool.sha256 {digest}"]


def _language_data() -> Iterator[Path]:
    """Tesseract's trained data where systems keep it; each name once."""
    roots = [os.environ.get("TESSDATA_PREFIX", ""), *_LANGUAGE_DATA]
    seen: set[str] = set()
    for root in roots:
        for path in sorted(Path(root).rglob("*.traineddata")) if root and Path(root).is_dir() else []:
            if path.name not in seen:
                seen.add(path.name)
                yield path
