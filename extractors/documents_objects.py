"""Devices, containers, ships and vehicles.

- IMEI: 15 digits closed by Luhn (3GPP TS 23.003), beside its word or in the grouped form `NN-NNNNNN-NNNNNN-N`; 16
  digits
  (IMEISV) and 14 carry no check and need the word. - CONTAINER: ISO 6346 owner code, serial, check digit. - IMO: seven
  digits with their check after "IMO" (IMO resolution A.1117). - PLATE: `CC:value`, `extractors/tables/plates.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from stdnum import imo as stdnum_imo
from stdnum import iso6346

from extractors.candidates import keyed, proved
from extractors.cues import Cues, compile_cues, named
from extractors.parts import Candidate, TextContext
from extractors.tables import table
from extractors.validators.check_digits import luhn

_IMEI = re.compile(
    r"(?<![\w.+])\d{2}[ \-/.]?\d{2}[ \-/.]?\d{2}[ \-/.]?\d{2}[ \-/.]?\d{2}[ \-/.]?\d{2}[ \-/.]?\d{2}"
    r"[ \-/.]?\d{0,2}(?![\w])|(?<![\w.+])\d{6}[ \-/]\d{2}[ \-/]\d{6}[ \-/]\d(?!\w)"
)
_IMEI_GROUPED = re.compile(r"\d{2}-\d{6}-\d{6}-\d|\d{6}[-/]\d{2}[-/]\d{6}[-/]\d")
_CONTAINER = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{3}[ ]?[UJZ][ \-]{0,2}\d{3}[ .\-]?\d{3}[ \-/]{0,2}\d(?![A-Za-z0-9])", re.I
)
_IMO = re.compile(r"(?<![A-Za-z0-9])IMO(?:[ ]?(?:no|nr|number|#)\.?)?[ :#]{0,3}(\d{7})(?!\d)", re.I)
_PLATE_EDGES = r"(?<![A-Za-zА-Я0-9\-]){}(?![A-Za-zА-Я0-9\-])"


def imeis(text: str) -> Iterator[Candidate]:
    """Device identities."""
    words = named("imei")
    for m in _IMEI.finditer(text):
        digits = re.sub(r"\D", "", m.group())
        cued = words.near(text, *m.span(), before=40)
        if len(digits) == 15 and luhn(digits) and (cued or _IMEI_GROUPED.fullmatch(m.group())):
            yield proved("IMEI", digits, m.span(), "documents.imei@1")
        elif cued and len(digits) in (14, 16) and len(set(digits)) > 2:
            yield keyed("IMEI", digits, m.span(), "documents.imei-unchecked@1")


def containers(text: str) -> Iterator[Candidate]:
    """Freight containers."""
    for m in _CONTAINER.finditer(text):
        code = re.sub(r"[^A-Za-z0-9]", "", m.group()).upper()
        if iso6346.is_valid(code):
            yield proved("CONTAINER", code, m.span(), "documents.container@1")


def ships(text: str) -> Iterator[Candidate]:
    """IMO ship numbers."""
    for m in _IMO.finditer(text):
        if stdnum_imo.is_valid(m.group(1)):
            yield proved("IMO", m.group(1), m.span(), "documents.imo@1")


@cache
def _plates() -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    return tuple(
        (row["country"], re.compile(_PLATE_EDGES.format(f"(?:{row['pattern']})")), bool(row.get("free")))
        for row in table("plates")["plate"]
    )


@cache
def _plate_words() -> Cues:
    return compile_cues(table("plates")["words"])


def plates(text: str, context: TextContext) -> Iterator[Candidate]:
    """Plates: the hinted country's form first, then the table's order; one reading for each token."""
    cued = bool(_plate_words().spans(text))
    upper = text.upper() if cued and len(text.upper()) == len(text) else text
    taken: list[tuple[int, int]] = []
    rows = _plates() if cued else tuple(row for row in _plates() if row[2])
    ordered = sorted(rows, key=lambda row: context.regions.index(row[0]) if row[0] in context.regions else 99)
    for country, form, free in ordered:
        for m in form.finditer(upper):
            near = cued and _plate_words().near(text, *m.span(), window=15)
            if any(m.start() < b and a < m.end() for a, b in taken) or not (near or free):
                continue
            if not free and country not in context.regions and country in ("US", "PL", "NL") and not near:
                continue
            taken.append(m.span())
            value = re.sub(r"[ \-]", "", m.group())
            if any(c.isdigit() for c in value):
                yield keyed("PLATE", f"{country}:{value}", m.span(), "documents.plate@1", detail={"country": country})
