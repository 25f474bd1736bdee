"""The inner interface of the entity extractor: what a part-finder is given, and what it yields.

`extractors.entities` composes the parts. For each message it makes view V0 (`triage.text.clean`) once, asks each
part's gate whether the part has anything to look for, collects `Candidate`s and lets them claim their spans in the
order of precedence of the entity specification (section 2): links and payloads, checksum types, references that need
a cue word, phones, amounts, places. **All offsets of a candidate count characters of view V0**; the composer maps
them back to the untouched text. A part never cuts, repairs or stores the text.

A gate is lossless: a part runs on a message exactly if view V0 of it, lower-cased, holds one of the part's `triggers`
(literals in lower case, composed form; give accented and bare spelling where people write both) or a character
of its `marks` (the inside of a character class, such as `@` or `\\d`), and its `quick` test, if any, says yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from triage.model import Grade, Kind, Run, Unit
from triage.text import View


class Tier(IntEnum):
    """Order of precedence between classes of entities; the lower claims first."""

    LINK = 1
    """Payloads of codes, URIs and links, and what they carry."""
    CHECKSUM = 2
    """Types whose form arithmetic proves."""
    KEYED = 3
    """References that need the cue word beside them."""
    PHONE = 4
    AMOUNT = 5
    PLACE = 6


CANDIDATE_BELOW = 50
"""A hit of a lower rank is kept as a candidate, outside the default report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A possible finding; the composer decides whether it stands."""

    tier: Tier
    type: str
    start: int
    end: int
    value: str
    """Normal form of the specification."""
    grade: Grade
    rule: str
    """`part.rule-id@version`, for example `payments.iban@1`."""
    rank: int
    """0–100, the specification's rank in hundredths: orders competing hits, never shown. Under 50 = candidate."""
    flags: tuple[str, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)
    mask: tuple[tuple[int, int], ...] = ()
    """Spans of view V0 the index writer hides."""
    secret: str = ""
    blocks: bool = False
    """Whether nothing of a later tier, and nothing of a lower rank in its own, may overlap this span …"""
    shares: tuple[str, ...] = ()
    """… except these types (`ZELLE` shares `PHONE` and `EMAIL`: the handle *is* a phone). `("*",)` = any type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextContext:
    """What surrounds the text a part looks at."""

    unit: Unit
    run: Run
    index: int
    """Of `unit` within `run.units`: neighbours are `run.units[index - 1]`, `run.units[index + 1]`."""
    regions: tuple[str, ...] = ()
    """ISO 3166 codes, best first: case options, the owner's number, the participants', numbers written in full."""
    certain: int = 0
    """How many of `regions`, from the front, the case options or the owner's own number state."""
    claimed: tuple[tuple[int, int], ...] = ()
    """Spans (view V0) that earlier parts have claimed with `blocks`."""

    def is_claimed(self, start: int, end: int) -> bool:
        return any(start < b and a < end for a, b in self.claimed)


Find = Callable[[View, TextContext], Iterable[Candidate]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One family of entities. Each part module ends with `PART = Part(…)`; `extractors.entities` lists them."""

    name: str
    find: Find
    """Given view V0 and the context; `view.text` is the text to search, offsets of candidates count in it."""
    triggers: tuple[str, ...] = ()
    marks: str = ""
    quick: Callable[[str], bool] | None = None
    """A second, cheap and lossless test on the text of view V0. With neither triggers nor marks it sees every
    message and must then cost well under a microsecond."""


KIND: Mapping[str, Kind] = {
    "PHONE": "phone",
    "AMOUNT": "amount",
    **dict.fromkeys(("GEO_POINT", "PLACE", "PLUS_CODE", "MGRS", "W3W", "MAP_LINK", "ROUTE"), "location"),
    **dict.fromkeys(
        ("MRZ", "PASSPORT_NO", "NATIONAL_ID", "VISA", "IMEI", "CONTAINER", "IMO", "PNR", "FLIGHT", "PLATE"), "document"
    ),
    **dict.fromkeys(("EMAIL", "URL", "SOCIAL", "ONION", "EXPLORER_LINK"), "link"),
}
"""Type → kind where it is not a payment."""


def kind_of(entity_type: str) -> Kind:
    """Every other type of the specification is a payment reference."""
    return KIND.get(entity_type, "payment")
