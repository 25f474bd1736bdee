"""Two indexes side by side, as streams ordered by id: memory does not grow with the case."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

Pair = tuple[sqlite3.Row | None, sqlite3.Row | None]


def paired(ours: Iterator[sqlite3.Row], theirs: Iterator[sqlite3.Row]) -> Iterator[Pair]:
    """Rows with the same first column together, the others alone; both streams ordered by that column."""
    a, b = next(ours, None), next(theirs, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a[0] < b[0]):
            yield a, None
            a = next(ours, None)
        elif a is None or b[0] < a[0]:
            yield None, b
            b = next(theirs, None)
        else:
            yield a, b
            a, b = next(ours, None), next(theirs, None)
