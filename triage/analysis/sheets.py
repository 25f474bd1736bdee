"""Element sheets: which indicators a law's elements are read with, as data that an office can add to without code.

A sheet is one TOML file: `id`, `title`, `law`, `status`, and `[[element]]`s with `parts`; a part names indicator codes,
kinds of ledger lines or other findings (`kind:TYPE`) that bear upon it, and the categories of `data/against.toml` that
may cut against them. `[child]` names the codes that, for a person under eighteen, make elements unnecessary;
`[[bridge]]` names groups of codes that are worth seeing together. Three sheets ship (`triage/sheets`); `case.toml` can
name more (`element_sheets = ["ours.toml"]`, relative to the case folder). Unknown keys and unknown codes are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from triage.analysis.against import categories
from triage.errors import UsageError
from triage.packs.schema import Code

SHIPPED = ("palermo", "smuggling", "usc_1589_1592")
LEDGER = frozenset({"opening", "addition", "fine", "interest", "payment", "wage_due", "wage_paid", "earning_taken",
                    "price_paid"})  # fmt: skip
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
_Words = Annotated[str, Field(min_length=1, max_length=600)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Part(_Strict):
    """One way in which an element may be met."""

    id: _Id
    title: _Words
    codes: list[Code] = []
    ledger: list[str] = []
    kinds: list[str] = []
    against: list[str] = []

    @field_validator("ledger")
    @classmethod
    def _lines(cls, kinds: list[str]) -> list[str]:
        return _all_in(kinds, LEDGER, "kind of ledger line")

    @field_validator("against")
    @classmethod
    def _categories(cls, names: list[str]) -> list[str]:
        return _all_in(names, frozenset(c.name for c in categories()), "category of data/against.toml")


class Element(_Strict):
    """One element of an offence."""

    id: _Id
    title: _Words
    text: _Words
    parts: list[Part] = Field(min_length=1)


class Child(_Strict):
    """What changes for a person under eighteen."""

    codes: list[Code] = Field(min_length=1)
    waives: list[str]
    text: _Words


class Bridge(_Strict):
    """Groups of codes: one of each group, together."""

    id: _Id
    title: _Words
    text: _Words
    all: list[list[Code]] = Field(min_length=2)


class Sheet(_Strict):
    """One law."""

    id: _Id
    title: _Words
    law: _Words
    status: _Words
    element: list[Element] = Field(min_length=1)
    child: Child | None = None
    bridge: list[Bridge] = []


def _all_in(names: list[str], known: frozenset[str], what: str) -> list[str]:
    for name in names:
        if name not in known:
            raise ValueError(f"{name} is no {what}")
    return names


def load(extra: Iterable[Path] = ()) -> tuple[Sheet, ...]:
    """The sheets that ship, then those of the case, in the order named."""
    folder = files("triage.sheets")
    sheets = [parse(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"), name) for name in SHIPPED]
    for path in extra:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(
                "the element sheet cannot be read.", where=path.name, remedy="Check the path in case.toml."
            ) from error
        sheets.append(parse(text, path.name))
    return tuple(sheets)


def parse(text: str, name: str) -> Sheet:
    """One sheet, or UsageError with the place of the first mistake."""
    try:
        return Sheet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"the element sheet is no valid TOML: {error}.", where=name, remedy="Correct it and run again."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the sheet"
        raise UsageError(
            f"the element sheet does not hold at {place}: {first['msg']}.", where=name,
            remedy="Correct it and run again; triage/sheets holds examples.",
        ) from error  # fmt: skip
