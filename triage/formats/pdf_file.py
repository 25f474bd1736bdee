"""Opening a PDF with PDFium (through pypdfium2), with the passwords that were supplied; the files embedded in it.

PDFium repairs damaged cross-reference tables itself; what it cannot load is reported as damaged or protected. A
document with an owner password alone opens without one.

Source: ISO 32000-1 (7.6 encryption, 7.11.4 embedded files). Refused: portfolios' navigators, XFA forms.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable
from typing import Any, BinaryIO

from triage.formats.mail_parts import unique_name
from triage.problems import ReadError, problem

FORMAT = "PDF"
MAX_EMBEDDED = 10_000
MAX_EMBEDDED_BYTES = 256 << 20
_START = re.compile(rb"%PDF-\d\.\d|%!PS-Adobe-\d\.\d PDF-\d\.\d")


def pdf_score(start: bytes) -> int:
    """The header at the start; elsewhere within the first 1,024 bytes, where readers accept it, with objects behind."""
    found = _START.search(start[:1024])
    if found is None:
        return 0
    if not start[: found.start()].strip(b"\xef\xbb\xbf\0\t\r\n "):
        return 90
    return 60 if b" obj" in start[found.end() :] else 0


PdfError = RuntimeError
"""What `pypdfium2.PdfiumError` is one of; the library itself is loaded only when used."""


def pdfium() -> Any:
    """The library: a few megabytes of native code."""
    import pypdfium2  # type: ignore[import-untyped]  # it has annotations but does not declare them

    return pypdfium2


def open_pdf(handle: BinaryIO, size: int, passwords: Iterable[str] = ()) -> Any:
    """The document. Raises ReadError where it is damaged or no password opens it."""
    for password in (None, *passwords):
        try:
            return pdfium().PdfDocument(handle, password=password)
        except PdfError as error:
            locked = getattr(error, "err_code", None) == pdfium().raw.FPDF_ERR_PASSWORD
        if not locked:
            break
        handle.seek(0)
    if locked:
        raise ReadError(problem("R-LOCKED", "read", format=FORMAT))
    raise ReadError(
        problem("R-TRUNCATED" if _is_cut(handle, size) else "R-MALFORMED", "read", format=FORMAT, at="", n=0)
    )


def _is_cut(handle: BinaryIO, size: int) -> bool:
    """No end mark in the last bytes."""
    handle.seek(max(0, size - 2048))
    return b"%%EOF" not in handle.read()


def has_end(handle: BinaryIO, size: int) -> bool:
    """Whether the file ends as a PDF does."""
    return not _is_cut(handle, size)


def embedded_count(document: Any) -> int:
    return max(0, min(int(document.count_attachments()), MAX_EMBEDDED))


def embedded_names(document: Any) -> list[str]:
    """Names of the embedded files as they are listed, in the document's order; no two alike."""
    taken: set[str] = set()
    names = []
    for n in range(embedded_count(document)):
        try:
            stated = document.get_attachment(n).get_name()
        except (PdfError, UnicodeDecodeError):
            stated = ""
        names.append(unique_name(stated.replace("\0", ""), n + 1, "", taken))
    return names


def embedded_data(document: Any, number: int) -> bytes:
    """The bytes of an embedded file; ReadError where they are damaged or too many."""
    raw = pdfium().raw
    attachment = document.get_attachment(number)
    size = ctypes.c_ulong()
    if not raw.FPDFAttachment_GetFile(attachment, None, 0, size):
        raise ReadError(problem("C-MEMBER", "container", format=FORMAT))
    if size.value > MAX_EMBEDDED_BYTES:
        raise ReadError(problem("C-LIMIT", "container", limit=f"{MAX_EMBEDDED_BYTES >> 20} MiB for an embedded file"))
    buffer = ctypes.create_string_buffer(size.value)
    if not raw.FPDFAttachment_GetFile(attachment, buffer, size.value, size):
        raise ReadError(problem("C-MEMBER", "container", format=FORMAT))
    return buffer.raw[: size.value]
