"""The two small notations of a pack: word forms and patterns.

Forms:     `give (it|them|) back` alternatives, an empty one allowed; `{keep} it` every form of the inflection `keep`.
Patterns:  elements with links between them, separated by spaces.
    element   `@concept`, a `word`, `several_words`, `#` a number, `#12-17`, `#1000-`; alternatives with `|`;
              `role=` before it, `?` behind it when it may be missing
    link      nothing = next to each other; `..` up to 3 words between; `..6` up to 6; `<>` or `<>6` on either side
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

DEFAULT_GAP = 3
_LINK = re.compile(r"(\.\.|<>)(\d{1,2})?")
_ROLE = re.compile(r"([a-z][a-z_]*)=(.+)")
_NUMBER = re.compile(r"#(?:(\d+)-(\d*))?")
_GROUP = re.compile(r"\(([^()]*)\)")
_INFLECTION = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
MAX_OPTIONAL = 3


class GrammarError(ValueError):
    """A form or pattern that is not in the notation; the message says what and how to write it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One element as written: names of concepts, words and numbers."""

    names: tuple[str, ...]
    role: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link as written."""

    most: int
    either: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A pattern as written: slots, and the links between them (one fewer)."""

    slots: tuple[Slot, ...]
    links: tuple[Link, ...]


MAX_FORMS = 25_000
"""What one form may stand for. More is a relation, not a form: it costs every worker seconds and memory."""


def expand_form(form: str, inflections: Mapping[str, Sequence[str]]) -> list[str]:
    """Every plain form that `form` stands for; GrammarError above `MAX_FORMS`."""
    made, end = _choices(form, 0, inflections)
    if end < len(form):
        raise GrammarError(f"unbalanced bracket in form {form!r}")
    return list(dict.fromkeys(" ".join(one.split()) for one in made))


def _choices(form: str, at: int, inflections: Mapping[str, Sequence[str]]) -> tuple[list[str], int]:
    """The alternatives from `at` to the closing bracket (or the end), and where that is."""
    out: list[str] = []
    row = [""]
    while at < len(form) and form[at] != ")":
        if form[at] == "|":
            out, row, at = out + row, [""], at + 1
            continue
        pieces, at = _piece(form, at, inflections)
        row = [left + right for left in row for right in pieces]
        if len(row) + len(out) > MAX_FORMS:
            raise GrammarError(
                f"form {form!r} stands for more than {MAX_FORMS} forms: name its parts as concepts and relate them in "
                "`patterns`"
            )
    return out + row, at


def _piece(form: str, at: int, inflections: Mapping[str, Sequence[str]]) -> tuple[Sequence[str], int]:
    """One character, one `{word}` or one bracket with its alternatives."""
    if form[at] == "(":
        inner, end = _choices(form, at + 1, inflections)
        if end >= len(form):
            raise GrammarError(f"unbalanced bracket in form {form!r}")
        return inner, end + 1
    if form[at] == "{":
        end = form.find("}", at)
        name = form[at + 1 : end]
        if end < 0 or name not in inflections:
            raise GrammarError(f"inflection {{{name}}} is not in inflections.toml")
        return inflections[name], end + 1
    return form[at], at + 1


def parse_pattern(source: str) -> Relation:
    """`source` as slots and links."""
    slots: list[Slot] = []
    links: list[Link] = []
    pending: Link | None = None
    for word in source.split():
        if found := _LINK.fullmatch(word):
            if pending or not slots:
                raise GrammarError(f"a link must stand between two elements in {source!r}")
            pending = Link(int(found[2] or DEFAULT_GAP), found[1] == "<>")
            continue
        if slots:
            links.append(pending or Link(0, False))
        slots.append(_slot(word, source))
        pending = None
    if pending or not slots:
        raise GrammarError(f"pattern {source!r} must begin and end with an element")
    if all(s.optional for s in slots) or sum(s.optional for s in slots) > MAX_OPTIONAL:
        raise GrammarError(f"pattern {source!r} needs one compulsory and at most {MAX_OPTIONAL} optional elements")
    return Relation(tuple(slots), tuple(links))


def _slot(word: str, source: str) -> Slot:
    optional = word.endswith("?")
    body = word.removesuffix("?")
    role = ""
    if found := _ROLE.fullmatch(body):
        role, body = found[1], found[2]
    names = tuple(body.split("|"))
    for name in names:
        if not name or (name.startswith("#") and not _NUMBER.fullmatch(name)) or name == "@":
            raise GrammarError(f"element {word!r} of {source!r} is not in the notation")
    return Slot(names, role, optional)


def number_range(name: str) -> tuple[int, int]:
    """The values `#`, `#12-17` or `#1000-` covers."""
    found = _NUMBER.fullmatch(name)
    if found is None:
        raise GrammarError(f"{name!r} is not a number element")
    return int(found[1] or 0), int(found[2] or 10**12)


def without_optional(relation: Relation) -> list[Relation]:
    """The fixed relations an optional one stands for, fullest first."""
    out = []
    for keep in product(*((True, False) if s.optional else (True,) for s in relation.slots)):
        slots: list[Slot] = []
        links: list[Link] = []
        widest = Link(0, False)
        for i, (slot, kept) in enumerate(zip(relation.slots, keep, strict=True)):
            if i:
                link = relation.links[i - 1]
                widest = Link(max(widest.most, link.most), widest.either or link.either)
            if kept:
                if slots:
                    links.append(widest)
                slots.append(slot)
                widest = Link(0, False)
        out.append(Relation(tuple(slots), tuple(links)))
    return out
