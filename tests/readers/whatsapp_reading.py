"""Reading a text as a WhatsApp export, for the tests of that reader."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from triage.model import Head, Problem, Read, ReadContext, Tally, Unit
from triage.problems import ReadError
from triage.readers.whatsapp_txt import READER


class Bytes:
    """A Blob in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)
        self.sha256 = hashlib.sha256(data).hexdigest()

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data)

    def path(self) -> Path:
        raise NotImplementedError


def read_all(text: str | bytes, path: str = "chat.txt", zone: str | None = None) -> list[Read]:
    """Everything the reader yields; a ReadError becomes its Problem."""
    data = text.encode() if isinstance(text, str) else text
    found: list[Read] = []
    try:
        for value in READER.read(Bytes(data), ReadContext(source="s", path=path, zone=zone)):
            found.append(value)
    except ReadError as error:
        found.append(error.problem)
    return found


def units(found: Iterable[Read]) -> list[Unit]:
    return [value for value in found if isinstance(value, Unit)]


def codes(found: Iterable[Read]) -> list[str]:
    return [value.code for value in found if isinstance(value, Problem)]


def tally(found: Iterable[Read], what: str) -> int:
    return sum(value.n for value in found if isinstance(value, Tally) and value.what == what)


def detect(text: str | bytes, name: str = "notes.txt") -> int:
    data = text.encode() if isinstance(text, str) else text
    return READER.detect(Head(name=name, size=len(data), start=data[: 1 << 16]))
