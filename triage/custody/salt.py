"""The per-case key: equal secrets can be joined inside a case without anybody being able to guess them.

A digest of a telephone or card number is no protection: there are few enough of them to try all. HMAC-SHA-256 under a
random 256-bit key of the case is. The key lies in `.work/case.key` (0600; a JSON string of 64 hex digits). `.work/` is
in no manifest, no checkpoint, no export and no bundle that `triage custody export` makes, so whoever is given the
index, the report or the whole sealed case does not get the key; whoever works on the case folder itself has it. The
log records only the key's id (a hash of it under its own label), so that another key is noticed. If `.work/` is deleted
the key is gone: what was hashed under it stays, but can no longer be compared with anything new; the next run makes a
new key, and its `run.start` shows the new id.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from triage.custody.files import place, read_small, work_folder
from triage.errors import CaseError

_NAME = "case.key"
_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseKey:
    """A case's key. Its bytes are not shown when it is printed."""

    secret: bytes = field(repr=False)

    @property
    def ident(self) -> str:
        """Names the key without giving it away; stands in the log."""
        return hashlib.sha256(b"evidence-triage case key id\x00" + self.secret).hexdigest()[:32]

    def digest(self, domain: str, value: str) -> str:
        """Keyed digest of a value of some domain (`card`, `phone`, `code`): equal values give equal digests."""
        message = domain.encode("utf-8") + b"\x00" + value.encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()


def case_key(case_dir: Path) -> CaseKey:
    """The key of a case, made when there is none. CaseError where it cannot be read or is none."""
    path = work_folder(case_dir) / _NAME
    try:
        if not path.exists():
            place(case_dir, path, json.dumps(secrets.token_hex(_SIZE)).encode())
        secret = _read(path)
    except OSError as error:
        raise CaseError(f"the case key cannot be read ({error.strerror or error}).", where=str(path)) from error
    if len(secret) != _SIZE:
        raise CaseError("this is no case key.", where=str(path), remedy="Restore it, or delete it to begin a new one.")
    return CaseKey(secret=secret)


def _read(path: Path) -> bytes:
    """The key's bytes; empty where the file holds something else."""
    try:
        text = json.loads(read_small(path, 4 * _SIZE))
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
