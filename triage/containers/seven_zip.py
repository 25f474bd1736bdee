"""7z archives, solid ones too: members in archive order, streamed; encrypted ones with a supplied password.

A folder of the archive is one packed stream that holds many files one after the other. It is unpacked once, from its
beginning, and cut into the files as they are asked for; nothing is kept but what the codecs need. Sizes and CRC-32 of
every file are checked. AES has no check of its own: a password is believed when the header makes sense and has its
CRC, or the first file of a folder has its own. Methods: `seven_zip_codecs`; the header: `seven_zip_header`. Archives in
several volumes and those whose header is cut off are listed, not read: a 7z archive keeps its list of files at its end.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from triage.containers import names
from triage.containers.archive import (
    MAX_MEMBER_BYTES,
    MAX_RATIO,
    RATIO_FLOOR,
    UNLOCKED,
    WITH_PASSWORD,
    Container,
    Member,
    Opening,
)
from triage.containers.seven_zip_codecs import AES_METHOD, DAMAGE, aes_key, step_of
from triage.containers.seven_zip_header import ENCODED, SIGNATURE, Content, Cursor, Folder, Header, parse, streams
from triage.containers.streams import chunks, guarded_by, stream
from triage.model import Blob, Head, Problem, SourceFact
from triage.problems import ReadError, problem

FORMAT = "7z"
KeyFor = Callable[[bytes], bytes | None]
"""AES properties → key, where a password is there."""
MAX_HEADER = 256 << 20
PROVED = 64 << 20
"""A password is proved on a file of at most this size."""


def detect(head: Head) -> int:
    return 90 if head.start.startswith(SIGNATURE) else 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a member's content lies."""

    folder: int
    start: int
    content: Content


@dataclass(slots=True)
class _Reading:
    """A folder that is being unpacked."""

    folder: int
    pieces: Iterator[bytes]
    at: int = 0
    held: bytes = b""

    def take(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes; EOFError where they are not there."""
        while size:
            if not self.held:
                piece = next(self.pieces, None)
                if piece is None:
                    raise EOFError
                self.held = piece
            out, self.held = self.held[:size], self.held[size:]
            size -= len(out)
            self.at += len(out)
            yield out


@dataclass(slots=True)
class SevenZip:
    """An open archive; sequential, though a member that is asked for again is found again."""

    blob: Blob
    header: Header
    passwords: Sequence[str]
    random_access: bool = False
    unlocked: str | None = None
    """The password that opened the header or a folder."""
    _places: dict[int, _Place] = field(default_factory=dict)
    _reading: _Reading | None = None
    _keys: dict[tuple[bytes, str], bytes] = field(default_factory=dict)
    _opens: dict[int, bool] = field(default_factory=dict)

    def members(self) -> Iterator[Member | Problem | SourceFact]:
        placed = self._placed()
        locked = 0
        told = False
        for index, file in enumerate(f for f in self.header.files if not f.is_folder):
            place = next(placed, None) if file.has_content else _Place(-1, 0, Content(0, None))
            if place is None:
                yield problem("C-TRUNCATED", "container", format=FORMAT, at="", n=index)
                return
            self._places[index] = place
            found = self._why_not(place)
            if found is not None and not found.code.startswith(("C-METHOD", "C-LIMIT")) and not locked:
                yield found
                locked += 1
            if self.unlocked is not None and not told:
                yield SourceFact(key=UNLOCKED, value=WITH_PASSWORD)
                told = True
            odd = (problem("C-MEMBER-NAME", "container"),) if names.unsafe(file.name) else ()
            yield Member(
                index=index, path=names.clean_member(file.name), size=place.content.size,
                readable=found is None, problems=(*((found,) if found else ()), *odd), link=file.is_link,
            )  # fmt: skip

    def _placed(self) -> Iterator[_Place]:
        for number, contents in enumerate(self.header.contents):
            start = 0
            for content in contents:
                yield _Place(number, start, content)
                start += content.size

    def _why_not(self, place: _Place) -> Problem | None:
        """Why a member cannot be read."""
        if place.folder < 0 or not place.content.size:
            return None
        folder = self.header.folders[place.folder]
        if unknown := _unknown_method(folder):
            return problem("C-METHOD", "container", method=unknown)
        total = folder.sizes[-1]
        if total > MAX_MEMBER_BYTES or (total > RATIO_FLOOR and total > folder.packed_size * MAX_RATIO):
            return problem("C-LIMIT", "container", limit=f"a ratio of {MAX_RATIO:,} to 1")
        if _is_encrypted(folder) and not self._can_open(place.folder):
            return locked_problem(self.passwords)
        return None

    def _can_open(self, number: int) -> bool:
        if number not in self._opens:
            first = next((c for c in self.header.contents[number] if c.size), Content(0, None))
            self._opens[number] = any(self._proves(number, first, p) for p in self._likely())
        return self._opens[number]

    def _likely(self) -> Iterator[str]:
        return iter(dict.fromkeys((*([self.unlocked] if self.unlocked is not None else []), *self.passwords)))

    def _proves(self, number: int, first: Content, password: str) -> bool:
        """Whether the first file of a folder has its CRC under this password."""
        self.unlocked, before = password, self.unlocked
        crc, left = 0, min(first.size, PROVED)
        try:
            for piece in _Reading(number, self._unpacked(number)).take(left):
                crc = zlib.crc32(piece, crc)
        except DAMAGE:
            self.unlocked = before
            return False
        if left == first.size and first.crc is not None and crc != first.crc:
            self.unlocked = before
            return False
        return True

    def _unpacked(self, number: int) -> Iterator[bytes]:
        folder = self.header.folders[number]
        return unpack(self.blob.open(), folder, self._key_for)

    def _key_for(self, properties: bytes) -> bytes | None:
        if self.unlocked is None:
            return None
        made = properties, self.unlocked
        if made not in self._keys:
            self._keys[made] = aes_key(properties, self.unlocked)
        return self._keys[made]

    def open(self, member: Member) -> BinaryIO:
        place = self._places[member.index]
        if place.folder < 0 or not place.content.size:
            return stream(iter(()))
        return stream(guarded_by(self._content(place), DAMAGE, FORMAT))

    def _content(self, place: _Place) -> Iterator[bytes]:
        reading = self._reading
        if reading is None or reading.folder != place.folder or reading.at > place.start:
            reading = self._reading = _Reading(place.folder, self._unpacked(place.folder))
        for _ in reading.take(place.start - reading.at):
            pass  # files before it that nobody asked for
        crc = 0
        for piece in reading.take(place.content.size):
            crc = zlib.crc32(piece, crc)
            yield piece
        if place.content.crc is not None and crc != place.content.crc:
            raise EOFError

    def close(self) -> None:
        """Nothing is held open."""


def unpack(handle: BinaryIO, folder: Folder, key_for: KeyFor) -> Iterator[bytes]:
    """The content of a folder."""
    handle.seek(folder.offset)
    pieces = chunks(handle, folder.packed_size, 1 << 18)
    for coder, size in zip(folder.coders, folder.sizes, strict=True):
        step = step_of(coder, key_for(coder.properties) if coder.method == AES_METHOD else None)
        if step is None:
            raise ValueError("a method that is not read")
        pieces = _cut(step(pieces), size)
    return pieces


def _cut(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """No more than `size` bytes: AES and codecs without an end mark give more."""
    for piece in pieces:
        if piece:
            yield piece[:size]
            size -= len(piece)
        if size <= 0:
            return


def _is_encrypted(folder: Folder) -> bool:
    return any(coder.method == AES_METHOD for coder in folder.coders)


def _unknown_method(folder: Folder) -> str:
    """The first method of a folder that is not read, in hex."""
    if not folder.simple:
        return "several streams (BCJ2)"
    return next((c.method.hex() for c in folder.coders if c.method != AES_METHOD and step_of(c, None) is None), "")


def locked_problem(passwords: Sequence[str]) -> Problem:
    return problem("C-PASSWORD" if passwords else "C-ENCRYPTED", "container", format="7z archive")


def unlock(blob: Blob, opening: Opening) -> SevenZip:
    """The archive; ReadError where its header cannot be read."""
    try:
        header, password = _header(blob, opening.keys.passwords)
    except (*DAMAGE, StopIteration) as error:
        raise ReadError(problem("C-TRUNCATED", "container", format=FORMAT, at="", n=0)) from error
    return SevenZip(blob, header, opening.keys.passwords, unlocked=password)


def _header(blob: Blob, passwords: Sequence[str]) -> tuple[Header, str | None]:
    with blob.open() as handle:
        start = handle.read(32)
        offset, size = int.from_bytes(start[12:20], "little"), int.from_bytes(start[20:28], "little")
        if len(start) < 32 or not start.startswith(SIGNATURE) or 32 + offset + size > blob.size or size > MAX_HEADER:
            raise ValueError("no header")
        if size == 0:
            return Header(), None
        handle.seek(32 + offset)
        data = handle.read(size)
    if zlib.crc32(data) != int.from_bytes(start[28:32], "little"):
        raise ValueError("a damaged header")
    password = None
    for _ in range(4):  # a packed header may be packed again
        if data[:1] != bytes([ENCODED]):
            return parse(data), password
        data, password = _decoded(blob, data, passwords, password)
    raise ValueError("a header packed too often")


def _decoded(blob: Blob, data: bytes, passwords: Sequence[str], before: str | None) -> tuple[bytes, str | None]:
    """A packed header unpacked, with the password that did it."""
    cursor = Cursor(data, 1)
    described = streams(cursor)
    if len(described.folders) != 1 or described.folders[0].sizes[-1] > MAX_HEADER or not described.folders[0].simple:
        raise ValueError("no packed header")
    folder = described.folders[0]
    if not _is_encrypted(folder):
        return _plain_header(blob, folder, None), before
    for password in passwords:
        try:
            plain = _plain_header(blob, folder, password)
            if plain[:1] != bytes([ENCODED]):
                parse(plain)  # some programs give the header no CRC
            return plain, password
        except DAMAGE:
            continue
    raise ReadError(locked_problem(passwords))


def _plain_header(blob: Blob, folder: Folder, password: str | None) -> bytes:
    def key_for(properties: bytes) -> bytes | None:
        return aes_key(properties, password) if password is not None else None

    with blob.open() as handle:
        data = b"".join(unpack(handle, folder, key_for))
    if len(data) != folder.sizes[-1] or (folder.crc is not None and zlib.crc32(data) != folder.crc):
        raise EOFError
    return data


CONTAINER = Container(
    name="7z",
    version="1",
    media_type="application/x-7z-compressed",
    detect=detect,
    open=lambda blob: unlock(blob, Opening()),
    unlock=unlock,
)
