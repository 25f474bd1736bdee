"""SSH signatures over checkpoints: `ssh-keygen -Y`, namespace `triage-checkpoint@v1` (OpenSSH, PROTOCOL.sshsig).

The tool never sees a private key: `-f` names a key file, a public key whose private half is in the agent, or the
handle of a FIDO token, and ssh-keygen asks for passphrase or touch. Any number of people sign the same text:
`000001.txt.1.sig`, `000001.txt.2.sig` … To verify, a list of signers (`allowed_signers`, ssh-keygen(1)) says which
keys count, for which namespace and from when until when. The validity is asked for the time the checkpoint states; that
time is the signer's own word unless a stamp confirms it. A list inside the case folder is a convenience: whoever can
change the folder can change the list.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from triage.custody import checkpoint, programs
from triage.custody.files import keep, open_regular, read_small
from triage.custody.programs import Ran
from triage.errors import CaseError, PrerequisiteError, UsageError

NAMESPACE = "triage-checkpoint@v1"
OWN_SIGNERS = "allowed_signers"
"""Name of the convenience list in `checkpoints/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What ssh-keygen says of one signature."""

    outcome: str
    """`good` (by a listed signer), `unlisted` (well signed, signer unknown), `bad`, `unchecked`."""
    who: str = ""
    """Principals of the list, or the key's fingerprint."""
    why: str = ""


def next_name(case_dir: Path, number: int, ending: str) -> Path:
    """The first free `000001.txt.<n>.<ending>`."""
    body = checkpoint.body_path(case_dir, number)
    n = 1
    while (path := body.with_name(f"{body.name}.{n}.{ending}")).exists():
        n += 1
    return path


def marks(case_dir: Path, number: int, ending: str) -> list[Path]:
    """Signatures (`sig`), requests (`tsq`) or answers (`tsr`) of a checkpoint, in the order of their numbers."""
    body = checkpoint.body_path(case_dir, number)
    found = [
        path for path in body.parent.glob(f"{body.name}.*.{ending}") if re.fullmatch(r"\.[0-9]+", path.suffixes[-2])
    ]
    return sorted(found, key=lambda path: int(path.suffixes[-2][1:]))


def sign(case_dir: Path, number: int, key: Path) -> Path:
    """Sign a checkpoint with the key named; gives the signature's file.

    PrerequisiteError: no ssh-keygen. UsageError: the key cannot sign. CaseError: no such checkpoint.
    """
    if not programs.have("ssh-keygen"):
        raise PrerequisiteError("ssh-keygen is not installed.", remedy="Install OpenSSH 8.9 or later.")
    body = _read_body(case_dir, number)
    ended = programs.run("ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", key, data=body, interactive=True)
    if ended is None or ended.code != 0 or b"BEGIN SSH SIGNATURE" not in ended.out:
        why = ended.last_words if ended else "ssh-keygen could not be started"
        raise UsageError(f"the checkpoint could not be signed ({why}).", where=str(key))
    target = next_name(case_dir, number, "sig")
    keep(case_dir, target, ended.out)
    return target


def _read_body(case_dir: Path, number: int) -> bytes:
    path = checkpoint.body_path(case_dir, number)
    try:
        body = read_small(path)
        checkpoint.parse(body)
    except (OSError, ValueError) as error:
        raise CaseError(f"the checkpoint cannot be read ({error}).", where=str(path)) from error
    return body


def check(body: bytes, time: str, signature: Path, signers: Path | None) -> Signed:
    """Ask ssh-keygen about one signature over `body`, at the time the checkpoint states."""
    try:
        _try_open(signature)
        if signers is not None:
            _try_open(signers)
    except OSError as error:
        return Signed(outcome="bad", why=f"cannot be read: {error.strerror or error}")
    alone = programs.run("ssh-keygen", "-Y", "check-novalidate", "-n", NAMESPACE, "-s", signature, data=body)
    if alone is None:
        return Signed(outcome="unchecked", why="ssh-keygen is missing; install OpenSSH 8.9 or later")
    if alone.code != 0:
        return Signed(outcome="bad", why=alone.last_words)
    if signers is None:
        return Signed(outcome="unlisted", who=_fingerprint(alone))
    return _check_listed(body, time, signature, signers, _fingerprint(alone))


def _check_listed(body: bytes, time: str, signature: Path, signers: Path, fingerprint: str) -> Signed:
    at = "verify-time=" + re.sub(r"[-:T]|\..*", "", time) + "Z"
    named = programs.run("ssh-keygen", "-Y", "find-principals", "-O", at, "-s", signature, "-f", signers, data=body)
    principals = named.out.decode("utf-8", "replace").split() if named and named.code == 0 else []
    for principal in principals:
        arguments = ("-n", NAMESPACE, "-O", at, "-s", signature, "-f", signers, "-I", principal)
        ended = programs.run("ssh-keygen", "-Y", "verify", *arguments, data=body)
        if ended is not None and ended.code == 0:
            return Signed(outcome="good", who=f"{principal} {fingerprint}")
    return Signed(outcome="unlisted", who=fingerprint, why="the list of signers does not allow this key here")


def _try_open(path: Path) -> None:
    """OSError unless the path is a regular file that opens: programs must not be given a FIFO."""
    os.close(open_regular(path))


def _fingerprint(ended: Ran) -> str:
    match = re.search(r"SHA256:[A-Za-z0-9+/]{43}", ended.out.decode("utf-8", "replace") + ended.err)
    return match[0] if match else ""
