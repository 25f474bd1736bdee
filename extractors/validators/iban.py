"""IBAN: ISO 13616, country length and BBAN layout from the SWIFT IBAN registry (as shipped by python-stdnum).

National check digits inside the BBAN are not asked: the registry's own examples do not all satisfy them, and ISO 13616
makes only the modulo 97 binding. `take` cuts exactly the country's length out of a text, so that words after a
lower-case IBAN are not drawn in.
"""

from __future__ import annotations

import re
from functools import lru_cache

from stdnum import iban, numdb

from extractors.repair import only, readings

_PART = re.compile(r"(\d+)!?([nac])")
_NAMES_SKIPPED = " -.\u2013"


@lru_cache(maxsize=512)
def layout(country: str) -> str:
    """One of `n a c` for each place of the country's IBAN after the country code; '' where it has none."""
    if not re.fullmatch(r"[A-Z]{2}", country):
        return ""
    info = numdb.get("iban").info(country)
    structure = info[0][1].get("bban", "") if info else ""
    return "nn" + "".join(kind * int(count) for count, kind in _PART.findall(structure)) if structure else ""


def is_valid(number: str) -> bool:
    """Length, layout and modulo 97."""
    return bool(iban.is_valid(number, check_country=False))


def take(text: str, start: int) -> tuple[str, int] | None:
    """(characters of the country's length from `start` without separators, end); None where there are too few.

    One separator, or one line end with spaces, may stand between groups.
    """
    need = len(layout(text[start : start + 2].upper()))
    if not need:
        return None
    kept = list(text[start : start + 2])
    at, gap = start + 2, 0
    while len(kept) < need + 2:
        if at >= len(text):
            return None
        ch = text[at]
        if ch.isascii() and (ch.isalnum() or ch in "|!"):
            kept.append(ch)
            gap = 0
        elif (ch in _NAMES_SKIPPED or ch == "\n") and gap < 2:
            gap += 1
        else:
            return None
        at += 1
    if at < len(text) and text[at].isalnum():
        return None
    return "".join(kept), at


def read(token: str) -> tuple[str, bool] | None:
    """(normal form, repaired?) of a token that `take` cut, or None."""
    plain = token.upper()
    if is_valid(plain):
        return plain, False
    repaired = only(
        (token[:2].upper() + made.upper() for made in readings(token[2:], layout(token[:2].upper()))), is_valid
    )
    return (repaired, True) if repaired is not None else None
