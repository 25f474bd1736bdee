"""GraphML (graphml.graphdrawing.org, 1.0): who wrote to whom, for Gephi and the like.

A node is an address or name as it stands in one source; persons that the case has joined are named in the attribute
`person`. An edge counts the messages and calls from one to another in one application, with first and last time and
the numbers of indicators in them. A group has its own node: its members did not write to one another.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from triage.exports.geo import text
from triage.exports.selection import Chosen

_KEYS = {
    "label": "node", "kind": "node", "person": "node", "messages": "edge", "calls": "edge", "app": "edge",
    "first": "edge", "last": "edge", "indicators": "edge",
}  # fmt: skip
_NUMBERS = ("messages", "calls", "indicators")


@dataclass(slots=True)
class _Edge:
    messages: int = 0
    calls: int = 0
    indicators: int = 0
    first: str = ""
    last: str = ""


def write(chosen: Chosen, out: BinaryIO) -> None:
    """The whole graph of the sources selected; the filter by kind limits the indicators that are counted."""
    edges = _edges(chosen)
    nodes = sorted({end for a, b, _ in edges for end in (a, b)})
    persons = _persons(chosen.db)
    number = {node: n for n, node in enumerate(nodes)}
    out.write(_HEAD)
    for name, on in _KEYS.items():
        kind = "int" if name in _NUMBERS else "string"
        out.write(f'<key id="{name}" for="{on}" attr.name="{name}" attr.type="{kind}"/>\n'.encode())
    out.write(b'<graph edgedefault="directed">\n')
    for node in nodes:
        said = {"label": node[1], "kind": node[0], "person": persons.get(node[1], "")}
        out.write(f'<node id="n{number[node]}">{_data(said)}</node>\n'.encode("utf-8", "replace"))
    for (a, b, app), edge in sorted(edges.items()):
        facts = {"messages": edge.messages, "calls": edge.calls, "app": app, "first": edge.first, "last": edge.last,
                 "indicators": edge.indicators}  # fmt: skip
        ends = f'source="n{number[a]}" target="n{number[b]}"'
        out.write(f"<edge {ends}>{_data(facts)}</edge>\n".encode("utf-8", "replace"))
    out.write(b"</graph></graphml>\n")


_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
_Node = tuple[str, str]
_Key = tuple[_Node, _Node, str]


def _data(facts: Mapping[str, object]) -> str:
    return "".join(f'<data key="{k}">{text(v)}</data>' for k, v in facts.items() if v not in ("", 0))


def _edges(chosen: Chosen) -> dict[_Key, _Edge]:
    marked: dict[str, int] = {}
    for row in chosen:
        if row["kind"] == "indicator":
            marked[row["unit_id"]] = marked.get(row["unit_id"], 0) + 1
    edges: dict[_Key, _Edge] = {}
    for row in _units(chosen):
        for target in _targets(row):
            edge = edges.setdefault((("address", row["sender"]), target, row["app"]), _Edge())
            _count(edge, row, marked.get(row["id"], 0))
    return edges


def _units(chosen: Chosen) -> Iterator[sqlite3.Row]:
    sql = """select u.id, u.sender, u.recipients, u.conversation, u.app, u.origin, coalesce(u.sent_at, u.sent_at_local)
      as at from units u join items i on i.id=u.item_id
      where u.origin in ('message','call','email') and u.sender<>'' and (?='' or i.source=?) order by u.id"""
    source = chosen.selection.source
    yield from chosen.db.execute(sql, (source, source))


def _targets(row: sqlite3.Row) -> list[_Node]:
    """One recipient is a person; none stated, or several: the conversation."""
    recipients = json.loads(row["recipients"])
    if len(recipients) == 1:
        return [("address", recipients[0])]
    if row["origin"] == "email":
        return [("address", r) for r in recipients]
    name = row["conversation"]
    return [("conversation", name)] if name and name != row["sender"] else []


def _count(edge: _Edge, row: sqlite3.Row, indicators: int) -> None:
    edge.calls += row["origin"] == "call"
    edge.messages += row["origin"] != "call"
    edge.indicators += indicators
    if row["at"]:
        edge.first = min(edge.first or row["at"], row["at"])
        edge.last = max(edge.last, row["at"])


def _persons(db: sqlite3.Connection) -> dict[str, str]:
    sql = "select i.value, p.label from identifiers i join persons p on p.id=i.person_id where i.certainty<>'proposed'"
    return {row[0]: row[1] for row in db.execute(sql)}
