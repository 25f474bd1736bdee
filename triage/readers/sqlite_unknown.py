"""Any SQLite database that no reader claimed: asked once more by its whole schema, else listed.

`detect` of the other readers sees 64 KiB; the table that gives a format away may be described further back. Here every
format looks at the real schema; the best one reads the file (the fact `read_as` says which). A database that none
knows becomes one `note` unit with its tables and their numbers of rows, so that nothing is silent; its rows are
counted (`rows_not_read`) and not read.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Blob, Head, Read, ReadContext, Reader, SourceFact
from triage.readers import (
    android_calls,
    android_contacts,
    android_sms,
    ios_calls,
    ios_contacts,
    ios_sms,
    kik_db,
    skype_db,
    viber_db,
    whatsapp_contacts,
    whatsapp_ios,
    whatsapp_ios_book,
    whatsapp_msgstore,
)  # fmt: skip
from triage.readers.sqlite_evidence import MAGIC, Opened
from triage.readers.sqlite_reader import MEDIA_TYPE, Format, listing, read_opened
from triage.readers.sqlite_rows import Rows
from triage.readers.sqlite_views import read_views

FORMS: tuple[Format, ...] = (
    whatsapp_msgstore.FORM,
    whatsapp_ios.FORM,
    ios_sms.FORM,
    skype_db.FORM,
    android_sms.FORM,
    ios_calls.FORM,
    ios_contacts.FORM,
    kik_db.FORM,
    whatsapp_contacts.FORM,
    whatsapp_ios_book.FORM,
    viber_db.FORM,
    android_contacts.FORM,
    android_calls.FORM,
)
NOTHING = Format(name="sqlite_unknown", version="1", shapes=(), records=(), units=lambda rows, _ctx: listing(rows))
SCORE = 10


def detect(head: Head) -> int:
    """By the magic bytes alone."""
    return SCORE if head.start.startswith(MAGIC) else 0


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """As the best of the known formats, else as a list of tables."""
    yield from read_views(blob, ctx, _read_opened)


def _read_opened(opened: Opened, ctx: ReadContext) -> Iterator[Read]:
    rows = Rows(opened)
    score, best = max(((form.fits(rows), -n) for n, form in enumerate(FORMS)), default=(0, 0))
    form = FORMS[-best] if score else NOTHING
    if score:
        yield SourceFact(key="read_as", value=form.name)
    yield from read_opened(form, opened, ctx)


READER = Reader(name="sqlite_unknown", version="1", media_type=MEDIA_TYPE, detect=detect, read=read)
