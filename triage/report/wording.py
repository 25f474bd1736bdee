"""The fixed sentences of the report, as data (`wording.toml`), to be reviewed and translated in one place.

A key is `section.name`. A sentence that depends on a number has the forms `one` and `other`, chosen by its field `n`;
a further language adds a file with the same keys (and its own plural forms). Evidence never passes through here.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any


class Wording:
    """Looks sentences up; an unknown key is a mistake of ours and raises KeyError."""

    def __init__(self, language: str, table: dict[str, Any]) -> None:
        self.language = language
        self._table = table

    def say(self, key: str, **fields: str | int) -> str:
        """The sentence of `key` with its fields filled in; numbers with their thousands separated."""
        sentence: Any = self._table
        for step in key.split("."):
            sentence = sentence[step]
        if isinstance(sentence, dict):
            sentence = sentence["one" if fields["n"] == 1 else "other"]
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in fields.items()}
        return str(sentence).format(**shown)

    def name(self, section: str, code: str) -> str:
        """The word for a code of an open list; the code itself, in plain letters, where there is none yet."""
        entry = self._table[section].get(code)
        if isinstance(entry, dict):
            entry = entry["label"]
        return str(entry) if entry is not None else code.replace("_", " ")

    def gloss(self, section: str, code: str) -> str:
        """The definition of a code, '' where there is none."""
        entry = self._table[section].get(code)
        return str(entry["gloss"]) if isinstance(entry, dict) else ""

    def names(self, section: str) -> tuple[str, ...]:
        """The codes of a section, in the order of the file."""
        return tuple(self._table[section])

    def severe(self, code: str) -> bool:
        """True for an indicator whose passages are collapsed until the reader opens them."""
        entry = self._table["indicators"].get(code)
        return bool(isinstance(entry, dict) and entry.get("severe"))

    def number(self, n: int) -> str:
        """`12,345`."""
        return f"{n:,}".replace(",", str(self._table["format"]["thousands"]))

    def size(self, n: int | None) -> str:
        """A file size for people: bytes below 1,000, then kB, MB, GB (powers of 1,000)."""
        if n is None:
            return str(self._table["format"]["unknown"])
        for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
            if n >= step:
                return f"{n // step}.{n % step * 10 // step} {unit}"
        return f"{n} B"

    def sentences(self) -> list[tuple[str, str]]:
        """Every (key, sentence), for the tests."""
        return list(_flatten("", self._table))


def _flatten(prefix: str, table: dict[str, Any]) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            out += _flatten(f"{prefix}{key}.", value)
        elif isinstance(value, str):
            out.append((prefix + key, value))
    return out


@lru_cache(maxsize=4)
def load(language: str = "en") -> Wording:
    """The wording of a language that ships with the tool."""
    name = "wording.toml" if language == "en" else f"wording.{language}.toml"
    return Wording(language, tomllib.loads(files("triage.report").joinpath(name).read_text(encoding="utf-8")))
