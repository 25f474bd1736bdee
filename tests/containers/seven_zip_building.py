"""Small 7z archives, written as the format description says: one solid folder, any chain of simple coders."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Mapping

from Crypto.Cipher import AES

from triage.containers.seven_zip_codecs import aes_key

AES_SAID = bytes([0x40 | 6, 0x0F]) + b"v" * 16
"""2^6 rounds, no salt, a vector of 16 bytes."""
LZMA2 = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]
LZMA1 = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]


def number(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([0xF8]) + value.to_bytes(5, "little")


def _raw(data: bytes, filters: list[dict[str, int]]) -> bytes:
    return lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


def _deflated(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return engine.compress(data) + engine.flush()


def _coder(method: bytes, said: bytes = b"") -> bytes:
    return bytes([len(method) | (32 if said else 0)]) + method + (number(len(said)) + said if said else b"")


CODERS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "copy": (_coder(b"\x00"), lambda data: data),
    "lzma2": (_coder(b"\x21", b"\x08"), lambda data: _raw(data, LZMA2)),
    "lzma": (_coder(b"\x03\x01\x01", b"\x5d" + struct.pack("<I", 1 << 16)), lambda data: _raw(data, LZMA1)),
    "bzip2": (_coder(b"\x04\x02\x02"), bz2.compress),
    "deflate": (_coder(b"\x04\x01\x08"), _deflated),
}


def _folder(form: str, data: bytes, password: str) -> tuple[bytes, bytes, list[int]]:
    """Packed bytes, the description of the folder, sizes after each coder."""
    coder, pack = CODERS[form]
    packed = pack(data)
    if not password:
        return packed, b"\x01" + coder, [len(data)]
    key = aes_key(AES_SAID, password)
    sealed = AES.new(key, AES.MODE_CBC, b"v" * 16).encrypt(packed + bytes(-len(packed) % 16))
    described = b"\x02" + coder + _coder(b"\x06\xf1\x07\x01", AES_SAID) + number(0) + number(1)
    return sealed, described, [len(data), len(packed)]


def _streams(at: int, packed: bytes, folder: bytes, sizes: list[int], more: bytes) -> bytes:
    pack_info = b"\x06" + number(at) + number(1) + b"\x09" + number(len(packed)) + b"\x00"
    unpack = b"\x07\x0b" + number(1) + b"\x00" + folder + b"\x0c" + b"".join(map(number, sizes)) + b"\x00"
    return pack_info + unpack + more + b"\x00"


def seven_zip(
    files: Mapping[str, bytes], form: str = "lzma2", password: str = "", *, sealed_header: bool = False
) -> bytes:
    """An archive of `files`; a name that ends in `/` is a folder."""
    full = [data for data in files.values() if data]
    packed, folder, sizes = _folder(form, b"".join(full), password)
    crcs = b"".join(struct.pack("<I", zlib.crc32(data)) for data in full)
    more = b"\x08\x0d" + number(len(full)) + b"\x09" + b"".join(number(len(d)) for d in full[:-1])
    more += b"\x0a\x01" + crcs + b"\x00"
    names = b"\x00" + "".join(name.rstrip("/") + "\0" for name in files).encode("utf-16-le")
    empty, empty_file = _bits([not d for d in files.values()]), _bits([n[-1] != "/" for n, d in files.items() if not d])
    parts = [(0x0E, empty), (0x0F, empty_file), (0x11, names), (0x19, b"\0\0")]
    listed = number(len(files)) + b"".join(bytes([kind]) + number(len(data)) + data for kind, data in parts)
    header = b"\x01\x04" + _streams(0, packed, folder, sizes, more) + b"\x05" + listed + b"\x00\x00"
    body = packed
    if sealed_header:
        inner, described, inner_sizes = _folder("lzma2", header, password)
        header = b"\x17" + _streams(len(packed), inner, described, inner_sizes, b"")
        body += inner
    start = struct.pack("<QQI", len(body), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + body + header


def _bits(flags: list[bool]) -> bytes:
    out = bytearray((len(flags) + 7) // 8)
    for n, flag in enumerate(flags):
        out[n // 8] |= flag << (7 - n % 8)
    return bytes(out)
