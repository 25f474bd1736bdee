"""Routes: an ordered row of places that the words between them join ("from A via B to C", "de A a B pasando por C",
"A -> B -> C").

The value is `GN:id>GN:id>…` in the order of travel: what stands behind "via" comes before the end, what stands behind
a late "from" comes first. Only places that are reported take part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from extractors.cues import folded
from extractors.gazetteer_names import Name
from extractors.gazetteer_store import Place
from extractors.parts import Candidate, Tier

_FORWARD = (
    r"to|until|till|a|hasta|para|pra|hacia|ate|au|vers|jusqu'a|nach|bis|verso|fino a|la|spre|pana la|do|до"
    r"|в|на|الى|إلى|الي|ل|ke|hadi|mpaka|ወደ|->|-->|=>|→|>|✈|then|then to|luego|despues|depois|puis|dann|poi"
)
_VIA = (
    r"via|through|por|pasando por|passando por|par|en passant par|uber|attraverso|prin|przez|через|عبر|melalui|kupitia"
)
_FROM = r"from|de|desde|da|do|depuis|aus|von|dal|din|z|ze|из|من|dari|kutoka"
_FILL = r"(?:[^.!?\n;]{0,24}\s)?"
_GAP_TO = re.compile(rf"{_FILL}[\s,\-–]*(?:{_FORWARD})\s*(?:the |el |la |los |las |o |a )?")
_GAP_VIA = re.compile(rf"{_FILL}[\s,\-–(]*(?:{_VIA})\s*(?:the |el |la )?")
_GAP_FROM = re.compile(rf"{_FILL}[\s,\-–]*(?:{_FROM})\s*(?:the |el |la )?")
_BEFORE_FROM = re.compile(rf"(?:^|[\s,.(:])(?:{_FROM})\s+(?:the |el |la )?$")
_ARROW = re.compile(r"\s*(?:->|-->|=>|→|>|✈️?)\s*")
_LISTED = re.compile(r"\s{0,2}(?:,|/|-|–|—|&|\+|y|e|and|et|und|o|or|и|و|ve)\s{0,2}")
_JOIN_TO = re.compile(rf"[\s,]{{1,3}}(?:{_FORWARD}|{_FROM})\s{{1,2}}(?:the |el |la )?")
_JOIN_VIA = re.compile(rf"[\s,]{{1,3}}(?:{_VIA})\s{{1,2}}(?:the |el |la )?")
_DASH = re.compile(r"\s+[-–—]\s+|[-–—]")


def _joints(text: str, row: list[tuple[Name, Place]]) -> list[str]:
    """For each gap between neighbours: `to`, `via`, `from` or nothing."""
    low = folded(text)
    found = []
    for (one, _), (two, _) in pairwise(row):
        gap = low[one.end : two.start]
        if _ARROW.fullmatch(gap):
            found.append("to")
        elif _GAP_VIA.fullmatch(gap):
            found.append("via")
        elif _begins_from(low, one) and _GAP_TO.fullmatch(gap):
            found.append("to")
        elif _GAP_FROM.fullmatch(gap) and not _begins_from(low, one):
            found.append("from")
        elif _GAP_TO.fullmatch(gap) or (_DASH.fullmatch(gap) and len(row) >= 2):
            found.append("to")
        else:
            found.append("")
    return found


def _begins_from(low: str, name: Name) -> bool:
    return _BEFORE_FROM.search(low[max(0, name.start - 16) : name.start]) is not None


def paired(text: str, start: int, end: int) -> bool:
    """Whether the text between two names joins them: a comma, "and", a dash, an arrow, "to", "via"."""
    gap = folded(text)[start:end]
    return len(gap) <= 16 and any(form.fullmatch(gap) for form in (_LISTED, _ARROW, _JOIN_TO, _JOIN_VIA))


def _ordered(row: list[Place], joints: list[str]) -> list[Place]:
    order = [row[0]]
    held: list[Place] = []
    for place, joint in zip(row[1:], joints, strict=True):
        if joint == "from":
            order.insert(0, place)
        elif joint == "via" and len(order) > 1:
            held.append(place)
        else:
            order.append(place)
    return [*order[:-1], *held, order[-1]] if held else order


def routes(text: str, chosen: list[tuple[Name, Place]]) -> Iterator[Candidate]:
    """Every row of two or more joined places."""
    joints = _joints(text, chosen)
    at = 0
    while at < len(joints):
        end = at
        while end < len(joints) and joints[end]:
            end += 1
        if end > at:
            places = _ordered([p for _, p in chosen[at : end + 1]], joints[at:end])
            values = [p.value for p in places]
            if len(set(values)) > 1:
                yield Candidate(
                    tier=Tier.PLACE,
                    type="ROUTE",
                    start=chosen[at][0].start,
                    end=chosen[end][0].end,
                    value=">".join(values),
                    grade="context",
                    rule="places.route@1",
                    rank=60,
                    detail={"names": [p.name for p in places]},
                )
        at = end + 1
