"""Signatures and stamps of a case's checkpoints, and whose word was taken for whom.

A signature is worth what the list of signers is worth: one from outside the case folder (a statement, an exhibit
label, the laboratory's key register) is asked for; the copy inside is used where none is given, and the verdict says
so. With a list from outside the newest checkpoint must carry a good signature: otherwise taking the signature file
away would be enough to go unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from triage.custody import checkpoint, signature, stamp
from triage.custody.files import read_small
from triage.custody.verdict import Check, fail, note, ok, unchecked
from triage.custody.verify_checkpoints import Stored

_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A file that says whom to believe."""

    path: Path | None
    outside: bool

    @property
    def words(self) -> str:
        if self.path is None:
            return ""
        whence = "given from outside" if self.outside else "from inside the case folder: a convenience only"
        return f"{self.path} ({whence})"


def choose(given: Path | None, case_dir: Path, own_name: str) -> Trust:
    """What the caller gave, else the copy in the case folder, else nothing."""
    if given is not None:
        return Trust(path=given, outside=True)
    own = case_dir / checkpoint.FOLDER / own_name
    return Trust(path=own if own.is_file() and not own.is_symlink() else None, outside=False)


def signatures(case_dir: Path, stored: Stored, trust: Trust) -> Iterator[Check]:
    """Every signature file, and whether the newest checkpoint is signed at all."""
    newest = max(stored.parsed, default=0)
    for number, made in sorted(stored.parsed.items()):
        found = {
            path.name: signature.check(stored.bodies[number], made.time, path, trust.path)
            for path in signature.marks(case_dir, number, "sig")
        }
        good = any(one.outcome == "good" for one in found.values())
        for name, one in found.items():
            yield _signature_check(f"signature {name}", one, trust, strict=number == newest and not good)
        if number == newest and not found:
            words = "the newest checkpoint is not signed"
            name = f"signature {number:06d}"
            yield fail(name, f"{words}, though a list of signers was given") if trust.outside else note(name, words)


def _signature_check(name: str, found: signature.Signed, trust: Trust, *, strict: bool) -> Check:
    if found.outcome == "good":
        return ok(name, f"good signature of {found.who}, by the list {trust.words}")
    if found.outcome == "bad":
        return fail(name, f"refused: {found.why}")
    if found.outcome == "unchecked":
        return unchecked(name, found.why)
    if trust.path is None:
        return note(name, f"well signed by key {found.who}; give --allowed-signers to say whose key that is")
    return (fail if strict else note)(name, f"key {found.who}: {found.why} ({trust.words})")


def stamps(case_dir: Path, stored: Stored, trust: Trust) -> Iterator[Check]:
    """Every answer of an authority; requests without one."""
    for number in sorted(stored.parsed):
        for path in signature.marks(case_dir, number, "tsr"):
            yield _stamp_check(f"stamp {path.name}", stored.bodies[number], path, trust)
        for path in signature.marks(case_dir, number, "tsq"):
            if not path.with_suffix(".tsr").exists():
                yield note(f"stamp {path.name}", "requested, no answer imported yet")


def _stamp_check(name: str, body: bytes, path: Path, trust: Trust) -> Check:
    try:
        answer = read_small(path, _LIMIT)
        request = read_small(path.with_suffix(".tsq"), _LIMIT)
    except OSError as error:
        return fail(name, f"the answer or its request cannot be read ({error.strerror or error})")
    found = stamp.check(body, answer, request, trust.path)
    if found.outcome == "good":
        return ok(name, f"stamped {found.at}, by the roots {trust.words}")
    if found.outcome == "unrooted":
        return note(name, f"for this checkpoint, states {found.at}; {found.why}")
    return unchecked(name, found.why) if found.outcome == "unchecked" else fail(name, f"refused: {found.why}")
