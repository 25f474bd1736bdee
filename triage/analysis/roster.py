"""From units to persons: who wrote a unit and to whom, as far as the evidence says, from the table `identifiers`.

A conversation of two has one addressee, the other one. In a group nobody in particular is addressed. The writer of a
picture's text is not known, whoever sent the picture.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from triage.analysis.dates import KNOWN
from triage.analysis.person_nodes import Node, Sender, of_address, of_device, of_sender

Thread = tuple[str, str]
"""(item, conversation)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One unit with its writer and its addressee as persons; None where the evidence does not say."""

    unit: str
    item: str
    source: str
    conversation: str
    seq: int
    at: str | None
    origin: str
    text: str
    writer: str | None
    addressee: str | None
    exhibit: int | None
    direction: str = ""

    @property
    def thread(self) -> Thread:
        return self.item, self.conversation

    @property
    def order(self) -> tuple[str, str, str, int, str]:
        """By time; what has none by its place, behind the rest."""
        return self.at or "9999", self.source, self.item, self.seq, self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Persons by identifier, and who takes part in which thread."""

    person_of: dict[str, str]
    """`Node.key` → person."""
    labels: dict[str, str]
    members: dict[Thread, frozenset[str]] = field(default_factory=dict)

    def of(self, node: Node | None) -> str | None:
        return self.person_of.get(node.key) if node else None

    def label(self, person: str | None) -> str:
        return self.labels.get(person or "", "")


_THREADS = """
select distinct u.item_id, u.conversation, i.source, u.app, u.sender, u.sender_name, coalesce(u.direction, ''),
  case when u.sender_name = '' then coalesce(json_extract(u.detail, '$.from_id'), '') else '' end, u.recipients
from units u join items i on i.id = u.item_id where u.origin in ('message', 'call', 'email') and u.conversation <> ''"""


def load(db: sqlite3.Connection) -> Roster:
    """The roster of an index whose persons are written."""
    person_of: dict[str, str] = {}
    query = "select person_id, json_extract(evidence, '$.key') from identifiers where kind <> 'join'"
    for person, key in db.execute(query):
        if key:
            person_of[key] = person
    roster = Roster(person_of=person_of, labels=dict(db.execute("select id, label from persons").fetchall()))
    members: dict[Thread, set[str]] = {}
    for item, talk, source, app, sender, name, direction, account, recipients in db.execute(_THREADS):
        said = Sender(
            source=source, app=app, sender=sender, name=name, direction=direction, account=str(account),
            conversation=talk,
        )  # fmt: skip
        nodes = [of_sender(said), *(of_address(one, source) for one in json.loads(recipients))]
        nodes += [of_address(talk, source)] + ([of_device(source)] if direction else [])
        found = members.setdefault((item, talk), set())
        found.update(person for person in map(roster.of, nodes) if person)
    roster.members.update({thread: frozenset(found) for thread, found in members.items()})
    return roster


_LINE = f"""
select u.id, u.item_id, i.source, u.conversation, u.seq, {KNOWN}, u.origin, u.text, u.app, u.sender, u.sender_name,
  coalesce(u.direction, ''),
  case when u.sender_name = '' then coalesce(json_extract(u.detail, '$.from_id'), '') else '' end, u.recipients,
  (select min(x.no) from exhibits x where x.unit_id = u.id)
from units u join items i on i.id = u.item_id where """


def lines(db: sqlite3.Connection, roster: Roster, where: str, values: Iterable[object] = ()) -> Iterator[Line]:
    """Units that match, in no particular order; `where` is ours, never evidence."""
    query = _LINE + where
    for row in db.execute(query, tuple(values)):
        (unit, item, source, talk, seq, at, origin, text, app, sender, name, direction, account, to, exhibit) = row
        said = Sender(
            source=source, app=app, sender=sender, name=name, direction=direction, account=str(account),
            conversation=talk,
        )  # fmt: skip
        writer = roster.of(of_sender(said)) if origin in ("message", "call", "email") else None
        yield Line(
            unit=unit, item=item, source=source, conversation=talk, seq=seq, at=at, origin=origin, text=text,
            writer=writer, addressee=addressee(roster, (item, talk), source, writer, json.loads(to)), exhibit=exhibit,
            direction=direction,
        )  # fmt: skip


def addressee(roster: Roster, thread: Thread, source: str, writer: str | None, recipients: list[str]) -> str | None:
    """The one other person: the sole recipient, or the other member of a conversation of two."""
    if writer is None or len(recipients) > 1:
        return None
    if recipients and (person := roster.of(of_address(recipients[0], source))):
        return person if person != writer else None
    others = roster.members.get(thread, frozenset()) - {writer}
    return next(iter(others)) if len(others) == 1 else None
