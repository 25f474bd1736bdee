"""Labelled rows: JSON Lines as in the entity and language development sets, or bare texts.

entities   {"id", "text", "country_hint", "group"?, "expected": [{"type", "value_normalised"}], "forbidden": […]}
language   {"id", "lang", "text", "labels": [{"indicator", "start", "end"}], "benign"}
bare       {"id", "text", "country_hint"?}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One text with its answer key. Each row is a conversation of its own."""

    id: str
    text: str
    country: str = ""
    group: str = ""
    expected: tuple[tuple[str, str], ...] | None = None
    """(type, normal form); None where the row has no entity key."""
    forbidden: tuple[tuple[str, str | None], ...] = ()
    labels: frozenset[str] | None = None
    """Indicator codes; None where the row has no language key."""
    lang: str = ""
    hard_negative: bool = False


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file; UsageError names the line of a mistake."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _row(line, f"{path.name}:{number}")


def _row(line: str, where: str) -> Row:
    try:
        value: dict[str, Any] = json.loads(line)
        expected = value.get("expected")
        labels = value.get("labels")
        return Row(
            id=str(value["id"]), text=str(value["text"]), country=str(value.get("country_hint") or ""),
            group=str(value.get("group", "")), lang=str(value.get("lang", "")),
            expected=None if expected is None else tuple((e["type"], e["value_normalised"]) for e in expected),
            forbidden=tuple((f["type"], f.get("value_normalised")) for f in value.get("forbidden", ())),
            labels=None if labels is None else frozenset(label["indicator"] for label in labels),
            hard_negative=bool(value.get("hard_negative_of")),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        remedy = "Each line is an object with id, text and its key."
        raise UsageError("is not a labelled row.", where=where, remedy=remedy) from error
