"""Recall and precision with 95 % intervals, by type, language and group, over reported findings.

Entities: a hit is the right type with the exact normal form (GEO_POINT within 20 m). A false positive is an entity
whose type the row annotates (expected or forbidden) and whose value is not expected; PHONE is annotated on every row
that expects no UPI_VPA. Language: message level (any indicator), and codes pooled (micro).
Intervals are Wilson score intervals (E. B. Wilson, JASA 22, 1927).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from triage.bench.predict import Prediction, plain_value
from triage.bench.rows import Row

GEO_METRES = 20.0
_Z = 1.959964


@dataclass(slots=True)
class Counts:
    """True and false positives, and what was missed."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    @property
    def recall(self) -> float | None:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def precision(self) -> float | None:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def f1(self) -> float | None:
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None

    def to_json(self) -> dict[str, object]:
        return {
            "tp": self.tp, "fp": self.fp, "fn": self.fn, "recall": _round(self.recall),
            "recall_95": wilson(self.tp, self.tp + self.fn), "precision": _round(self.precision),
            "precision_95": wilson(self.tp, self.tp + self.fp), "f1": _round(self.f1),
        }  # fmt: skip


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def wilson(hits: int, n: int) -> list[float] | None:
    """The 95 % interval of a proportion, or None of nothing."""
    if n == 0:
        return None
    p, z2 = hits / n, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]


@dataclass(slots=True)
class Scores:
    """Everything `triage bench` prints."""

    rows: int = 0
    types: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    groups: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    messages: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    """By language; `all` pools them."""
    codes: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    micro: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    look_alikes: int = 0
    look_alikes_strong: int = 0
    misses: list[dict[str, object]] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        tables = {"types": self.types, "groups": self.groups, "messages": self.messages, "codes": self.codes,
                  "micro": self.micro}  # fmt: skip
        out: dict[str, object] = {"rows": self.rows}
        out |= {name: {k: v.to_json() for k, v in sorted(t.items())} for name, t in tables.items() if t}
        if self.look_alikes:
            out["look_alikes"] = {"n": self.look_alikes, "strong": self.look_alikes_strong}
        out["misses"] = self.misses
        return out


def score(predictions: Iterable[Prediction]) -> Scores:
    scores = Scores()
    for prediction in predictions:
        scores.rows += 1
        if prediction.row.expected is not None:
            _entities(scores, prediction)
        if prediction.row.labels is not None:
            _indicators(scores, prediction)
    return scores


def _entities(scores: Scores, prediction: Prediction) -> None:
    row = prediction.row
    found = {(f.type, plain_value(f)) for f, shown in prediction.entities if shown}
    expected = set(row.expected or ())
    for want in sorted(expected):
        hit = any(_same(want, got) for got in found)
        for counts in (scores.types[want[0]], scores.groups[row.group]):
            counts.tp += hit
            counts.fn += not hit
        if not hit:
            scores.misses.append({"id": row.id, "missed": list(want)})
    for got in sorted(found):
        if _annotated(row, got[0]) and not any(_same(want, got) for want in expected):
            scores.types[got[0]].fp += 1
            scores.groups[row.group].fp += 1
            scores.misses.append({"id": row.id, "false": list(got)})


def _annotated(row: Row, type: str) -> bool:
    expected = {t for t, _ in row.expected or ()}
    if type == "PHONE" and "UPI_VPA" not in expected:
        return True
    return type in expected or any(t == type for t, _ in row.forbidden)


def _same(want: tuple[str, str], got: tuple[str, str]) -> bool:
    if want[0] != got[0]:
        return False
    return want[1] == got[1] or (want[0] == "GEO_POINT" and metres(want[1], got[1]) <= GEO_METRES)


def metres(a: str, b: str) -> float:
    """Distance of two `lat,lon` on the sphere."""
    try:
        lat1, lon1, lat2, lon2 = (math.radians(float(x)) for x in (*a.split(","), *b.split(",")))
    except ValueError:
        return math.inf
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(math.sqrt(h))


def _indicators(scores: Scores, prediction: Prediction) -> None:
    row = prediction.row
    found = {f.type for f, shown in prediction.indicators if shown}
    wanted = row.labels or frozenset()
    for key in ("all", row.lang):
        counts = scores.messages[key]
        counts.tp += bool(wanted and found)
        counts.fn += bool(wanted and not found)
        counts.fp += bool(found and not wanted)
        _pool(scores.micro[key], wanted, found)
    for code in wanted | found:
        _pool(scores.codes[code], wanted & {code}, found & {code})
    if row.hard_negative:
        scores.look_alikes += 1
        scores.look_alikes_strong += any(f.grade == "strong" for f, _ in prediction.indicators)
    if wanted - found:
        scores.misses.append({"id": row.id, "missed": sorted(wanted - found)})
    if found - wanted:
        scores.misses.append({"id": row.id, "false": sorted(found - wanted)})


def _pool(counts: Counts, wanted: frozenset[str], found: set[str] | frozenset[str]) -> None:
    counts.tp += len(wanted & found)
    counts.fp += len(found - wanted)
    counts.fn += len(wanted - found)
