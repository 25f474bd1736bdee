"""Sections "Timeline and movement" and "Contacts": lanes, silences, traces, places, and the graph with its table."""

from __future__ import annotations

from dataclasses import dataclass

from triage.analysis.contacts import Placed
from triage.analysis.movement import Place
from triage.report.case_view import CaseView, Cite, Ref
from triage.report.model import Stamp
from triage.report.units import either

LANES = 20
EDGES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One person's marked messages over time."""

    person: Ref
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceView:
    """A stretch without a message."""

    source: str
    conversation: str
    days: int
    usual: int
    before: Stamp
    after: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """An event that may have covered something up."""

    kind: str
    messages: int
    cite: Cite


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One statement of a place."""

    how: str
    title: str
    coordinates: str
    cite: Cite


@dataclass(frozen=True, slots=True, kw_only=True)
class NearView:
    """Two sources recorded near each other."""

    a: PlaceView
    b: PlaceView
    metres: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The section "Timeline and movement"."""

    labels: tuple[str, ...]
    lanes: tuple[LaneView, ...]
    lanes_more: int
    silences: tuple[SilenceView, ...]
    silences_more: int
    traces: tuple[TraceView, ...]
    traces_more: int
    sims: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]
    """(source, kind, values, items that state them)."""
    places: tuple[PlaceView, ...]
    places_more: int
    near: tuple[NearView, ...]
    near_more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """A person in the drawing."""

    person: Ref
    x: int
    y: int
    size: int
    marked: bool
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A line of the drawing between two nodes: both directions together."""

    a: NodeView
    b: NodeView
    width: int
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeView:
    """A row of the table: everything from one person to another."""

    a: Ref
    b: Ref
    messages: int
    calls: int
    marked: int
    first: Stamp
    last: Stamp
    apps: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """The section "Contacts"."""

    nodes: tuple[NodeView, ...]
    links: tuple[LinkView, ...]
    maybe: tuple[tuple[NodeView, NodeView], ...]
    """Proposed to be one person."""
    undrawn: int
    edges: tuple[EdgeView, ...]
    edges_more: int


def course(view: CaseView) -> Course:
    """Over the whole index."""
    time, moved, rows = view.run_of_time(), view.moved(), view.limits.rows
    lanes = [(ref, lane) for lane in time.lanes if (ref := view.ref(lane.person))]
    traces = time.traces[:rows]
    cited = view.cites((t.line, (), (), False) for t in traces)
    places = _places(view, moved.places[:rows])
    pairs = moved.near[:rows]
    sides = _places(view, [side for one in pairs for side in (one.a, one.b)])
    return Course(
        labels=time.labels, lanes_more=max(0, len(lanes) - LANES),
        lanes=tuple(LaneView(person=r, counts=lane.counts, total=lane.total) for r, lane in lanes[:LANES]),
        silences=tuple(
            SilenceView(
                source=s.source, conversation=s.conversation, days=s.days, usual=s.usual, before=either(s.before.at),
                after=either(s.after.at),
            )
            for s in time.silences[:rows]
        ),
        silences_more=max(0, len(time.silences) - rows),
        traces=tuple(
            TraceView(kind=t.kind, messages=t.messages, cite=c) for t, c in zip(traces, cited, strict=True)
        ),
        sims=tuple((s.source, s.key, s.values, s.items) for s in time.sims[:rows]),
        traces_more=max(0, len(time.traces) - rows), places=places, places_more=len(moved.places) - len(places),
        near=tuple(
            NearView(a=sides[2 * n], b=sides[2 * n + 1], metres=one.metres, minutes=one.minutes)
            for n, one in enumerate(pairs)
        ),
        near_more=max(0, len(moved.near) - rows),
    )  # fmt: skip


def _places(view: CaseView, places: tuple[Place, ...] | list[Place]) -> tuple[PlaceView, ...]:
    cites = view.cites((p.line, (), (p.span,), False) for p in places)
    return tuple(
        PlaceView(how=p.how, title=p.title, coordinates=f"{p.lat}, {p.lon}" if p.lat else "", cite=cite)
        for p, cite in zip(places, cites, strict=True)
    )


def contacts(view: CaseView) -> Contacts:
    """The drawing and its table."""
    graph = view.graph()
    nodes = {n.person: _node(ref, n) for n in graph.nodes if (ref := view.ref(n.person))}
    pairs: dict[tuple[str, str], list[int]] = {}
    for edge in graph.edges:
        if edge.a in nodes and edge.b in nodes:
            total = pairs.setdefault((min(edge.a, edge.b), max(edge.a, edge.b)), [0, 0])
            total[0] += edge.messages + edge.calls
            total[1] += edge.marked
    part = graph.edges[:EDGES]
    return Contacts(
        nodes=tuple(nodes.values()), undrawn=graph.undrawn,
        maybe=tuple((nodes[a], nodes[b]) for a, b in view.proposed() if a in nodes and b in nodes),
        links=tuple(
            LinkView(a=nodes[a], b=nodes[b], width=min(9, 1 + n.bit_length()), marked=marked > 0)
            for (a, b), (n, marked) in sorted(pairs.items())
        ),
        edges=tuple(
            EdgeView(
                a=view.refs[e.a], b=view.refs[e.b], messages=e.messages, calls=e.calls, marked=e.marked,
                first=either(e.first), last=either(e.last), apps=e.apps, sources=e.sources,
            )
            for e in part
        ),
        edges_more=len(graph.edges) - len(part),
    )  # fmt: skip


def _node(ref: Ref, placed: Placed) -> NodeView:
    size = min(30, 14 + 2 * placed.messages.bit_length())
    return NodeView(person=ref, x=placed.x, y=placed.y, size=size, marked=placed.marked > 0, messages=placed.messages)
