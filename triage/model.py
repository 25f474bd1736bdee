"""The nouns of the tool, in one file: what a stage takes and what it yields.

    source ─containers─▶ Item ─readers─▶ Unit ─extractors─▶ Finding ─▶ index ─▶ report

Every value is frozen; sequences are tuples; ids are derived from content (`triage.ids`), so that a second run
gives the same ones. "Could not, because …" is a `Problem`, an ordinary value in the stream of results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, NewType, Protocol

ItemId = NewType("ItemId", str)
UnitId = NewType("UnitId", str)
FindingId = NewType("FindingId", str)
ProblemId = NewType("ProblemId", str)

Status = Literal["read", "no-reader", "out-of-scope", "held", "failed", "quarantined"]
Origin = Literal["message", "event", "call", "contact", "location", "email", "page", "ocr", "exif", "code", "note"]
Basis = Literal["utc", "offset", "device-local", "ambiguous", "date-only", "none"]
Direction = Literal["incoming", "outgoing"]
Grade = Literal["checksum", "format", "context", "strong", "weak"]
Kind = Literal["phone", "payment", "amount", "location", "document", "link", "indicator", "watch"]
Toward = Literal["", "to_addressee", "by_addressee", "about_third", "self_report", "advert", "unknown"]
Stage = Literal["walk", "container", "read", "ocr", "extract", "derive"]
Provenance = Literal["vendor-extraction", "raw-database", "device-files", "user-export", "screenshots", "records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time as far as the evidence carries it; made by `triage.timestamps`, never by hand."""

    at: str | None = None
    """RFC 3339 with offset, or None where the instant is not known."""
    local: str | None = None
    """`YYYY-MM-DDTHH:MM:SS` wall-clock time of the device, without offset, where that is what is known."""
    source: str = ""
    """What the evidence says, character for character."""
    basis: Basis = "none"
    """How `at` is known: `utc | offset | device-local | ambiguous | date-only | none`."""


NO_TIME = Moment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Could not, because …: a row in the index and a line in the report. Made by `triage.problems.problem`."""

    code: str
    """Stable code, for example `R-TRUNCATED`; the list is `triage.problems.CODES`."""
    stage: Stage
    locator: str = ""
    """Where in the item, in the locator syntax of a Unit; empty for the whole item."""
    message: str = ""
    """A filled template: what, and the remedy. Never exception text, a process id or an absolute path."""
    records: int = 0
    """How many records of the source this problem stands for (the accounts of `Tally` count them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One piece of content a person can find again by hand."""

    origin: Origin
    locator: str
    """`line=12-14`, `row=messages:57`, `ptr=/chats/list/0/messages/3`, `xml=/smses/sms[3]`, `msg=<id>`, `page=2`,
    `box=page,x,y,w,h`, joined by `;`. Unique for its origin within the item."""
    text: str
    app: str = ""
    """The application as people name it: `WhatsApp`, `Telegram`, `SMS`."""
    conversation: str = ""
    """Name or address of the conversation; the same string for every unit of it within the item."""
    sender: str = ""
    """The sender's address where the evidence gives one (number, jid), else the name it shows."""
    sender_name: str = ""
    """The name shown with the address: "saved as … on this device"."""
    recipients: tuple[str, ...] = ()
    when: Moment = NO_TIME
    direction: Direction | None = None
    """Seen from the device the item comes from; None where the evidence does not say."""
    deleted: bool = False
    flags: tuple[str, ...] = ()
    """Sorted words: `media_omitted`, `deleted_stub`, `edited`, `recovered`, `quoted_header`, `missed`, …"""
    attachments: tuple[str, ...] = ()
    """File names or paths as the evidence states them; the derive pass ties them to items."""
    native_id: str = ""
    """The message's own id in its application, where the evidence gives one: links copies across sources."""
    reply_to: str = ""
    """`native_id` of the message it answers, where given."""
    detail: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """Further facts as the format states them (duration, status, `decoded_by`), for people to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One line of an item's accounts: records = units + out-of-scope + problem records."""

    what: str
    """`records` is compulsory; others as the format has them (`media_omitted`, `deleted_stubs`, …)."""
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What a reader knows of a conversation before its units: hints for the extractors."""

    name: str
    participants: tuple[str, ...] = ()
    """Addresses and names as shown; numbers among them give region hints."""
    owner: str = ""
    """The exporting account's own address where the evidence says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorHash:
    """A hash that a vendor's report states for another file of the same container."""

    path: str
    """Relative to the folder or archive that holds the report."""
    algorithm: Literal["md5", "sha1", "sha256"]
    value: str
    """Lower-case hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFact:
    """Something the item says of the device or the extraction (`zone`, `imei`, `owner`, `decoded_by`, `model`)."""

    key: str
    value: str


Read = Unit | Problem | Tally | Conversation | VendorHash | SourceFact
"""What a reader yields, in the item's own order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What detection may look at: never the name alone."""

    name: str
    """Base name, a hint only."""
    size: int
    start: bytes
    """The first 64 KiB (all of it when the item is smaller)."""


class Blob(Protocol):
    """The bytes of an item, private to the worker and already hashed: nothing can change them any more."""

    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    def open(self) -> BinaryIO:
        """A fresh, seekable, read-only handle."""
        ...

    def path(self) -> Path:
        """A private read-only file with these bytes, for libraries that want a path."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What the case says of an item, and where it lies."""

    source: str
    path: str
    """As in the contract: POSIX, relative to the source, nested as `a.zip!/b/c.txt`."""
    zone: str | None = None
    """IANA zone the examiner stated for the device, or None: then no local time becomes an instant."""
    regions: tuple[str, ...] = ()
    """ISO 3166 two-letter codes stated for the source."""
    ocr_languages: tuple[str, ...] = ("eng", "spa", "por", "fra")
    scratch: Path | None = None
    """A private folder for temporary files; None where the reader needs none."""
    wal: Path | None = None
    """A private copy of the `-wal` file beside a database, to be replayed with it; None: the main file alone."""
    passwords: tuple[str, ...] = field(default=(), repr=False)
    """What the examiner supplied for this source, to be tried on a protected document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One format: `detect` by content, `read` as a stream. Each module of `triage.readers` ends with one."""

    name: str
    version: str
    """Goes up whenever the same bytes would give other units."""
    media_type: str
    detect: Callable[[Head], int]
    """0 = not mine … 100 = certain. Cheap: bytes of the head only."""
    read: Callable[[Blob, ReadContext], Iterator[Read]]
    """Yields in file order. Raises `triage.problems.ReadError` where nothing (more) can be read."""
    profile: Literal["parser", "ocr"] = "parser"
    """`ocr` may start tesseract and runs in the second phase."""
    lists_only: bool = False
    """True where only facts about the file are read, not its content (sound): its status stays `no-reader`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a finding: its predicate, object, condition, sum, actor … with offsets in its unit."""

    role: str
    unit: int
    """Index of the unit within the run."""
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A typed hit. Offsets count code points of the untouched text of its unit."""

    kind: Kind
    type: str
    value: str
    """Normal form, as `entities/README` defines it; for an indicator the rule's short label."""
    start: int
    end: int
    grade: Grade
    rule: str
    """`extractor.rule-id@version`: why."""
    toward: Toward = ""
    flags: tuple[str, ...] = ()
    """Sorted: `region_assumed`, `obfuscated`, `ocr_repaired`, `candidate`, `welfare`, …"""
    reported: bool = True
    """False for candidates; weak indicators start False and the derive pass may raise them."""
    mask: tuple[tuple[int, int], ...] = ()
    """Spans the index writer overwrites with `•` in the stored text (cards, PINs, codes)."""
    secret: str = ""
    """The value to be hashed with the per-case key where `value` may not be stored in clear; never stored."""
    detail: Mapping[str, object] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive units of one conversation: what an extractor sees at once. Its borders depend on the data alone."""

    units: tuple[Unit, ...]
    conversation: Conversation
    regions: tuple[str, ...] = ()
    """Region hints from the case's options, best first; before those of the owner and the participants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A finding and the index of its unit within the run."""

    unit: int
    finding: Finding


Scan = Callable[[Run], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """What looks for one family of things. `prepare` compiles once per process from the case's resources."""

    name: str
    version: str
    prepare: Callable[[Resources], Scan]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchEntry:
    """One row of a watch-list."""

    list_name: str
    row: int
    """1-based line of the file."""
    type: str
    """`phone | name | account | handle | word | hash`, or the type the list's own column states."""
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What extractors are given: packs to compile and watch-lists. Plain data, so that it crosses to a worker."""

    packs: tuple[str, ...] = ()
    """Language codes of the rule packs to use; empty = every pack that ships."""
    pack_root: Path | None = None
    """None = the packs that ship with the tool."""
    cache: Path | None = None
    """Where compiled packs may be kept, by content hash."""
    watch: tuple[WatchEntry, ...] = ()
    compiled: tuple[object, ...] = ()
    """The rule packs as `triage.packs.compiled_packs` makes them, in the worker: `extractors` may not load files."""
