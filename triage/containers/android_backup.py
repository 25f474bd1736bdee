"""Android backups made over the debug bridge (`.ab`): plain, compressed, encrypted; a TAR inside.

Four lines of text stand first: `ANDROID BACKUP`, the version (1 to 5), 1 or 0 for zlib compression, and `none` or
`AES-256`; where it is encrypted five more: salt of the password, salt of the checksum, number of rounds, vector, and
the master key under the password's key. That key is PBKDF2-HMAC-SHA-1 of the password; it opens (AES-256-CBC) a record
of vector, master key and checksum, each behind a byte with its length. The body is AES-256-CBC under the master key
with PKCS #7 padding, and in it the zlib stream, and in that the TAR. The checksum is PBKDF2 of the master key taken
as characters, in UTF-8 from version 2 on and by low bytes before; both are tried. Sources: the backup service and
the design notes of the Android Open Source Project. A truncated file gives what came before the cut.
"""

from __future__ import annotations

import hashlib
import hmac
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from Crypto.Cipher import AES

from triage.containers.archive import LOCKED, UNLOCKED, WITH_PASSWORD, Container, Member, Opening
from triage.containers.streams import bounded, chunks, guarded_by, stream
from triage.containers.tar_archive import TarStream
from triage.model import Blob, Head, Problem, SourceFact
from triage.problems import ReadError, problem

MAGIC = b"ANDROID BACKUP\n"
FORMAT = "Android backup"
MAX_ROUNDS = 10_000_000
_LINE = 1024
_DAMAGE = (zlib.error, EOFError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Preface:
    """What the lines at the start say."""

    version: int
    compressed: bool
    encrypted: bool
    body: int
    """Where the body begins."""
    salt: bytes = b""
    check_salt: bytes = b""
    rounds: int = 0
    vector: bytes = b""
    record: bytes = b""


def detect(head: Head) -> int:
    return 90 if head.start.startswith(MAGIC) else 0


def preface_of(handle: BinaryIO) -> Preface:
    """The lines at the start; ValueError where they are not of the known form."""
    if handle.read(len(MAGIC)) != MAGIC:
        raise ValueError
    version, compressed, cipher = (_line(handle) for _ in range(3))
    if not 1 <= int(version) <= 5 or compressed not in (b"0", b"1") or cipher not in (b"none", b"AES-256"):
        raise ValueError
    if cipher == b"none":
        return Preface(int(version), compressed == b"1", False, handle.tell())
    salt, check_salt, rounds, vector, record = (_line(handle) for _ in range(5))
    if not 1 <= int(rounds) <= MAX_ROUNDS:
        raise ValueError
    hexed = [bytes.fromhex(part.decode("ascii")) for part in (salt, check_salt, vector, record)]
    if len(hexed[2]) != AES.block_size or len(hexed[3]) % AES.block_size or not hexed[3]:
        raise ValueError
    return Preface(int(version), compressed == b"1", True, handle.tell(), hexed[0], hexed[1], int(rounds), *hexed[2:])


def _line(handle: BinaryIO) -> bytes:
    line = handle.readline(_LINE)
    if not line.endswith(b"\n"):
        raise ValueError
    return line[:-1]


def master_key(preface: Preface, password: str) -> tuple[bytes, bytes] | None:
    """The body's key and vector, where the password is right."""
    key = hashlib.pbkdf2_hmac("sha1", password.encode(), preface.salt, preface.rounds, 32)
    record = unpadded(AES.new(key, AES.MODE_CBC, preface.vector).decrypt(preface.record))
    parts: list[bytes] = []
    while record and len(parts) < 3:
        size = record[0]
        parts.append(record[1 : 1 + size])
        record = record[1 + size :]
    if [len(part) for part in parts] != [16, 32, 32]:
        return None
    vector, master, checksum = parts
    as_utf8 = "".join(chr(byte if byte < 128 else 0xFF00 | byte) for byte in master).encode()
    for form in (as_utf8, master):
        made = hashlib.pbkdf2_hmac("sha1", form, preface.check_salt, preface.rounds, 32)
        if hmac.compare_digest(made, checksum):
            return master, vector
    return None


def unpadded(data: bytes) -> bytes:
    """Without PKCS #7 padding; empty where there is none."""
    n = data[-1] if data else 0
    return data[:-n] if 1 <= n <= AES.block_size and data.endswith(bytes([n]) * n) else b""


def _decrypted(packed: Iterator[bytes], key: bytes, vector: bytes) -> Iterator[bytes]:
    """AES-CBC with padding; EOFError at a body that is cut in a block or lacks its padding."""
    cipher, rest, held = AES.new(key, AES.MODE_CBC, vector), b"", b""
    for piece in packed:
        rest += piece
        cut = len(rest) - len(rest) % AES.block_size
        plain, rest = held + cipher.decrypt(rest[:cut]), rest[cut:]
        held = plain[-AES.block_size :]
        yield plain[: -AES.block_size]
    last = unpadded(held)
    if rest or (not last and held != bytes([AES.block_size]) * AES.block_size):
        yield held
        raise EOFError
    yield last


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    engine = zlib.decompressobj()
    for piece in packed:
        while piece and not engine.eof:
            yield engine.decompress(piece, 1 << 20)
            piece = engine.unconsumed_tail
    if not engine.eof:
        raise EOFError


class AndroidBackup:
    """The TAR inside, and with what it was opened."""

    random_access = False

    def __init__(self, tar: TarStream, *, unlocked: bool) -> None:
        self._tar, self._unlocked = tar, unlocked

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        if self._unlocked:
            yield SourceFact(key=UNLOCKED, value=WITH_PASSWORD)
        yield from self._tar.members()

    def open(self, member: Member) -> BinaryIO:
        return self._tar.open(member)

    def close(self) -> None:
        self._tar.close()


def unlock(blob: Blob, opening: Opening) -> AndroidBackup:
    """The backup, with the first password that opens it where it is encrypted."""
    handle = blob.open()
    try:
        preface = preface_of(handle)
        body = chunks(handle)
        if preface.encrypted:
            body = _decrypted(body, *_found(preface, opening))
        if preface.compressed:
            body = bounded(_inflated(body), blob.size)
        safe = guarded_by((piece for piece in body if piece), _DAMAGE, FORMAT)
        return AndroidBackup(TarStream(stream(safe, handle.close), piped=True), unlocked=preface.encrypted)
    except ReadError as error:
        handle.close()
        if error.problem.code in LOCKED:
            raise
        raise _truncated() from error
    except (tarfile.TarError, *_DAMAGE) as error:
        handle.close()
        raise _truncated() from error


def _truncated() -> ReadError:
    return ReadError(problem("C-TRUNCATED", "container", format=FORMAT, at="", n=0))


def _found(preface: Preface, opening: Opening) -> tuple[bytes, bytes]:
    for password in opening.keys.passwords:
        if key := master_key(preface, password):
            return key
    if opening.keys.passwords:
        raise ReadError(problem("C-PASSWORD", "container", format=FORMAT))
    raise ReadError(problem("C-ENCRYPTED", "container", format=FORMAT))


CONTAINER = Container(
    name="android_backup",
    version="1",
    media_type="application/x-android-backup",
    detect=detect,
    open=lambda blob: unlock(blob, Opening()),
    unlock=unlock,
)
