"""RFC 3161 time stamps over checkpoints: somebody else's word that the text existed at a time.

A request (`000001.txt.<n>.tsq`) is made offline: the SHA-256 of the checkpoint, a random nonce, "send the
certificates". It is carried to a connected machine, sent to a time-stamping authority (`Content-Type:
application/timestamp-query`) and the answer is brought back. The complete answer (`.tsr`) is kept, never only the
token: openssl verifies the former. `openssl ts` is the only judge: stricter parsers are known to refuse valid answers
that carry several certificates. The authority's chain must be valid at the time the stamp states, not today.

The request is a DER structure of fixed shape (RFC 3161 §2.4.1) and is written here by hand; a test has openssl read it.
"""

from __future__ import annotations

import calendar
import hashlib
import re
import secrets
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from triage.custody import checkpoint, programs
from triage.custody.files import keep, read_small
from triage.custody.signature import marks, next_name
from triage.errors import CaseError, IntegrityError, PrerequisiteError

OWN_ROOTS = "tsa.pem"
"""Name of the convenience copy of the authorities' roots in `checkpoints/`."""
_SHA256_OID = bytes.fromhex("300d06096086480165030402010500")
"""AlgorithmIdentifier of SHA-256 with NULL parameters."""
_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """What openssl says of one stamp."""

    outcome: str
    """`good`, `bad`, `unrooted` (for this text, but no root to trust was given) or `unchecked`."""
    at: str = ""
    """The time the authority states."""
    why: str = ""


def _der(tag: int, content: bytes) -> bytes:
    if len(content) > 127:
        raise ValueError("a request is never that long")
    return bytes((tag, len(content))) + content


def request_bytes(body: bytes, nonce: int) -> bytes:
    """TimeStampReq: version 1, the imprint, the nonce, certReq TRUE."""
    imprint = _der(0x30, _SHA256_OID + _der(0x04, hashlib.sha256(body).digest()))
    number = _der(0x02, nonce.to_bytes(nonce.bit_length() // 8 + 1, "big"))
    return _der(0x30, _der(0x02, b"\x01") + imprint + number + _der(0x01, b"\xff"))


def write_request(case_dir: Path, number: int) -> Path:
    """Write the next request for a checkpoint; gives its file."""
    body = _body(case_dir, number)
    target = next_name(case_dir, number, "tsq")
    keep(case_dir, target, request_bytes(body, secrets.randbits(63)))
    return target


def _body(case_dir: Path, number: int) -> bytes:
    path = checkpoint.body_path(case_dir, number)
    try:
        body = read_small(path)
        checkpoint.parse(body)
    except (OSError, ValueError) as error:
        raise CaseError(f"the checkpoint cannot be read ({error}).", where=str(path)) from error
    return body


def import_answer(case_dir: Path, number: int, answer: Path, roots: Path | None, chain: Path | None = None) -> Path:
    """Keep an authority's answer beside the request it answers, after verifying it.

    IntegrityError: it answers no request of this checkpoint, or does not verify under `roots`. Without roots only
    the imprint and the nonce are compared. PrerequisiteError: no openssl.
    """
    if not programs.have("openssl"):
        raise PrerequisiteError("openssl is not installed.", remedy="Install OpenSSL 1.1 or later.")
    body = _body(case_dir, number)
    try:
        data = read_small(answer, _LIMIT)
    except OSError as error:
        raise CaseError(f"the answer cannot be read ({error.strerror or error}).", where=str(answer)) from error
    open_requests = [path for path in requests(case_dir, number) if not path.with_suffix(".tsr").exists()]
    why = "there is no open request; `triage custody stamp-request` makes one"
    for request in open_requests:
        found = check(body, data, read_small(request, _LIMIT), roots, chain)
        if found.outcome in ("good", "unrooted"):
            keep(case_dir, request.with_suffix(".tsr"), data)
            return request.with_suffix(".tsr")
        why = found.why
    raise IntegrityError(f"the answer is refused: {why}.", where=str(answer))


def requests(case_dir: Path, number: int) -> list[Path]:
    """The requests made for a checkpoint, in order."""
    return marks(case_dir, number, "tsq")


def check(body: bytes, answer: bytes, request: bytes | None, roots: Path | None, chain: Path | None = None) -> Stamped:
    """Ask openssl about one answer: right text, right nonce, and a chain to `roots` valid at the stated time."""
    if hashlib.sha256(body).digest() not in answer:
        return Stamped(outcome="bad", why="it is not for this checkpoint")
    if not programs.have("openssl"):
        return Stamped(outcome="unchecked", why="openssl is missing; install OpenSSL 1.1 or later")
    with tempfile.TemporaryDirectory(prefix="triage-stamp-") as scratch:
        folder = Path(scratch)
        (folder / "body").write_bytes(body)
        (folder / "tsr").write_bytes(answer)
        (folder / "tsq").write_bytes(request or b"")
        return _check_files(folder, request is not None, roots, chain)


def _check_files(folder: Path, have_request: bool, roots: Path | None, chain: Path | None) -> Stamped:
    shown = programs.run("openssl", "ts", "-reply", "-in", folder / "tsr", "-text")
    text = shown.out.decode("utf-8", "replace") if shown and shown.code == 0 else ""
    at, seconds = _stated_time(text)
    if not re.search(r"^Status: Granted", text, re.MULTILINE) or not at:
        return Stamped(outcome="bad", why="it is no granted answer of a time-stamping authority")
    if have_request and (why := _other_nonce(folder, text)):
        return Stamped(outcome="bad", why=why)
    if roots is None:
        return Stamped(outcome="unrooted", at=at, why="no root of the authority was given (--tsa-ca)")
    untrusted = ("-untrusted", chain) if chain else ()
    at_time = ("-attime", str(seconds)) if _knows_attime() else ()
    common = ("-in", folder / "tsr", "-CAfile", roots, *untrusted, *at_time)
    checked = [("-data", folder / "body")] + ([("-queryfile", folder / "tsq")] if have_request else [])
    for what in checked:
        ended = programs.run("openssl", "ts", "-verify", *what, *common)
        if ended is None or ended.code != 0:
            return Stamped(outcome="bad", at=at, why=ended.last_words if ended else "openssl did not answer")
    return Stamped(outcome="good", at=at)


def _knows_attime() -> bool:
    """LibreSSL's `ts` cannot be asked about another time than now."""
    ended = programs.run("openssl", "ts", "-help")
    return ended is not None and "attime" in ended.out.decode("utf-8", "replace") + ended.err


def _stated_time(text: str) -> tuple[str, int]:
    """`Time stamp: Nov 22 20:13:05 2025 GMT` as RFC 3339 and as seconds."""
    match = re.search(r"^Time stamp: (.+?)(\.[0-9]+)? ([0-9]{4}) GMT$", text, re.MULTILINE)
    if match is None:
        return "", 0
    try:
        parsed = time.strptime(f"{match[1]} {match[3]}", "%b %d %H:%M:%S %Y")
    except ValueError:
        return "", 0
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parsed), calendar.timegm(parsed)


def _other_nonce(folder: Path, answer_text: str) -> str:
    asked = programs.run("openssl", "ts", "-query", "-in", folder / "tsq", "-text")
    wanted = re.search(r"^Nonce: (\S+)", asked.out.decode("utf-8", "replace"), re.MULTILINE) if asked else None
    given = re.search(r"^Nonce: (\S+)", answer_text, re.MULTILINE)
    if wanted is None:
        return "its request cannot be read"
    return "" if given and given[1] == wanted[1] else "it answers another request (nonce)"
