"""Reading a match: is it negated, does its context refuse or weaken it, how strong is it, who does what to whom.

Strength (taxonomy section 3) is the predicate plus at least one of: condition, sum of money, third-party actor,
duration, plural people, in the same sentence. Direction (section 2) goes by the grammatical person of who is affected.
Negation (section 4): a negator up to four words before the predicate in its clause, unless a new subject stands
between them ("don't forget you owe").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from extractors.language.compiled import CompiledPack, Context, Roles, Rule
from extractors.language.mentions import Found, matches
from extractors.language.relations import FAR, Match, Span
from extractors.language.tokens import HARD, SOFT

_NEGATION_REACH = 4
_DOERS = frozenset({"by"})
"""Roles of those who do it: never read as the person it is done to."""
_STRENGTH_REACH = 12
"""A strengthener counts within this many words of the match, in the same sentence."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of one match."""

    rule: Rule
    match: Match
    grade: str
    toward: str
    flags: tuple[str, ...]
    extra: tuple[tuple[str, Span], ...]
    """Strengtheners outside the match: (role, token span)."""


def _bounds(found: Found, start: int, end: int, kinds: tuple[int, ...]) -> tuple[int, int]:
    low, high = start, end
    every = found.tokens.kinds
    while low > 0 and every[low - 1] not in kinds:
        low -= 1
    while high < len(every) and every[high] not in kinds:
        high += 1
    return low, high


def read(found: Found, rule: Rule, match: Match) -> Reading | None:
    """The reading of `match`, or None where its context refuses it."""
    pack = found.pack
    clause = _bounds(found, match.start, match.end, (HARD, SOFT))
    sentence = _bounds(found, match.start, match.end, (HARD,))
    predicate = _predicate(match)
    if rule.negation == "refuse" and _negated(found, pack, match, predicate):
        return None
    for context in rule.context:
        if _refused(found, context, match, predicate, clause, sentence):
            return None
    toward = rule.toward or _toward(found, rule, match, predicate, clause, sentence)
    extra = _strengtheners(found, pack.roles, match, sentence)
    inside = bool(_role_inside(found, pack.roles, match)) or _done_by_another(found, rule, toward, clause, predicate)
    inside = inside or any(matches(found, context.strengthen_sentence, *sentence) for context in rule.context)
    grade = rule.strength if rule.strength != "auto" else ("strong" if extra or inside else "weak")
    flags: set[str] = set()
    for context in rule.context:
        if matches(found, context.weaken_sentence, *sentence) or matches(found, context.weaken_message, 0, FAR):
            grade = "weak"
        if matches(found, context.mention_message, 0, FAR):
            grade = "weak"
            flags.add("mention")
    if toward == "self_report" and rule.code in ("movement_restriction", "threat_violence") and grade == "strong":
        flags.add("welfare")
    if any(span in found.slips for span in match.spans):
        flags.add("spelling")
    if pack.ring > 1:
        flags.add("low_coverage")
    return Reading(rule, match, grade, toward, tuple(sorted(flags)), tuple(extra))


def _done_by_another(found: Found, rule: Rule, toward: str, clause: Span, predicate: Span) -> bool:
    """Told by the person affected of what "he" or "they" do: a third-party actor, though named by a pronoun only."""
    if toward != "self_report" or rule.affected != "object":
        return False
    return any(clause[0] <= start and end <= predicate[1] for start, end in found.of(found.pack.roles.third_subject))


def _predicate(match: Match) -> Span:
    for element, span in zip(match.pattern.elements, match.spans, strict=True):
        if element.role == "pred":
            return span
    return match.spans[0]


def _negated(found: Found, pack: CompiledPack, match: Match, predicate: Span) -> bool:
    cost = found.cost("clause")
    stops = found.of(pack.roles.negation_stop)
    for start, end in found.of(pack.roles.negator):
        if any(start < e and s < end for s, e in match.spans):
            continue
        if end <= predicate[0] and cost[predicate[0]] - cost[end] < _NEGATION_REACH:
            if not any(end <= s and e <= predicate[0] for s, e in stops):
                return True
        elif start >= predicate[1] and cost[start] - cost[predicate[1]] < pack.negation_after:
            return True
    return False


def _refused(found: Found, c: Context, match: Match, predicate: Span, clause: Span, sentence: Span) -> bool:
    if c.unless_before:
        cost = found.cost("clause")
        low = match.start
        while low > clause[0] and cost[match.start] - cost[low - 1] <= _NEGATION_REACH:
            low -= 1
        if matches(found, c.unless_before, low, predicate[0] if predicate[0] > match.start else match.start):
            return True
    if matches(found, c.unless_clause, *clause) or matches(found, c.unless_sentence, *sentence):
        return True
    if matches(found, c.unless_message, 0, FAR):
        return True
    if c.needs_sentence and not matches(found, c.needs_sentence, *sentence):
        return True
    return bool(c.needs_message) and not matches(found, c.needs_message, 0, FAR)


_STRENGTHENERS = ("condition", "money", "actor", "duration", "plural_people")


def _role_inside(found: Found, roles: Roles, match: Match) -> list[str]:
    """Strengtheners that are part of the match itself."""
    return [
        name
        for name in _STRENGTHENERS
        if any(s >= match.start and e <= match.end for s, e in found.of(getattr(roles, name)))
    ]


def _strengtheners(found: Found, roles: Roles, match: Match, sentence: Span) -> list[tuple[str, Span]]:
    """Strengtheners near the match in its sentence, outside it: at most one of each kind, the nearest."""
    cost = found.cost("sentence")
    out = []
    for name in _STRENGTHENERS:
        near = []
        for start, end in found.of(getattr(roles, name)):
            if start < sentence[0] or end > sentence[1] or (start < match.end and end > match.start):
                continue
            distance = cost[start] - cost[match.end] if start >= match.end else cost[match.start] - cost[end]
            if distance <= _STRENGTH_REACH:
                near.append((distance, start, end))
        if near:
            _, start, end = min(near)
            out.append((name, (start, end)))
    return out


def _person(found: Found, which: tuple[int, ...], low: int, high: int, last: bool = False) -> Span | None:
    spans = [s for c in which for s in found.of(c) if s[0] >= low and s[1] <= high]
    return (max(spans) if last else min(spans)) if spans else None


def _toward(found: Found, rule: Rule, match: Match, predicate: Span, clause: Span, sentence: Span) -> str:
    """Direction by the person affected: the marked slot, then the subject or object, then anyone in the sentence."""
    r = found.pack.roles
    first, second, third = (
        (r.first_subject, r.first_object),
        (r.second_subject, r.second_object),
        (r.third_subject, r.third_object),
    )
    objects = {
        "self_report": (r.first_object, -1),
        "to_addressee": (r.second_object, -1),
        "about_third": (r.third_object, -1),
    }
    everyone = {"self_report": first, "to_addressee": second, "about_third": third}
    for element, (low, high) in zip(match.pattern.elements, match.spans, strict=True):
        if element.role in ("whom", "whose"):
            person = _nearest(found, objects, low, high, low) or _of_person(found, everyone, low, high)
            return _instruction(found, person or "about_third", clause, predicate)
    if rule.affected == "subject":
        low, high = min(clause[0], match.start), max(predicate[1], match.start + 1)
        if _ordered(found, everyone, low, predicate):
            return "to_addressee"  # "don't talk to the neighbours": who is told so is the one concerned
        return (
            _nearest(found, everyone, low, high, predicate[0])
            or _nearest(found, everyone, *sentence, predicate[0])
            or "unknown"
        )
    doers = [s for e, s in zip(match.pattern.elements, match.spans, strict=True) if e.role in _DOERS]
    for low, high in match.spans:  # whose passport, whose wages: the possessor in or just before a slot
        if (low, high) in doers:
            continue
        if (low, high) != predicate and (person := _nearest(found, objects, max(clause[0], low - 1), high, low)):
            return _instruction(found, person, clause, predicate)
    for low, high in ((predicate[0], match.end), (match.start, match.end), clause, sentence):
        if person := _nearest(found, objects, low, high, predicate[1]):
            return _instruction(found, person, clause, predicate)
    subject = _nearest(found, everyone, *sentence, predicate[0])
    if subject == "self_report":  # "I call the police" is said to somebody, "I will be deported" of oneself
        return "to_addressee" if found.of(second[0]) else "about_third" if found.of(third[1]) else subject
    return subject or "unknown"


def _ordered(found: Found, table: Mapping[str, tuple[int, ...]], low: int, predicate: Span) -> bool:
    """An order opens the predicate, and nobody is named before it."""
    order = found.first(found.pack.roles.imperative, predicate[0], predicate[1])
    return order is not None and _nearest(found, table, low, predicate[0], predicate[0]) is None


def _of_person(found: Found, table: Mapping[str, tuple[int, ...]], low: int, high: int) -> str | None:
    for toward, concepts in table.items():
        if _person(found, concepts, low, high):
            return toward
    return None


def _nearest(found: Found, table: Mapping[str, tuple[int, ...]], low: int, high: int, at: int) -> str | None:
    """The person whose mention between two tokens stands nearest to token `at`."""
    ranked = [
        (abs(span[0] - at), toward)
        for toward, concepts in table.items()
        for c in concepts
        for span in found.of(c)
        if span[0] >= low and span[1] <= high
    ]
    return min(ranked)[1] if ranked else None


def _instruction(found: Found, toward: str, clause: Span, predicate: Span) -> str:
    """Who is told to act: an order that affects a third person goes by the addressee, one for the writer to them."""
    r = found.pack.roles
    ordered = found.first(r.imperative, predicate[0], predicate[1]) is not None and not any(
        clause[0] <= end <= predicate[0] for c in (r.first_subject, r.third_subject, r.actor) for _, end in found.of(c)
    )
    subjects = {"x1": (r.first_subject,), "x2": (r.second_subject,), "x3": (r.third_subject, r.actor)}
    subject = _nearest(found, subjects, clause[0], predicate[0], predicate[0])
    if toward == "self_report":
        return "to_addressee" if ordered else toward
    return "by_addressee" if toward == "about_third" and (subject == "x2" or (subject is None and ordered)) else toward
