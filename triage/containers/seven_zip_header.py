"""The header of a 7z archive: where its packed streams lie, how they are packed, and which files they hold.

Written from the format description that comes with the LZMA SDK (`7zFormat.txt`, `Methods.txt`; public domain). Every
number is checked against the bytes that are there; whatever does not fit ends the parse with ValueError. One file,
since the header is one grammar and is checked against one description.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from triage.containers.archive import MAX_MEMBERS

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
END, HEADER, PACK_INFO, UNPACK_INFO, SUBSTREAMS, SIZE, CRC, FOLDER = 0, 1, 6, 7, 8, 9, 10, 11
UNPACK_SIZES, UNPACK_STREAMS, EMPTY_STREAM, EMPTY_FILE, NAMES, ATTRIBUTES = 12, 13, 14, 15, 17, 21
MAIN_STREAMS, FILES, ENCODED, PROPERTIES, ADDITIONAL = 4, 5, 23, 2, 3
MAX_CODERS = 8
_UNIX, _LINK, _KIND, _DIRECTORY = 0x8000, 0o120000, 0o170000, 0x10


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of unpacking."""

    method: bytes
    properties: bytes
    inputs: int = 1


@dataclass(frozen=True, slots=True)
class Folder:
    """One packed stream and the steps that unpack it, first step first."""

    coders: tuple[Coder, ...]
    sizes: tuple[int, ...]
    """Unpacked size after each step."""
    simple: bool
    """False where steps have several inputs (BCJ2), which are not read."""
    packed: int = 1
    """Packed streams it takes."""
    crc: int | None = None
    offset: int = 0
    """Of its packed stream in the archive."""
    packed_size: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """What lies in a folder: one file after the other."""

    size: int
    crc: int | None


@dataclass(frozen=True, slots=True)
class File:
    """One entry."""

    name: str
    has_content: bool
    is_folder: bool = False
    is_link: bool = False


@dataclass(slots=True)
class Header:
    """Folders, what is in each, and the entries in order."""

    folders: list[Folder] = field(default_factory=list)
    contents: list[list[Content]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


@dataclass(slots=True)
class Cursor:
    """Reads numbers of the format."""

    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise ValueError("the header is too short")
        self.at += size
        return self.data[self.at - size : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """One byte whose leading ones say how many bytes follow, low ones first; its other bits are the highest."""
        first = self.byte()
        extra = next((n for n in range(8) if not first & (0x80 >> n)), 8)
        low = int.from_bytes(self.take(extra), "little")
        return low | ((first & (0x7F >> extra)) << (8 * extra)) if extra < 8 else low

    def count(self, limit: int = MAX_MEMBERS) -> int:
        value = self.number()
        if value > limit:
            raise ValueError("a count beyond the limit")
        return value

    def bits(self, n: int) -> list[bool]:
        raw = self.take((n + 7) // 8)
        return [bool(raw[i // 8] & (0x80 >> (i % 8))) for i in range(n)]

    def defined(self, n: int) -> list[bool]:
        return [True] * n if self.byte() else self.bits(n)

    def checksums(self, n: int) -> list[int | None]:
        known = self.defined(n)
        return [int.from_bytes(self.take(4), "little") if one else None for one in known]


def streams(cursor: Cursor) -> Header:
    """The part on packed streams, up to its end mark."""
    header = Header()
    position, packed = 0, [0]
    counts: list[int] | None = None
    while (kind := cursor.byte()) != END:
        if kind == PACK_INFO:
            position, packed = _pack_info(cursor)
        elif kind == UNPACK_INFO:
            header.folders = _unpack_info(cursor)
        elif kind == SUBSTREAMS:
            counts, header.contents = _substreams(cursor, header.folders)
        else:
            raise ValueError("an unknown part")
    if counts is None:
        header.contents = [[Content(f.sizes[-1], f.crc)] for f in header.folders]
    at, index = 32 + position, 0
    for n, folder in enumerate(header.folders):
        if index + folder.packed > len(packed):
            raise ValueError("fewer packed streams than folders need")
        header.folders[n] = replace(folder, offset=at, packed_size=packed[index])
        at += sum(packed[index : index + folder.packed])
        index += folder.packed
    return header


def _pack_info(cursor: Cursor) -> tuple[int, list[int]]:
    position, n = cursor.number(), cursor.count()
    sizes = [0] * n
    while (kind := cursor.byte()) != END:
        if kind == SIZE:
            sizes = [cursor.number() for _ in range(n)]
        elif kind == CRC:
            cursor.checksums(n)
        else:
            raise ValueError("an unknown part")
    return position, sizes


def _unpack_info(cursor: Cursor) -> list[Folder]:
    if cursor.byte() != FOLDER:
        raise ValueError("no folders")
    n = cursor.count()
    if cursor.byte():
        raise ValueError("folders outside the header")
    folders = [_folder(cursor) for _ in range(n)]
    if cursor.byte() != UNPACK_SIZES:
        raise ValueError("no sizes")
    made = []
    for coders, order, simple, packed in folders:
        sizes = [cursor.number() for _ in coders]
        made.append(
            Folder(tuple(coders[i] for i in order), tuple(sizes[i] for i in order), simple=simple, packed=packed)
        )
    while (kind := cursor.byte()) != END:
        if kind != CRC:
            raise ValueError("an unknown part")
        made = [replace(f, crc=crc) for f, crc in zip(made, cursor.checksums(n), strict=True)]
    return made


def _folder(cursor: Cursor) -> tuple[list[Coder], list[int], bool, int]:
    """Coders, the order in which they unpack, whether that is a simple chain, and how many packed streams they take."""
    coders = [_coder(cursor) for _ in range(cursor.count(MAX_CODERS))]
    if not coders:
        raise ValueError("no coders")
    inputs = sum(coder.inputs for coder in coders)
    bound = {cursor.count(64): cursor.count(64) for _ in range(len(coders) - 1)}
    packed = inputs - len(bound)
    if packed < 1:
        raise ValueError("no packed stream")
    if packed > 1:
        for _ in range(packed):
            cursor.number()
    if packed > 1 or inputs != len(coders):
        return coders, list(range(len(coders))), False, packed
    feeds = {out: into for into, out in bound.items()}
    order = [next(i for i in range(len(coders)) if i not in bound)]
    while order[-1] in feeds and len(order) <= len(coders):
        order.append(feeds[order[-1]])
    if sorted(order) != list(range(len(coders))):
        raise ValueError("coders that form no chain")
    return coders, order, True, packed


def _coder(cursor: Cursor) -> Coder:
    flags = cursor.byte()
    method = cursor.take(flags & 15)
    inputs = 1
    if flags & 16:
        inputs, outputs = cursor.count(32), cursor.count(32)
        if outputs != 1 or not inputs:
            raise ValueError("a coder with several outputs")
    properties = cursor.take(cursor.count(1 << 20)) if flags & 32 else b""
    return Coder(method, properties, inputs)


def _substreams(cursor: Cursor, folders: list[Folder]) -> tuple[list[int], list[list[Content]]]:
    counts = [1] * len(folders)
    kind = cursor.byte()
    if kind == UNPACK_STREAMS:
        counts = [cursor.count() for _ in folders]
        kind = cursor.byte()
    if sum(counts) > MAX_MEMBERS:
        raise ValueError("too many files")
    sizes = [_sizes(cursor, n, folder.sizes[-1], given=kind == SIZE) for n, folder in zip(counts, folders, strict=True)]
    if kind == SIZE:
        kind = cursor.byte()
    known: list[list[int | None] | None] = [
        [folder.crc] if n == 1 and folder.crc is not None else None for n, folder in zip(counts, folders, strict=True)
    ]
    while kind != END:
        if kind != CRC:
            raise ValueError("an unknown part")
        found = iter(cursor.checksums(sum(n for n, one in zip(counts, known, strict=True) if one is None)))
        known = [one or [next(found) for _ in range(n)] for n, one in zip(counts, known, strict=True)]
        kind = cursor.byte()
    return counts, [
        [Content(size, crc) for size, crc in zip(some, one or [None] * len(some), strict=True)]
        for some, one in zip(sizes, known, strict=True)
    ]


def _sizes(cursor: Cursor, n: int, total: int, *, given: bool) -> list[int]:
    """Sizes of the files in a folder; the last one is what is left."""
    if n == 0:
        return []
    if n > 1 and not given:
        raise ValueError("no sizes")
    first = [cursor.number() for _ in range(n - 1)]
    if sum(first) > total:
        raise ValueError("sizes beyond the folder's")
    return [*first, total - sum(first)]


def parse(data: bytes) -> Header:
    """A header that is not packed itself."""
    cursor = Cursor(data)
    if cursor.byte() != HEADER:
        raise ValueError("no header")
    header = Header()
    while (kind := cursor.byte()) != END:
        if kind == PROPERTIES:
            while cursor.byte() != END:
                cursor.take(cursor.number())
        elif kind == ADDITIONAL:
            streams(cursor)
        elif kind == MAIN_STREAMS:
            header = streams(cursor)
        elif kind == FILES:
            header.files = _files(cursor)
        else:
            raise ValueError("an unknown part")
    return header


def _files(cursor: Cursor) -> list[File]:
    n = cursor.count()
    names, empty, empty_files, attributes = [""] * n, [False] * n, [False] * n, [0] * n
    while (kind := cursor.byte()) != END:
        part = Cursor(cursor.take(cursor.number()))
        if kind == EMPTY_STREAM:
            empty = part.bits(n)
        elif kind == EMPTY_FILE:
            flags = iter(part.bits(sum(empty)))
            empty_files = [one and next(flags) for one in empty]
        elif kind == NAMES:
            names = _names(part, n)
        elif kind == ATTRIBUTES:
            known = part.defined(n)
            if part.byte():
                raise ValueError("attributes outside the header")
            attributes = [int.from_bytes(part.take(4), "little") if one else 0 for one in known]
    return [
        File(names[i], not empty[i], _is_folder(empty[i], empty_files[i]), _is_link(attributes[i])) for i in range(n)
    ]


def _is_folder(empty: bool, empty_file: bool) -> bool:
    return empty and not empty_file


def _is_link(attributes: int) -> bool:
    return bool(attributes & _UNIX) and (attributes >> 16) & _KIND == _LINK


def _names(part: Cursor, n: int) -> list[str]:
    if part.byte():
        raise ValueError("names outside the header")
    raw = part.data[part.at :]
    found = raw[: len(raw) - len(raw) % 2].decode("utf-16-le", "replace").split("\0")
    if len(found) < n:
        raise ValueError("fewer names than files")
    return found[:n]
