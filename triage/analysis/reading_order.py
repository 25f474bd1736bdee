"""Fills `reading_order`: conversations in the order in which a person may want to read them, by stated facts alone.

The order compares, one after the other: messages read as possible calls for help; different indicator codes; watch-list
entries located; other sources on which the participants appear; whether anything else was located; the latest date.
No weights and no score: every fact that counts is printed as a reason, in words and counts. Different codes count,
not raw hits, because one indicator alone proves little (Volodko, Cockbain & Kleinberg 2020).
Conversations without any of these facts are not ranked; content outside conversations (pictures, notes) of one
source is ranked together under the empty name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from triage.analysis import calls_for_help
from triage.analysis.dates import LAST
from triage.analysis.identifiers import Thread, presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is counted for one conversation."""

    source: str
    conversation: str
    calls: int = 0
    """Messages read as possible calls for help."""
    codes: tuple[str, ...] = ()
    """Different indicator codes among the reported findings, sorted."""
    marked: int = 0
    """Messages that carry one."""
    watched: int = 0
    """Different watch-list entries located."""
    others: tuple[str, ...] = ()
    """Labels of the other sources on which a participant's address appears, sorted."""
    shared: int = 0
    """How many of the participants' addresses appear there."""
    further: tuple[tuple[str, int], ...] = ()
    """Other reported findings by kind, sorted."""
    latest: str | None = None
    """UTC instant, or local time without offset."""

    @property
    def stands_out(self) -> bool:
        return bool(self.calls or self.codes or self.watched or self.others or self.further)


def fill(connection: sqlite3.Connection) -> None:
    """Rebuild the table. The caller owns the transaction."""
    ranked = rank(facts(connection))
    connection.execute("delete from reading_order")
    connection.executemany(
        "insert into reading_order(rank, source, conversation, reasons) values (?, ?, ?, ?)",
        [(place, fact.source, fact.conversation, _json(reasons(fact))) for place, fact in enumerate(ranked, start=1)],
    )


def rank(all_facts: Iterable[Facts]) -> list[Facts]:
    """In reading order; the source's and the conversation's name break ties."""
    standing = sorted((f for f in all_facts if f.stands_out), key=lambda f: (f.source, f.conversation))
    standing.sort(key=lambda f: f.latest or "", reverse=True)
    standing.sort(key=lambda f: (-f.calls, -len(f.codes), -f.watched, -len(f.others), not f.further))
    return standing


def facts(connection: sqlite3.Connection) -> list[Facts]:
    """One value for each conversation of the index."""
    calls, codes = _calls(connection), _codes(connection)
    marked, watched, further = _marked(connection), _watched(connection), _further(connection)
    others = _others(connection)
    return [
        Facts(
            source=source,
            conversation=conversation,
            calls=calls.get((source, conversation), 0),
            codes=codes.get((source, conversation), ()),
            marked=marked.get((source, conversation), 0),
            watched=watched.get((source, conversation), 0),
            others=others.get((source, conversation), ((), 0))[0],
            shared=others.get((source, conversation), ((), 0))[1],
            further=further.get((source, conversation), ()),
            latest=latest,
        )
        for source, conversation, latest in connection.execute(_LATEST)
    ]


def reasons(fact: Facts) -> list[str]:
    """Each fact in words and counts, in the order in which it counts."""
    said = []
    if fact.calls:
        said.append(_count(fact.calls, "possible call for help", "possible calls for help"))
    if fact.codes:
        names = ", ".join(code.replace("_", " ") for code in fact.codes)
        in_messages = _count(fact.marked, "message", "messages")
        said.append(f"{_count(len(fact.codes), 'indicator', 'different indicators')} in {in_messages}: {names}")
    if fact.watched:
        said.append(_count(fact.watched, "watch-list entry located", "watch-list entries located"))
    if fact.others:
        numbers = _count(fact.shared, "participant's address", "participants' addresses")
        places = _count(len(fact.others), "other source", "other sources")
        said.append(f"{numbers} also on {places}: {', '.join(fact.others)}")
    if fact.further:
        said.append("also located: " + ", ".join(_count(n, *_KIND_WORDS[kind]) for kind, n in fact.further))
    if fact.latest:
        zone = "UTC" if "+" in fact.latest[10:] or fact.latest.endswith("Z") else "device time, zone not stated"
        said.append(f"latest {fact.latest[:10]} {fact.latest[11:16]} {zone}")
    return said


_KIND_WORDS = {
    "phone": ("phone number", "phone numbers"),
    "payment": ("payment reference", "payment references"),
    "amount": ("amount", "amounts"),
    "location": ("place", "places"),
    "document": ("document or vehicle number", "document or vehicle numbers"),
    "link": ("link or handle", "links or handles"),
}


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


_JOINED = "from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id where f.reported = 1"
_LATEST = (
    f"select i.source, u.conversation, {LAST} from units u join items i on i.id = u.item_id group by 1, 2 order by 1, 2"
)


def _calls(connection: sqlite3.Connection) -> dict[Thread, int]:
    """A call counts once in each conversation that holds a copy of it."""
    counts: dict[Thread, int] = {}
    for call in calls_for_help.find(connection):
        places = {(call.source, call.conversation)} | {(copy.source, copy.conversation) for copy in call.copies}
        for place in places:
            counts[place] = counts.get(place, 0) + 1
    return counts


def _codes(connection: sqlite3.Connection) -> dict[Thread, tuple[str, ...]]:
    codes: dict[Thread, tuple[str, ...]] = {}
    query = f"select distinct i.source, u.conversation, f.type {_JOINED} and f.kind = 'indicator' order by 1, 2, 3"
    for source, conversation, code in connection.execute(query):
        codes[source, conversation] = (*codes.get((source, conversation), ()), code)
    return codes


def _marked(connection: sqlite3.Connection) -> dict[Thread, int]:
    return _counted(connection, "count(distinct u.id)", "f.kind = 'indicator'")


def _watched(connection: sqlite3.Connection) -> dict[Thread, int]:
    return _counted(connection, "count(distinct f.type || char(31) || f.value)", "f.kind = 'watch'")


def _counted(connection: sqlite3.Connection, what: str, where: str) -> dict[Thread, int]:
    query = f"select i.source, u.conversation, {what} {_JOINED} and {where} group by 1, 2"
    return {(source, conversation): n for source, conversation, n in connection.execute(query)}


def _further(connection: sqlite3.Connection) -> dict[Thread, tuple[tuple[str, int], ...]]:
    """Distinct values, participants' own entries left out: every chat with a number would stand out otherwise."""
    found: dict[Thread, tuple[tuple[str, int], ...]] = {}
    query = f"""
        select i.source, u.conversation, f.kind, count(distinct f.type || char(31) || f.value) {_JOINED}
        and f.kind not in ('indicator', 'watch') and u.origin <> 'contact' group by 1, 2, 3 order by 1, 2, 3"""
    for source, conversation, kind, n in connection.execute(query):
        found[source, conversation] = (*found.get((source, conversation), ()), (kind, n))
    return found


def _others(connection: sqlite3.Connection) -> dict[Thread, tuple[tuple[str, ...], int]]:
    """Conversation → the other sources on which its participants' addresses appear, and how many of them do."""
    seen = presence(connection)
    out: dict[Thread, tuple[tuple[str, ...], int]] = {}
    for thread, keys in seen.threads.items():
        shared = [key for key in keys if len(seen.sources[key]) > 1]
        labels = {label for key in shared for label in seen.sources[key]} - {thread[0]}
        if labels:
            out[thread] = (tuple(sorted(labels)), len(shared))
    return out
