"""The files of a case against the newest checkpoint and the log: manifest, closed world, index root, reports."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from triage.custody import manifest
from triage.custody.accounts import Accounts
from triage.custody.checkpoint import NONE, Checkpoint
from triage.custody.files import read_small, sha256_file
from triage.custody.log import NAME
from triage.custody.seal import INDEX
from triage.custody.verdict import Check, fail, listed, note, ok

_LIST_LIMIT = 1 << 31


def read_list(path: Path) -> tuple[dict[bytes, str], str, str]:
    """Entries of a list, its own digest, and why it cannot be used (else empty)."""
    try:
        data = read_small(path, _LIST_LIMIT)
    except OSError as error:
        return {}, "", f"cannot be read ({error.strerror or error})"
    digest = hashlib.sha256(data).hexdigest()
    try:
        return manifest.parse(data), digest, ""
    except ValueError as error:
        return {}, digest, str(error)


def check_manifest(case_dir: Path, made: Checkpoint | None) -> Iterator[Check]:
    """`manifest.sha256` is the one the checkpoint names."""
    path = case_dir / manifest.MANIFEST
    if not os.path.lexists(path):
        if made and made.manifest_sha256 != NONE:
            yield fail(manifest.MANIFEST, "is missing")
        return
    entries, digest, why = read_list(path)
    if why or (made and digest != made.manifest_sha256):
        yield fail(manifest.MANIFEST, why or "is not the one the newest checkpoint names")
    else:
        yield ok(manifest.MANIFEST, f"{len(entries)} files of evidence listed")


def check_closed_world(case_dir: Path, made: Checkpoint | None) -> Iterator[Check]:
    """Every file of the folder is in `case.sha256` as it is, and the other way round."""
    path = case_dir / manifest.CASE_LIST
    if made is None and not os.path.lexists(path):
        yield note(manifest.CASE_LIST, "the case was never sealed: its files are not listed yet")
        return
    entries, digest, why = read_list(path)
    if not why and made and digest != made.case_sha256:
        why = "is not the one the newest checkpoint names"
    if why:
        yield fail(manifest.CASE_LIST, why)
    if not entries:
        return
    own = entries.pop(os.fsencode(NAME), "")
    if made and own != made.log_sha256:
        yield fail(manifest.CASE_LIST, "lists another log than the newest checkpoint")
    yield _compare(case_dir, entries)


def _compare(case_dir: Path, entries: Mapping[bytes, str]) -> Check:
    changed, added, linked, seen = [], [], [], {os.fsencode(NAME)}
    try:
        present = list(manifest.walk_case(case_dir))
    except OSError as error:
        return fail("case folder", f"cannot be listed ({error.strerror or error})")
    for found in present:
        seen.add(found.name)
        name = os.fsdecode(found.name)
        if found.why_not:
            linked.append(f"{name} ({found.why_not})")
        elif found.name not in entries:
            if found.name != os.fsencode(NAME):
                added.append(name)
        elif _digest(found.path) != entries[found.name]:
            changed.append(name)
    removed = [os.fsdecode(name) for name in sorted(entries.keys() - seen)]
    kinds = (("changed", changed), ("added", added), ("removed", removed), ("linked", linked))
    wrong = [f"{kind}: {listed(names)}" for kind, names in kinds if names]
    if wrong:
        return fail("case folder", "; ".join(wrong))
    return ok("case folder", f"{len(entries) + 1} files, as listed")


def _digest(path: Path) -> str:
    try:
        return sha256_file(path)
    except OSError:
        return ""


def check_index(case_dir: Path, made: Checkpoint | None) -> Iterator[Check]:
    """SHA-256 of `index.jsonl` is the index root in checkpoint and log."""
    if made is None or made.index_root == NONE:
        return
    digest = _digest(case_dir / os.fsdecode(INDEX))
    if digest == made.index_root:
        yield ok("index root", digest)
    else:
        yield fail("index root", "index.jsonl is missing" if not digest else "index.jsonl is not what the log recorded")


def check_outputs(case_dir: Path, accounts: Accounts) -> Iterator[Check]:
    """Reports and exports inside the case folder are those the log recorded last under their path."""
    wrong = [
        f"{path} (seq {written.seq})"
        for path, written in sorted(accounts.outputs.items())
        if _inside(path) and _digest(case_dir / path) != written.sha256
    ]
    if wrong:
        yield fail("outputs", f"changed or removed since the log recorded them: {listed(wrong)}")
    elif accounts.outputs:
        yield ok("outputs", f"{len(accounts.outputs)} reports and exports as recorded")


def _inside(path: str) -> bool:
    """Exports written elsewhere (`--out`) are recorded with an absolute path, and not looked for."""
    return "\0" not in path and not Path(path).is_absolute() and ".." not in Path(path).parts
