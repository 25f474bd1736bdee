"""Which encoding a text has: proved where it can be, guessed and said so where not.

A byte order mark or the NUL pattern of UTF-16 decides; then UTF-8, which other encodings do not imitate by chance
(RFC 3629); then a guess between the Windows code pages of Western, Cyrillic and Arabic text by the letters that are
frequent in running text. Nothing here looks at a file's name.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO, Literal

SAMPLE = 1 << 16
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r\f\v\x1b\b\a")

_FREQUENT = {
    "cp1251": frozenset("оеаинтсрвлкмдпуяызьОЕАИНТСР".encode("cp1251")),
    "cp1256": frozenset("اليمنوتربهعدسفكحقةأجشزخصطغذءىئضثظإؤآ".encode("cp1256")),
    "cp1252": frozenset("áéíóúñüçãõàèìòùâêîôûäöëïßÁÉÍÓÚÑÜÇÄÖåøæ¿¡’‘“”–—…€ºª«»°".encode("cp1252")),
}
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How to decode a text, and how that is known."""

    codec: str
    basis: Literal["proved", "damaged", "guessed"]
    """`damaged`: it is this encoding, with invalid bytes in places."""
    first_bad: int = -1
    """Byte offset of the first invalid byte, where `basis` is not `proved`."""


def sniff(sample: bytes) -> str | None:
    """The encoding that a mark or NUL bytes show, `utf-8` for what is valid so far, None for other 8-bit text."""
    for mark, codec in _BOMS:
        if sample.startswith(mark):
            return codec
    if b"\0" in sample and (wide := _utf16_without_mark(sample)):
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _utf16_without_mark(sample: bytes) -> str | None:
    """UTF-16 whose every second byte is mostly NUL (Latin text) and that decodes."""
    head = sample[: len(sample) // 2 * 2][:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if half == 0 or max(even, odd) < half * 0.6 or min(even, odd) > half * 0.1:
        return None
    codec = "utf-16-le" if odd > even else "utf-16-be"
    try:
        codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return None
    return codec


def looks_like_text(sample: bytes) -> bool:
    """False for bytes with control characters that no text has."""
    codec = sniff(sample)
    if codec is not None and codec.startswith(("utf-16", "utf-32")):
        try:
            text = codecs.getincrementaldecoder(codec)("strict").decode(sample)
        except UnicodeDecodeError:
            return False
        return _mostly_printable(text)
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if codec is not None:
        return controls * 200 <= len(sample)
    return controls == 0 and _high_share(sample) < 0.9


def _mostly_printable(text: str) -> bool:
    odd = sum(1 for ch in text[:4096] if not (ch.isprintable() or ch in "\t\n\r\f\v\ufeff\u200e\u200f"))
    return odd * 20 <= min(len(text), 4096)


def _high_share(sample: bytes) -> float:
    return sum(len(run) for run in _HIGH_RUN.findall(sample)) / max(1, len(sample))


def find_encoding(handle: BinaryIO, sample: bytes) -> Encoding:
    """The encoding of the whole of `handle` (read once, in blocks); `sample` is its beginning."""
    codec = sniff(sample)
    if codec is not None and codec != "utf-8":
        return Encoding(codec=codec, basis="proved")
    bad, multi = _utf8_faults(handle)
    if not bad:
        return Encoding(codec="utf-8", basis="proved")
    first = bad[0]
    if multi > 4 * len(bad):
        return Encoding(codec="utf-8", basis="damaged", first_bad=first)
    return Encoding(codec=guess_code_page(sample if first < len(sample) else _around(handle, first)),
                    basis="guessed", first_bad=first)  # fmt: skip


def _around(handle: BinaryIO, offset: int) -> bytes:
    handle.seek(max(0, offset - 1024))
    return handle.read(SAMPLE)


def _utf8_faults(handle: BinaryIO) -> tuple[list[int], int]:
    """Offsets of the first invalid bytes (at most 1,000) and the number of valid multi-byte characters seen."""
    handle.seek(0)
    bad: list[int] = []
    multi, base, rest = 0, 0, b""
    while len(bad) < 1000:
        block = handle.read(1 << 20)
        data, at = rest + block, 0
        while True:
            try:
                text, used = codecs.utf_8_decode(data[at:] if at else data, "strict", not block)
            except UnicodeDecodeError as error:
                bad.append(base + at + error.start)
                multi += _multibyte(data[at : at + error.start])
                at += max(error.end, error.start + 1)
                if len(bad) >= 1000:
                    break
            else:
                multi += used - len(text) if not text.isascii() else 0
                break
        if not block:
            break
        consumed = len(data) if len(bad) >= 1000 else at + used
        base, rest = base + consumed, data[consumed:]
    return bad, multi


def _multibyte(valid: bytes) -> int:
    return sum(1 for b in valid if b >= 0xC2)


def guess_code_page(sample: bytes) -> str:
    """`cp1251`, `cp1256` or `cp1252`, by which one's frequent letters cover the non-ASCII bytes best.

    Latin text has its accented letters one by one among ASCII ones; Cyrillic and Arabic come in runs.
    """
    runs = _HIGH_RUN.findall(sample)
    total = sum(len(run) for run in runs)
    if total == 0:
        return "cp1252"
    in_words = sum(len(run) for run in runs if len(run) >= 3) / total
    if in_words < 0.4:
        return "cp1252"
    joined = b"".join(runs)
    share = {page: sum(map(joined.count, map(_one, letters))) / total for page, letters in _FREQUENT.items()}
    return max(("cp1251", "cp1256"), key=share.__getitem__)


def _one(value: int) -> bytes:
    return bytes((value,))
