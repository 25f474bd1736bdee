"""One e-mail message as its bytes have it: header lines, and the tree of MIME parts as slices of the message.

Parts are found by their boundaries and never rebuilt, so that an attached message keeps the bytes it was sent with.
Header fields are unfolded and their encoded words decoded; raw 8-bit headers, which no standard allows and many
programs send, are read as UTF-8 or else Windows-1252. A body without its closing boundary is read as far as it goes
(`cut`). Content is decoded on demand, leniently, as mail programs do it.

Sources: RFC 5322 (messages), RFC 2045 and 2046 (MIME), RFC 2047 (encoded words), RFC 2231 (parameters),
RFC 2183 (disposition). Refused: trees deeper than 30 or with more than 2,000 parts (`limited`).
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from email.utils import collapse_rfc2231_value

MAX_DEPTH, MAX_PARTS = 30, 2_000
MAX_HEAD = 1 << 20
_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_FAULTS = (ValueError, TypeError, LookupError, AttributeError, HeaderParseError, RecursionError)
"""What the standard library's header code raises for fields made to break it."""
_PARSER = HeaderParser(policy=compat32)
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?.*?\?=", re.DOTALL)
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_UU = re.compile(rb"begin [0-7]{3,4} [^\r\n]*\r?\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that is no multipart: a text, a file, an attached message."""

    media_type: str
    charset: str
    """As stated; empty where it is not."""
    name: str
    disposition: str
    content_id: str
    raw: Callable[[], bytes]
    """The bytes between the boundaries."""
    coding: str
    alternative: int = 0
    """The number of the `multipart/alternative` it stands in; 0: in none."""

    @property
    def is_file(self) -> bool:
        """False for the texts that a mail program shows as the message."""
        inline = self.media_type in ("text/plain", "text/html")
        return not inline or self.disposition == "attachment" or self.name != ""

    def data(self) -> bytes:
        """The content, decoded from its transfer encoding."""
        return decoded(self.raw(), self.coding)


@dataclass(slots=True, kw_only=True)
class Tree:
    """A message taken apart."""

    headers: list[tuple[str, str]]
    """Fields in their order, decoded to text."""
    parts: list[Part] = field(default_factory=list)
    cut: bool = False
    limited: bool = False
    alternatives: int = 0

    def first(self, name: str) -> str:
        """The first field of that name (lower case)."""
        return next((value for key, value in self.headers if key == name), "")

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


def tree_of(data: bytes) -> Tree:
    """The message in `data`."""
    head, body = _split(data, 0, len(data))
    fields = _fields(data[:head])
    tree = Tree(headers=[(name.lower(), header_text(value)) for name, value in fields.items()])
    tree.cut = bool(tree.headers) and head == body  # no blank line: it ends within its header
    _take(tree, data, fields, body, len(data), 0, 0)
    return tree


def _split(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the header ends and where the body begins."""
    if data[start : start + 2] == b"\r\n":
        return start, start + 2
    if data[start : start + 1] == b"\n":
        return start, start + 1
    found = _HEAD_END.search(data, start, min(end, start + MAX_HEAD))
    return (found.start(), found.end()) if found else (min(end, start + MAX_HEAD),) * 2


def _fields(head: bytes) -> Message:
    try:
        return _PARSER.parsestr(bytes_text(head, "utf-8").replace("\r\n", "\n").replace("\r", "\n") + "\n\n")
    except _FAULTS:
        return Message()


def _take(tree: Tree, data: bytes, fields: Message, start: int, end: int, depth: int, alternative: int) -> None:
    media = _safe(fields.get_content_type) or "text/plain"
    boundary = _param(fields, "boundary").encode("latin-1", "replace")
    if media.startswith("multipart/") and boundary:
        if depth >= MAX_DEPTH:
            tree.limited = True
            return
        if media == "multipart/alternative" and not alternative:
            tree.alternatives += 1
            alternative = tree.alternatives
        if _children(tree, data, boundary, start, end, depth, alternative):
            return
        media, tree.cut = "text/plain", True
    if len(tree.parts) >= MAX_PARTS:
        tree.limited = True
        return
    tree.parts.append(_part(data, fields, media, start, end, alternative))


def _children(
    tree: Tree, data: bytes, boundary: bytes, start: int, end: int, depth: int, alternative: int
) -> bool:  # fmt: skip
    """Take the parts between the boundaries; False where there is none."""
    line = re.compile(rb"(?:\A|\r?\n|(?<=\n))--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    begin, closed = -1, False
    for mark in line.finditer(data, max(0, start - 2), end):
        if begin >= 0:
            _child(tree, data, begin, mark.start(), depth, alternative)
        begin = mark.end()
        if mark[1]:
            closed = True
            break
    if begin >= 0 and not closed:
        tree.cut = True
        _child(tree, data, begin, end, depth, alternative)
    return begin >= 0


def _child(tree: Tree, data: bytes, start: int, end: int, depth: int, alternative: int) -> None:
    if end <= start:
        return
    head, body = _split(data, start, end)
    _take(tree, data, _fields(data[start:head]), min(body, end), end, depth + 1, alternative)


def _part(data: bytes, fields: Message, media: str, start: int, end: int, alternative: int) -> Part:
    return Part(
        media_type=media,
        charset=_param(fields, "charset"),
        name=file_name(fields),
        disposition=(_safe(fields.get_content_disposition) or "").lower(),
        content_id=_text(fields.get("content-id")).strip(" <>"),
        raw=lambda: data[start:end],
        coding=_text(fields.get("content-transfer-encoding")).strip().lower(),
        alternative=alternative,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _safe(read: Callable[[], str | None]) -> str:
    try:
        return read() or ""
    except _FAULTS:
        return ""


def _param(fields: Message, name: str) -> str:
    try:
        return collapse_rfc2231_value(fields.get_param(name) or "").strip()
    except _FAULTS:
        return ""


def file_name(fields: Message) -> str:
    """The stated name of a file, from the disposition or the type; decoded, whichever of the standards it follows."""
    return header_text(_safe(fields.get_filename)).replace("\n", " ").strip()


def header_text(value: object) -> str:
    """A header field as text: unfolded, encoded words decoded."""
    text = re.sub(r"\n(?=[ \t])", "", str(value))
    if "=?" not in text:
        return text.strip()
    return _ENCODED.sub(lambda m: _decode_word(m[0]), _BETWEEN.sub(r"\1", text)).strip()


def _decode_word(word: str) -> str:
    try:
        pieces = decode_header(word)
    except _FAULTS:
        return word
    return "".join(p if isinstance(p, str) else bytes_text(p, c or "ascii") for p, c in pieces)


def bytes_text(data: bytes, charset: str) -> str:
    """Bytes in a stated encoding; where that is unknown or wrong, as UTF-8, else as Windows-1252."""
    for codec in (charset.strip("\"' ") or "utf-8", "utf-8"):
        try:
            made = data.decode(_ALIASES.get(codec.lower(), codec))
        except (LookupError, ValueError):
            continue
        if isinstance(made, str):
            return made
    return data.decode("cp1252", "replace")


_ALIASES = {
    "ascii": "ascii", "us-ascii": "ascii", "iso-8859-1": "cp1252", "latin1": "cp1252", "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932",
    "windows-874": "cp874", "tis-620": "cp874", "unicode-1-1-utf-7": "utf-7", "iso-8859-9": "cp1254",
}  # fmt: skip
"""What mail programs mean by these names (the web's Encoding Standard reads them the same way)."""


def decoded(raw: bytes, coding: str) -> bytes:
    """Content out of its transfer encoding; an unknown one is left as it is."""
    if coding == "base64":
        return _base64(raw)
    if coding == "quoted-printable":
        return quopri.decodestring(raw)
    if coding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        return b"".join(_uu_lines(raw))
    return raw


def _base64(raw: bytes) -> bytes:
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _uu_lines(raw: bytes) -> Iterator[bytes]:
    found = _UU.search(raw)
    for line in raw[found.end() :].splitlines() if found else ():
        if line.strip() in (b"end", b"`", b""):
            return
        try:
            yield binascii.a2b_uu(line)
        except binascii.Error:  # a line with too many letters: as many as it states (a known fault of senders)
            yield binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3 + 1])


_ENDINGS = {
    "message/rfc822": ".eml", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "text/html": ".html",
    "application/pdf": ".pdf", "text/plain": ".txt", "text/calendar": ".ics", "application/zip": ".zip",
}  # fmt: skip
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")
LONGEST_NAME = 200


def unique_name(name: str, number: int, media_type: str, taken: set[str]) -> str:
    """A file's name as a last part of a path, never two alike; without a name its number among the files."""
    clean = _UNSAFE.sub("_", name).strip()[-LONGEST_NAME:]
    if clean in ("", ".", ".."):
        clean = f"part-{number}{_ENDINGS.get(media_type, '.bin')}"
    if clean.casefold() in taken:
        clean = f"{number}-{clean}"
    taken.add(clean.casefold())
    return clean


def files_of(tree: Tree) -> list[tuple[str, Part]]:
    """The files that a message carries, by the names under which they are listed as items."""
    taken: set[str] = set()
    files = (part for part in tree.parts if part.is_file)
    return [(unique_name(part.name, n, part.media_type, taken), part) for n, part in enumerate(files, 1)]
