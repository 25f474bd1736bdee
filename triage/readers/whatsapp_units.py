"""The second reading of a WhatsApp export: rows become units, with times, senders and flags, in file order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from triage import timestamps
from triage.model import NO_TIME, Blob, Moment, Problem, Read, Tally, Unit
from triage.problems import ReadError, problem
from triage.readers.quick_units import plain_message
from triage.readers.text_blocks import LineText
from triage.readers.whatsapp_lines import Layout, parse_header
from triage.readers.whatsapp_rows import LONGEST, Row, Rows
from triage.readers.whatsapp_survey import Survey
from triage.readers.whatsapp_times import Times
from triage.readers.whatsapp_words import HEAD, Kind, event_kind, kind_of, needs_look, notice_heads, shown_name, stubs

FORMAT = "WhatsApp export"
APP = "WhatsApp"
REMEDY = "Ask for the original export, or send a few of its first lines with the names changed."
_MOST_KINDS = 10_000
_LIMITS = (10_000, 40_000)
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


class Reading:
    """The second reading of one export."""

    def __init__(self, found: Survey, conversation: str, zone: str | None) -> None:
        self.found = found
        self.conversation = conversation
        self.times = Times(found, zone)
        self._kinds: dict[str, Kind] = {}
        self.line = 1
        self.flags: Counter[str] = Counter()
        self.records = self.attachments = 0
        self.previous = ""
        """Local time of the last header that is not quoted."""
        split = self.times.is_split(found.main_layout)
        short = () if split else (n for n, endings in found.names.items() if endings == ())
        self.plain: dict[str, str] = {name: shown_name(name) for name in short}
        """Names that need no second look, as shown; empty where the date order changes within the file's own form."""

    def run(self, blob: Blob, text: LineText) -> Iterator[Read]:
        rows = Rows(self.found.pattern())
        for batch in rows.batches(text.blocks(blob)):
            if batch.before:
                yield from self._before(batch.before)
                self.line += batch.before.count("\n")
            yield from self._batch(batch.rows)
            if batch.is_cut:
                why = f"longer than {LONGEST:,} characters; its beginning was read"
                yield problem("R-RECORD", "read", f"line={self.line - 1}", why=why)
                self.line += batch.cut_lines
        yield from self._accounts(text)

    def _batch(self, rows: Iterable[Row]) -> Iterator[Unit]:
        """Units of rows whose texts are complete.

        Over 40 lines of loop by intent: a million plain messages pass here, and each call costs as much as a field.
        """
        known, heads, plain, plain_days = stubs(), notice_heads(), self.plain, self.times.plain_days
        moment, app, conversation = self.times.main_moment, APP, self.conversation
        kept, when, local, odd = "", NO_TIME, "", False
        line, previous, typed, size = self.line, self.previous, 0, HEAD
        for stamp, date, clock, general, name, colon, body in rows:
            last = line + body.count("\n") if "\n" in body else line
            if (
                not stamp
                or name not in plain
                or "<" in body
                or "\u200e" in body
                or body[-1:] == ")"
                or body[:size] in heads
                or body in known
                or "://" in body
                or (last > line and needs_look(body))
            ):
                self.previous = previous
                yield self._unit((stamp, date, clock, general, name, colon, body), line, last)
                previous = self.previous
                line = last + 1
                continue
            if stamp != kept:
                kept, when = stamp, moment(stamp, date, clock, line)
                local, odd = when.local or "", date not in plain_days
            flags: tuple[str, ...] = ()
            if odd or local < previous:
                self.previous = previous
                flags = self._time_flags(when, name, line)
            if not flags:
                previous = local or previous
            typed += 1
            locator = f"line={line}" if last == line else f"line={line}-{last}"
            yield plain_message(locator, body, app, conversation, plain[name], when, flags)
            line = last + 1
        self.line, self.previous = line, previous
        self.records += typed

    def _unit(self, row: Row, line: int, end: int) -> Unit:
        """Any other record: foreign layout, long name, no name, marks or words of the app."""
        layout, stamp, date, clock = self._header(row)
        when = self.times.moment(layout, stamp, date, clock, line)
        name, body = self._split_name(row[4] or "", row[5] or "", row[6])
        kind = self._kind(body) if name else event_kind(body)
        flags = {*kind.flags, *self._time_flags(when, name, line)}
        if layout != self.found.main_layout and self._is_rare(layout):
            flags.add("quoted_header")
        if when.local and not flags & {"quoted_header", "absurd_time"}:
            self.previous = when.local
        self.flags["quoted_header"] += "quoted_header" in flags
        return self._made(kind, when, name, body, tuple(sorted(flags)), f"{line}" if line == end else f"{line}-{end}")

    def _kind(self, body: str) -> Kind:
        """What a text behind a name is; stubs come again and again."""
        kind = self._kinds.get(body)
        if kind is None:
            kind = kind_of(body, app_marks=self.found.app_marks, omitted=self.found.omitted)
            if len(body) < 80 and len(self._kinds) < _MOST_KINDS:
                self._kinds[body] = kind
        return kind

    def _made(self, kind: Kind, when: Moment, name: str, body: str, flags: tuple[str, ...], lines: str) -> Unit:
        self.records += 1
        self.attachments += len(kind.attachments)
        self.flags.update(kind.flags)
        return Unit(
            origin=kind.origin,
            locator=f"line={lines}",
            text=body,
            app=APP,
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

    def _time_flags(self, when: Moment, name: str | None, line: int) -> tuple[str, ...]:
        """What is odd about a record's time; keeps the accounts of times that are not known."""
        self.times.count(when, line)
        if timestamps.is_absurd(when):
            return ("absurd_time",)
        if name and when.local and when.local < self.previous and self.found.counts.get(name) == 1:
            return ("quoted_header",)
        return ()

    def _header(self, row: Row) -> tuple[Layout, str, str, str]:
        """Layout, stamp, date and time of a row's header, of the file's own form or another."""
        stamp, date, clock, general, *_ = row
        if stamp and self.found.main_layout:
            return self.found.main_layout, stamp, date or "", clock or ""
        header = parse_header(general or "")
        if header is None:  # the pattern and the grammar are made of the same parts
            raise ReadError(problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy=REMEDY))
        return header.layout, header.stamp, header.date, header.clock

    def _is_rare(self, layout: Layout) -> bool:
        return self.found.layouts.get(layout, 0) * 20 <= self.found.records

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
                app=APP,
                conversation=self.conversation,
                flags=("before_first_header",),
            )

    def _accounts(self, text: LineText) -> Iterator[Problem | Tally]:
        yield from self.times.problems(self.records)
        if text.cut:
            yield problem("R-TRUNCATED", "read", format=FORMAT, at=" (inside a character)", n=self.records)
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
