"""The report as data, in no language: codes, counts, stamps and pieces of evidence text ready for display.

Every string that came out of evidence stands in a field of its own and never inside one of our sentences, so that a
template can wrap it (`<bdi>`) and a translation cannot touch it. Audiences and formats are views of these values.
Over 300 lines because the nouns of the report are kept together, as those of the tool are in `triage.model`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from triage.analysis.devices import Device

if TYPE_CHECKING:
    from triage.report.answers import AgainstView, QuestionView
    from triage.report.course import Contacts, Course
    from triage.report.legal import Legal
    from triage.report.money import Money
    from triage.report.persons import Persons

Audience = Literal["examiner", "prosecution"]
"""Elements, roles and "up the chain" are printed for `prosecution` only, unless the case enables them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a list is printed; the rest is counted and the command that lists it is printed."""

    rows: int = 500
    passages: int = 250
    passages_each: int = 40
    """Per conversation."""
    context: int = 3
    """Messages before and after a marked one."""
    card: int = 6
    """Rows of the cards on the first page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A time as far as it is known: `utc`, `local` (device time, zone not stated), `written` (undecided) or `none`."""

    zone: Literal["utc", "local", "written", "none"]
    day: str = ""
    time: str = ""
    """`HH:MM`; empty for a date alone."""
    written: str = ""
    """What the evidence says, made safe for display."""
    basis: str = "none"

    @property
    def machine(self) -> str:
        """For a `datetime` attribute: digits of our own making, never evidence text."""
        if not self.day:
            return ""
        clock = f"T{self.time}" if self.time else ""
        return f"{self.day}{clock}{'Z' if clock and self.zone == 'utc' else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of displayed characters; `mark` for the exact quote of a finding."""

    text: str
    mark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Evidence text for display, with what was left out at its ends (characters)."""

    segments: tuple[Segment, ...]
    lang: str = ""
    before: int = 0
    after: int = 0

    def __str__(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who stands in the sender's field: an address, and the name it is shown or saved under."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a piece of evidence lies, so that a second person lands on it."""

    exhibit: int | None
    unit: str
    source: str
    path: str
    sha256: str
    locator: str
    origin: str
    app: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of ours: a key of the wording and its counts; evidence never goes in."""

    key: str
    fields: Mapping[str, str | int] = field(default_factory=dict)
    parts: tuple[tuple[str, int], ...] = ()
    """Counts listed in the sentence's field `parts`: (key of a counted noun, number)."""
    exhibits: tuple[int, ...] = ()
    tone: Literal["", "urgent", "open"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What the index says of itself."""

    uuid: str
    created_at: str
    tool_version: str
    index_root: str
    custody_head: str
    pack_hash: str
    complete: bool
    stated: tuple[tuple[str, str], ...]
    """Number, examiner, authority … as a person stated them."""
    settings: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """A message read as a possible call for help."""

    at: Stamp
    sender: Party
    recipients: tuple[str, ...]
    direction: str
    text: Text
    codes: tuple[str, ...]
    conversation: str
    trace: Trace
    copies: tuple[tuple[str, str], ...]
    """(source, conversation) of the same message elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One conversation of the reading order."""

    rank: int
    source: str
    conversation: str
    reasons: tuple[str, ...]
    passage: int | None
    """Its first printed passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One source with its dates for display."""

    device: Device
    first: Stamp
    last: Stamp
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadRow:
    """An item that was not read, with the problems that say why."""

    status: str
    source: str
    path: str
    size: int | None
    sha256: str
    media_type: str
    problems: tuple[tuple[str, str], ...]
    """(code, message)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkRow:
    """A problem of an item that was read all the same."""

    code: str
    message: str
    source: str
    path: str
    locator: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What was walked, what was read and what was not."""

    statuses: tuple[tuple[str, int], ...]
    unread: tuple[UnreadRow, ...]
    unread_more: int
    remarks: tuple[RemarkRow, ...]
    remarks_more: int
    languages: tuple[tuple[str, int], ...]
    origins: tuple[tuple[str, int], ...]
    records: tuple[tuple[str, int], ...]
    """The accounts: records stated, units, extra units, out of scope, behind problems, difference."""

    @property
    def walked(self) -> int:
        return sum(n for _, n in self.statuses)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """An address that takes part in conversations, or a bare display name of one source."""

    party: Party
    saved_as: tuple[tuple[str, str], ...]
    """(name, source)."""
    sources: tuple[str, ...]
    messages: int
    marked: int
    """Messages with a reported indicator …"""
    told: int
    """… and those among them in which the writer tells of their own situation (`self_report`)."""
    codes: tuple[str, ...]
    conversations: int
    first: Stamp
    last: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectorRow:
    """One value (a number, an account, a place …) with where it was located."""

    type: str
    title: str
    """What people call it: the place's name, the list's entry; else the normal form."""
    value: str
    """The normal form, masked where it is an account or an id."""
    facts: tuple[tuple[str, str], ...]
    """What its finding says beside the value (`country`, `line`, `role` …)."""
    written: Text
    findings: int
    marked: int
    """Findings in messages that also carry an indicator."""
    conversations: int
    sources: tuple[str, ...]
    grades: tuple[str, ...]
    flags: tuple[str, ...]
    origins: tuple[str, ...]
    first: Stamp
    last: Stamp
    saved_as: tuple[tuple[str, str], ...]
    exhibits: tuple[int, ...]
    sample: Trace

    @property
    def differs(self) -> bool:
        """True where the evidence writes the value in another form, apart from signs and spaces."""
        written, value = (re.sub(r"[^\w•]", "", form).casefold() for form in (str(self.written), self.title))
        return written not in value


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The printed rows of one kind of value and the count of what is not printed."""

    key: str
    rows: tuple[SelectorRow, ...]
    more_rows: int = 0

    @property
    def printed(self) -> int:
        return sum(row.findings for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """One watch-list: what it held and which of its entries were not located."""

    name: str
    sha256: str
    entries: int
    hits: int
    unhit: tuple[tuple[int, str], ...]
    unhit_more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One indicator finding on a message."""

    code: str
    label: str
    grade: str
    toward: str
    rule: str
    welfare: bool
    parts: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of a passage: a marked one has tags."""

    at: Stamp
    sender: Party
    recipients: tuple[str, ...]
    direction: str
    origin: str
    deleted: bool
    flags: tuple[str, ...]
    text: Text
    tags: tuple[Tag, ...]
    trace: Trace

    @property
    def plea(self) -> bool:
        return any(tag.welfare for tag in self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Marked messages with the messages around them."""

    number: int
    severe: bool
    codes: tuple[str, ...]
    app: str
    messages: tuple[Message, ...]

    @property
    def marked(self) -> tuple[Message, ...]:
        return tuple(message for message in self.messages if message.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The printed passages of one conversation."""

    source: str
    name: str
    rank: int | None
    passages: tuple[Passage, ...]
    more: int
    """Marked messages that are not printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """One line of the register."""

    number: int
    at: Stamp
    conversation: str
    trace: Trace
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One line of shown and withheld: `total = shown + sum(withheld)`."""

    what: str
    total: int
    shown: int
    withheld: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """A sum in a message with a debt, wage or price indicator, or beside a word for what it is (`role`)."""

    written: Text
    role: str
    codes: tuple[str, ...]
    at: Stamp
    sender: Party
    recipients: tuple[str, ...]
    direction: str
    conversation: str
    origin: str
    source: str
    exhibit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreatLine:
    """Threat wording by one writer in one conversation; `told` where the writer tells of their own situation."""

    sender: Party
    source: str
    conversation: str
    codes: tuple[str, ...]
    messages: int
    told: bool
    last: Stamp
    exhibits: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One column of the chart."""

    label: str
    messages: int
    marked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The first page: sentences from counts and five short answers."""

    marked: int
    """Messages with a reported indicator."""
    watched: int
    """Watch-list entries located."""
    unread: int
    """Files in any other state than read."""
    sentences: tuple[Sentence, ...]
    who: tuple[PersonRow, ...]
    money: tuple[MoneyLine, ...]
    money_more: int
    threats: tuple[ThreatLine, ...]
    threats_more: int
    where: tuple[SelectorRow, ...]
    months: tuple[Month, ...]
    step: Literal["month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the page prints."""

    case: CaseFacts
    limits: Limits
    glance: Glance
    calls: tuple[CallRow, ...]
    calls_withheld: int
    reading: tuple[ReadingRow, ...]
    reading_more: int
    devices: tuple[DeviceRow, ...]
    examined: Examined
    people: tuple[PersonRow, ...]
    people_more: int
    tables: Mapping[str, Table]
    watch_lists: tuple[WatchList, ...]
    conversations: tuple[Conversation, ...]
    unprinted: tuple[int, int]
    """Conversations without a printed passage, and the marked messages in them."""
    codes: tuple[str, ...]
    """Indicator codes that occur, for the glossary."""
    exhibits: tuple[ExhibitRow, ...]
    exhibits_more: int
    accounts: tuple[Account, ...]
    units: tuple[int, int]
    """Units in the index, and those whose text is printed."""
    passage_of: Mapping[int, int]
    """Exhibit number → printed passage."""
    audience: Audience
    sections: tuple[str, ...]
    """Ids of the printed sections, in order."""
    persons: Persons
    money: Money
    questions: tuple[QuestionView, ...]
    against: AgainstView
    course: Course
    contacts: Contacts
    legal: Legal | None
    """None for an audience that does not see elements."""
