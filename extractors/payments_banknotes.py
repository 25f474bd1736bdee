"""Banknote serials used as a token ("show the note …"): `extractors/tables/banknotes.toml`.

Needs a token or note word; the euro's modulo 9 makes the grade `checksum`, other currencies stay candidates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from stdnum.eu import banknote

from extractors.candidates import keyed, proved
from extractors.cues import named
from extractors.parts import Candidate
from extractors.tables import table

_WORDS = named("banknote")


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[str, re.Pattern[str], bool], ...]:
    return tuple(
        (
            row["currency"],
            re.compile(rf"(?<![A-Za-z0-9])(?:{row['pattern']})(?![A-Za-z0-9])", re.I),
            row.get("check") == "euro",
        )
        for row in table("banknotes")["note"]
    )


def banknotes(text: str) -> Iterator[Candidate]:
    """Serials beside their word."""
    if not _WORDS.present(text):
        return
    for currency, form, checked in _forms():
        for m in form.finditer(text):
            value = re.sub(r"\s", "", m.group()).upper()
            if not _WORDS.near(text, *m.span()):
                continue
            detail = {"currency": currency}
            if not checked:
                yield keyed(
                    "BANKNOTE_SERIAL", value, m.span(), "payments.banknote@1", rank=40, detail=detail, blocks=False
                )
            elif banknote.is_valid(value):
                yield proved("BANKNOTE_SERIAL", value, m.span(), "payments.banknote-euro@1", detail=detail)
