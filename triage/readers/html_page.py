"""Any HTML page that no other reader knows: its visible text, and apart from it the text it would not show.

`note` units of whole lines, at most 100 lines or 8,000 characters (locator `line=3-40`, the lines of the source);
hidden text is flagged `hidden_text`. Behind a link stands its target. What is text and what is hidden: `html_text`.
The title is a fact of the page and stands in its first unit's detail.

Source: HTML Living Standard. Refused: scripts, styles, comments (counted); nothing is run or fetched.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from triage.model import Blob, Head, Read, ReadContext, Reader, Tally, Unit
from triage.problems import problem
from triage.readers.html_text import MAX_TAG, HtmlText, Line
from triage.readers.text_encoding import SAMPLE, Encoding, find_encoding, sniff

MAX_LINES, MAX_CHARS = 100, 8_000
_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_TAGS = re.compile(r"<(?:p|div|br|table|tr|td|span|a|li|ul|h[1-6]|meta|title|font|b|i)\b[^<>]*>", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def detect(head: Head) -> int:
    """A document's start, or several of the usual tags."""
    if b"<" not in head.start[:4096]:
        return 0
    text = head.start[:16384].decode(sniff(head.start) or "cp1252", "replace").lstrip("\ufeff")
    if _START.match(text):
        return 15
    begins = text.lstrip()[:1] == "<" and not text.lstrip().startswith("<?xml")
    return 8 if begins and len(_TAGS.findall(text)) >= 3 else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Units in the page's order, then the accounts."""
    parser = HtmlText()
    n = hidden = 0
    with blob.open() as handle:
        sample = handle.read(SAMPLE)
        encoding = _encoding(handle, sample)
        handle.seek(0)
        for unit in _units(parser.lines(_texts(handle, encoding.codec))):
            n += 1
            hidden += "hidden_text" in unit.flags
            yield replace(unit, detail={"title": parser.title}) if n == 1 and parser.title else unit
    if encoding.basis != "proved":
        at = f" (first at byte {encoding.first_bad})"
        yield problem("R-ENCODING", "read", encoding="UTF-8", at=at, used=encoding.codec)
    yield Tally(what="records", n=n)
    yield Tally(what="hidden_texts", n=hidden)
    yield Tally(what="comments_not_read", n=parser.comments)
    where = f"line={parser.getpos()[0]}"
    if parser.problem_kind == "limit":
        yield problem("R-LIMIT", "read", where, format="HTML page", limit=f"{MAX_TAG >> 20} MiB for one tag")
    elif parser.problem_kind or not parser.complete:
        code = "R-MALFORMED" if parser.problem_kind else "R-TRUNCATED"
        yield problem(code, "read", where, format="HTML page", at=f" at line {parser.getpos()[0]}", n=n)


def _encoding(handle: BinaryIO, sample: bytes) -> Encoding:
    """A mark or valid UTF-8 decides, then what the page states, then a guess."""
    found = find_encoding(handle, sample)
    stated = _CHARSET.search(sample[:4096])
    if found.basis == "proved" or stated is None:
        return found
    try:
        name = codecs.lookup(stated[1].decode()).name
        b"".decode(name)
    except (LookupError, UnicodeError):
        return found
    return found if name == "utf-8" else Encoding(codec="cp1252" if name == "iso8859-1" else name, basis="proved")


def _texts(handle: BinaryIO, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    while block := handle.read(SAMPLE):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)


def _units(lines: Iterator[Line]) -> Iterator[Unit]:
    held: list[Line] = []
    size = part = 0
    for line in lines:
        full = len(held) >= MAX_LINES or size + len(line.text) > MAX_CHARS
        if held and (full or line.hidden != held[0].hidden):
            part += 1
            yield _unit(held, part)
            held, size = [], 0
        held.append(line)
        size += len(line.text) + 1
    if held:
        yield _unit(held, part + 1)


def _unit(held: list[Line], part: int) -> Unit:
    first, last = held[0].source_line, held[-1].source_line
    lines = f"line={first}" if first == last else f"line={first}-{last}"
    flags = ("hidden_text",) if held[0].hidden else ()
    return Unit(origin="note", locator=f"{lines};part={part}", text="\n".join(x.text for x in held), flags=flags)


READER = Reader(name="html_page", version="1", media_type="text/html", detect=detect, read=read)
