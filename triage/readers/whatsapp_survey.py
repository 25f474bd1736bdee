"""First reading of a WhatsApp export: its forms, the proof of its dates, and who writes in it.

The second reading (`whatsapp_txt`) can then use one regular expression and settled names. Memory is bounded: of texts
nothing is kept, days only where they change (8 + 6 bytes each), names up to 50,000.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from triage.calendars import civil
from triage.date_layouts import DayEvidence, Proof
from triage.model import Blob
from triage.readers.text_blocks import LineText
from triage.readers.whatsapp_lines import (
    COLUMNS,
    Header,
    Layout,
    commonest,
    date_fields,
    head_pattern,
    parse_header,
    record_pattern,
)
from triage.readers.whatsapp_names import Names, settle_names
from triage.readers.whatsapp_words import is_notice, shown_name

SMALL = 1 << 17
"""Up to this many bytes the general grammar alone is used: compiling an expression for the file would take longer."""
_MOST_NAMES = 50_000
_MOST_BARE = 10_000
_SAMPLE = 4_000
_ANGLED = re.compile(r": \u200e?(<[^<>:\n]{4,60}>)(?=\n|\Z)")
_STATED = re.compile(
    r"(?:IMG|VID|AUD|PTT|STK|DOC)-(\d{4})(\d\d)(\d\d)-WA\d|\d{8}-[A-Z]+-(\d{4})-(\d\d)-(\d\d)-\d\d-\d\d-\d\d"
)
_MORE = re.compile(r"([^:\n]{1,60}):(?=[ \n]|\Z)")
"""How a name may go on: `Shop: Ana: text`."""
_TIGHT = re.compile(r"([^:\s][^:\n]{0,40}):(?=[^\s/0-9])")
"""A name without a blank behind its colon."""
_DATE, _GENERAL, _NAME, _TEXT = 2, 4, 5, 7
"""Columns of `record_pattern`."""


@dataclass(kw_only=True)
class Survey:
    """What the first reading found."""

    main: str | None = None
    main_layout: Layout | None = None
    names: Names = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    longer: Counter[tuple[str, str]] = field(default_factory=Counter)
    bare_names: tuple[str, ...] = ()
    layouts: dict[Layout, int] = field(default_factory=dict)
    proofs: dict[Layout, Proof] = field(default_factory=dict)
    omitted: frozenset[str] = frozenset()
    app_marks: bool = False
    notice_name: str = ""

    @property
    def records(self) -> int:
        return sum(self.layouts.values())

    def pattern(self) -> re.Pattern[str]:
        """The regular expression of the second reading."""
        return record_pattern(self.main, self.bare_names)


def survey(blob: Blob, text: LineText) -> Survey:
    """Read the whole text once."""
    found = Survey()
    sample = next(text.blocks(blob), "")
    matches = list(islice(head_pattern().finditer("\n" + sample), _SAMPLE))
    if common := commonest(m[1] for m in matches):
        found.main_layout = common[0]
        found.main = common[1] if blob.size > SMALL else None
    if matches and matches[0][2] and is_notice(sample[matches[0].end() - 1 :].partition("\n")[0]):
        found.notice_name = shown_name(matches[0][2])
    _Collector(found).run(text.blocks(blob))
    if any(not proof.decided for proof in found.proofs.values()):
        _ask_witnesses(found, blob, text)
    return found


class _Collector:
    """Counts over the blocks; fills a Survey."""

    def __init__(self, found: Survey) -> None:
        self.found = found
        self.days: dict[Layout, DayEvidence] = {}
        self.bare: list[tuple[Header, str]] = []
        self.tight: Counter[str] = Counter()
        self.angled: Counter[str] = Counter()

    def run(self, blocks: Iterator[str]) -> None:
        pattern = record_pattern(self.found.main, None)
        for block in blocks:
            parts: list[str] = pattern.split("\n" + block)
            if len(parts) > 1:
                dates, generals, names, texts = (parts[n::COLUMNS] for n in (_DATE, _GENERAL, _NAME, _TEXT))
                self._days_of(dates, generals, names)
                self._names_of(names, texts)
            self.found.app_marks = self.found.app_marks or ": \u200e" in block
            if "<" in block and len(self.angled) < _MOST_NAMES:
                self.angled.update(_ANGLED.findall(block))
        self._settle()

    def _days_of(self, dates: list[str], generals: list[str], names: list[str]) -> None:
        main = self.found.main_layout
        at = 0
        for date, run in groupby(dates):
            count = len(tuple(run))
            if date and main is not None:
                self._evidence(main).add(date_fields(date)[0], count)
            else:
                for n in range(at, at + count):
                    self._foreign(generals[n], names[n])
            at += count

    def _foreign(self, general: str, name: str) -> None:
        """A header that is not of the file's own form."""
        header = parse_header(general)
        if header is not None and header.layout.form != "bare":
            self._evidence(header.layout).add(header.fields)
        elif header is not None:
            self.found.counts[name] -= 1
            if len(self.bare) < _MOST_BARE:
                self.bare.append((header, name))

    def _names_of(self, names: list[str], texts: list[str]) -> None:
        found = self.found
        if len(found.counts) >= _MOST_NAMES:
            return
        found.counts.update(names)
        for name, text in [pair for pair in zip(names, texts, strict=True) if ":" in pair[1]]:
            if name and (more := _MORE.match(text)):
                found.longer[name, more[1]] += 1
            elif not name and (tight := _TIGHT.match(text)):
                self.tight[tight[1]] += 1

    def _evidence(self, layout: Layout) -> DayEvidence:
        return self.days.setdefault(layout, DayEvidence(layout.place, layout.year_digits))

    def _settle(self) -> None:
        found = self.found
        found.counts = Counter({name: n for name, n in found.counts.items() if name and n > 0})
        for name, n in self.tight.items():
            if n >= 2 and not name.startswith(("http", "www")):
                found.counts[name] += n
        found.names = settle_names(found.counts, found.longer)
        known = {name for name, endings in found.names.items() if endings is not None}
        kept = [(header, name) for header, name in self.bare if name in known]
        found.bare_names = tuple(dict.fromkeys(name for _, name in kept))
        for header, name in kept:
            self._evidence(header.layout).add(header.fields)
            found.counts[name] += 1
        found.omitted = frozenset(text for text, n in self.angled.items() if n >= 3)
        found.layouts = {layout: days.records for layout, days in self.days.items()}
        found.proofs = {layout: days.prove() for layout, days in self.days.items()}


def _ask_witnesses(found: Survey, blob: Blob, text: LineText) -> None:
    """Read once more where an order is undecided, for file names with a day that WhatsApp wrote into them."""
    pattern = found.pattern()
    days = {layout: DayEvidence(layout.place, layout.year_digits) for layout in found.proofs}
    for block in text.blocks(blob):
        parts = pattern.split("\n" + block)
        for date, general, body in zip(*(parts[n::COLUMNS] for n in (_DATE, _GENERAL, _TEXT)), strict=True):
            header = None if date else parse_header(general)
            layout = header.layout if header else found.main_layout
            if layout is None:
                continue
            fields = header.fields if header else date_fields(date)[0]
            days[layout].add(fields)
            for m in _STATED.finditer(body):
                stated = civil(int(m[1] or m[4]), int(m[2] or m[5]), int(m[3] or m[6]), "gregorian")
                if stated:
                    days[layout].witness(fields, stated)
    found.proofs = {layout: evidence.prove() for layout, evidence in days.items()}
