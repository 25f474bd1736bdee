"""Encrypted WhatsApp backups (`.crypt12`, `.crypt14`, `.crypt15`): containers of one database.

`.crypt12`: 67 bytes (00 01, the key's version, the server's salt, the account's salt, the vector), the data, 16 bytes
of proof, 16 of MD5, and `--` with two digits of the number. `.crypt14` and `.crypt15`: a varint with the length of a
protobuf header (2: salts and vector of `.crypt14`; 3: vector of `.crypt15`; 4: version of the app), the header, the
data, proof and MD5; backups in several files have the proof alone. The data is AES-256-GCM over a zlib stream (a ZIP
in newer ones). Without a key the file is listed. With one, the first bytes show whether it fits; then the file's own
check is made, and what fails it is read as far as it goes (`C-PROOF`). Keys: `whatsapp_keys`. Older forms are listed.
Sources: public descriptions and test files of wa-crypt-tools; checked against those files.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from Crypto.Cipher import AES

from triage.containers import names
from triage.containers.archive import UNLOCKED, WITH_KEY, WITH_PASSWORD, Container, Member, Opening
from triage.containers.protobuf import message, part, varint
from triage.containers.streams import bounded, chunks, stream
from triage.containers.whatsapp_keys import WhatsAppKey, keys_of
from triage.model import Blob, Head, Problem, SourceFact
from triage.problems import ReadError, problem

FORMAT = "encrypted WhatsApp backup"
MORE = ", or put the app's file `key` or `encrypted_backup.key` beside it; the 64 digits go where passwords go"
_ENDING = re.compile(r"\.crypt(?:\d{1,2})?\Z", re.IGNORECASE)
_TAG, _MD5, _SUFFIX = 16, 16, 4
_MAX_HEADER = 4096


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before the data."""

    generation: int
    vector: bytes
    salt: bytes
    data: int
    """Where the data begins."""
    app: str = ""
    """Version of the app that made it."""


def prefix_of(start: bytes) -> Prefix | None:
    """The header, where the first bytes are one."""
    if start[:2] == b"\x00\x01" and start[2:3] in (b"\x01", b"\x02", b"\x03") and len(start) >= 67:
        return Prefix(12, start[51:67], start[3:35], 67)
    try:
        size, at = varint(start[:_MAX_HEADER], 0)
        if not 20 <= size <= _MAX_HEADER or len(start) < at + size:
            return None
        found = message(start[at : at + size])
        cipher, later = message(part(found, 2)), message(part(found, 3))
        app = part(message(part(found, 4)), 1).decode("ascii", "replace")[:32]
    except ValueError:
        return None
    if len(part(cipher, 5)) == 16:
        return Prefix(14, part(cipher, 5), part(cipher, 3), at + size, app)
    if len(part(later, 1)) == 16:
        return Prefix(15, part(later, 1), b"", at + size, app)
    return None


def detect(head: Head) -> int:
    """By the header; the short one of `.crypt12` says little, so the salts must look random or the name must agree."""
    prefix = prefix_of(head.start)
    named = _ENDING.search(head.name) is not None
    if prefix is None:
        return 15 if named else 0
    if prefix.generation > 12:
        return 90 if prefix.salt or prefix.app or named else 60
    return 60 if named else 30 if len(set(head.start[3:67])) > 40 else 0


class WhatsAppBackup:
    """The database inside."""

    random_access = False

    def __init__(self, blob: Blob, prefix: Prefix, key: WhatsAppKey, name: str) -> None:
        self._blob, self._prefix, self._key = blob, prefix, key
        self._path = names.encode(_ENDING.sub("", name)) or "content"
        self._end, self._proved = _proved(blob, prefix, key)

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        yield SourceFact(key=UNLOCKED, value=WITH_KEY if self._key.of_file else WITH_PASSWORD)
        if self._prefix.app:
            yield SourceFact(key="app_version", value=f"WhatsApp {self._prefix.app}")
        if not self._proved:
            yield problem("C-PROOF", "container", format=FORMAT)
        yield Member(index=0, path=self._path, size=-1)

    def open(self, member: Member) -> BinaryIO:
        handle = self._blob.open()
        plain = _plain(handle, self._prefix, self._key, self._end)
        return stream(bounded(_unpacked(plain, self._proved), self._blob.size), handle.close)

    def close(self) -> None:
        """Nothing is held open."""


def _plain(handle: BinaryIO, prefix: Prefix, key: WhatsAppKey, end: int) -> Iterator[bytes]:
    cipher = AES.new(key.aes, AES.MODE_GCM, nonce=prefix.vector)
    handle.seek(prefix.data)
    for piece in chunks(handle, max(0, end - prefix.data)):
        yield cipher.decrypt(piece)


def _unpacked(plain: Iterator[bytes], proved: bool) -> Iterator[bytes]:
    """The zlib stream unpacked, anything else as it is; damage behind a failed proof only ends it."""
    engine = None
    first = True
    for piece in plain:
        if first:
            engine, first = (zlib.decompressobj() if _is_zlib(piece) else None), False
        if engine is None:
            yield piece
            continue
        try:
            while piece and not engine.eof:
                yield engine.decompress(piece, 1 << 20)
                piece = engine.unconsumed_tail
        except zlib.error as error:
            if proved:
                raise ReadError(problem("C-MEMBER", "container", format=FORMAT)) from error
            return


def _is_zlib(start: bytes) -> bool:
    return len(start) > 2 and start[0] == 0x78 and int.from_bytes(start[:2], "big") % 31 == 0


def _proved(blob: Blob, prefix: Prefix, key: WhatsAppKey) -> tuple[int, bool]:
    """Where the data ends, and whether the proof behind it holds."""
    suffix = _SUFFIX if prefix.generation == 12 else 0
    for tail in ((_TAG + _MD5 + suffix), _TAG + suffix, _TAG):
        end = blob.size - tail
        if end <= prefix.data:
            continue
        cipher = AES.new(key.aes, AES.MODE_GCM, nonce=prefix.vector)
        with blob.open() as handle:
            handle.seek(prefix.data)
            for piece in chunks(handle, end - prefix.data):
                cipher.decrypt(piece)
            tag = handle.read(_TAG)
        try:
            cipher.verify(tag)
        except ValueError:
            continue
        return end, True
    return blob.size, False


def _fits(blob: Blob, prefix: Prefix, key: WhatsAppKey) -> bool:
    """Whether the first bytes become a database, or the start of a zlib stream or a ZIP."""
    if key.salt and prefix.salt and key.salt != prefix.salt:
        return False
    with blob.open() as handle:
        start = next(_plain(handle, prefix, key, min(blob.size, prefix.data + 8192)), b"")
    if start.startswith((b"SQLite format 3\0", b"PK\x03\x04")):
        return True
    if not _is_zlib(start):
        return False
    try:
        return len(zlib.decompressobj().decompress(start, 4096)) > 0
    except zlib.error:
        return False


def unlock(blob: Blob, opening: Opening) -> WhatsAppBackup:
    """The backup with the first key that fits; ReadError says how to give one."""
    with blob.open() as handle:
        prefix = prefix_of(handle.read(_MAX_HEADER + 16))
    if prefix is None:
        remedy = "Read it with a tool for old or damaged WhatsApp backups."
        raise ReadError(problem("C-CLOSED", "container", format="WhatsApp backup", remedy=remedy))
    tried = False
    for key in keys_of(opening.keys):
        tried = True
        if _fits(blob, prefix, key):
            return WhatsAppBackup(blob, prefix, key, opening.name)
    code = "C-KEY-WRONG" if tried else "C-KEY"
    raise ReadError(problem(code, "container", format=FORMAT, more=MORE))


CONTAINER = Container(
    name="whatsapp_crypt",
    version="1",
    media_type="application/x-whatsapp-backup",
    detect=detect,
    open=lambda blob: unlock(blob, Opening()),
    unlock=unlock,
)
