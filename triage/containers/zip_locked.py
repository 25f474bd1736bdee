"""Encrypted members of ZIP archives: which of the supplied passwords opens one, and its bytes.

Two methods are read. Traditional encryption (APPNOTE.TXT 6.3.10, section 6.1) by the standard library; its check is
one byte, so a wrong password passes once in 256 times, and a member that several passwords pass is read to its end
before one is believed. WinZip AES (method 99 and the extra field 0x9901, as published by WinZip as "AES Encryption
Information", AE-1 and AE-2): PBKDF2-HMAC-SHA-1 with 1,000 rounds gives the keys and two bytes to check the password by,
AES in counter mode with a little-endian counter from 1 the bytes, the first ten bytes of HMAC-SHA-1 the proof.
Refused: the "strong encryption" of PKWARE (bit 6), and central directories that are encrypted.
"""

from __future__ import annotations

import bz2
import hashlib
import heapq
import hmac
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol

from Crypto.Cipher import AES
from Crypto.Util import Counter

from triage.containers.streams import chunks, stream
from triage.problems import ReadError, problem

ENCRYPTED, STRONG, AES_METHOD = 0x1, 0x40, 99
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}
PROVED = 64 << 20
"""A member up to this size is read to its end to prove the password; a larger one by its check bytes."""
TRIED = 8
"""Members on which the passwords are tried: each member may have one of its own."""
_MAC, _CHECK, _ROUNDS = 10, 2, 1000
DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, ValueError, OSError)


class _Unpacker(Protocol):
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class AesField:
    """The extra field 0x9901."""

    version: int
    strength: int
    method: int

    @property
    def key_size(self) -> int:
        return 8 + 8 * self.strength

    @property
    def salt_size(self) -> int:
        return 4 + 4 * self.strength


def is_locked(info: zipfile.ZipInfo) -> bool:
    return bool(info.flag_bits & ENCRYPTED)


def can_unlock(info: zipfile.ZipInfo) -> bool:
    """True for the two methods that are read."""
    if info.flag_bits & STRONG:
        return False
    field = aes_field(info)
    return field is not None and field.method in METHODS if info.compress_type == AES_METHOD else True


def aes_field(info: zipfile.ZipInfo) -> AesField | None:
    """The AES extra field, where the member has a valid one."""
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        tag, size = struct.unpack_from("<HH", extra, at)
        if tag == 0x9901 and size >= 7 and at + 11 <= len(extra):
            version, vendor, strength, method = struct.unpack_from("<H2sBH", extra, at + 4)
            ok = vendor == b"AE" and strength in (1, 2, 3) and version in (1, 2)
            return AesField(version, strength, method) if ok else None
        at += 4 + size
    return None


@dataclass(slots=True)
class Unlocker:
    """Tries passwords on members of one archive, the one that opened the last member first."""

    archive: zipfile.ZipFile
    handle: BinaryIO
    """Of its own on the same bytes: the data of AES members is read through it."""
    passwords: Sequence[str]
    _last: bytes = b""

    def opens_any(self, infos: Sequence[zipfile.ZipInfo]) -> bool:
        """True where one of the passwords opens one of the smallest members that have content, read to its end."""
        locked = [i for i in infos if is_locked(i) and can_unlock(i)]
        smallest = heapq.nsmallest(TRIED, (i for i in locked if i.file_size), key=lambda i: i.file_size)
        return any(self._proves(info) for info in smallest) if smallest else bool(locked and self.passwords)

    def _proves(self, info: zipfile.ZipInfo) -> bool:
        try:
            self.open(info, prove=True).close()
        except ReadError:
            return False
        return True

    def open(self, info: zipfile.ZipInfo, *, prove: bool = False) -> IO[bytes]:
        """The member's content; ReadError where no password opens it or the data is damaged."""
        likely = [p for p in self._candidates() if self._passes(info, p)]
        if not likely:
            raise ReadError(problem("C-PASSWORD", "container", format="ZIP member"))
        if (len(likely) > 1 or prove) and info.file_size <= PROVED:
            proved = [p for p in likely if self._reads(info, p)]
            if prove and not proved:
                raise ReadError(problem("C-PASSWORD", "container", format="ZIP member"))
            likely = proved or likely
        self._last = likely[0]
        return self._opened(info, likely[0])

    def _candidates(self) -> Iterator[bytes]:
        """UTF-8 first, then the code page of old Windows and DOS programs where it differs."""
        every = [self._last] if self._last else []
        for password in self.passwords:
            for codec in ("utf-8", "cp437", "cp1252"):
                try:
                    every.append(password.encode(codec))
                except UnicodeEncodeError:
                    continue
        return iter(dict.fromkeys(every))

    def _passes(self, info: zipfile.ZipInfo, password: bytes) -> bool:
        """By the check bytes alone."""
        field = aes_field(info) if info.compress_type == AES_METHOD else None
        try:
            if field is None:
                self.archive.open(info, pwd=password).close()
                return True
            self._at_data(info)
            salt = self.handle.read(field.salt_size)
            return _keys(password, salt, field.key_size)[2] == self.handle.read(_CHECK)
        except DAMAGE:
            return False

    def _reads(self, info: zipfile.ZipInfo, password: bytes) -> bool:
        try:
            with self._opened(info, password) as source:
                while source.read(1 << 20):
                    pass
        except (*DAMAGE, ReadError):
            return False
        return True

    def _opened(self, info: zipfile.ZipInfo, password: bytes) -> IO[bytes]:
        field = aes_field(info) if info.compress_type == AES_METHOD else None
        if field is None:
            return self.archive.open(info, pwd=password)
        return stream(self._content(info, field, password))

    def _at_data(self, info: zipfile.ZipInfo) -> None:
        """Behind the member's local header, whose name and extra field have lengths of their own."""
        self.handle.seek(info.header_offset)
        header = self.handle.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise zipfile.BadZipFile
        name, extra = struct.unpack_from("<HH", header, 26)
        self.handle.seek(info.header_offset + 30 + name + extra)

    def _content(self, info: zipfile.ZipInfo, field: AesField, password: bytes) -> Iterator[bytes]:
        """Decrypted, unpacked, and proved by the HMAC at the end (and the CRC of AE-1)."""
        self._at_data(info)
        key, mac_key, _ = _keys(password, self.handle.read(field.salt_size), field.key_size)
        self.handle.read(_CHECK)
        at = self.handle.tell()
        left = info.compress_size - field.salt_size - _CHECK - _MAC
        counter = Counter.new(128, initial_value=1, little_endian=True)
        cipher = AES.new(key, AES.MODE_CTR, counter=counter)
        mac, unpack, crc, size = hmac.new(mac_key, digestmod=hashlib.sha1), _unpacker(field.method), 0, 0
        while left > 0:
            self.handle.seek(at)  # two members may be open at once
            packed = next(chunks(self.handle, left, 65536), b"")  # 64 KiB unpack to 64 MiB at most
            if not packed:
                raise zipfile.BadZipFile
            at, left = at + len(packed), left - len(packed)
            mac.update(packed)
            data = unpack.decompress(cipher.decrypt(packed)) if unpack else cipher.decrypt(packed)
            crc, size = zlib.crc32(data, crc), size + len(data)
            if size > info.file_size:
                raise zipfile.BadZipFile
            yield data
        self.handle.seek(at)
        proved = hmac.compare_digest(mac.digest()[:_MAC], self.handle.read(_MAC))
        if not proved or size != info.file_size or (field.version == 1 and crc != info.CRC):
            raise zipfile.BadZipFile


def _keys(password: bytes, salt: bytes, size: int) -> tuple[bytes, bytes, bytes]:
    """Encryption key, authentication key, check bytes."""
    made = hashlib.pbkdf2_hmac("sha1", password, salt, _ROUNDS, 2 * size + _CHECK)
    return made[:size], made[size : 2 * size], made[2 * size :]


def _unpacker(method: int) -> _Unpacker | None:
    if method == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-15)
    if method == zipfile.ZIP_BZIP2:
        return bz2.BZ2Decompressor()
    return None
