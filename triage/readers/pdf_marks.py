"""What was put on a PDF page besides its text: comments, notes, links with a target, filled form fields.

Source: ISO 32000-1, 12.5.6 (annotation types), 12.6.4.7 (URI actions), 12.7.4 (fields). Refused: more than 5,000
annotations of a page.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from triage.formats.pdf_file import pdfium

MAX_MARKS = 5_000
MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One annotation that says something."""

    kind: str
    """`comment`, `link` or `form_field`."""
    text: str
    detail: dict[str, str | int | bool | None] = field(default_factory=dict)


def marks_of(page: Any) -> Iterator[Mark]:
    """The annotations of a page that hold words or a target."""
    raw = pdfium().raw
    for n in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_MARKS)):
        annotation = raw.FPDFPage_GetAnnot(page, n)
        if not annotation:
            continue
        try:
            yield from _mark(raw, page, annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _mark(raw: Any, page: Any, annotation: Any) -> Iterator[Mark]:
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_LINK:
        if target := _target(raw, page, annotation):
            yield Mark(kind="link", text=target)
        return
    if kind == raw.FPDF_ANNOT_WIDGET:
        name, value = _value(raw, annotation, b"T"), _value(raw, annotation, b"V")
        if value and value != "Off":
            yield Mark(kind="form_field", text=f"{name}: {value}" if name else value)
        return
    words, author = _value(raw, annotation, b"Contents"), _value(raw, annotation, b"T")
    if words:
        yield Mark(kind="comment", text=words, detail={"author": author[:200]} if author else {})


def _value(raw: Any, annotation: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(min(size, MAX_TEXT * 2))
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), len(buffer))
    text = buffer.raw.decode("utf-16-le", "replace").rstrip("\0").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(ch if ch.isprintable() or ch in "\n\t" else " " for ch in text).strip()


def _target(raw: Any, page: Any, annotation: Any) -> str:
    link = raw.FPDFAnnot_GetLink(annotation)
    action = raw.FPDFLink_GetAction(link) if link else None
    if not action:
        return ""
    size = raw.FPDFAction_GetURIPath(page.pdf, action, None, 0)
    if size <= 1:
        return ""
    buffer = ctypes.create_string_buffer(min(size, MAX_TEXT))
    raw.FPDFAction_GetURIPath(page.pdf, action, buffer, len(buffer))
    return buffer.raw.rstrip(b"\0").decode("utf-8", "replace").strip()
