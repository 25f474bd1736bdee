"""Proofs for one event: that it stands in the log of a checkpoint, disclosing nothing else of the log.

An inclusion proof is a JSON document: the raw line, its place, the sibling hashes up to the root (base64), and the
checkpoint with its signatures. Whoever holds the document can recompute the root from the line and compare it with the
signed one. A consistency proof shows in the same way that a later checkpoint only added to an earlier one. The format
of the hashes is RFC 6962's (`merkle`).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from pathlib import Path

from triage.custody import checkpoint, merkle, signature
from triage.custody.checkpoint import Checkpoint
from triage.custody.files import read_small
from triage.custody.reading import parse_line
from triage.custody.show import raw_events
from triage.errors import CaseError, IntegrityError, UsageError

INCLUSION = "triage-inclusion-proof@v1"
CONSISTENCY = "triage-consistency-proof@v1"


def _lines(case_dir: Path, size: int) -> list[bytes]:
    """The first lines of the log. CaseError where there are fewer."""
    found: list[bytes] = []
    for raw in raw_events(case_dir):
        found.append(raw)
        if len(found) == size:
            return found
    raise CaseError("the log is shorter than its checkpoint.", where=str(case_dir), remedy="Run `triage verify`.")


def load(case_dir: Path, number: int | None) -> tuple[int, bytes, Checkpoint]:
    """A checkpoint of a case, the newest by default."""
    known = checkpoint.numbers(case_dir)
    chosen = number if number is not None else max(known, default=0)
    if chosen not in known:
        raise UsageError(
            "there is no such checkpoint.", where=str(case_dir), remedy="`triage custody show` lists them."
        )
    try:
        body = read_small(checkpoint.body_path(case_dir, chosen))
        return chosen, body, checkpoint.parse(body)
    except (OSError, ValueError) as error:
        raise CaseError(f"checkpoint {chosen} cannot be read ({error}).", where=str(case_dir)) from error


def find_item(case_dir: Path, ident: str) -> int:
    """seq of the last event about an item id."""
    wanted, found = f'"id":"{ident}"'.encode(), None
    for seq, raw in enumerate(raw_events(case_dir)):
        if wanted in raw and parse_line(raw)[0].get("type") == "item":
            found = seq
    if found is None:
        raise UsageError("the log has no event about this item.", where=ident)
    return found


def prove_inclusion(case_dir: Path, seq: int, number: int | None = None) -> dict[str, object]:
    """The proof document for one event under a checkpoint."""
    chosen, body, made = load(case_dir, number)
    if not 0 <= seq < made.size:
        raise UsageError(f"checkpoint {chosen} covers seq 0 to {made.size - 1}.", where=f"seq {seq}")
    lines = _lines(case_dir, made.size)
    path = merkle.inclusion_proof(seq, [merkle.leaf_hash(line) for line in lines])
    return {
        "form": INCLUSION,
        "seq": seq,
        "line": lines[seq].decode("utf-8"),
        "proof": [base64.b64encode(node).decode() for node in path],
        "checkpoint": body.decode("ascii"),
        "signatures": [read_small(mark).decode("ascii") for mark in signature.marks(case_dir, chosen, "sig")],
    }


def prove_consistency(case_dir: Path, first: int, second: int | None = None) -> dict[str, object]:
    """The proof document that checkpoint `second` continues checkpoint `first`."""
    _, old_body, old = load(case_dir, first)
    _, new_body, new = load(case_dir, second)
    if old.size > new.size:
        raise UsageError("the first checkpoint must be the earlier one.", where=str(case_dir))
    leaves = [merkle.leaf_hash(line) for line in _lines(case_dir, new.size)]
    path = merkle.consistency_proof(old.size, leaves)
    return {
        "form": CONSISTENCY,
        "proof": [base64.b64encode(node).decode() for node in path],
        "first": old_body.decode("ascii"),
        "second": new_body.decode("ascii"),
    }


def check_proof(document: Mapping[str, object]) -> str:
    """Why a proof document does not hold; empty where it does. Never raises for any JSON.

    The checkpoints' signatures are for `ssh-keygen -Y verify`: save the `checkpoint` text and a signature to files.
    """
    try:
        if document.get("form") == INCLUSION:
            return _check_inclusion(document)
        if document.get("form") == CONSISTENCY:
            return _check_consistency(document)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        return f"not in form ({type(error).__name__})"
    return "not a proof of a known form"


def _nodes(document: Mapping[str, object]) -> list[bytes]:
    listed = document["proof"]
    if not isinstance(listed, list):
        raise TypeError("proof is no list")
    return [base64.b64decode(node, validate=True) for node in listed]


def _text(document: Mapping[str, object], key: str) -> str:
    value = document[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is no text")
    return value


def _check_inclusion(document: Mapping[str, object]) -> str:
    made = checkpoint.parse(_text(document, "checkpoint").encode("ascii"))
    line, seq = _text(document, "line").encode("utf-8"), document["seq"]
    if type(seq) is not int or json.loads(line)["seq"] != seq:
        return "the line has another seq"
    held = merkle.check_inclusion(merkle.leaf_hash(line), seq, made.size, _nodes(document), made.root)
    return "" if held else "the line does not give the root of the checkpoint"


def _check_consistency(document: Mapping[str, object]) -> str:
    old = checkpoint.parse(_text(document, "first").encode("ascii"))
    new = checkpoint.parse(_text(document, "second").encode("ascii"))
    if old.case != new.case:
        return "the checkpoints belong to different cases"
    held = merkle.check_consistency(old.size, new.size, old.root, new.root, _nodes(document))
    return "" if held else "the later checkpoint does not continue the earlier one"


def prove(case_dir: Path | None, event: str, number: int | None, since: int | None) -> dict[str, object]:
    """The document asked for: `event` is a seq or an item id; `since` asks for a consistency proof instead."""
    if case_dir is None:
        raise UsageError("which case?", remedy="Name the case folder, or a document with --check.")
    if since is not None:
        return prove_consistency(case_dir, since, number)
    if event.startswith("i_"):
        return prove_inclusion(case_dir, find_item(case_dir, event), number)
    if not event.isdecimal():
        raise UsageError("which event?", where=event, remedy="Give its seq or an item id.")
    return prove_inclusion(case_dir, int(event), number)


def check_file(path: Path) -> str:
    """A sentence on a proof document that holds. IntegrityError where it does not, UsageError where it is none."""
    try:
        document = json.loads(read_small(path))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError("is no proof document.", where=str(path)) from error
    why = check_proof(document) if isinstance(document, dict) else "not a proof of a known form"
    if why:
        raise IntegrityError(f"the proof does not hold: {why}.", where=str(path))
    return "the proof holds; now check the signatures of its checkpoint with ssh-keygen"
