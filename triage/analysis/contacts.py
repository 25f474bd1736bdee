"""Who exchanges with whom: persons as nodes, messages and calls between two of them as edges, laid out without chance.

A message of a group counts for its writer alone and makes no edge: it is addressed to nobody in particular. Copies of
a message on another source count once. Positions come from a fixed start (a circle, in the order of the counts) and a
fixed number of steps of a spring layout on rounded values, so that the same graph is drawn the same on every machine.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from triage.analysis.dates import KNOWN
from triage.analysis.person_nodes import Sender, of_sender
from triage.analysis.roster import Roster, addressee

MOST = 40
"""Persons drawn at most; the table lists further edges."""
_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Everything from one person to another."""

    a: str
    b: str
    messages: int
    calls: int
    marked: int
    first: str | None
    last: str | None
    apps: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A person in the drawing; coordinates from 0 to 1,000."""

    person: str
    x: int
    y: int
    messages: int
    marked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The edges, most messages first, and the drawing of the persons with the most of them."""

    edges: tuple[Edge, ...]
    nodes: tuple[Placed, ...]
    undrawn: int
    """Persons with an edge that are not drawn."""


@dataclass(slots=True)
class _Sum:
    messages: int = 0
    calls: int = 0
    marked: int = 0
    times: list[str] = field(default_factory=list)
    apps: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


_COUNTED = f"""
select u.item_id, u.conversation, i.source, u.app, u.sender, u.sender_name, coalesce(u.direction, ''),
  case when u.sender_name = '' then coalesce(json_extract(u.detail, '$.from_id'), '') else '' end, u.recipients,
  u.origin = 'call', count(*), sum(u.id in (select unit_id from findings where kind = 'indicator' and reported = 1)),
  min({KNOWN}), max({KNOWN})
from units u join items i on i.id = u.item_id
where u.origin in ('message', 'call', 'email') and u.id not in (select b from links where kind = 'same-message')
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"""
"""Counted where the rows lie: a case holds many more messages than pairs of people."""


def build(db: sqlite3.Connection, roster: Roster) -> Graph:
    """The graph of an index whose persons are written."""
    sums: dict[tuple[str, str], _Sum] = {}
    for row in db.execute(_COUNTED):
        item, talk, source, app, sender, name, direction, account, to, call, n, marked, first, last = row
        said = Sender(
            source=source, app=app, sender=sender, name=name, direction=direction, account=str(account),
            conversation=talk,
        )  # fmt: skip
        writer = roster.of(of_sender(said))
        other = addressee(roster, (item, talk), source, writer, json.loads(to))
        if not writer or not other:
            continue
        total = sums.setdefault((writer, other), _Sum())
        total.calls += n if call else 0
        total.messages += 0 if call else n
        total.marked += marked
        total.times += [time for time in (first, last) if time]
        total.sources.add(source)
        total.apps.update([app] if app else [])
    edges = tuple(sorted((_edge(a, b, s) for (a, b), s in sums.items()), key=_rank))
    nodes, undrawn = place(edges)
    return Graph(edges=edges, nodes=nodes, undrawn=undrawn)


def _edge(a: str, b: str, s: _Sum) -> Edge:
    return Edge(
        a=a, b=b, messages=s.messages, calls=s.calls, marked=s.marked, first=min(s.times, default=None),
        last=max(s.times, default=None), apps=tuple(sorted(s.apps)), sources=tuple(sorted(s.sources)),
    )  # fmt: skip


def _rank(edge: Edge) -> tuple[int, int, str, str]:
    return -edge.marked, -(edge.messages + edge.calls), edge.a, edge.b


def place(edges: Sequence[Edge]) -> tuple[tuple[Placed, ...], int]:
    """Positions of the persons with the most marked messages and messages."""
    weight: dict[str, list[int]] = {}
    for edge in edges:
        for person, writes in ((edge.a, True), (edge.b, False)):
            known = weight.setdefault(person, [0, 0])
            known[0] += edge.messages + edge.calls
            known[1] += edge.marked if writes else 0
    order = sorted(weight, key=lambda p: (-weight[p][1], -weight[p][0], p))
    drawn = order[:MOST]
    where = _springs(drawn, {(e.a, e.b) for e in edges if e.a in drawn and e.b in drawn})
    nodes = tuple(
        Placed(person=p, x=where[p][0], y=where[p][1], messages=weight[p][0], marked=weight[p][1]) for p in drawn
    )
    return nodes, len(order) - len(drawn)


def _springs(people: Sequence[str], pairs: set[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    n = max(1, len(people))
    at = {p: [math.cos(2 * math.pi * i / n), math.sin(2 * math.pi * i / n)] for i, p in enumerate(people)}
    near = 1.6 / math.sqrt(n)
    linked = sorted({(min(a, b), max(a, b)) for a, b in pairs if a != b})
    for step in range(_STEPS):
        push = {p: [0.0, 0.0] for p in people}
        for i, p in enumerate(people):
            for q in people[i + 1 :]:
                _force(at, push, p, q, lambda d: near * near / d)
        for p, q in linked:
            _force(at, push, p, q, lambda d: -d * d / near)
        heat = 0.12 * (1 - step / _STEPS)
        for p in people:
            size = math.hypot(*push[p]) or 1.0
            for axis in (0, 1):
                at[p][axis] = round(at[p][axis] + push[p][axis] / size * min(size, heat), 6)
    return _scaled(at)


_Vectors = dict[str, list[float]]


def _force(at: _Vectors, push: _Vectors, p: str, q: str, size: Callable[[float], float]) -> None:
    dx, dy = at[p][0] - at[q][0], at[p][1] - at[q][1]
    distance = max(math.hypot(dx, dy), 0.01)
    force = size(distance)
    for axis, d in ((0, dx), (1, dy)):
        push[p][axis] += d / distance * force
        push[q][axis] -= d / distance * force


def _scaled(at: dict[str, list[float]]) -> dict[str, tuple[int, int]]:
    out: dict[str, list[int]] = {p: [] for p in at}
    for axis in (0, 1):
        values = [xy[axis] for xy in at.values()]
        low, high = min(values, default=0.0), max(values, default=1.0)
        for p, xy in at.items():
            out[p].append(round(500 if high - low < 0.001 else 60 + 880 * (xy[axis] - low) / (high - low)))
    return {p: (xy[0], xy[1]) for p, xy in out.items()}
