"""Archives with the same bytes every time: fixed dates, fixed order; and one with the old ZIP encryption."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

DATE = (2024, 3, 4, 12, 0, 0)


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive of `members`, in their order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type, info.create_system, info.external_attr = method, 3, 0o644 << 16
            made.writestr(info, data, compresslevel=6)
    return out.getvalue()


class _Cipher:
    """The traditional PKWARE encryption (APPNOTE 6.1), here only to make a locked sample."""

    def __init__(self, password: bytes) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self._update(byte)

    def _update(self, byte: int) -> None:
        keys = self._keys
        keys[0] = _crc(keys[0], byte)
        keys[1] = (keys[1] + (keys[0] & 0xFF)) * 134775813 + 1 & 0xFFFFFFFF
        keys[2] = _crc(keys[2], keys[1] >> 24)

    def encrypt(self, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            temp = (self._keys[2] | 2) & 0xFFFF
            out.append(byte ^ ((temp * (temp ^ 1)) >> 8 & 0xFF))
            self._update(byte)
        return bytes(out)


def _crc(old: int, byte: int) -> int:
    return zlib.crc32(bytes([byte]), old ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def locked(name: str, data: bytes, password: bytes) -> bytes:
    """A ZIP archive with one stored, encrypted member."""
    crc = zlib.crc32(data)
    body = _Cipher(password).encrypt(bytes(11) + bytes([crc >> 24]) + data)
    raw = name.encode()
    date = (DATE[0] - 1980) << 25 | DATE[1] << 21 | DATE[2] << 16 | DATE[3] << 11
    common = struct.pack("<HHHIIIIHH", 20, 1, 0, date, crc, len(body), len(data), len(raw), 0)
    local = b"PK\x03\x04" + common + raw + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end
