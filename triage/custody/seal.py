"""Sealing a case: what every command that wrote something does last.

The order solves a circle. `case.sha256` lists the log, the checkpoint names `case.sha256`, and the log should know of
the checkpoint. So: hash every file but the log; append `checkpoint.made` (it announces the number, the checkpoint
before, all signatures and stamps so far, the manifest and the index root); now the log is final, so write the leaves
and `case.sha256`; write the checkpoint over the log including its announcement. Nothing is appended afterwards: the
next event belongs to the next checkpoint. A signature or a stamp is a file beside the checkpoint and changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from triage.custody import checkpoint, manifest
from triage.custody.checkpoint import NONE, Checkpoint
from triage.custody.files import place, sha256_file
from triage.custody.log import NAME, CustodyLog
from triage.errors import CaseError, IntegrityError

INDEX = b"index.jsonl"


def seal(log: CustodyLog) -> tuple[int, Checkpoint]:
    """Make the next checkpoint of the case; gives its number and what it says.

    CaseError: the folder cannot be read or written. IntegrityError: it holds links, or the log names no case.
    """
    case_dir = log.case_dir
    try:
        if not log.state.case:
            raise ValueError("its log has no case.created")
        known = manifest.hash_case(case_dir, known={os.fsencode(NAME): ""})
        number = _next_number(log)
        announced = _announcement(case_dir, number, known)
        log.append("checkpoint.made", announced)
        made = _write(log, number, known)
    except ValueError as error:
        raise IntegrityError(f"the case cannot be sealed: {error}.", where=str(case_dir)) from error
    except OSError as error:
        raise CaseError(
            f"the case cannot be sealed ({error.strerror or error}).", where=str(case_dir), remedy="Run again."
        ) from error
    return number, made


def _next_number(log: CustodyLog) -> int:
    """One more than any checkpoint made or announced: a number is never used twice."""
    return max([0, *checkpoint.numbers(log.case_dir), log.state.announced]) + 1


def _announcement(case_dir: Path, number: int, known: dict[bytes, str]) -> dict[str, object]:
    return {
        "number": number,
        "previous": _earlier_files(case_dir),
        "manifest_sha256": known.get(os.fsencode(manifest.MANIFEST), NONE),
        "index_root": known.get(INDEX, NONE),
    }


def _earlier_files(case_dir: Path) -> dict[str, str]:
    """Digests of the newest checkpoint's text and leaves, and of every signature and stamp there is."""
    earlier = checkpoint.numbers(case_dir)
    if not earlier:
        return {}
    pattern = re.compile(rf"{earlier[-1]:06d}\.(txt|leaves)|[0-9]{{6}}\.txt\.[0-9]+\.(sig|tsq|tsr)")
    folder = case_dir / checkpoint.FOLDER
    return {path.name: sha256_file(path) for path in sorted(folder.iterdir()) if pattern.fullmatch(path.name)}


def _write(log: CustodyLog, number: int, known: dict[bytes, str]) -> Checkpoint:
    """Leaves, case list, checkpoint: in this order, so that the checkpoint is there last or not at all."""
    case_dir, state = log.case_dir, log.state
    leaves = bytes(state.leaves)
    case_list = manifest.render({**known, os.fsencode(NAME): state.linear.hexdigest()})
    made = Checkpoint(
        case=state.case,
        size=state.lines,
        root=state.tree.root(),
        log_sha256=state.linear.hexdigest(),
        head=state.head,
        leaves_sha256=hashlib.sha256(leaves).hexdigest(),
        manifest_sha256=known.get(os.fsencode(manifest.MANIFEST), NONE),
        case_sha256=hashlib.sha256(case_list).hexdigest(),
        index_root=known.get(INDEX, NONE),
        time=str(json.loads(state.last_line)["time"]),
    )
    place(case_dir, checkpoint.leaves_path(case_dir, number), leaves)
    place(case_dir, case_dir / manifest.CASE_LIST, case_list)
    place(case_dir, checkpoint.body_path(case_dir, number), made.to_bytes())
    state.anchor()
    return made
