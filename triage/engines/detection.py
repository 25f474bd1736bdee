"""Which reader or container an item goes to: by content, the highest score; every serious candidate is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from triage.containers import CONTAINERS
from triage.containers.archive import Container
from triage.model import Head, Reader

SERIOUS = 20
"""A second candidate with this score is recorded beside the chosen one."""


def choose(head: Head, readers: Sequence[Reader]) -> tuple[Reader | None, Container | None, list[str]]:
    """The reader or container with the best score; further candidates in words, for the record.

    Both, where the reader reads the item itself and the container lists the files inside it (a mail, a document).
    """
    scored: list[tuple[int, Reader | Container]] = [(c.detect(head), c) for c in CONTAINERS if not c.beside]
    scored += [(r.detect(head), r) for r in readers]
    likely = sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])
    if not likely or head.size == 0:
        return None, None, []
    others = [f"{c.name}:{score}" for score, c in likely] if len(likely) > 1 and likely[1][0] >= SERIOUS else []
    best = likely[0][1]
    if isinstance(best, Container):
        return None, best, others
    return best, next((c for c in CONTAINERS if c.beside == best.name), None), others
