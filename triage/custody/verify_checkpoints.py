"""The checkpoints of a case against its log: every one of them, not only the newest.

Each must be in form, belong to this case, cover the log up to its own announcement, agree with it on manifest, index
root and time, and give the root, the linear hash and the head that the log has now. The announcement of the next one
names the files of the one before (signatures and stamps too), so that those cannot go missing. Announced checkpoints
must be there, and nothing else may lie in the folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from triage.custody import checkpoint, signature, stamp
from triage.custody.accounts import Accounts, Announced
from triage.custody.checkpoint import Checkpoint
from triage.custody.files import read_small, sha256_file
from triage.custody.manifest import walk_tree
from triage.custody.merkle import Frontier
from triage.custody.reading import Reading
from triage.custody.verdict import Check, fail, listed, note, ok

_COMPANION = re.compile(r"([0-9]{6})\.(txt|leaves|txt\.[1-9][0-9]*\.(sig|tsq|tsr))")
_LEAVES_LIMIT = 1 << 32
OUTSIDE = "checkpoint given"


@dataclass(slots=True, kw_only=True)
class Stored:
    """The checkpoint files of a case, read."""

    bodies: dict[int, bytes] = field(default_factory=dict)
    parsed: dict[int, Checkpoint] = field(default_factory=dict)
    faults: list[Check] = field(default_factory=list)
    leaves: bytes = b""
    """Leaf hashes from line 0 on, as far as a checkpoint's root proves them."""
    outside: Checkpoint | None = None
    """A checkpoint kept elsewhere and given for comparison."""

    @property
    def sizes(self) -> frozenset[int]:
        known = {made.size for made in self.parsed.values()}
        return frozenset(known | {self.outside.size} if self.outside else known)

    @property
    def newest(self) -> tuple[int, Checkpoint] | None:
        return max(self.parsed.items(), default=None)


def label(number: int) -> str:
    """The name of a checkpoint's checks."""
    return f"checkpoint {number:06d}"


def load(case_dir: Path, outside: Path | None) -> Stored:
    """Read what there is; faults are values."""
    stored = Stored()
    folder = case_dir / checkpoint.FOLDER
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        stored.faults.append(fail("checkpoints", "checkpoints is not a folder"))
        return stored
    for number in checkpoint.numbers(case_dir):
        try:
            stored.bodies[number] = read_small(checkpoint.body_path(case_dir, number), 1 << 16)
            stored.parsed[number] = checkpoint.parse(stored.bodies[number])
        except (OSError, ValueError) as error:
            stored.faults.append(fail(label(number), str(error)))
    if outside is not None:
        try:
            stored.outside = checkpoint.parse(read_small(outside, 1 << 16))
        except (OSError, ValueError) as error:
            stored.faults.append(fail(OUTSIDE, str(error)))
    stored.leaves = _proved_leaves(case_dir, stored)
    return stored


def _proved_leaves(case_dir: Path, stored: Stored) -> bytes:
    """Leaves of all checkpoints in order, up to the last whose root they give."""
    tree, proved, leaves = Frontier(), 0, bytearray()
    for number, made in sorted(stored.parsed.items()):
        try:
            part = read_small(checkpoint.leaves_path(case_dir, number), _LEAVES_LIMIT)
        except OSError:
            break
        leaves += part
        if len(leaves) != made.size * 32:
            break
        for at in range(tree.size * 32, len(leaves), 32):
            tree.add(bytes(leaves[at : at + 32]))
        if tree.root() == made.root:
            proved = made.size
    return bytes(leaves[: proved * 32])


def check_all(case_dir: Path, stored: Stored, reading: Reading) -> Iterator[Check]:
    """Every check of the checkpoints, oldest first."""
    yield from stored.faults
    announced = {made.number: made for made in reading.accounts.announced}
    for number, made in sorted(stored.parsed.items()):
        why = _not_this_log(made, reading) or _not_announced(made, announced.get(number))
        where = _first_bad(made, reading) if why else None
        why = why or _companions_differ(case_dir, number, made)
        yield fail(label(number), why, where) if why else ok(label(number), f"covers {made.size} events, {made.time}")
    if stored.outside:
        why = _not_this_log(stored.outside, reading)
        where = _first_bad(stored.outside, reading) if why else None
        yield fail(OUTSIDE, why, where) if why else ok(OUTSIDE, f"the log agrees on {stored.outside.size} events")
    yield from _removed(case_dir, reading.accounts, stored)
    yield from _strangers(case_dir, stored)


def _first_bad(made: Checkpoint, reading: Reading) -> int | None:
    if reading.differs_at is not None and reading.differs_at < made.size:
        return reading.differs_at
    return min(reading.lines, made.size) if reading.lines < made.size else reading.bad_seq


def _not_this_log(made: Checkpoint, reading: Reading) -> str:
    if reading.accounts.case and made.case != reading.accounts.case:
        return "it belongs to another case"
    if made.size > reading.lines:
        return f"it covers {made.size} events and the log has {reading.lines}: shortened or rolled back"
    now = reading.snapshots[made.size]
    wrong = [
        name
        for name, said, found in (
            ("Merkle root", made.root, now.root),
            ("log-sha256", made.log_sha256, now.linear),
            ("head", made.head, now.head),
        )
        if said != found
    ]
    return f"{' and '.join(wrong)} differ from the log" if wrong else ""


def _not_announced(made: Checkpoint, announced: Announced | None) -> str:
    if announced is None:
        return "the log does not announce it"
    said = (announced.seq + 1, announced.time, announced.data.get("manifest_sha256"), announced.data.get("index_root"))
    if said != (made.size, made.time, made.manifest_sha256, made.index_root):
        return "it says something else than its announcement in the log"
    return ""


def _companions_differ(case_dir: Path, number: int, made: Checkpoint) -> str:
    try:
        digest = sha256_file(checkpoint.leaves_path(case_dir, number))
    except OSError as error:
        return f"its leaves cannot be read ({error.strerror or error})"
    return "" if digest == made.leaves_sha256 else "its leaves were changed"


def _removed(case_dir: Path, accounts: Accounts, stored: Stored) -> Iterator[Check]:
    """Announced and not there; or files of an earlier checkpoint that a later announcement names."""
    for made in accounts.announced:
        if made.number not in stored.bodies and accounts.voids.get(made.seq + 1) != made.number:
            why = f"announced at seq {made.seq} and not there: removed, or the run stopped while sealing"
            yield fail(label(made.number), why, made.seq)
        previous = made.data.get("previous")
        for name, digest in previous.items() if isinstance(previous, dict) else ():
            if isinstance(name, str) and _COMPANION.fullmatch(name) and _digest(case_dir, name) != digest:
                yield fail(label(int(name[:6])), f"{name} was changed or removed after seq {made.seq} recorded it")


def _digest(case_dir: Path, name: str) -> str:
    try:
        return sha256_file(case_dir / checkpoint.FOLDER / name)
    except OSError:
        return ""


def _strangers(case_dir: Path, stored: Stored) -> Iterator[Check]:
    """What does not belong into the folder."""
    folder = case_dir / checkpoint.FOLDER
    if not folder.is_dir():
        return
    odd: list[str] = []
    for found in walk_tree(folder):
        name = found.name.decode("utf-8", "replace")
        match = _COMPANION.fullmatch(name)
        known = int(match[1]) in stored.bodies if match else name in (signature.OWN_SIGNERS, stamp.OWN_ROOTS)
        if found.why_not or not known:
            odd.append(f"{name} ({found.why_not})" if found.why_not else name)
    if odd:
        yield fail("checkpoints", f"does not belong there: {listed(odd)}")


def tail(stored: Stored, reading: Reading, anchored: int) -> Iterator[Check]:
    """Events that no checkpoint covers."""
    if not stored.bodies:
        yield note("anchor", f"no checkpoint yet: {reading.lines} events rest on the chain alone")
    elif reading.lines > anchored:
        count = reading.lines - anchored
        first = f"seq {anchored}" if count == 1 else f"seq {anchored} to {reading.lines - 1}"
        why = f"UNANCHORED TAIL: {count} events ({first}) stand after the last checkpoint that holds"
        yield note("anchor", f"{why}: an interrupted run, or lines added by someone", anchored)
    else:
        yield ok("anchor", "every event is under a checkpoint")
