"""The files embedded in a PDF, as items of their own: `offer.pdf!/contract.docx`. The `pdf` reader reads the pages."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from triage.containers import names
from triage.containers.archive import Container, Member, Opening
from triage.formats.pdf_file import embedded_data, embedded_names, open_pdf, pdf_score
from triage.model import Blob, Head, Problem


class PdfFiles:
    """One after the other; the document stays open between them."""

    random_access = False

    def __init__(self, blob: Blob, opening: Opening | None = None) -> None:
        self._handle = blob.open()
        self._document = open_pdf(self._handle, blob.size, opening.keys.passwords if opening else ())

    def members(self) -> Iterator[Member | Problem]:
        for index, name in enumerate(embedded_names(self._document)):
            yield Member(index=index, path=names.encode(name), size=-1)

    def open(self, member: Member) -> BinaryIO:
        return io.BytesIO(embedded_data(self._document, member.index))

    def close(self) -> None:
        self._document.close()
        self._handle.close()


def detect(head: Head) -> int:
    return pdf_score(head.start)


CONTAINER = Container(
    name="pdf_files",
    version="1",
    media_type="application/pdf",
    detect=detect,
    open=PdfFiles,
    unlock=PdfFiles,
    beside="pdf",
)
