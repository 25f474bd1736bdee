"""Proposals from names: equal ones, one with an addition ("Óscar", "Óscar Agencia"), numbers without their country.

A name says little: these proposals join nothing and say what they rest on. Names that many people are saved under
("Mum", "Boss": `data/identity.toml`) propose nothing, and a name that more than `CROWD` persons bear proposes only
where it is equal in full. Names are compared without case, accents, digits and signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from extractors.cues import folded
from triage.analysis.person_evidence import Join, Naming, words
from triage.analysis.person_nodes import Node

if TYPE_CHECKING:
    from triage.analysis.identities import Person

CROWD = 12
_SHORTEST = 3
_LEAST_DIGITS = 8
"""A number without its country is compared by at least this many digits."""

Bearer = tuple[str, Node, str, str]
"""(person, the identifier that bears the name, a unit, the name)"""


def compared(name: str) -> tuple[str, ...]:
    """The words of a name that tell people apart ("Chofer Wilmer": wilmer); empty where there are none."""
    parts = tuple(part for part in _plain(name).split() if part not in words("generic"))
    return () if len("".join(parts)) < _SHORTEST or _plain(name) in words("generic") else parts


def _plain(name: str) -> str:
    return " ".join("".join(ch if ch.isalpha() else " " for ch in folded(name)).split())


def propose(persons: Sequence[Person], names: Iterable[Naming]) -> Iterator[Join]:
    """Joins between different persons."""
    of_node = {node: person.id for person in persons for node in person.nodes}
    bearers: dict[tuple[str, ...], dict[str, Bearer]] = {}
    borne = [(n.name, n.node, n.unit) for n in names] + [(n.value, n, "") for n in of_node if n.kind == "name"]
    for name, node, unit in sorted(borne, key=lambda b: (b[1].order, b[0], b[2])):
        if node in of_node and (parts := compared(name)):
            bearers.setdefault(parts, {}).setdefault(of_node[node], (of_node[node], node, unit, name))
    yield from _equal(bearers)
    yield from _with_addition(bearers)
    yield from _numbers(of_node)


def _equal(bearers: dict[tuple[str, ...], dict[str, Bearer]]) -> Iterator[Join]:
    for found in bearers.values():
        if len(found) <= CROWD:
            for one, other in combinations(sorted(found.values(), key=_order), 2):
                yield _join(one, other, "same-name" if _plain(one[3]) == _plain(other[3]) else "name-with-addition")


def _with_addition(bearers: dict[tuple[str, ...], dict[str, Bearer]]) -> Iterator[Join]:
    for parts, found in bearers.items():
        for length in range(1, len(parts)):
            shorter = bearers.get(parts[:length], {})
            if len(shorter) > CROWD or len(found) > CROWD:
                continue
            for one in found.values():
                for other in shorter.values():
                    if one[0] != other[0]:
                        first, second = sorted((one, other), key=_order)
                        yield _join(first, second, "name-with-addition")


def _numbers(of_node: dict[Node, str]) -> Iterator[Join]:
    """A number without its country, and international numbers that end with its digits."""
    local = sorted((n for n in of_node if n.kind == "number"), key=lambda n: n.order)
    if not local:
        return
    by_end: dict[str, list[Node]] = {}
    for node in sorted(of_node, key=lambda n: n.order):
        if node.kind in ("phone", "number"):
            by_end.setdefault(_end(node), []).append(node)
    for node in local:
        digits = node.value.lstrip("0")
        for other in by_end.get(_end(node), ()):
            if other != node and of_node[other] != of_node[node] and other.value.endswith(digits):
                yield Join(a=other, b=node, basis="number-without-country", certain=False, evidence=())


def _end(node: Node) -> str:
    return node.value[-_LEAST_DIGITS:]


def _order(bearer: Bearer) -> tuple[int, str]:
    return bearer[1].order


def _join(one: Bearer, other: Bearer, basis: str) -> Join:
    units = tuple(sorted({unit for unit in (one[2], other[2]) if unit}))
    return Join(a=one[1], b=other[1], basis=basis, certain=False, evidence=units)
