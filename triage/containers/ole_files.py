"""The files that an Outlook message carries, as items of their own: `letter.msg!/1/photo.jpg`.

The number is that of the message; messages attached to it have numbers of their own and are read with it
(`triage.readers.ole_file`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from triage.containers import names
from triage.containers.archive import MAX_MEMBERS, Container, Member
from triage.formats.msg_store import Attached, messages_of
from triage.formats.ole_storage import MAGIC, Storage
from triage.model import Blob, Head, Problem


class OleFiles:
    """The attachments of an Outlook message; nothing of any other compound file."""

    random_access = False

    def __init__(self, blob: Blob) -> None:
        self._handle = blob.open()
        self._storage = Storage(self._handle)
        self._files: list[tuple[int, Attached]] = []
        if self._storage.kind == "msg":
            messages = messages_of(self._storage)
            self._files = [(message.number, file) for message in messages for file in message.files]

    def members(self) -> Iterator[Member | Problem]:
        for index, (number, file) in enumerate(self._files[:MAX_MEMBERS]):
            yield Member(index=index, path=names.encode(f"{number}/{file.name}"), size=-1)

    def open(self, member: Member) -> BinaryIO:
        return io.BytesIO(self._files[member.index][1].node.data(0x3701))

    def close(self) -> None:
        self._storage.close()
        self._handle.close()


def detect(head: Head) -> int:
    return 70 if head.start.startswith(MAGIC) else 0


CONTAINER = Container(
    name="ole_files", version="1", media_type="application/x-ole-storage", detect=detect, open=OleFiles,
    beside="ole_file",
)  # fmt: skip
