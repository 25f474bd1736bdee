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
A message of more than 16 Mi characters is cut there and reported. An export holds about the newest 10,000 messages with
media or 40,000 without (WhatsApp help pages): a count at that limit is told in a tally.

References: formats notes and issue threads of public parsers (Pustur/whatsapp-chat-parser, lucasrodes/whatstk,
JBGruber/rwhatsapp, rodrigogs/whats-reader); Unicode CLDR for date and time words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from triage import timestamps
from triage.model import NO_TIME, Blob, Conversation, Moment, Problem, Read, ReadContext, Reader, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.text_blocks import LineText, line_text
from triage.readers.whatsapp_detect import detect
from triage.readers.whatsapp_lines import Layout, parse_header
from triage.readers.whatsapp_names import conversation_name, participants
from triage.readers.whatsapp_rows import Row, Rows
from triage.readers.whatsapp_survey import Survey, survey
from triage.readers.whatsapp_times import Times
from triage.readers.whatsapp_words import Kind, event_kind, kind_of, needs_look, notice_heads, shown_name, stubs

_FORMAT = "WhatsApp export"
_LIMITS = (10_000, 40_000)
_REMEDY = "Ask for the original export, or send a few of its first lines with the names changed."
_TALLIES = {
    "media_omitted": "media_omitted",
    "deleted_stub": "deleted_stubs",
    "edited": "edited",
    "view_once": "view_once",
    "null_text": "null_texts",
    "missed": "missed_calls",
    "number_change": "number_changes",
    "timer_change": "timer_changes",
    "quoted_header": "quoted_headers",
}


def read(blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """Two readings: the survey proves layout and names, the second yields units in file order."""
    if not blob.size:
        raise ReadError(problem("R-EMPTY", "read"))
    text = line_text(blob)
    if text.guessed:
        yield text.guessed
    found = survey(blob, text)
    if not found.records:
        raise ReadError(problem("R-UNKNOWN-FORM", "read", format=_FORMAT, remedy=_REMEDY))
    name = conversation_name(ctx.path, found.notice_name)
    yield Conversation(name=name, participants=participants(found.counts, found.longer, found.names))
    yield from _Reading(found, name, ctx.zone).run(blob, text)


class _Reading:
    """The second reading of one export."""

    def __init__(self, found: Survey, conversation: str, zone: str | None) -> None:
        self.found = found
        self.conversation = conversation
        self.times = Times(found, zone)
        self.flags: Counter[str] = Counter()
        self.records = self.attachments = 0
        self.previous = ""
        """Local time of the last header that is not quoted."""
        self._kept: tuple[str, Moment] = ("", NO_TIME)
        self._rare = max(3, found.records // 100)

    def run(self, blob: Blob, text: LineText) -> Iterator[Read]:
        rows = Rows(self.found.pattern())
        known, heads, split = stubs(), notice_heads(), self.times.is_split(self.found.main_layout)
        plain: dict[str | None, str] = {n: shown_name(n) for n, endings in self.found.names.items() if endings == ()}
        line = 1
        for batch in rows.batches(text.blocks(blob)):
            if batch.before:
                yield from self._before(batch.before)
                line += batch.before.count("\n")
            for row in batch.rows:
                stamp, date, clock, _, name, _, body = row
                end = line + (body.count("\n") if "\n" in body else 0)
                if stamp and date and clock and name in plain and not split and not needs_look(body, known, heads):
                    yield self._typed(stamp, date, clock, plain[name], body, line, end)
                else:
                    yield self._unit(row, line, end)
                line = end + 1
            if batch.cut_lines:
                line += batch.cut_lines
                why = "longer than 16,777,216 characters; its beginning was read"
                yield problem("R-RECORD", "read", f"line={line - 1}", why=why)
        yield from self._accounts(text)

    def _typed(self, stamp: str, date: str, clock: str, name: str, body: str, line: int, end: int) -> Unit:
        """The short way for a plain message of the file's own form."""
        kept, when = self._kept
        layout = self.found.main_layout
        if stamp != kept and layout is not None:
            when = self.times.moment(layout, stamp, date, clock, line)
            self._kept = (stamp, when)
        flags: tuple[str, ...] = ()
        local = when.local
        if local is None:
            self.times.count(when, line)
        elif local < self.previous or timestamps.is_absurd(when):
            flags = self._time_flags(when, name)
            self.flags.update(flags)
        if "quoted_header" not in flags:
            self.previous = local or self.previous
        self.records += 1
        return Unit(
            origin="message",
            locator=f"line={line}" if line == end else f"line={line}-{end}",
            text=body,
            app="WhatsApp",
            conversation=self.conversation,
            sender=name,
            when=when,
            flags=flags,
        )

    def _unit(self, row: Row, line: int, end: int) -> Unit:
        """Any other record: foreign layout, long name, no name, marks or words of the app."""
        layout, stamp, date, clock = self._header(row)
        when = self.times.moment(layout, stamp, date, clock, line)
        self.times.count(when, line)
        name, body = self._split_name(row[4] or "", row[5] or "", row[6])
        kind = kind_of(body, app_marks=self.found.app_marks, omitted=self.found.omitted) if name else event_kind(body)
        flags = {*kind.flags, *self._time_flags(when, name)}
        if layout != self.found.main_layout and len(self.found.layouts) > 1 and self._is_rare(layout):
            flags.add("quoted_header")
        if "quoted_header" not in flags:
            self.previous = when.local or self.previous
        return self._made(kind, when, name, body, tuple(sorted(flags)), f"{line}" if line == end else f"{line}-{end}")

    def _made(self, kind: Kind, when: Moment, name: str, body: str, flags: tuple[str, ...], lines: str) -> Unit:
        self.records += 1
        self.attachments += len(kind.attachments)
        self.flags.update(flags)
        self.flags[kind.origin] += 1
        return Unit(
            origin=kind.origin,
            locator=f"line={lines}",
            text=body,
            app="WhatsApp",
            conversation=self.conversation,
            sender=shown_name(name),
            when=when,
            deleted=kind.deleted,
            flags=flags,
            attachments=kind.attachments,
        )

    def _split_name(self, name: str, colon: str, body: str) -> tuple[str, str]:
        """The name and the text, for names that hold a colon, are no names, or stand without a blank."""
        if not name:
            tight, mark, rest = body.partition(":")
            return (tight, rest) if mark and rest and "\n" not in tight and self.found.counts.get(tight) else ("", body)
        endings = self.found.names.get(name, ())
        if endings is None:
            return "", name + colon + body
        for ending in endings:
            if body.startswith(ending + ":"):
                rest = body[len(ending) + 1 :]
                return f"{name}: {ending}", rest[1:] if rest.startswith(" ") else rest
        if endings and body.startswith(tuple(f"{e} " for e in endings)):
            return "", name + colon + body
        return name, body

    def _time_flags(self, when: Moment, name: str) -> tuple[str, ...]:
        flags = []
        if timestamps.is_absurd(when):
            flags.append("absurd_time")
        if name and when.local and when.local < self.previous and self.found.counts.get(name) == 1:
            flags.append("quoted_header")
        return tuple(flags)

    def _header(self, row: Row) -> tuple[Layout, str, str, str]:
        """Layout, stamp, date and time of a row's header, of the file's own form or another."""
        stamp, date, clock, general, *_ = row
        if stamp and self.found.main_layout:
            return self.found.main_layout, stamp, date or "", clock or ""
        header = parse_header(general or "")
        if header is None:  # the pattern and the grammar are made of the same parts
            raise ReadError(problem("R-UNKNOWN-FORM", "read", format=_FORMAT, remedy=_REMEDY))
        return header.layout, header.stamp, header.date, header.clock

    def _is_rare(self, layout: Layout) -> bool:
        return self.found.layouts.get(layout, 0) <= self._rare

    def _before(self, text: str) -> Iterator[Unit]:
        """Lines before the first header, where there is more than blanks."""
        last = text.count("\n")
        if text.strip():
            self.flags["note"] += 1
            lines = "line=1" if last == 1 else f"line=1-{last}"
            yield Unit(
                origin="note",
                locator=lines,
                text=text[1:],
                app="WhatsApp",
                conversation=self.conversation,
                flags=("before_first_header",),
            )

    def _accounts(self, text: LineText) -> Iterator[Problem | Tally]:
        yield from self.times.problems(self.records)
        if text.cut:
            yield problem("R-TRUNCATED", "read", format=_FORMAT, at=" (inside a character)", n=self.records)
        yield Tally(what="records", n=self.records)
        yield Tally(what="extra_units", n=self.flags["note"])
        for flag, what in _TALLIES.items():
            if self.flags[flag]:
                yield Tally(what=what, n=self.flags[flag])
        if self.attachments:
            yield Tally(what="attachments", n=self.attachments)
        if undated := self.times.undecided + self.times.invalid:
            yield Tally(what="undated", n=undated)
        if any(abs(self.records - limit) <= limit // 200 for limit in _LIMITS):
            yield Tally(what="at_export_limit", n=self.records)
        if text.open_end:
            yield Tally(what="open_last_line", n=1)


READER = Reader(name="whatsapp_txt", version="1", media_type="text/x-whatsapp-export", detect=detect, read=read)
