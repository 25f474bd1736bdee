"""The format of a rule pack, as pydantic models: strict, frozen, unknown keys refused.

A pack is a folder `patterns/<language>/` with `pack.toml` (`Head`), an optional `inflections.toml` (name → forms) and
topic files (`Topic`) with concepts, rules and guards. `patterns/every/` holds topic files that belong to every pack.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Code = Literal[
    "debt_bondage", "wage_withholding", "document_retention", "movement_restriction", "isolation_surveillance",
    "threat_violence", "threat_family", "threat_exposure", "deception_recruitment", "excessive_hours_quota",
    "earnings_control", "commercial_sex_control", "smuggling_transport", "abusive_housing", "minor_indicator",
    "trade_in_persons", "coaching_authorities", "vulnerability_abuse", "document_fraud", "forced_criminality",
    "money_movement",
]  # fmt: skip
"""The 21 indicator codes of the taxonomy."""
Toward = Literal["", "to_addressee", "by_addressee", "about_third", "self_report", "advert", "unknown"]


class Strict(BaseModel):
    """What is not in the format is an error that names the place."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Head(Strict):
    """`pack.toml`: the language itself."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    name: Text
    version: Text
    """Goes up with every change of the pack."""
    ring: Literal[1, 2]
    """1 = full pack; 2 = phrase list, low coverage."""
    review: Text
    """Who read it: `not reviewed by a native speaker`, or name and date."""
    script: str = ""
    """Unicode script (`Cyrillic`, `Arabic`, `Devanagari`, `Han` …); empty for Latin."""
    negation_after: int = Field(default=0, ge=0, le=4)
    """How many words after the predicate a negator counts (French `je paye pas`: 2)."""
    function_words: list[Text]
    """Words that tell this language from others: articles, pronouns, auxiliaries, chat forms included."""
    common: list[Text] = []
    """The hundred or so most common words: they make poor gates (speed only, never the result)."""
    frequent: list[Text] = []
    """A few hundred more that everyday messages are full of, likewise."""
    short: dict[str, Text] = {}
    """Short and spelling forms → what they stand for (`u` → `you`)."""
    numbers: dict[str, int] = {}
    multipliers: dict[str, int] = {}
    prefixes: list[Text] = []
    """Particles written onto the next word (Arabic و, ال): every form is also read with each of them."""
    suffixes: list[Text] = []
    """Particles written onto the word before, likewise."""


class ConceptSource(Strict):
    """A named idea and the words for it."""

    about: Text
    """One sentence for the next author."""
    forms: list[Text] = []
    """`passport`, `{keep} hold of` (an inflection), `give (it|them|) back` (alternatives)."""
    include: list[Name] = []
    """Other concepts whose forms and relations belong to this one."""
    patterns: list[Text] = []
    """Relations over other concepts that express this one."""
    slips: bool = False
    """Also read one left-out or swapped letter in words of eight letters or more."""


class ContextSource(Strict):
    """What stands around a match; every entry is a pattern, any of a list is enough."""

    unless_before: list[Text] = []
    unless_clause: list[Text] = []
    unless_sentence: list[Text] = []
    unless_message: list[Text] = []
    strengthen_sentence: list[Text] = []
    weaken_sentence: list[Text] = []
    weaken_message: list[Text] = []
    mention_message: list[Text] = []
    needs_sentence: list[Text] = []
    needs_message: list[Text] = []


class Yes(Strict):
    """A text the rule must find, with the exact span."""

    text: Text | list[Text]
    """A list is one idea over several messages (of one sender, or a question and its answer)."""
    span: Text
    toward: Toward = ""
    strength: Literal["strong", "weak"] = "strong"


class No(Strict):
    """A text the rule must not find, with the reason."""

    text: Text | list[Text]
    why: Text


class RuleSource(ContextSource):
    """One rule."""

    id: RuleId
    code: Code
    label: Text
    claim: Text
    patterns: list[Text] = Field(min_length=1)
    within: Literal["clause", "sentence", "message"] = "sentence"
    negation: Literal["refuse", "ignore"] = "refuse"
    """`ignore` where the negator is part of the idea ("won't give it back")."""
    strength: Literal["auto", "strong", "weak"] = "auto"
    toward: Toward = ""
    affected: Literal["object", "subject"] = "object"
    """Whether the person affected is the predicate's object ("they took my …") or subject ("I can't leave")."""
    instead_of: list[Code] = []
    """Codes whose hits are dropped where they overlap with this one: the specific code is preferred."""
    split: bool = True
    """May stand over two or three messages of one sender."""
    answer: bool = False
    """May stand over a question and its answer by somebody else."""
    yes: list[Yes] = Field(min_length=1)
    no: list[No] = Field(min_length=1)


class GuardSource(ContextSource):
    """A context that holds for every rule of some codes."""

    about: Text
    codes: list[Code] = []
    """Empty = every code."""
    not_rules: list[RuleId] = []
    """Rules that this guard does not cover."""


class Topic(Strict):
    """A topic file."""

    concept: dict[Name, ConceptSource] = {}
    rule: list[RuleSource] = []
    guard: list[GuardSource] = []
