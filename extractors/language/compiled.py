"""What a rule pack becomes when it is compiled: the values the matcher works with.

Made by `triage.packs.compile`, read here. Everything is resolved: concepts are numbers, forms are tuples of folded
words, inflections and short forms are expanded. The meaning of each part is written in `patterns/README.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NUMBER = "#"
"""Prefix of the names of number concepts: `#`, `#12-17`, `#1000-`."""


Gates = tuple[tuple[int, tuple[frozenset[str], ...]], ...]
"""Each entry is one way a pattern can stand in a text; a pattern may have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One slot of a pattern: any of these concepts."""

    concepts: tuple[int, ...]
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far a slot may stand from the one before it, in words; `either` lets it stand on either side."""

    most: int
    either: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A relation: elements in writing order and the gaps between them (one fewer)."""

    elements: tuple[Element, ...]
    gaps: tuple[Gap, ...]
    within: str
    """`clause`, `sentence` or `message`: which borders the relation may not cross."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A named idea: word forms, and relations that express it."""

    name: str
    forms: Mapping[tuple[str, ...], bool]
    """Folded words → whether this form is a spelling slip made at compile time."""
    patterns: tuple[Pattern, ...] = ()
    numbers: tuple[int, int] | None = None
    """For number concepts, the least and the greatest value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What must or must not stand around a match; each entry is a pattern, each tuple means "any of these"."""

    unless_before: tuple[Pattern, ...] = ()
    unless_clause: tuple[Pattern, ...] = ()
    unless_sentence: tuple[Pattern, ...] = ()
    unless_message: tuple[Pattern, ...] = ()
    strengthen_sentence: tuple[Pattern, ...] = ()
    weaken_sentence: tuple[Pattern, ...] = ()
    weaken_message: tuple[Pattern, ...] = ()
    mention_message: tuple[Pattern, ...] = ()
    needs_sentence: tuple[Pattern, ...] = ()
    needs_message: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, ready to run."""

    id: str
    code: str
    label: str
    claim: str
    patterns: tuple[Pattern, ...]
    context: tuple[Context, ...]
    """The rule's own, then the guards of its pack that cover its code."""
    negation: str
    strength: str
    toward: str
    affected: str
    instead_of: tuple[str, ...] = ()
    split: bool = True
    answer: bool = False
    gates: Gates = ()
    """What a text must hold: number of a pattern → sets of literals; without one of every set it cannot match it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The concepts every pack names alike, as numbers; -1 where the pack has none."""

    negator: int = -1
    negation_stop: int = -1
    filler: int = -1
    condition: int = -1
    actor: int = -1
    plural_people: int = -1
    duration: int = -1
    money: int = -1
    first_subject: int = -1
    first_object: int = -1
    second_subject: int = -1
    second_object: int = -1
    third_subject: int = -1
    third_object: int = -1
    imperative: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPack:
    """One language, ready to run."""

    language: str
    version: str
    ring: int
    """1 = full pack; 2 = phrase list of low coverage."""
    sha256: str
    """Hash of the pack's files: the identity of what ran."""
    concepts: tuple[Concept, ...]
    rules: tuple[Rule, ...]
    roles: Roles
    short: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    """First word → (whole short form, what it stands for), longest first."""
    numbers: Mapping[str, int]
    multipliers: Mapping[str, int]
    function_words: frozenset[str]
    script: str
    """Unicode script whose presence alone decides for this pack's language; empty for Latin."""
    negation_after: int
    """How many words after the predicate a negator counts (French `je paye pas`)."""
    known: frozenset[str] = field(default_factory=frozenset)
    """Every word of every form; other words are one unknown word to the matcher."""
