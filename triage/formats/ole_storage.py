"""OLE2 compound files: what they hold, by the names of their streams (olefile reads the structure).

Outlook messages, protected office documents (`EncryptedPackage`), and the binary formats of Office before 2007 share
this container. Sectors and directory are olefile's work; whatever it raises for damaged files is listed in `FAULTS`.

Source: MS-CFB (compound files), MS-OFFCRYPTO (2.3.4.4 EncryptedPackage). Refused: streams above 256 MiB.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO, Literal

from triage.problems import ReadError, problem

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_STREAM = 256 << 20
FAULTS = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, RecursionError,
          OverflowError, MemoryError)  # fmt: skip
Kind = Literal["msg", "locked", "doc", "xls", "ppt", "other"]
NAMES: dict[Kind, str] = {
    "msg": "Outlook message", "locked": "protected Office document", "doc": "Word 97-2003 document",
    "xls": "Excel 97-2003 workbook", "ppt": "PowerPoint 97-2003 presentation", "other": "OLE2 compound file",
}  # fmt: skip
_STREAMS: tuple[tuple[str, Kind], ...] = (
    ("__properties_version1.0", "msg"), ("EncryptedPackage", "locked"), ("EncryptionInfo", "locked"),
    ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"), ("PowerPoint Document", "ppt"),
)  # fmt: skip


class Storage:
    """An opened compound file; ReadError where it cannot be opened."""

    def __init__(self, handle: BinaryIO) -> None:
        import olefile  # type: ignore[import-untyped]

        try:
            self._ole: Any = olefile.OleFileIO(handle)
            self.paths = ["/".join(path) for path in self._ole.listdir(streams=True, storages=True)]
        except FAULTS as error:
            code = problem("R-TRUNCATED", "read", format=NAMES["other"], at="", n=0)
            raise ReadError(code) from error

    @property
    def kind(self) -> Kind:
        """What it is."""
        tops = {path for path in self.paths if "/" not in path}
        return next((kind for name, kind in _STREAMS if name in tops), "other")

    def exists(self, path: str) -> bool:
        return path in self._known

    @property
    def _known(self) -> frozenset[str]:
        return frozenset(self.paths)

    def below(self, prefix: str) -> list[str]:
        """Names directly within a storage ('' for the root)."""
        start = f"{prefix}/" if prefix else ""
        names = (path[len(start) :] for path in self.paths if path.startswith(start))
        return [name for name in names if name and "/" not in name]

    def stream(self, path: str) -> bytes:
        """The bytes of a stream; b'' where there is none. ReadError where it is damaged or too large."""
        if path not in self.paths:
            return b""
        try:
            if self._ole.get_size(path) > MAX_STREAM:
                raise ReadError(problem("R-LIMIT", "read", format=NAMES["other"], limit=f"{MAX_STREAM >> 20} MiB"))
            with self._ole.openstream(path) as handle:
                data: bytes = handle.read()
        except FAULTS as error:
            raise ReadError(problem("R-RECORD", "read", why="a damaged stream")) from error
        return data

    def close(self) -> None:
        self._ole.close()
