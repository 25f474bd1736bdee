"""National identity numbers: the rows of `extractors/tables/national_ids.toml` over python-stdnum's arithmetic.

Normal form `CC:compact`. A number that several countries' arithmetic accepts is given once, to the country whose own
word stands by, else to the first region hint. Numbers without check digits in their scheme are `format`, not
`checksum`.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractors.candidates import formed, proved
from extractors.cues import compile_cues
from extractors.parts import Candidate, TextContext, Tier
from extractors.stdnum_rows import Read, Row, read, rows
from extractors.tables import table

_GENERAL = compile_cues(table("national_ids")["general"])
_ALL = compile_cues(
    [*table("national_ids")["general"], *(w for row in table("national_ids")["id"] for w in row["cues"])]
)


def _candidates(text: str, context: TextContext) -> Iterator[Row]:
    """Rows whose conditions the text may meet."""
    cued = _ALL.present(text)
    general = cued and _GENERAL.present(text)
    for row in rows("national_ids", "id"):
        hinted = row.country in context.regions and (row.hint or general)
        if row.free or hinted or (cued and row.cues.present(text)):
            yield row


def _order(found: Read, context: TextContext) -> tuple[bool, int, int]:
    regions = context.regions
    hinted = regions.index(found.row.country) if found.row.country in regions else len(regions)
    return (not found.cued, hinted, found.start)


def numbers(text: str, context: TextContext) -> Iterator[Candidate]:
    """The best reading of each number."""
    found = [r for row in _candidates(text, context) for r in read(row, text, context, _GENERAL)]
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
