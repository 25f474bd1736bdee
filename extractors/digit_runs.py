"""Runs of digit groups, and the groups in them that add up to a length.

People write long numbers in groups; what follows a number (an expiry, a sum) may look like one more group. So a number
of n digits is any row of whole groups with n digits together: never part of a group, never glued to letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.repair import TO_DIGIT

_RUN = re.compile(
    r"(?<![A-Za-z0-9_])(?<!\d[.,])(?<![+#])\d{1,60}(?:(?:[ ]?[.\-–/][ ]?|[ ]{1,2}"
    r"|[ ]?\n[ ]?)\d{1,60}){0,40}(?![A-Za-z0-9_])"
)
_NOISY = re.compile(r"(?<![A-Za-z0-9_+])[\dOoIlSBZ|]{1,60}(?:[ .\-]{1,2}[\dOoIlSBZ|]{1,60}){0,40}(?![A-Za-z0-9_])")
_GROUP = re.compile(r"[\dOoIlSBZ|]+")


@dataclass(frozen=True, slots=True)
class Digits:
    """A row of whole groups: its digits, offsets, group sizes, and the sizes of the groups around it in the run."""

    digits: str
    start: int
    end: int
    shape: tuple[int, ...]
    before: int = 0
    after: int = 0


def runs(text: str) -> list[list[tuple[int, int]]]:
    """Every run of `text` as the spans of its groups."""
    return [
        [(m.start() + g.start(), m.start() + g.end()) for g in _GROUP.finditer(m.group())] for m in _RUN.finditer(text)
    ]


def noisy_runs(text: str) -> list[list[tuple[int, int]]]:
    """Runs in which some digits look like the letters an OCR engine confuses them with, most being digits."""
    found = []
    for m in _NOISY.finditer(text):
        body = m.group()
        digits = sum(c.isdigit() for c in body)
        letters = sum(c in TO_DIGIT for c in body)
        if letters and digits >= 2 * letters and digits + letters >= 12:
            found.append([(m.start() + g.start(), m.start() + g.end()) for g in _GROUP.finditer(body)])
    return found


def of_length(text: str, run: list[tuple[int, int]], low: int, high: int) -> Iterator[Digits]:
    """Rows of whole groups of `run` with `low` to `high` digits together."""
    for first in range(len(run)):
        total = 0
        for last in range(first, len(run)):
            total += run[last][1] - run[last][0]
            if total > high:
                break
            if total >= low:
                spans = run[first : last + 1]
                yield Digits(
                    "".join(text[a:b] for a, b in spans),
                    spans[0][0],
                    spans[-1][1],
                    tuple(b - a for a, b in spans),
                    run[first - 1][1] - run[first - 1][0] if first else 0,
                    run[last + 1][1] - run[last + 1][0] if last + 1 < len(run) else 0,
                )
