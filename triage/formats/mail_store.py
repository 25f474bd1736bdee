"""Where messages begin and end in a mailbox, one at a time: `.eml` (one), `mbox` (many), Apple's `.emlx`.

mbox has no one definition. A message begins at a line `From ` that states a time or is the first of the file, behind a
blank line or at the start; lines of a body that look like it were quoted as `>From ` and are given back without the
mark. An `.emlx` begins with the length of the message and ends with a property list, which is not read. Some mailboxes
hold messages without any header.

Sources: RFC 4155 (mbox), qmail's mbox(5) for the variants, formats as public parsers describe them (`.emlx`).
Refused: of a message above 96 MiB the beginning is read (`oversize`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MAX_MESSAGE = 96 << 20
_LINE = 1 << 20
_FROM = re.compile(rb"From .*\d{1,2}:\d\d|From (?:- |\?\?\?@\?\?\?)")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*(?:\r\n|\n|\r|\Z)")
_STRONG = frozenset(
    b"from to subject date received message-id mime-version return-path delivered-to reply-to sender cc bcc "
    b"x-mailer dkim-signature in-reply-to references x-originating-ip received-spf authentication-results "
    b"content-type x-gmail-labels x-gm-thrid x-received arc-seal thread-topic thread-index".split()
)
_NEEDED = frozenset((b"from", b"to", b"subject", b"date", b"received", b"message-id", b"return-path", b"x-received"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The bytes of one message and where they lie."""

    number: int
    """1 for the first."""
    first_line: int
    last_line: int
    data: bytes
    envelope: str = ""
    """The `From ` line without its first word."""
    oversize: bool = False
    cut: bool = False
    """An `.emlx` that states more bytes than there are."""


def mail_score(start: bytes) -> int:
    """How sure the beginning of a file is a message or a mailbox; 0: not at all."""
    data = start[3:] if start.startswith(b"\xef\xbb\xbf") else start
    if data[:5] == b"From ":
        line, _, rest = data.partition(b"\n")
        if _FROM.match(line) is None:
            return 0
        return 85 if _known_fields(rest) else 40
    if length := re.match(rb"\d{1,10}[ \t]*\r?\n", data):
        return 85 if len(_known_fields(data[length.end() :])) >= 2 else 0
    known = _known_fields(data)
    if not known & _NEEDED:
        return 0
    return {1: 0, 2: 30, 3: 70}.get(len(known), 85)


def _known_fields(data: bytes) -> set[bytes]:
    """Names of mail's own fields in the unbroken run of header fields at the start."""
    seen: set[bytes] = set()
    at = 0
    for _ in range(200):
        found = _FIELD.match(data, at)
        if found is None:
            break
        seen.add(found[1].lower())
        at = found.end()
    return seen & _STRONG


def stored_messages(handle: BinaryIO) -> Iterator[Stored]:
    """Messages in the file's order."""
    start = handle.read(64)
    handle.seek(3 if start.startswith(b"\xef\xbb\xbf") else 0)
    if start.removeprefix(b"\xef\xbb\xbf")[:5] == b"From ":
        yield from _mailbox(handle)
        return
    if length := re.match(rb"(\d{1,10})[ \t]*\r?\n", start):
        handle.seek(length.end())
        stated = int(length[1])
        data = handle.read(min(stated, MAX_MESSAGE))
        oversize = stated > MAX_MESSAGE
        last = 1 + data.count(b"\n")
        yield Stored(number=1, first_line=2, last_line=last, data=data, oversize=oversize, cut=len(data) < stated)
        return
    data = handle.read(MAX_MESSAGE)
    last = max(1, data.count(b"\n") + (not data.endswith(b"\n")))
    yield Stored(number=1, first_line=1, last_line=last, data=data, oversize=bool(handle.read(1)))


def _mailbox(handle: BinaryIO) -> Iterator[Stored]:
    lines: list[bytes] = []
    size = number = 0
    line_no, first, envelope, blank, oversize = 0, 1, "", True, False
    while line := handle.readline(_LINE):
        if blank and line.startswith(b"From ") and (number == 0 or _FROM.match(line)):
            if number:
                yield _stored(number, first, line_no, lines, envelope, oversize)
            number += 1
            lines, size, oversize = [], 0, False
            first = line_no + 2
            envelope = line[5:].decode("utf-8", "replace").strip()
        elif size + len(line) <= MAX_MESSAGE:
            lines.append(line)
            size += len(line)
        else:
            oversize = True
        line_no += line.endswith(b"\n")
        blank = line in (b"\n", b"\r\n")
    if number:
        yield _stored(number, first, line_no + (not line.endswith(b"\n")), lines, envelope, oversize)


def _stored(number: int, first: int, last: int, lines: list[bytes], envelope: str, oversize: bool) -> Stored:
    data = _QUOTED.sub(rb"\1", b"".join(lines))
    return Stored(
        number=number, first_line=first, last_line=max(first, last), data=data, envelope=envelope, oversize=oversize
    )
