"""Rows of a table whose check digits a python-stdnum module knows: bank accounts and national identity numbers.

A row names the country, the module, the written form (`pattern`) and the words that must stand by (`cues`). A row
marked `hint` is also accepted where the case's region is the row's country; one marked `free` needs neither, its
form and check digits being distinctive together. Refuses what the module refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from stdnum.exceptions import ValidationError

from extractors.cues import Cues, compile_cues
from extractors.parts import TextContext
from extractors.tables import table

_EDGES = r"(?<![A-Za-z0-9])(?<!\d[.,/])(?<!\+)(?:{})(?![A-Za-z0-9])(?![.,/\-]\d)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One national form, compiled."""

    country: str
    name: str
    pattern: re.Pattern[str]
    cues: Cues
    general: bool
    hint: bool
    free: bool
    validate: Callable[[str], str]
    digits_only: bool
    arithmetic: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A token a row accepts: normal form, span, and whether a cue word stood by."""

    row: Row
    value: str
    start: int
    end: int
    cued: bool


def _compile(row: Mapping[str, Any]) -> Row:
    module = import_module(str(row["module"]))
    return Row(
        country=row["country"],
        name=row.get("name", ""),
        pattern=re.compile(_EDGES.format(row["pattern"]), 0 if row.get("case") else re.I),
        cues=compile_cues(row["cues"]),
        general=row.get("general", True),
        hint=row.get("hint", False),
        free=row.get("free", False),
        validate=module.validate,
        digits_only=row.get("digits_only", False),
        arithmetic=row.get("arithmetic", True),
    )


@cache
def rows(name: str, key: str) -> tuple[Row, ...]:
    """The compiled rows of a table."""
    return tuple(_compile(row) for row in table(name)[key])


def _validated(row: Row, token: str) -> str | None:
    try:
        value = row.validate(token)
    except (ValidationError, ValueError):
        return None
    return re.sub(r"\D", "", value) if row.digits_only else value


def read(row: Row, text: str, context: TextContext, general: Cues | None = None) -> Iterator[Read]:
    """Every token of `text` that `row` accepts. `general` are cues that belong to no country ("id number")."""
    hinted = row.country in context.regions
    for m in row.pattern.finditer(text):
        cued = row.cues.near(text, *m.span())
        allowed = cued or row.free or (row.hint and hinted)
        if not allowed and general is not None and row.general and hinted:
            allowed = cued = general.near(text, *m.span())
        value = _validated(row, m.group()) if allowed else None
        if value:
            yield Read(row, value, m.start(), m.end(), cued)
