"""Cellebrite `report.xml`, the XML report that a UFDR carries, as a stream.

Format: root `project` (namespace `http://pa.cellebrite.com/report/2.0` in newer versions, another or none in older
ones) with the extraction's metadata, the tagged files with their hashes, and decoded models. A fragment whose root
is a `decodedData`, `modelType` or `model` element is read the same way. What the report says is the vendor's
decoding: each unit names the decoder, and the vendor's pointer into the device's own data where it is given.

Read: chats with their participants, instant messages, SMS, MMS, e-mail, calls, contacts, accounts, locations,
searches, notes, pages, masts and a few more (`ufed_records`); every other type is counted and named. Refused:
document types and entities; a protected report (no XML at all) is reported as locked.

Sources: public parsers' descriptions (IPED, UFEDLib, CASE UFED-XML) and a published fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.model import Blob, Head, Read, ReadContext, Reader, SourceFact, Tally
from triage.problems import ReadError, problem
from triage.readers.text_encoding import looks_like_text, sniff
from triage.readers.ufed_device import decoder_of, fact_of, hashes_of
from triage.readers.ufed_messages import message_units
from triage.readers.ufed_model import Event, Finished, Item, Model, Root, TaggedFile
from triage.readers.ufed_pointers import read_pointers
from triage.readers.ufed_records import participant_units, record_units
from triage.readers.ufed_report import Report
from triage.readers.ufed_tree import Tree
from triage.readers.xml_legal import LegalBlocks, is_utf8
from triage.readers.xml_stream import blocks_of

FORMAT = "UFED report"
_MESSAGES = ("InstantMessage", "SMS", "MMS", "Email", "ChatActivity")
_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>|\s)*", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(project|model|modelType|decodedData)(?=[\s>])([^>]*)")
_SIGNS = re.compile(
    r"cellebrite|reportVersion=|<(?:[\w.-]+:)?(?:decodedData|taggedFiles|sourceExtractions|modelType)\b"
)


def detect(head: Head) -> int:
    """By the root element and the vendor's own words near it; bytes that are no text at all by the report's name."""
    text = _opening(head.start)
    if text is None:
        return 60 if head.name.lower() == "report.xml" and not looks_like_text(head.start) and head.size else 0
    root = _ROOT.match(text, _prolog_end(text))
    if root is None:
        return 0
    if root[1] == "project":
        return 95 if _SIGNS.search(text) else 0
    return 90 if "type=" in root[2] and ("deleted_state=" in text or 'field name="' in text) else 0


def _opening(start: bytes) -> str | None:
    """The beginning as text, or None where it does not begin like XML."""
    codec = sniff(start) or "latin-1"
    text = start.decode(codec, "replace").lstrip("\ufeff")
    return text if text.lstrip()[:1] == "<" else None


def _prolog_end(text: str) -> int:
    found = _PROLOG.match(text)
    return found.end() if found else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Facts of the device, vendor hashes, conversations and units in the report's order; then the accounts."""
    with blob.open() as handle:
        start = handle.read(1 << 16)
        if _opening(start) is None:
            yield Tally(what="records", n=0)
            raise ReadError(problem("R-LOCKED", "read", format=FORMAT))
        report = Report(read_pointers(handle))
        tree, legal = Tree(), LegalBlocks()
        handle.seek(0)
        blocks = legal.of(blocks_of(handle)) if is_utf8(start) else blocks_of(handle)
        for event in tree.stream.events(blocks):
            yield from _reads(event, report)
    if (chat := tree.open_chat()) is not None:
        yield from _announce(chat, report)
    if legal.replaced:
        yield problem("R-ILLEGAL-CHARS", "read", n=legal.replaced)
    yield from _accounts(tree, report)


def _reads(event: Event, report: Report) -> Iterator[Read]:
    if isinstance(event, Model):
        yield from _model(event, report)
    elif isinstance(event, Finished):
        yield from _announce(event.chat, report)
    elif isinstance(event, TaggedFile):
        report.tallies["tagged_files"] += 1
        yield from hashes_of(event)
    else:
        yield from _fact(event, report)


def _fact(event: Item | Root, report: Report) -> Iterator[Read]:
    if decoder := decoder_of(event):
        if not (isinstance(event, Root) and report.decoder):
            report.decoder = decoder
        yield SourceFact(key="decoded_by", value=decoder)
    if isinstance(event, Item):
        if (fact := fact_of(event)) is not None:
            yield fact
    elif event.name == "project" and (name := event.attributes.get("name", "")):
        yield SourceFact(key="report_name", value=name)


def _announce(chat_model: Model, report: Report) -> Iterator[Read]:
    """The chat's hints and its participants, before its first message (or at its end where it has none)."""
    chat = report.chat(chat_model)
    if chat.announced:
        return
    chat.announced = True
    report.tallies["chats"] += 1
    yield chat.conversation()
    yield from participant_units(chat_model, chat, report)


def _model(model: Model, report: Report) -> Iterator[Read]:
    if model.type in _MESSAGES:
        chat = None
        if model.chat is not None:
            yield from _announce(model.chat, report)
            chat = report.chat(model.chat)
        yield from message_units(model, report, chat)
        return
    units = record_units(model, report)
    if units is None:
        report.unread[model.type if re.fullmatch(r"[A-Za-z]{1,60}", model.type) else "other"] += 1
        return
    yield from units


def _accounts(tree: Tree, report: Report) -> Iterator[Read]:
    """Problems, then tallies; raises where the fault left nothing that was read."""
    lost = sum(report.unread.values())
    if tree.stream.has_doctype:
        yield problem("R-DTD", "read", n=report.records)
    if lost:
        yield problem("R-OTHER-RECORDS", "read", records=lost, n=lost, kinds=len(report.unread))
    if tree.too_deep:
        yield problem("R-RECORD", "read", records=tree.too_deep, why="models nested too deep")
    if tree.stream.cut_texts:
        yield problem("R-LIMIT", "read", format="value of a field", limit="4,000,000 characters")
    if report.bad_times:
        yield problem("R-DATE-VALUE", "read", n=report.bad_times)
    fault = tree.stream.fault
    begun = tree.unfinished() if fault else 0
    yield Tally(what="records", n=report.records + lost + tree.too_deep + begun)
    yield Tally(what="extra_units", n=report.extra)
    for what, n in sorted(report.tallies.items()):
        yield Tally(what=what, n=n)
    for kind, n in sorted(report.unread.items()):
        yield Tally(what=f"model:{kind}", n=n)
    if fault is not None:
        trouble = fault.problem(FORMAT, report.records, records=begun)
        if report.records == 0:
            raise ReadError(trouble)
        yield trouble


READER = Reader(name="ufed_xml", version="2", media_type="application/xml", detect=detect, read=read)
