"""Identity documents, tickets, devices and vehicles: machine-readable zones, national ids, passports, visas,
bookings, …

Everything here holds at least five digits or fillers, or stands directly after its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.cues import compile_cues
from extractors.documents_ids import numbers
from extractors.documents_mrz import zones
from extractors.documents_objects import containers, imeis, plates, ships
from extractors.documents_travel import bookings, flights, passports, visas
from extractors.parts import Candidate, Part, TextContext
from extractors.tables import table
from triage.text import View

_DIGIT = re.compile(r"\d")


def find(view: View, context: TextContext) -> Iterator[Candidate]:
    """Every document candidate of a message."""
    text = view.text
    yield from zones(text)
    count = sum(1 for _ in _DIGIT.finditer(text))
    if count >= 1:
        yield from flights(text)
        yield from plates(text, context)
    yield from bookings(text)
    if count >= 4:
        yield from passports(text, context)
        yield from visas(text, context)
        yield from numbers(text, context)
    if count >= 7:
        yield from containers(text)
        yield from ships(text)
    if count >= 14:
        yield from imeis(text)


_SIX_DIGITS = re.compile(r"\d(?:\D*\d){5}")
_SHORT = compile_cues(
    [
        *table("cues")["flight"],
        *table("cues")["pnr"],
        *table("plates")["words"],
        *table("passports")["words"],
        "pan",
        "nit",
    ]
)


def may_document(text: str) -> bool:
    """The gate: six digits, fillers of a machine-readable zone, or a word whose number is shorter."""
    return _SIX_DIGITS.search(text) is not None or "<" in text or "«" in text or bool(_SHORT.spans(text))


PART = Part(
    name="documents",
    find=find,
    marks=r"\d<«",
    triggers=("pnr", "booking", "localizador", "reserva", "confirmation", "locator", "бронь", "брони", "حجز"),
    quick=may_document,
)
