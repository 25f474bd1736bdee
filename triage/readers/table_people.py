"""People in cells of tables: `From: +49… Name`, `Name <address>`, lists, owners; and numbers a spreadsheet has rounded.

A number of which a spreadsheet kept only the first digits (`5.49115E+12`, `923310000000`, sixteen digits that end in a
zero) is not a number any more: many subscribers share what is left of it. It is shown the way a spreadsheet shows it,
with the word *rounded*, in which form nothing can be matched on; what the cell says stands in the record's details.

Sources: public descriptions of vendors' reports for the combined cells; IEEE 754 and ECMA-376 for the digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from triage.readers.table_columns import listed, plain

EXACT = 15
_ZEROS = 6
"""A number of ten digits and more that ends in so many zeros has lost them, unless it was typed as text."""
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,2}\Z")
_DIGITS = re.compile(r"[1-9]\d{9,39}(?:[.,]0+)?\Z")
_ADDRESS = re.compile(
    r"[^\s@<>()\[\];,:\"]+@[^\s@<>()\[\];,\"]+|(?<![\w@.+])\+?\(?\d(?:[\d\s().\-/]{3,24})\d(?!\w)|(?<![\w.])@\w{2,40}"
)
_WHOLE_NUMBER = re.compile(r"[+*#]?\d{2,20}[#*]?\Z")
_ROLE = re.compile(r"\s*([^\W\d_]{1,14})\s*:\s*(.*)\Z", re.DOTALL)
_OWNER = re.compile(r"\(\s*([^\W\d_][\w ]{1,20})\s*\)\s*\Z")
_LINES = re.compile(r"\s*(?:\r\n|\n|\r|;|\||_x000D_)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody in a cell."""

    address: str = ""
    name: str = ""
    role: str = ""
    """`from` or `to` where the cell says so."""
    owner: bool = False
    rounded: str = ""
    """What the cell says, where a spreadsheet has rounded the number."""

    @property
    def shown(self) -> str:
        return self.address or self.name


def rounded(said: str, *, cell_rounded: bool = False) -> str:
    """How a number that was rounded is shown; empty for one that is whole, and for what is no number."""
    text = said.strip()
    if _SCIENTIFIC.match(text):
        value = Decimal(text.replace(",", "."))
        return f"{text} (rounded)" if value >= 10**6 else ""
    if not _DIGITS.match(text):
        return ""
    digits = re.split(r"[.,]", text)[0]
    lost = len(digits) - len(digits.rstrip("0"))
    if not cell_rounded and lost < _ZEROS and not (len(digits) > EXACT and lost >= len(digits) - EXACT):
        return ""
    kept = digits[:EXACT].rstrip("0")
    mantissa = f"{kept[0]}.{kept[1:]}" if len(kept) > 1 else kept
    return f"{mantissa}E+{len(digits) - 1} (rounded)"


@lru_cache(maxsize=4096)
def parties(cell: str, *, cell_rounded: bool = False) -> tuple[Party, ...]:
    """Everybody in the cell, in order, each once."""
    if not cell:
        return ()
    found: list[Party] = []
    role = ""
    for piece in _pieces(cell):
        party = _party(piece, cell_rounded=cell_rounded)
        role = party.role or role
        if party.shown:
            found.append(party if party.role == role else replace(party, role=role))
    return tuple(dict.fromkeys(found))


def _pieces(cell: str) -> list[str]:
    lines = [line for line in _LINES.split(cell.strip()) if line]
    if len(lines) == 1 and ", " in lines[0]:
        parts = [part for part in lines[0].split(", ") if part.strip()]
        if len(parts) > 1 and all(_ADDRESS.search(part) for part in parts):
            return parts
    return lines


def _party(piece: str, *, cell_rounded: bool) -> Party:
    text, role = piece.strip(), ""
    if (labelled := _ROLE.match(text)) and (word := listed("from_words", plain(labelled[1]))):
        text, role = labelled[2].strip(), "" if word == "owner" else word
    owner = False
    if (mark := _OWNER.search(text)) and listed("from_words", plain(mark[1])) == "owner":
        text, owner = text[: mark.start()].strip(), True
    if shown := rounded(text, cell_rounded=cell_rounded):
        return Party(address=shown, role=role, owner=owner, rounded=text)
    if _WHOLE_NUMBER.match(text):
        return Party(address=text, role=role, owner=owner)
    address = _ADDRESS.search(text)
    if address is None or (address[0][0] != "@" and "@" not in address[0] and _few_digits(address[0])):
        return Party(name=_name(text), role=role, owner=owner)
    name = _name(f"{text[: address.start()]} {text[address.end() :]}")
    return Party(address=address[0].strip(" ()"), name=name, role=role, owner=owner)


def _few_digits(text: str) -> bool:
    return sum(c.isdigit() for c in text) < 5


def _name(text: str) -> str:
    return " ".join(text.replace("<>", " ").replace("()", " ").replace("[]", " ").split()).strip(" \"'<>,;:-")


def named(people: list[Party], names: Iterable[str]) -> list[Party]:
    """The names of a column beside that of the addresses, given to those that have none; alone, people by name."""
    said = [_name(name) for name in names if _name(name)]
    if not people:
        return [Party(name=name) for name in said]
    if len(said) == len(people):
        return [one if one.name else replace(one, name=name) for one, name in zip(people, said, strict=True)]
    return [replace(people[0], name=said[0]), *people[1:]] if said and not people[0].name else people
