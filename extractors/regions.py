"""The chain of region hints: in which countries a number without country code may be meant.

Order, from the entity specification (section 3): the case's own option, the exporting account's number, the
participants' numbers; then, weakest, the numbers that the run itself writes in full. The first two are stated facts
(`certain`), the rest are company the number keeps. A hint never makes a number: it only says how to read one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from extractors.phones_numbers import international
from triage.model import Run
from triage.text import clean

MOST = 6
_FULL = re.compile(r"(?<![\w+])(?:\+|00)[ (]{0,2}\d[\d ().\-]{6,20}")
_ADDRESS = re.compile(r"^(?:\+|00)?[\d ().\-]{7,24}(?:@(?:s\.whatsapp\.net|c\.us))?$")


def chain(run: Run) -> tuple[tuple[str, ...], int]:
    """Hints, best first, and how many of them, from the front, are certain."""
    stated = [code.upper() for code in run.regions]
    stated += _countries([run.conversation.owner])
    certain = list(dict.fromkeys(stated))
    company = _countries([run.conversation.name, *run.conversation.participants, *_addresses(run)])
    written = _countries(
        m.group() for unit in run.units if "+" in unit.text or "00" in unit.text for m in _FULL.finditer(unit.text)
    )
    return tuple(list(dict.fromkeys(certain + company + written))[:MOST]), min(len(certain), MOST)


def _addresses(run: Run) -> list[str]:
    return list(dict.fromkeys(a for unit in run.units for a in (unit.sender, *unit.recipients) if a))


def _countries(addresses: Iterable[str]) -> list[str]:
    """Countries of the addresses that are full numbers, the most frequent first, else as they come."""
    counts: Counter[str] = Counter()
    for address in addresses:
        text = clean(address).text.strip() if address else ""
        if not _ADDRESS.match(text):
            continue
        digits = "".join(c for c in text.partition("@")[0] if c.isdecimal())
        number = international(digits.removeprefix("00"))
        if number and number.valid and number.country:
            counts[number.country] += 1
    return [country for country, _ in counts.most_common()]
