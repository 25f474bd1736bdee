"""OLE2 compound files: Outlook messages are read; protected and older Office documents are listed with the reason.

The fact `read_as` says what the file is. A message (.msg) becomes an `email` unit as other mail does (`mail_units`);
messages attached to it are records of their own, their files items (`triage.containers.ole_files`). The body is the
plain text, else the HTML, else the compressed RTF. A document with a password (OOXML is then no ZIP) is `R-LOCKED`;
Word, Excel and PowerPoint before 2007 are `R-NOT-READ`.

Source: MS-OXMSG, MS-OXPROPS; `triage.formats.msg_store`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from triage.formats.mail_parts import bytes_text, tree_of
from triage.formats.msg_store import MsgMessage, Node, messages_of, unpacked_rtf
from triage.formats.ole_storage import MAGIC, NAMES, Storage
from triage.model import NO_TIME, Blob, Head, Moment, Read, ReadContext, Reader, SourceFact, Tally
from triage.problems import ReadError, problem
from triage.readers.mail_units import Detail, Letter, Party, letter_units, parties
from triage.readers.rtf_text import html_of_rtf
from triage.timestamps import from_filetime

_REMEDY = "Save it in the present format with an office program, then run again on the copy beside the original."


def detect(head: Head) -> int:
    """By the signature; what it holds shows only when it is opened."""
    return 70 if head.start.startswith(MAGIC) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The messages of an Outlook file; a Problem for anything else."""
    with blob.open() as handle:
        try:
            storage = Storage(handle)
        except ReadError:
            yield Tally(what="records", n=0)
            raise
        try:
            yield SourceFact(key="read_as", value=NAMES[storage.kind])
            if storage.kind == "msg":
                yield from _messages(storage)
                return
            yield Tally(what="records", n=0)
            if storage.kind == "locked":
                raise ReadError(problem("R-LOCKED", "read", format="Office document"))
            raise ReadError(problem("R-NOT-READ", "read", format=NAMES[storage.kind], remedy=_REMEDY))
        finally:
            storage.close()


def _messages(storage: Storage) -> Iterator[Read]:
    counts: Counter[str] = Counter()
    for message in messages_of(storage):
        letter = _letter(message)
        counts["records"] += 1
        counts["attachments"] += len(letter.attachments)
        for n, unit in enumerate(letter_units(letter)):
            counts["extra_units"] += n > 0
            yield unit
        if message.lost:
            yield problem("R-RECORD", "read", letter.locator, why="an attachment that is a reference or an object")
        if not message.node.fixed:
            yield problem("R-TRUNCATED", "read", letter.locator, format=NAMES["msg"], at="", n=message.number - 1)
    for what in ("records", "extra_units", "attachments"):
        yield Tally(what=what, n=counts[what])


def _letter(message: MsgMessage) -> Letter:
    node = message.node
    headers = tree_of(bytes_text(node.text(0x007D).encode("utf-8", "replace"), "utf-8").encode("utf-8"))
    when, time_from = _time(node)
    plain, html = _bodies(node)
    detail: Detail = {"inside": f"msg={message.inside}"} if message.inside else {}
    if time_from:
        detail["time_from"] = time_from
    if relays := headers.every("received"):
        detail |= {"relays": len(relays), "newest_relay": " ".join(relays[0].split())[:500]}
    if origin := headers.first("x-originating-ip"):
        detail["originating_ip"] = origin[:100]
    flags = {"draft"} if (node.whole(0x0E07) or 0) & 8 else set()
    return Letter(
        locator=f"msg={message.number}",
        subject=" ".join(node.text(0x0037).split()),
        sender=_sender(node, headers.every("from")),
        recipients=_recipients(node, [*headers.every("to"), *headers.every("cc")]),
        when=when,
        plain=plain,
        html=html,
        attachments=tuple(f"{message.number}/{file.name}" for file in message.files),
        native_id=node.text(0x1035).strip().strip("<>") or headers.first("message-id").strip("<>"),
        reply_to=node.text(0x1042).strip().strip("<>"),
        flags=flags,
        detail=detail,
    )


def _time(node: Node) -> tuple[Moment, str]:
    """When it was sent; else delivered or made, and that word."""
    for number, word in ((0x0039, ""), (0x0E06, "delivery"), (0x3007, "creation of the file")):
        if value := node.filetime(number):
            return from_filetime(value), word
    return NO_TIME, ""


def _bodies(node: Node) -> tuple[str, str]:
    plain = node.text(0x1000).replace("\r\n", "\n").replace("\r", "\n")
    html = _bytes(node, 0x1013)
    if html:
        return plain, bytes_text(html, "utf-8")
    if text := node.text(0x1013):
        return plain, text
    if plain.strip():
        return plain, ""
    return html_of_rtf(unpacked_rtf(_bytes(node, 0x1009)))


def _bytes(node: Node, number: int) -> bytes:
    try:
        return node.data(number)
    except ReadError:
        return b""


def _sender(node: Node, fields: list[str]) -> Party:
    name = " ".join((node.text(0x0C1A) or node.text(0x0042)).split())
    for number in (0x5D01, 0x5D02, 0x0C1F, 0x0065):
        if "@" in (address := node.text(number).strip()):
            return Party("" if name == address else name, address)
    stated = parties(fields[:1])
    return stated[0] if stated else Party(name, "")


def _recipients(node: Node, fields: list[str]) -> list[Party]:
    found = []
    for one in node.children("__recip_version1.0_#"):
        name = " ".join(one.text(0x3001).split())
        address = next((a for n in (0x39FE, 0x3003) if "@" in (a := one.text(n).strip())), "")
        found.append(Party("" if name == address else name, address))
    return [one for one in found if one.shown] or parties(fields)


READER = Reader(name="ole_file", version="1", media_type="application/x-ole-storage", detect=detect, read=read)
