"""References that a word makes one: transfer control numbers, mobile-money ids, accounts, invoices.

The rows of `extractors/tables/references.toml` say what each looks like and which words must stand beside it; of two
rows that want the same token the nearer word wins. Refuses tokens that are sums, dates, phone numbers with their
country code, and tokens whose nearest word speaks of a phone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from extractors.candidates import keyed, proved
from extractors.cues import WINDOW, Cues, compile_cues, folded, named
from extractors.parts import Candidate, TextContext
from extractors.stdnum_rows import read, rows
from extractors.tables import table

_EDGES = r"(?<![A-Za-z0-9_@.$€£+/\-])(?<!\d[, ])(?:{})(?![A-Za-z0-9_@%])(?![.,]\d)"
_PHONE_WORDS = named("phone")
_MONEY_AFTER = re.compile(
    r"\s?(?:[€£$₹₦₱₺%]|(?:usd|eur|gbp|mxn|ngn|kes|inr|brl|cop|ars|php|dollars?|euros?|pesos?|dolares|naira|reais"
    r"|rupees|lakh|k|mil)(?!\w))"
)
_MONEY_BEFORE = re.compile(r"(?:[€£$₹₦₱₺]|(?<!\w)(?:usd|eur|gbp|mxn|ngn|ksh|kes|inr|rs|brl|cop|ars|php|rm|rp))[ .]?$")
_DATE = re.compile(
    r"(?:19|20)\d\d[-./]?(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])$|(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]"
    r"|1[0-2])[-./ ](?:19|20)\d\d$"
)
_IBAN_LIKE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]{1,4}){0,8}[ \-]?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row of the table, compiled."""

    type: str
    id: str
    provider: str
    country: str
    cues: Cues | None
    weak: Cues | None
    pattern: re.Pattern[str]
    need: re.Pattern[str] | None
    normal: str
    direct: bool
    free: bool


def _compile(row: Mapping[str, Any]) -> _Row:

    return _Row(
        type=row["type"],
        id=row["id"],
        provider=row.get("provider", ""),
        country=row.get("country", ""),
        cues=compile_cues(row["cues"]) if row["cues"] else None,
        weak=compile_cues(row["weak"]) if row.get("weak") else None,
        pattern=re.compile(_EDGES.format(row["pattern"]), re.I if not row.get("case") else 0),
        need=re.compile(row["need"]) if row.get("need") else None,
        normal=row["normal"],
        direct=row.get("direct", False),
        free=row.get("free", False),
    )


@cache
def _rows() -> tuple[_Row, ...]:
    return tuple(_compile(row) for row in table("references")["reference"])


@cache
def _any_cue() -> Cues:
    """Every cue of the table as one: most messages hold none."""
    return compile_cues(w for row in table("references")["reference"] for w in (*row["cues"], *row.get("weak", ())))


def _distance(row: _Row, text: str, start: int, end: int) -> int | None:
    """Characters between the token and its nearest cue; None where the row's rule is not met."""
    if row.free:
        return 0
    best: int | None = None
    if row.cues is not None:
        low = folded(text)
        for m in row.cues.pattern.finditer(low):
            gap = start - m.end() if m.end() <= start else m.start() - end
            if 0 <= gap <= WINDOW and (not row.direct or row.cues.leads(text, start)):
                between = low[min(m.end(), end) : max(start, m.start())]
                if not _PHONE_WORDS.pattern.search(between):
                    best = gap if best is None else min(best, gap)
    if best is None and row.weak is not None and row.weak.leads(text, start):
        best = 1
    return best


def _normal(row: _Row, token: str) -> str | None:
    compact = re.sub(r"[\s]", "", token)
    digits = re.sub(r"\D", "", token)
    squeezed = re.sub(r"[\s\-]", "", token).upper()
    value = {"digits": digits, "upper": squeezed, "shown": compact}[row.normal]
    probe = digits if row.normal == "digits" else squeezed if row.normal == "upper" else compact.upper()
    if row.need is not None and not row.need.search(probe):
        return None
    return value


def _is_something_else(text: str, start: int, end: int) -> bool:
    token = text[start:end]
    if _DATE.fullmatch(token) or len(set(re.sub(r"\D", "", token) or "01")) == 1:
        return True
    if _IBAN_LIKE.search(text[max(0, start - 44) : start]):
        return True
    return bool(_MONEY_AFTER.match(folded(text), end) or _MONEY_BEFORE.search(folded(text)[max(0, start - 6) : start]))


def references(text: str, context: TextContext) -> Iterator[Candidate]:
    """The best row for each token; among equals the row that stands first in the table."""
    best: dict[tuple[int, int], tuple[int, Candidate]] = {}
    cued = _any_cue().present(text)
    for row in _rows():
        if not cued and not row.free:
            continue
        if not row.free and not _mentions(row, text):
            continue
        for m in row.pattern.finditer(text):
            value = _normal(row, m.group())
            gap = _distance(row, text, *m.span()) if value and not _is_something_else(text, *m.span()) else None
            if value is None or gap is None:
                continue
            detail = {k: v for k, v in (("provider", row.provider), ("country", row.country)) if v}
            made = keyed(
                row.type, value, m.span(), f"payments.ref-{row.id}@1", detail=detail, rank=72 if row.direct else 70
            )
            if m.span() not in best or gap < best[m.span()][0]:
                best[m.span()] = (gap, made)
    taken: list[tuple[int, int]] = []
    for span, (_, made) in sorted(best.items(), key=lambda item: (item[1][0], -(item[0][1] - item[0][0]), item[0])):
        if not any(span[0] < b and a < span[1] for a, b in taken):
            taken.append(span)
            yield made


def _mentions(row: _Row, text: str) -> bool:
    return any(cues is not None and cues.present(text) for cues in (row.cues, row.weak))


def national_accounts(text: str, context: TextContext) -> Iterator[Candidate]:
    """National account numbers that carry check digits (`extractors/tables/accounts.toml`)."""
    for row in rows("accounts", "account"):
        for found in read(row, text, context):
            detail = {"country": row.country}
            yield proved("BANK_ACCOUNT", found.value, (found.start, found.end), "payments.account@1", detail=detail)
