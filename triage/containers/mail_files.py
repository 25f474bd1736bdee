"""The files that messages carry, as items of their own: `mail.eml!/1/photo.jpg`, `box.mbox!/17/contract.pdf`.

The number is that of the message. The `mail` reader reads the messages themselves and ties these files to them; what
is wrong with a mailbox it says too. Attached messages are files (`.eml`) and are read in turn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from triage.containers import names
from triage.containers.archive import MAX_MEMBERS, Container, Member
from triage.formats.mail_parts import files_of, tree_of
from triage.formats.mail_store import mail_score, stored_messages
from triage.model import Blob, Head, Problem
from triage.problems import problem


class MailFiles:
    """Sequential: a mailbox is read from its beginning, one message in memory at a time."""

    random_access = False

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._current = b""

    def members(self) -> Iterator[Member | Problem]:
        index = 0
        with self._blob.open() as handle:
            for stored in stored_messages(handle):
                for name, part in files_of(tree_of(stored.data)):
                    if index >= MAX_MEMBERS:
                        yield problem("C-LIMIT", "container", limit=f"{MAX_MEMBERS:,} members")
                        return
                    self._current = part.data()
                    path = names.encode(f"{stored.number}/{name}")
                    yield Member(index=index, path=path, size=len(self._current))
                    index += 1

    def open(self, member: Member) -> BinaryIO:
        return io.BytesIO(self._current)

    def close(self) -> None:
        """Nothing is held open."""


def detect(head: Head) -> int:
    return mail_score(head.start)


CONTAINER = Container(
    name="mail_files", version="1", media_type="message/rfc822", detect=detect, open=MailFiles, beside="mail"
)
