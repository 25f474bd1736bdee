"""The files inside an office document, as items of their own: `plan.docx!/word/media/image1.png`.

Pictures, sound, embedded documents and macros; the XML parts are the document itself, which its reader reads. An
archive that only looks like a document in its first members is listed whole.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from triage.containers import names
from triage.containers.archive import Container, Member
from triage.formats.office_package import MAX_PART, Package, office_kind
from triage.model import Blob, Head, Problem
from triage.problems import ReadError, problem


class OfficeFiles:
    """The parts that are files."""

    random_access = False

    def __init__(self, blob: Blob) -> None:
        self._handle = blob.open()
        self._package = Package(self._handle)

    def members(self) -> Iterator[Member | Problem]:
        if self._package.is_locked:
            return
        for index, name in enumerate(self._package.files()):
            path = names.clean_member(self._package.names[name])
            yield Member(index=index, path=path, size=self._package.size(name))

    def open(self, member: Member) -> BinaryIO:
        name = self._package.files()[member.index]
        data = self._package.part(name, MAX_PART)
        if name in self._package.damaged:
            raise ReadError(problem("C-MEMBER", "container", format="office document"))
        return io.BytesIO(data)

    def close(self) -> None:
        self._package.close()
        self._handle.close()


def detect(head: Head) -> int:
    return 88 if office_kind(head.start) else 0


def _container(reader: str) -> Container:
    return Container(
        name=f"{reader}_files",
        version="1",
        media_type="application/zip",
        detect=detect,
        open=OfficeFiles,
        beside=reader,
    )


CONTAINERS = tuple(map(_container, ("docx", "pptx", "odf", "xlsx", "table_xlsx")))
