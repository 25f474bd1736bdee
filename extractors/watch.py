"""Watch-lists: entries of an examiner's lists, looked for in every text and in who sent it to whom.

    phone    in any notation, spelled and hidden ones included; equal in E.164, or in the national significant number
             where the list or the text gives no country; also as a bare row of digits that is no valid number
    name     words in any order, case, accents, doubled letters and common spellings folded, Cyrillic and Greek
             transliterated (`extractors.watch_names`)
    account  letters and digits, whatever stands between them
    handle   `@name`, `…/name`, e-mail addresses; a bare word only where it cannot be an ordinary one
    word     whole words and phrases, case and accents folded; inside longer ones in scripts without spaces
    hash     not here: files are compared where their hashes are

Every hit names list and row. Offsets lie in the text; a hit on the sender, the recipients or the conversation has
`start` = `end` = 0 and the flag `in_header`, and is given once per entry and run, at the first unit it stands on: who
takes part in a conversation of ten thousand messages is one fact, not ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors import regions
from extractors.parts import TextContext
from extractors.watch_names import Names
from extractors.watch_phones import Phones
from extractors.watch_words import Literals
from triage.model import Extractor, Finding, Grade, Hit, Resources, Run, Scan, Unit, WatchEntry
from triage.text import View, clean


@dataclass(frozen=True, slots=True)
class Located:
    """An entry at a place in view V0."""

    entry: WatchEntry
    start: int
    end: int
    flags: tuple[str, ...] = ()
    grade: Grade = "format"


@dataclass(frozen=True, slots=True)
class Matcher:
    """Entries of all kinds but hashes, compiled."""

    names: Names
    phones: Phones
    literals: Literals

    def in_text(self, view: View, context: TextContext) -> Iterator[Located]:
        for entry, start, end, folded in self.names.find(view.text):
            yield Located(entry, start, end, ("spelling_folded",) if folded else (), "context" if folded else "format")
        for entry, start, end, flags in self.phones.find(view, context):
            yield Located(entry, start, end, flags)
        for entry, start, end in self.literals.find(view.text):
            yield Located(entry, start, end)

    def in_field(self, field: str) -> Iterator[WatchEntry]:
        """Entries a sender, recipient or conversation name stands for."""
        text = clean(field).text
        yield from (entry for entry, _, _, _ in self.names.find(text))
        yield from self.phones.address(text)
        yield from (entry for entry, _, _ in self.literals.find(text, address=True))


def compiled(entries: Sequence[WatchEntry]) -> Matcher:
    """The entries made ready; hashes are left out."""
    return Matcher(
        names=Names([e for e in entries if e.type == "name"]),
        phones=Phones([e for e in entries if e.type == "phone"]),
        literals=Literals([e for e in entries if e.type not in ("name", "phone", "hash")]),
    )


def prepare(resources: Resources) -> Scan:
    """Compile the lists once per process."""
    entries = [e for e in resources.watch if e.type != "hash"]
    if not entries:
        return lambda run: iter(())
    matcher = compiled(entries)

    def scan(run: Run) -> Iterator[Hit]:
        known: dict[str, tuple[WatchEntry, ...]] = {}
        met: set[WatchEntry] = set()
        hints, certain = regions.chain(run) if matcher.phones.any else ((), 0)
        for index, unit in enumerate(run.units):
            if unit.text:
                view = clean(unit.text)
                context = TextContext(unit=unit, run=run, index=index, regions=hints, certain=certain)
                for found in _best(matcher.in_text(view, context)):
                    yield Hit(unit=index, finding=_in_text(found, view))
            for entry in _header(matcher, _fields(unit, run if index == 0 else None), known):
                if entry in met:
                    continue
                met.add(entry)
                yield Hit(unit=index, finding=_finding(entry, 0, 0, ("in_header",), "format"))

    return scan


def _fields(unit: Unit, run: Run | None) -> list[str]:
    """The address fields of a unit; with `run`, those of the conversation as well."""
    fields = [unit.sender, unit.sender_name, *unit.recipients]
    if run:
        fields += [run.conversation.name, run.conversation.owner, *run.conversation.participants]
    return [f for f in dict.fromkeys(fields) if f]


def _header(matcher: Matcher, fields: Sequence[str], known: dict[str, tuple[WatchEntry, ...]]) -> list[WatchEntry]:
    found: dict[WatchEntry, None] = {}
    for field in fields:
        if field not in known:
            known[field] = tuple(dict.fromkeys(matcher.in_field(field)))
        found.update(dict.fromkeys(known[field]))
    return sorted(found, key=lambda e: (e.list_name, e.row, e.type, e.value))


def _best(found: Iterator[Located]) -> list[Located]:
    """One hit per entry and place: the plainest of those that overlap."""
    kept: list[Located] = []
    last: dict[WatchEntry, int] = {}
    for one in sorted(
        found, key=lambda f: (f.start, len(f.flags), -f.end, f.entry.list_name, f.entry.row, f.entry.type)
    ):
        if one.start >= last.get(one.entry, 0):
            kept.append(one)
            last[one.entry] = one.end
    return kept


def _plainest_first(one: Located) -> tuple[int, int, int, str, int, str]:
    return (one.start, len(one.flags), -one.end, one.entry.list_name, one.entry.row, one.entry.type)


def _in_text(found: Located, view: View) -> Finding:
    start, end = view.span(found.start, found.end)
    return _finding(found.entry, start, end, found.flags, found.grade)


def _finding(entry: WatchEntry, start: int, end: int, flags: tuple[str, ...], grade: Grade) -> Finding:
    return Finding(
        kind="watch",
        type=entry.type.upper(),
        value=f"{entry.list_name}:{entry.row}",
        start=start,
        end=end,
        grade=grade,
        rule=f"watch.{entry.type.replace(' ', '-')}@1",
        flags=tuple(sorted(flags)),
        detail={"list": entry.list_name, "row": entry.row, "value": entry.value, "note": entry.note},
    )


EXTRACTOR = Extractor(name="watch", version="1", prepare=prepare)
