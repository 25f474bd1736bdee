"""The run of time: lanes of marked messages per person, silences in conversations, and traces of covering up.

A *silence* is a stretch without any message in a conversation that otherwise has messages every few days: at least
`GAP_DAYS` long and ten times its usual distance. It may mean a lost phone, another application, or nothing.
*Traces*: the timer of disappearing messages or the number changed (the app's own words or flags), runs of messages
marked deleted, and indicators that speak of wiping phones. What they mean is for a person to say.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from statistics import median

from extractors.cues import folded
from triage.analysis.dates import KNOWN
from triage.analysis.marks import Mark
from triage.analysis.roster import Line, Roster, lines

GAP_DAYS = 14
_TIMES_USUAL = 10
_LEAST_MESSAGES = 8
DELETED_RUN = 5
_WORDS = {
    "timer": re.compile(
        r"\b(?:timer|disappearing messages|mensajes temporales|mensagens temporarias|messages ephemeres)\b"
    ),
    "number": re.compile(
        r"\bchanged (?:the|their) (?:phone )?number\b|cambio (?:su|de) numero|mudou (?:seu|de) numero"
        r"|a change de numero"
    ),
}
_FLAGS = {"timer_change": "timer", "number_change": "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One person's marked messages by day or month."""

    person: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A stretch without a message, between two of them."""

    source: str
    conversation: str
    days: int
    usual: int
    """The usual distance between two messages, in hours."""
    before: Line
    after: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An event that may have covered something up."""

    kind: str
    """`timer | number | deleted | wipe`."""
    line: Line
    messages: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sims:
    """A source that states several subscriber numbers or cards: a changed SIM, two SIMs, or two devices in it."""

    source: str
    key: str
    """`msisdn | imsi | iccid`."""
    values: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronology:
    """Lanes over labels, silences and traces."""

    labels: tuple[str, ...]
    lanes: tuple[Lane, ...]
    silences: tuple[Silence, ...]
    traces: tuple[Trace, ...]
    sims: tuple[Sims, ...]


def build(db: sqlite3.Connection, roster: Roster, marks: Sequence[Mark]) -> Chronology:
    """Everything of one index."""
    labels, lanes_ = lanes(marks)
    return Chronology(
        labels=labels, lanes=lanes_, silences=silences(db, roster), traces=traces(db, roster, marks), sims=sims(db)
    )


MOST_LABELS = 42


def lanes(marks: Iterable[Mark]) -> tuple[tuple[str, ...], tuple[Lane, ...]]:
    """Messages per day where the range is short, else per month, else per year; those with the most first."""
    units = {(m.line.writer, m.line.unit): m.line.at for m in marks if m.line.writer and m.line.at}
    dates = [at for at in units.values() if at]
    if not dates:
        return (), ()
    first, last = min(dates)[:10], max(dates)[:10]
    labels: tuple[str, ...] = ()
    for width in (10, 7, 4):
        labels = _labels(first, last, width)
        if len(labels) <= MOST_LABELS:
            break
    counts: dict[str, Counter[str]] = {}
    for (writer, _), at in units.items():
        counts.setdefault(str(writer), Counter())[str(at)[: len(labels[0])]] += 1
    made = [Lane(person=p, counts=tuple(c[label] for label in labels)) for p, c in counts.items()]
    return labels, tuple(sorted(made, key=lambda lane: (-lane.total, lane.person)))


def _labels(first: str, last: str, width: int) -> tuple[str, ...]:
    """Every day, month or year between two days, gaps included."""
    if width == 10:
        low, high = datetime.fromisoformat(first).toordinal(), datetime.fromisoformat(last).toordinal()
        if high - low > MOST_LABELS:
            return ("",) * (MOST_LABELS + 1)
        return tuple(datetime.fromordinal(n).strftime("%Y-%m-%d") for n in range(low, high + 1))
    if width == 7:
        months = [int(x[:4]) * 12 + int(x[5:7]) - 1 for x in (first, last)]
        return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(months[0], months[1] + 1))
    return tuple(f"{year:04}" for year in range(int(first[:4]), int(last[:4]) + 1))


_SPOKEN = f"u.origin in ('message', 'call') and u.conversation <> '' and {KNOWN} is not null"
_QUIET = f"""
select distinct item_id, conversation from (
  select u.item_id, u.conversation, julianday({KNOWN}) - lag(julianday({KNOWN}))
    over (partition by u.item_id, u.conversation order by {KNOWN}, u.id) as days
  from units u where {_SPOKEN}) where days >= {GAP_DAYS}"""
"""Only conversations with a long stretch are looked at message by message."""
_TIMED = f"""
select u.item_id, i.source, u.conversation, u.id, {KNOWN} from units u join items i on i.id = u.item_id
where {_SPOKEN} and (u.item_id, u.conversation) in ({_QUIET}) order by 1, 3, 5, 4"""


def silences(db: sqlite3.Connection, roster: Roster) -> tuple[Silence, ...]:
    """The longest first."""
    found: list[tuple[str, str, int, int, str, str]] = []
    for _, group in groupby(db.execute(_TIMED), key=lambda row: (row[0], row[2])):
        rows = [tuple(row) for row in group]
        if len(rows) >= _LEAST_MESSAGES:
            found += _gaps(rows)
    units = sorted({unit for row in found for unit in row[4:]})
    known = {line.unit: line for line in _by_id(db, roster, units)}
    made = [
        Silence(source=s, conversation=c, days=d, usual=u, before=known[a], after=known[b])
        for s, c, d, u, a, b in found
    ]
    return tuple(sorted(made, key=lambda s: (-s.days, s.source, s.conversation, s.before.unit)))


def _gaps(rows: list[tuple[str, ...]]) -> Iterator[tuple[str, str, int, int, str, str]]:
    times = [datetime.fromisoformat(row[4]).replace(tzinfo=None) for row in rows]
    steps = [(b - a).total_seconds() / 3600 for a, b in pairwise(times)]
    usual = median(steps)
    for (before, after), hours in zip(pairwise(rows), steps, strict=True):
        if hours >= GAP_DAYS * 24 and hours >= usual * _TIMES_USUAL:
            yield before[1], before[2], int(hours // 24), round(usual), before[3], after[3]


def traces(db: sqlite3.Connection, roster: Roster, marks: Sequence[Mark]) -> tuple[Trace, ...]:
    """In order of time."""
    found = [*_events(db, roster), *_deleted(db, roster)]
    found += [Trace(kind="wipe", line=m.line) for m in marks if m.code == "coaching_authorities" and _WIPE.search(
        folded(m.line.text))]  # fmt: skip
    return tuple(sorted(found, key=lambda t: (t.line.order, t.kind)))


_WIPE = re.compile(
    r"\b(?:delete|wipe|erase|clear|format|borr\w+|elimin\w+|apag\w+|formate\w+|efface\w*|supprime\w*|vacia\w*|limpia\w*)\b"
)


def _events(db: sqlite3.Connection, roster: Roster) -> Iterator[Trace]:
    where = """u.origin = 'event' and (u.flags like '%timer_change%' or u.flags like '%number_change%'
               or u.text like '%number%' or u.text like '%timer%' or u.text like '%disappearing%'
               or u.text like '%mero%' or u.text like '%temporal%' or u.text like '%temporár%'
               or u.text like '%phémère%')"""
    flags = dict(db.execute("select id, flags from units where origin = 'event' and flags <> '[]'").fetchall())
    for line in lines(db, roster, where):
        kinds = {kind for flag, kind in _FLAGS.items() if f'"{flag}"' in flags.get(line.unit, "")}
        kinds |= {kind for kind, words in _WORDS.items() if words.search(folded(line.text))}
        for kind in sorted(kinds):
            yield Trace(kind=kind, line=line)


def _deleted(db: sqlite3.Connection, roster: Roster) -> Iterator[Trace]:
    """Runs of at least `DELETED_RUN` deleted messages, one after the other in a conversation."""
    query = """select item_id, conversation, id, deleted from units where origin = 'message'
               and (item_id, conversation) in (select item_id, conversation from units where deleted = 1
                 group by 1, 2 having count(*) >= ?)
               order by item_id, conversation, seq"""
    runs: dict[str, int] = {}
    for _, group in groupby(db.execute(query, (DELETED_RUN,)), key=lambda row: (row[0], row[1], row[3])):
        rows = list(group)
        if rows[0][3] and len(rows) >= DELETED_RUN:
            runs[rows[0][2]] = len(rows)
    for line in _by_id(db, roster, sorted(runs)):
        yield Trace(kind="deleted", line=line, messages=runs[line.unit])


def sims(db: sqlite3.Connection) -> tuple[Sims, ...]:
    """Sources with more than one value of the same kind."""
    query = """select i.source, s.key, s.value, i.path from source_facts s join items i on i.id = s.item_id
               where s.key in ('msisdn', 'imsi', 'iccid') order by 1, 2, 3, 4"""
    out = []
    for (source, key), group in groupby(db.execute(query), key=lambda row: (row[0], row[1])):
        rows = list(group)
        values = tuple(dict.fromkeys(row[2] for row in rows))
        if len(values) > 1:
            out.append(Sims(source=source, key=key, values=values, items=tuple(sorted({row[3] for row in rows}))))
    return tuple(out)


def _by_id(db: sqlite3.Connection, roster: Roster, units: list[str]) -> Iterator[Line]:
    wanted = "[" + ",".join(f'"{unit}"' for unit in units) + "]"
    yield from lines(db, roster, "u.id in (select value from json_each(?))", [wanted])
