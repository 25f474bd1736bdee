"""Passports, visas, booking references and flights: forms that only a word beside them makes one.

- PASSPORT_NO, VISA: `CC:value`; the country is the one named in the text, else the region hint whose form fits, else
  the
  only form that fits, else `XX`. ICAO Doc 9303; `extractors/tables/passports.toml`.
- PNR: six letters or digits after a booking word (IATA reservation locator). - FLIGHT: IATA designator
  (`extractors/tables/carriers.toml`) and up to four digits beside a flight word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from extractors.candidates import keyed
from extractors.cues import Cues, compile_cues, folded, named
from extractors.parts import Candidate, TextContext
from extractors.tables import table

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9.,/+@$])[A-Za-z]{0,4}[ ]?\d[A-Za-z0-9]{4,11}(?![A-Za-z0-9@])"
    r"|(?<![A-Za-z0-9.,/+@$])[A-Za-z0-9]{7,10}(?![A-Za-z0-9@])"
)
_SPACED = re.compile(r"(?<![A-Za-z0-9.,/+])(?:[A-Z] ?[1-9]\d ?\d{5}|\d{2} \d{7})(?![A-Za-z0-9])")
_VISA_TOKEN = re.compile(r"(?<![A-Za-z0-9.,+@$])(?:[A-Z]{0,4}\d{6,12}|\d{3}/\d{4}/\d{1,2}/?\d{4,9})(?![A-Za-z0-9@])")
_PNR = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{6}(?![A-Za-z0-9])")
_FLIGHT = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}|[A-Z]\d|\d[A-Z])[ \-]?(\d{1,4})(?![A-Za-z0-9])(?![.,:]\d)", re.I)


@cache
def _forms(key: str) -> tuple[tuple[str, re.Pattern[str], Cues | None], ...]:
    return tuple(
        (row["country"], re.compile(row["pattern"], re.I), compile_cues(row["names"]) if row.get("names") else None)
        for row in table("passports")[key]
    )


@cache
def _words(key: str) -> Cues:
    return compile_cues(table("passports")[key])


def _country(key: str, token: str, text: str, context: TextContext) -> str:
    fitting = [(country, names) for country, form, names in _forms(key) if form.fullmatch(token)]
    low = folded(text)
    for country, names in fitting:
        if names is not None and names.pattern.search(low):
            return country
    countries = [country for country, _ in fitting]
    hinted = next((region for region in context.regions if region in countries), None)
    return hinted or (countries[0] if len(countries) == 1 else "XX")


def passports(text: str, context: TextContext) -> Iterator[Candidate]:
    """Numbers of a passport's form within reach of a passport word."""
    words = _words("words")
    if not words.present(text):
        return
    seen: list[tuple[int, int]] = []
    for pattern in (_SPACED, _TOKEN):
        for m in pattern.finditer(text):
            token = re.sub(r"\s", "", m.group()).upper()
            fits = any(form.fullmatch(token) for _, form, _ in _forms("form"))
            if not fits or any(m.start() < b and a < m.end() for a, b in seen) or sum(c.isdigit() for c in token) < 4:
                continue
            if words.near(text, *m.span(), window=20, before=35) and not _date(token):
                seen.append(m.span())
                country = _country("form", token, text, context)
                yield keyed(
                    "PASSPORT_NO", f"{country}:{token}", m.span(), "documents.passport@1", detail={"country": country}
                )


def _date(token: str) -> bool:
    return (
        re.fullmatch(
            r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19"
            r"|20)\d\d",
            token,
        )
        is not None
    )


def visas(text: str, context: TextContext) -> Iterator[Candidate]:
    """Visa numbers directly after a visa word; the card brand is told apart by the number's form."""
    words = _words("visa_words")
    if not words.present(text):
        return
    for m in _VISA_TOKEN.finditer(text):
        token = re.sub(r"\s", "", m.group()).upper()
        if not words.leads(text, m.start()) or _date(token):
            continue
        country = table("passports")["schengen"].get(token[:3], "") if re.fullmatch(r"[A-Z]{3}\d{9}", token) else ""
        country = country or _country("visa_form", token, text, context)
        if country == "XX" and context.regions:
            country = context.regions[0]
        yield keyed("VISA", f"{country}:{token}", m.span(), "documents.visa@1", detail={"country": country})


def bookings(text: str) -> Iterator[Candidate]:
    """Reservation locators directly after a booking word."""
    words = named("pnr")
    if not words.present(text):
        return
    for m in _PNR.finditer(text):
        token = m.group()
        odd = any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
        if (odd or (token.isalpha() and not text.isupper())) and words.leads(text, m.start()):
            yield keyed("PNR", token, m.span(), "documents.pnr@1")


@cache
def _carriers() -> frozenset[str]:
    return frozenset(table("carriers")["codes"].split())


def flights(text: str) -> Iterator[Candidate]:
    """Flight numbers of known carriers beside a flight word."""
    words = named("flight")
    if not words.present(text):
        return
    for m in _FLIGHT.finditer(text):
        carrier = m.group(1).upper()
        if carrier not in _carriers() or not (m.group(1).isupper() or len(m.group(2)) >= 3):
            continue
        if words.near(text, *m.span(), window=20, before=30):
            yield keyed("FLIGHT", carrier + m.group(2), m.span(), "documents.flight@1", detail={"carrier": carrier})
