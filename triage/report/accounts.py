"""Shown and withheld: for every kind of finding, `total = shown + withheld`, with the reason for each part.

`shown` counts what stands on the page, row by row; `cut` is what the default report would show but for the length of
a list; the other reasons are read from the index. The test of the page adds them up against the index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from triage.report.model import Account, Conversation, Table

REASONS = ("cut", "weak", "candidate", "other")
_WHY = """
case when instr(flags, '"candidate"') > 0 then 'candidate' when grade = 'weak' then 'weak' else 'other' end"""


def build(
    connection: sqlite3.Connection, tables: Mapping[str, Table], conversations: tuple[Conversation, ...]
) -> tuple[Account, ...]:
    """One line per group of findings."""
    hidden: dict[str, dict[str, int]] = {}
    query = f"select kind, type, {_WHY}, count(*) from findings where reported = 0 group by 1, 2, 3 order by 1, 2, 3"
    for kind, type_, why, n in connection.execute(query):
        part = hidden.setdefault(group_of(kind, type_), {})
        part[why] = part.get(why, 0) + n
    reported: dict[str, int] = {}
    for kind, type_, n in connection.execute(
        "select kind, type, count(*) from findings where reported = 1 group by 1, 2"
    ):
        reported[group_of(kind, type_)] = reported.get(group_of(kind, type_), 0) + n
    printed = {key: table.printed for key, table in tables.items()}
    printed["indicators"] = sum(len(m.tags) for c in conversations for p in c.passages for m in p.messages)
    return tuple(
        _account(key, reported.get(key, 0), printed.get(key, 0), hidden.get(key, {})) for key in ("indicators", *tables)
    )


def _account(what: str, reported: int, printed: int, hidden: Mapping[str, int]) -> Account:
    withheld = {"cut": reported - printed} | {why: hidden.get(why, 0) for why in REASONS[1:]}
    return Account(what=what, total=reported + sum(hidden.values()), shown=printed, withheld=withheld)


def group_of(kind: str, type_: str) -> str:
    """The table or section a finding belongs to (see `triage.report.selectors.TABLES`)."""
    if kind == "link":
        return "numbers" if type_ in ("EMAIL", "SOCIAL") else "links"
    return _GROUPS[kind]


_GROUPS = {
    "indicator": "indicators",
    "phone": "numbers",
    "payment": "payments",
    "amount": "amounts",
    "location": "places",
    "document": "documents",
    "watch": "watch",
}
