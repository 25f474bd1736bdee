"""E-mail as text: one message (`.eml`, `.emlx`, `.mht`) or a mailbox (`mbox`), whatever the file is called.

Every message is one `email` unit (`mail_units`), its locator the number of the message and its lines in the file. The
files it carries are items of their own (`triage.containers.mail_files`), named by the unit as `number/name`. The time
is that of the `Date` field, which is the sender's claim; without one that of the last relay (`Received`) or of the
mailbox, and `time_from` says so. The relays are counted, the newest is kept in words. Direction: by Gmail's labels,
or by the account that the message was delivered to.

Format: `triage.formats.mail_store` and `mail_parts` with their sources; X-Gmail-Labels as Google Takeout writes it.
Not read: signatures and encryption (S/MIME, PGP; such parts are files), calendar parts (files).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from triage.formats.mail_parts import Part, Tree, bytes_text, files_of, tree_of
from triage.formats.mail_store import MAX_MESSAGE, Stored, mail_score, stored_messages
from triage.model import Blob, Direction, Head, Moment, Read, ReadContext, Reader, Tally
from triage.problems import ReadError, problem
from triage.readers.mail_dates import mail_time
from triage.readers.mail_units import MAX_DETAIL, Detail, Letter, Party, letter_units, parties

FORMAT = "mailbox"
_LOCKED = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"))
_SENT = frozenset(
    ("sent", "enviados", "enviado", "envoyés", "messages envoyés", "gesendet", "posta inviata", "inviati")
)
_ID = re.compile(r"<([^<>]{1,1000})>")


def detect(head: Head) -> int:
    """By the fields that only mail has, at the very start."""
    return mail_score(head.start)


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Messages in the file's order, then the accounts."""
    counts: Counter[str] = Counter()
    with blob.open() as handle:
        for stored in stored_messages(handle):
            tree = tree_of(stored.data)
            letter = _letter(stored, tree, ctx)
            counts["records"] += 1
            counts["bad_times"] += letter.when.basis == "none" and letter.when.source != ""
            counts["attachments"] += len(letter.attachments)
            for n, unit in enumerate(letter_units(letter)):
                counts["extra_units"] += n > 0
                yield unit
            yield from _troubles(stored, tree, letter.locator)
    if counts["bad_times"]:
        yield problem("R-DATE-VALUE", "read", n=counts["bad_times"])
    for what in ("records", "extra_units", "attachments"):
        yield Tally(what=what, n=counts[what])
    if not counts["records"]:
        raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy="It holds no message."))


def _troubles(stored: Stored, tree: Tree, locator: str) -> Iterator[Read]:
    if tree.cut or stored.cut:
        at = f" at line {stored.last_line:,}"
        yield problem("R-TRUNCATED", "read", locator, format="message", at=at, n=len(tree.parts))
    if stored.oversize:
        yield problem("R-LIMIT", "read", locator, format="message", limit=f"{MAX_MESSAGE >> 20} MiB")
    if tree.limited:
        yield problem("R-LIMIT", "read", locator, format="message", limit="30 levels or 2,000 parts")
    if any(part.media_type in _LOCKED for part in tree.parts):
        yield problem("R-LOCKED", "read", locator, format="message")


def _letter(stored: Stored, tree: Tree, ctx: ReadContext) -> Letter:
    locator = f"msg={stored.number}"
    if (stored.first_line, stored.number) != (1, 1):
        locator += f";line={stored.first_line}-{stored.last_line}"
    senders = parties(tree.every("from")[:1]) or parties(tree.every("sender")[:1])
    when, time_from = _time(stored, tree, ctx.zone)
    detail = _detail(tree)
    if time_from:
        detail["time_from"] = time_from
    sender = senders[0] if senders else Party("", "")
    return Letter(
        locator=locator,
        subject=" ".join(tree.first("subject").split()),
        sender=sender,
        recipients=parties([*tree.every("to"), *tree.every("cc"), *tree.every("bcc")]),
        when=when,
        plain=_body(tree, "text/plain"),
        html=_body(tree, "text/html"),
        attachments=tuple(f"{stored.number}/{name}" for name, _ in files_of(tree)),
        native_id=_one_id(tree.first("message-id")),
        reply_to=_one_id(tree.first("in-reply-to")),
        direction=_direction(tree, sender),
        flags=_flags(tree),
        detail=detail,
    )


def _flags(tree: Tree) -> set[str]:
    flags = set() if tree.headers else {"no_headers"}
    flags |= {"truncated"} if tree.cut else set()
    return flags | ({"encrypted"} if any(part.media_type in _LOCKED for part in tree.parts) else set())


def _one_id(field: str) -> str:
    found = _ID.search(field)
    return found[1].strip() if found else field.strip()[:200]


def _time(stored: Stored, tree: Tree, zone: str | None) -> tuple[Moment, str]:
    """The moment, and which field gave it where it is not `Date`."""
    dates = tree.every("date")
    if dates and dates[0].strip():
        return mail_time(dates[0], zone), ""
    for relay in tree.every("received")[:1]:
        moment = mail_time(relay.rpartition(";")[2], None)
        if moment.at:
            return moment, "Received field"
    line = stored.envelope.partition(" ")[2]
    moment = mail_time(line, None) if line else Moment()
    return (moment, "mailbox line") if moment.basis != "none" else (Moment(), "")


def _body(tree: Tree, media: str) -> str:
    texts = [_text(part) for part in tree.parts if part.media_type == media and not part.is_file]
    return ("\n" if media == "text/html" else "\n\n").join(text for text in texts if text.strip())


def _text(part: Part) -> str:
    return bytes_text(part.data(), part.charset).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def _detail(tree: Tree) -> Detail:
    detail: Detail = {}
    kept = {"cc": "cc", "bcc": "bcc", "reply-to": "reply_to_address", "x-mailer": "program", "user-agent": "program",
            "x-originating-ip": "originating_ip", "x-gmail-labels": "labels", "importance": "importance"}  # fmt: skip
    for name, key in kept.items():
        if value := " ".join(tree.first(name).split()):
            detail[key] = value[:MAX_DETAIL]
    if relays := tree.every("received"):
        detail["relays"] = len(relays)
        detail["newest_relay"] = " ".join(relays[0].split())[:MAX_DETAIL]
    return detail


def _direction(tree: Tree, sender: Party) -> Direction | None:
    labels = {one.strip(' "').casefold() for one in tree.first("x-gmail-labels").split(",")}
    if labels & _SENT:
        return "outgoing"
    owners = {one.address.casefold() for one in parties(tree.every("delivered-to"))}
    if not owners or not sender.address:
        return None
    return None if sender.address.casefold() in owners else "incoming"


READER = Reader(name="mail", version="1", media_type="message/rfc822", detect=detect, read=read)
