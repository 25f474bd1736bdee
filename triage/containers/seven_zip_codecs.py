"""The steps that unpack a stream of a 7z archive, each from pieces to pieces, in bounded memory.

Read: copy, LZMA, LZMA2, BZip2, Deflate, Zstandard, Delta, the branch filters (x86, PowerPC, IA-64, ARM, Thumb, SPARC),
and AES-256 with the key that 7-Zip makes of a password (SHA-256 of salt, password in UTF-16 and a counter, 2^n times).
The filters of liblzma work only before LZMA2, so what they get is dressed as LZMA2 chunks that are not compressed.
Refused: PPMd, BCJ2, Deflate64, ARM64 and whatever else `Methods.txt` names; dictionaries above 1 GiB.
"""

from __future__ import annotations

import bz2
import hashlib
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol, cast

from Crypto.Cipher import AES

from triage.containers.packed import DAMAGE as PACKED_DAMAGE
from triage.containers.packed import zstd_file
from triage.containers.seven_zip_header import Coder
from triage.containers.streams import Pieces, chunks

AES_METHOD = b"\x06\xf1\x07\x01"
MAX_DICTIONARY = 1 << 30
MAX_POWER = 24
DAMAGE = (*PACKED_DAMAGE, UnicodeEncodeError)
_STEP = 1 << 16
_FILTERS = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86,
    b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x03\x03\x04\x01": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM,
    b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x03\x03\x08\x05": lzma.FILTER_SPARC,
    b"\x04": lzma.FILTER_X86,
    b"\x05": lzma.FILTER_POWERPC,
    b"\x06": lzma.FILTER_IA64,
    b"\x07": lzma.FILTER_ARM,
    b"\x08": lzma.FILTER_ARMTHUMB,
    b"\x09": lzma.FILTER_SPARC,
}
Step = Callable[[Iterator[bytes]], Iterator[bytes]]


class _Engine(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def step_of(coder: Coder, key: bytes | None) -> Step | None:
    """The step of a coder; None where it is not read. ValueError where its properties make no sense."""
    method, said = coder.method, coder.properties
    if method == b"\x00":
        return lambda pieces: pieces
    if method == b"\x21":
        return lambda pieces: _engine(pieces, _lzma(lzma.FILTER_LZMA2, {"dict_size": _lzma2_dictionary(said)}))
    if method == b"\x03\x01\x01":
        return lambda pieces: _engine(pieces, _lzma(lzma.FILTER_LZMA1, _lzma1(said)))
    if method == b"\x04\x02\x02":
        return lambda pieces: _engine(pieces, bz2.BZ2Decompressor())
    if method == b"\x04\x01\x08":
        return _inflated
    if method == b"\x04\xf7\x11\x01":
        return lambda pieces: chunks(cast("BinaryIO", zstd_file(cast("BinaryIO", Pieces(pieces)))))
    if method == b"\x03":
        return lambda pieces: _filtered(pieces, {"id": lzma.FILTER_DELTA, "dist": said[0] + 1 if said else 1})
    if method in _FILTERS:
        return lambda pieces: _filtered(pieces, {"id": _FILTERS[method]})
    if method == AES_METHOD and key is not None:
        return lambda pieces: _decrypted(pieces, key, aes_properties(said)[2])
    return None


def _lzma(kind: int, options: dict[str, int]) -> lzma.LZMADecompressor:
    if options["dict_size"] > MAX_DICTIONARY:
        raise ValueError("a dictionary beyond the limit")
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[{"id": kind, **options}])


def _lzma1(said: bytes) -> dict[str, int]:
    if len(said) != 5 or said[0] >= 225:
        raise ValueError("no LZMA properties")
    rest, lc = divmod(said[0], 9)
    pb, lp = divmod(rest, 5)
    return {"dict_size": max(4096, int.from_bytes(said[1:], "little")), "lc": lc, "lp": lp, "pb": pb}


def _lzma2_dictionary(said: bytes) -> int:
    if len(said) != 1 or said[0] > 40:
        raise ValueError("no LZMA2 properties")
    return max(4096, (2 | (said[0] & 1)) << (said[0] // 2 + 11))


def _engine(pieces: Iterator[bytes], engine: _Engine) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), _STEP):
            data = piece[at : at + _STEP]
            while not engine.eof:
                if out := engine.decompress(data, 1 << 20):
                    yield out
                data = b""
                if engine.needs_input:
                    break


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    engine = zlib.decompressobj(-15)
    for piece in pieces:
        while piece and not engine.eof:
            yield engine.decompress(piece, 1 << 20)
            piece = engine.unconsumed_tail


def _filtered(pieces: Iterator[bytes], how: dict[str, int]) -> Iterator[bytes]:
    last = {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}
    engine, control = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[how, last]), 1
    for piece in pieces:
        for at in range(0, len(piece), _STEP):
            data = piece[at : at + _STEP]
            yield engine.decompress(bytes([control]) + (len(data) - 1).to_bytes(2, "big") + data)
            control = 2
    yield engine.decompress(b"\0")


def aes_properties(said: bytes) -> tuple[int, bytes, bytes]:
    """Power of rounds, salt, vector."""
    if not said:
        raise ValueError("no AES properties")
    power, sizes = said[0] & 0x3F, said[1] if said[0] & 0xC0 and len(said) > 1 else 0
    salt_size = (said[0] >> 7) + (sizes >> 4)
    vector_size = ((said[0] >> 6) & 1) + (sizes & 15)
    salt, vector = said[2 : 2 + salt_size], said[2 + salt_size : 2 + salt_size + vector_size]
    if power > MAX_POWER and power != 0x3F:
        raise ValueError("too many rounds")
    return power, salt, vector.ljust(AES.block_size, b"\0")


def aes_key(said: bytes, password: str) -> bytes:
    """The key of a password."""
    power, salt, _ = aes_properties(said)
    secret = salt + password.encode("utf-16-le")
    if power == 0x3F:
        return secret[:32].ljust(32, b"\0")
    digest = hashlib.sha256()
    batch = 4096
    for first in range(0, 1 << power, batch):
        last = min(first + batch, 1 << power)
        digest.update(b"".join(secret + n.to_bytes(8, "little") for n in range(first, last)))
    return digest.digest()


def _decrypted(pieces: Iterator[bytes], key: bytes, vector: bytes) -> Iterator[bytes]:
    cipher, rest = AES.new(key, AES.MODE_CBC, vector), b""
    for piece in pieces:
        rest += piece
        cut = len(rest) - len(rest) % AES.block_size
        yield cipher.decrypt(rest[:cut])
        rest = rest[cut:]
