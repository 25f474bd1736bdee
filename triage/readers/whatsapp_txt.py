"""WhatsApp "Export chat": `_chat.txt` (iOS) or `WhatsApp Chat with NAME.txt` (Android), in every locale.

**The format.** A header (date, time, sender) and a text, which goes on over the lines that follow until the next
header; nothing is escaped. Forms of headers: `whatsapp_lines`. Times are those of the exporting phone's locale and
zone, neither of which the file states: the date order is proved from the whole file or left open (`date_layouts`), and
a time becomes an instant only with a zone that the examiner stated. Nothing says whose phone it was: no direction.

**One unit a header.** Typed text, omitted media, deleted stubs, attachments, places and polls are messages; what the
app wrote is an event, with or without a name in front (`whatsapp_words`). Lines before the first header are kept as a
`note`. A header that is probably quoted inside a message keeps its own unit, flagged `quoted_header`: its layout is
foreign to the file and rare, or its name never recurs and time runs backwards there.

**The text** is what stands behind `name: `, character for character, direction marks and trailing blanks included;
only the line ends are made LF. `line=12-14` counts the lines of the file from 1, as `sed -n 12,14p` does.

**Refused:** stamps without a year or without a time (screenshots typed off, Telegram and LINE copies), and the zone.
A message of more than 4 million characters is cut there and reported. An export holds about the newest 10,000 messages
with media or 40,000 without (WhatsApp help pages): a count at that limit is told in a tally.

References: formats notes and issue threads of public parsers (Pustur/whatsapp-chat-parser, lucasrodes/whatstk,
JBGruber/rwhatsapp, rodrigogs/whats-reader); Unicode CLDR for date and time words.
"""

from __future__ import annotations

from collections.abc import Iterator

from triage.model import Blob, Conversation, Read, ReadContext, Reader
from triage.problems import ReadError, problem
from triage.readers.text_blocks import line_text
from triage.readers.whatsapp_detect import detect
from triage.readers.whatsapp_names import conversation_name, participants
from triage.readers.whatsapp_survey import survey
from triage.readers.whatsapp_units import FORMAT, REMEDY, Reading


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Two readings: the survey proves layout and names, the second yields units in file order."""
    if not blob.size:
        raise ReadError(problem("R-EMPTY", "read"))
    text = line_text(blob)
    if text.guessed:
        yield text.guessed
    found = survey(blob, text)
    if not found.records:
        raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy=REMEDY))
    name = conversation_name(ctx.path, found.notice_name)
    yield Conversation(name=name, participants=participants(found.counts, found.longer, found.names))
    yield from Reading(found, name, ctx.zone).run(blob, text)


READER = Reader(name="whatsapp_txt", version="1", media_type="text/x-whatsapp-export", detect=detect, read=read)
