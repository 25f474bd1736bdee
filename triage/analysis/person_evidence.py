"""What the index says about identifiers: which occur, under which names, and which belong together on what evidence.

Joins are *certain* only where a strong identifier is equal, which needs no join at all since equal ones are one node,
and where a source states the one number its own account has. All others are *proposed* with their evidence: a second
address on the same card, a message or an app event about a changed number, equal names, a name with an addition, a
number without its country that ends another. A payment reference belongs to nobody: it is listed with who gave it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from extractors.cues import folded
from triage.analysis.person_nodes import Node, Sender, of_address, of_device, of_name, of_sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Two identifiers that may belong to one person, and why."""

    a: Node
    b: Node
    basis: str
    certain: bool
    evidence: tuple[str, ...]
    """Unit or item ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A name that an identifier is saved or shown under on one source."""

    node: Node
    name: str
    source: str
    times: int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A payment reference in a message of somebody."""

    node: Node
    type: str
    value: str
    own: bool
    """The text speaks of the writer's own account."""
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that identities are made of, in no order that matters."""

    seen: dict[Node, str]
    """Identifier → one unit (or item) in which it occurs."""
    names: tuple[Naming, ...]
    joins: tuple[Join, ...]
    given: tuple[Given, ...]


@cache
def words(key: str) -> tuple[str, ...]:
    """A list of `identity.toml`, folded."""
    data = tomllib.loads(files("triage.analysis").joinpath("data/identity.toml").read_text(encoding="utf-8"))
    return tuple(folded(word) for word in data[key])


def gather(db: sqlite3.Connection) -> Gathered:
    """From senders, recipients, participants, cards, owners, changed numbers and payment references."""
    seen: dict[Node, str] = {}
    names: list[Naming] = []
    joins: list[Join] = []
    for said, unit, times in senders(db):
        if node := of_sender(said):
            seen.setdefault(node, unit)
            shown = said.name if said.name and said.name != said.sender else said.sender if said.account else ""
            if shown:
                names.append(Naming(node=node, name=shown, source=said.source, times=times, unit=unit))
    for node, unit in _addressed(db):
        seen.setdefault(node, unit)
    for card in _cards(db):
        _take_card(card, seen, names, joins)
    joins += _owners(db, seen)
    joins += [*_changed(db, seen), *_said_new(db, seen)]
    return Gathered(seen=seen, names=tuple(names), joins=tuple(joins), given=tuple(_given(db)))


_SENDERS = """
select i.source, u.app, u.sender, u.sender_name, coalesce(u.direction, ''),
  case when u.sender_name = '' then coalesce(json_extract(u.detail, '$.from_id'), '') else '' end,
  case when u.sender = '' then u.conversation else '' end, min(u.id), count(*)
from units u join items i on i.id = u.item_id where u.origin in ('message', 'call', 'email')
group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7"""


def senders(db: sqlite3.Connection) -> Iterator[tuple[Sender, str, int]]:
    """Each different writer as the units state them, one unit and how many."""
    for source, app, sender, name, direction, account, talk, unit, times in db.execute(_SENDERS):
        said = Sender(
            source=source, app=app, sender=sender, name=name, direction=direction, account=str(account),
            conversation=talk,
        )  # fmt: skip
        yield said, unit, times


def _addressed(db: sqlite3.Connection) -> Iterator[tuple[Node, str]]:
    query = """select i.source, u.recipients, min(u.id) from units u join items i on i.id = u.item_id
               where u.recipients <> '[]' group by 1, 2 order by 1, 2"""
    for source, recipients, unit in db.execute(query):
        for one in json.loads(recipients):
            if node := of_address(one, source):
                yield node, unit
    query = """select i.source, c.participants, i.id from conversations c join items i on i.id = c.item_id
               order by 1, 3, 2"""
    for source, people, item in db.execute(query):
        for one in json.loads(people):
            if node := of_address(one, source):
                yield node, item


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    unit: str
    source: str
    name: str
    nodes: tuple[Node, ...]


def _cards(db: sqlite3.Connection) -> Iterator[_Card]:
    """Saved contacts and participants, with their addresses."""
    phones: dict[str, list[str]] = {}
    query = """select f.unit_id, f.value from findings f join units u on u.id = f.unit_id
               where u.origin = 'contact' and f.kind = 'phone' and f.reported = 1 order by 1, f.start"""
    for unit, value in db.execute(query):
        phones.setdefault(unit, []).append(value)
    query = """select u.id, i.source, u.sender, u.sender_name, u.text, u.detail from units u
               join items i on i.id = u.item_id where u.origin = 'contact' order by u.id"""
    for unit, source, sender, shown, text, detail in db.execute(query):
        lines = [line.rsplit(": ", 1)[-1].strip() for line in text.splitlines()]
        nodes = [Node(kind="phone", value=value) for value in phones.get(unit, ())]
        nodes += [node for node in (of_address(x, source) for x in (sender, *lines)) if node and _kept(node)]
        name = str(json.loads(detail).get("name") or shown or _first_name(text.splitlines()))
        yield _Card(unit=unit, source=source, name=name, nodes=tuple(dict.fromkeys(nodes)))


def _kept(node: Node) -> bool:
    return node.kind in ("phone", "account")


def _first_name(lines: Iterable[str]) -> str:
    """The first line that is neither an address nor a property."""
    for line in lines:
        if any(ch.isalpha() for ch in line) and ": " not in line and "@" not in line:
            return line.strip()
    return ""


def _take_card(card: _Card, seen: dict[Node, str], names: list[Naming], joins: list[Join]) -> None:
    for node in card.nodes:
        seen.setdefault(node, card.unit)
        if card.name:
            names.append(Naming(node=node, name=card.name, source=card.source, times=1, unit=card.unit))
    for other in card.nodes[1:]:
        joins.append(Join(a=card.nodes[0], b=other, basis="same-card", certain=False, evidence=(card.unit,)))


_OWNED = """
select i.source, u.sender, u.sender_name <> '', '[]', min(u.id) from units u join items i on i.id = u.item_id
where u.direction = 'outgoing' and u.sender <> '' group by 1, 2, 3
union all
select i.source, '', 0, u.recipients, min(u.id) from units u join items i on i.id = u.item_id
where u.direction = 'incoming' and json_array_length(u.recipients) = 1 group by 1, 4
union all
select i.source, c.owner, 1, '[]', i.id from conversations c join items i on i.id = c.item_id where c.owner <> ''
union all
select i.source, s.value, 0, '[]', i.id from source_facts s join items i on i.id = s.item_id where s.key = 'msisdn'
order by 1, 2, 4, 5"""


def _owners(db: sqlite3.Connection, seen: dict[Node, str]) -> list[Join]:
    """The accounts of each device; certain where the source states one number and no other."""
    owned: dict[str, dict[Node, set[str]]] = {}
    for source, address, is_address, recipients, where in db.execute(_OWNED):
        stated = address or next(iter(json.loads(recipients)), "")
        node = of_address(str(stated), source, is_address=bool(is_address))
        if node is not None:
            owned.setdefault(source, {}).setdefault(node, set()).add(where)
    joins = []
    for source, nodes in owned.items():
        device = of_device(source)
        phones = [node for node in nodes if node.kind == "phone"]
        for node, where in nodes.items():
            seen.setdefault(node, min(where))
            seen.setdefault(device, min(where))
            alone = len(phones) == 1 and node in phones
            joins.append(
                Join(a=device, b=node, basis="account-of-device", certain=alone, evidence=tuple(sorted(where)[:3]))
            )
    return joins


_IN_TEXT = """
select u.id, u.text, u.flags, i.source, u.app, u.sender, u.sender_name, coalesce(u.direction, ''),
  coalesce(json_extract(u.detail, '$.from_id'), ''), u.conversation, f.value, f.id, f.type
from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
where f.kind = ? and f.reported = 1 and u.origin in ('message', 'event', 'email') order by u.id, f.start, f.id"""


def _mentions(db: sqlite3.Connection, kind: str) -> Iterator[tuple[str, str, str, Node | None, str, str, str]]:
    for unit, text, flags, source, app, sender, name, direction, account, talk, value, finding, type_ in db.execute(
        _IN_TEXT, (kind,)
    ):
        said = Sender(
            source=source, app=app, sender=sender, name=name, direction=direction,
            account="" if name else str(account), conversation=talk,
        )  # fmt: skip
        yield unit, text, flags, of_sender(said), value, finding, type_


_EVENT_NUMBER = re.compile(r"(?<![\w.])(\d{7,15}@(?:s\.whatsapp\.net|c\.us)|\+\d[\d\s().-]{6,18}\d)")


def _changed(db: sqlite3.Connection, seen: dict[Node, str]) -> Iterator[Join]:
    """App events about a changed number: the two numbers they name, or the sender and the one they name."""
    query = """select u.id, u.text, u.sender, u.sender_name <> '', i.source from units u
               join items i on i.id = u.item_id where u.origin = 'event' and (
               instr(u.flags, '"number_change"') > 0 or instr(u.text, 'changed the number') > 0) order by u.id"""
    for unit, text, sender, named, source in db.execute(query):
        nodes = [of_address(found[1], source) for found in _EVENT_NUMBER.finditer(text)]
        nodes += [of_address(sender, source, is_address=bool(named)) or of_name(sender, source)]
        kept = list(dict.fromkeys(node for node in nodes if node is not None))
        for other in kept[1:]:
            seen.setdefault(kept[0], unit)
            seen.setdefault(other, unit)
            yield Join(a=kept[0], b=other, basis="number-change", certain=False, evidence=(unit,))


def _said_new(db: sqlite3.Connection, seen: dict[Node, str]) -> Iterator[Join]:
    """Messages that say "this is my new number"."""
    for unit, text, _, writer, value, finding, _ in _mentions(db, "phone"):
        if writer is None or not any(cue in folded(text) for cue in words("new_number")):
            continue
        node = Node(kind="phone", value=value)
        if node != writer:
            seen.setdefault(node, unit)
            yield Join(a=writer, b=node, basis="said-new-number", certain=False, evidence=(unit, finding))


def _given(db: sqlite3.Connection) -> Iterator[Given]:
    for _, text, _, writer, value, finding, type_ in _mentions(db, "payment"):
        if writer is not None:
            own = any(cue in folded(text) for cue in words("own_account"))
            yield Given(node=writer, type=type_, value=value, own=own, finding=finding)
