"""Checkpoints: a text of a few lines that fixes the log so far, small enough to sign, to stamp and to write down.

    triage/<case uuid>                    origin
    <N>                                   number of lines covered
    <base64>                              RFC 6962 root over them
    log-sha256 <hex>                      of the N lines as bytes: `head -n N custody.jsonl | sha256sum`
    head <hex>                            of line N without its LF
    leaves-sha256 <hex>                   of NNNNNN.leaves: the leaf hashes of the lines since the checkpoint before
    manifest-sha256 <hex or none>         of manifest.sha256
    case-sha256 <hex>                     of case.sha256
    index-root <hex or none>              of index.jsonl
    time <UTC>                            of the `checkpoint.made` event, which is line N
    body-sha256 <hex>                     of the lines above

The first three lines are the C2SP `tlog-checkpoint` form; the others are extension lines of that form. The linear
hash is there because a shell can recompute it at once, the leaves because they name the exact line that was changed
when somebody recomputed the whole chain. Parsing accepts exactly what `to_bytes` writes and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from triage.custody.files import read_small

FOLDER = "checkpoints"
NONE = "none"
_HEX = r"[0-9a-f]{64}"
_BODY = re.compile(
    r"triage/(?P<case>[0-9a-f-]{36})\n"
    r"(?P<size>[1-9][0-9]{0,14})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    rf"log-sha256 (?P<log_sha256>{_HEX})\n"
    rf"head (?P<head>{_HEX})\n"
    rf"leaves-sha256 (?P<leaves_sha256>{_HEX})\n"
    rf"manifest-sha256 (?P<manifest_sha256>{_HEX}|none)\n"
    rf"case-sha256 (?P<case_sha256>{_HEX})\n"
    rf"index-root (?P<index_root>{_HEX}|none)\n"
    r"time (?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z)\n"
    rf"body-sha256 (?P<body>{_HEX})\n"
)
_FILE = re.compile(r"([0-9]{6})\.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What one checkpoint says."""

    case: str
    size: int
    root: bytes
    log_sha256: str
    head: str
    leaves_sha256: str
    manifest_sha256: str
    case_sha256: str
    index_root: str
    time: str

    def to_bytes(self) -> bytes:
        """The one text of this checkpoint."""
        body = (
            f"triage/{self.case}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"
            f"log-sha256 {self.log_sha256}\nhead {self.head}\nleaves-sha256 {self.leaves_sha256}\n"
            f"manifest-sha256 {self.manifest_sha256}\ncase-sha256 {self.case_sha256}\n"
            f"index-root {self.index_root}\ntime {self.time}\n"
        ).encode("ascii")
        return body + f"body-sha256 {hashlib.sha256(body).hexdigest()}\n".encode("ascii")


def parse(data: bytes) -> Checkpoint:
    """ValueError unless the bytes are exactly a checkpoint."""
    try:
        match = _BODY.fullmatch(data.decode("ascii"))
    except UnicodeDecodeError:
        match = None
    if match is None:
        raise ValueError("not in the form of a checkpoint")
    fields = match.groupdict()
    stated = fields.pop("body")
    root = base64.b64decode(fields.pop("root"), validate=True)
    checkpoint = Checkpoint(size=int(fields.pop("size")), root=root, **fields)
    if checkpoint.to_bytes() != data:
        raise ValueError(f"altered: its body-sha256 {stated[:12]}… is not that of its lines")
    return checkpoint


def body_path(case_dir: Path, number: int) -> Path:
    """`checkpoints/000001.txt`."""
    return case_dir / FOLDER / f"{number:06d}.txt"


def leaves_path(case_dir: Path, number: int) -> Path:
    """`checkpoints/000001.leaves`."""
    return case_dir / FOLDER / f"{number:06d}.leaves"


def numbers(case_dir: Path) -> list[int]:
    """The checkpoints there are files of, in order. OSError only where the folder cannot be listed."""
    folder = case_dir / FOLDER
    if not folder.is_dir():
        return []
    return sorted(int(match[1]) for entry in folder.iterdir() if (match := _FILE.fullmatch(entry.name)))


def newest(case_dir: Path) -> tuple[int, Checkpoint] | None:
    """The last checkpoint and its number. OSError or ValueError where it cannot be read."""
    known = numbers(case_dir)
    if not known:
        return None
    return known[-1], parse(read_small(body_path(case_dir, known[-1])))
