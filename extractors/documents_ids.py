"""National identity numbers: the rows of `extractors/tables/national_ids.toml` over python-stdnum's arithmetic.

Normal form `CC:compact`. A number that several countries' arithmetic accepts is given once, to the country whose own
word stands by, else to the first region hint. Numbers without check digits in their scheme are `format`, not `checksum`.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractors.candidates import formed, proved
from extractors.cues import Cues, compile_cues
from extractors.parts import Candidate, TextContext, Tier
from extractors.stdnum_rows import Read, read, rows
from extractors.tables import table

_SHARES = ("BR_CPF",)


def _general() -> Cues:
    return compile_cues(table("national_ids")["general"])


_GENERAL = _general()


def _order(found: Read, context: TextContext) -> tuple[bool, int, int]:
    regions = context.regions
    hinted = regions.index(found.row.country) if found.row.country in regions else len(regions)
    return (not found.cued, hinted, found.start)


def numbers(text: str, context: TextContext) -> Iterator[Candidate]:
    """The best reading of each number."""
    found = [r for row in rows("national_ids", "id") for r in read(row, text, context, _GENERAL)]
    taken: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda r: _order(r, context)):
        if any(one.start < b and a < one.end for a, b in taken):
            continue
        taken.append((one.start, one.end))
        value, span = f"{one.row.country}:{one.value}", (one.start, one.end)
        detail = {"country": one.row.country}
        if one.row.arithmetic:
            yield proved("NATIONAL_ID", value, span, "documents.national-id@1", detail=detail)
        else:
            yield formed("NATIONAL_ID", value, span, "documents.national-id-form@1", detail=detail, tier=Tier.KEYED)
