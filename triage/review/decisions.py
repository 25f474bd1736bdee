"""Decisions of people on findings, units and persons: append-only, each with author, role and disclosure class.

A later decision on the same thing replaces the earlier one in every view; both stay. The log gets an event for each
(`decision.made`) with ids, fixed words and the digest of the row, never the note's text. The decisions have a root of
their own: SHA-256 over their rows as canonical JSON lines, in the order of their numbers; they are no part of the
index root, since two examiners of the same evidence decide differently.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from triage.custody.log import CustodyLog
from triage.errors import UsageError
from triage.index.canonical import dumps

Word = Literal[
    "relevant", "not-relevant", "privileged", "needs-translation", "tag", "note", "release-text", "picture-relevant",
    "person.join", "person.split",
]  # fmt: skip
Role = Literal["examiner", "filter", "prosecution"]
Disclosure = Literal["all", "examiner", "prosecution"]
WORDS: tuple[str, ...] = get_args(Word)
ROLES: tuple[str, ...] = get_args(Role)
CLASSES: tuple[str, ...] = get_args(Disclosure)
VERDICTS = ("relevant", "not-relevant", "privileged", "needs-translation")
MAX_NOTE = 4_000
_COLUMNS = ("no", "finding_id", "decision", "note", "author", "role", "disclosure", "at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision as a person makes it."""

    target: str
    """A finding (`f_…`), a unit (`u_…`) or, for persons, empty: `note` then holds their identifiers as JSON."""
    word: str
    note: str = ""
    author: str
    role: str = "examiner"
    disclosure: str = "all"
    """Which editions may print it: `all`, or those of examiners, or of the prosecution."""

    def check(self, db: sqlite3.Connection) -> None:
        """UsageError where the decision cannot stand."""
        if self.word not in WORDS or self.role not in ROLES or self.disclosure not in CLASSES:
            raise UsageError("the decision is not one of the known words.", remedy="Use " + ", ".join(WORDS) + ".")
        if not self.author.strip():
            raise UsageError("a decision needs the name of who makes it.", remedy="Give --author.")
        if len(self.note) > MAX_NOTE:
            raise UsageError(f"a note has at most {MAX_NOTE} characters.", remedy="Shorten it.")
        if self.word.startswith("person."):
            _check_keys(self.note)
            return
        table = {"f_": "findings", "u_": "units"}.get(self.target[:2], "")
        if not table or not db.execute(f"select 1 from {table} where id=?", (self.target,)).fetchone():
            raise UsageError(f"{self.target!r} is no finding and no unit of this case.", remedy="Take an id of it.")


def _check_keys(note: str) -> None:
    try:
        keys = json.loads(note)["keys"]
    except (ValueError, KeyError, TypeError):
        keys = []
    if not isinstance(keys, list) or len(keys) < 1:
        raise UsageError("a decision on persons needs their identifiers.", remedy='Note: {"keys": ["phone:+…", …]}.')


def record(db: sqlite3.Connection, log: CustodyLog, one: Decision) -> int:
    """Write a decision and its event; gives its number. The index row comes first: an event never lacks its row."""
    one.check(db)
    return record_unchecked(db, log, one)


def record_unchecked(db: sqlite3.Connection, log: CustodyLog, one: Decision) -> int:
    """The same for a decision that was checked already (its unit may have left the index since)."""
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    cursor = db.execute(
        "insert into decisions(finding_id, decision, note, author, role, disclosure, at) values(?,?,?,?,?,?,?)",
        (one.target, one.word, one.note, one.author.strip(), one.role, one.disclosure, at),
    )
    number = int(cursor.lastrowid or 0)
    row = db.execute("select * from decisions where no=?", (number,)).fetchone()
    log.append("decision.made", {
        "no": number, "target": one.target, "decision": one.word, "role": one.role, "disclosure": one.disclosure,
        "row_sha256": hashlib.sha256(_line(row)).hexdigest(),
    })  # fmt: skip
    return number


def _line(row: sqlite3.Row) -> bytes:
    return dumps({name: row[name] for name in _COLUMNS}).encode()


def root(db: sqlite3.Connection) -> str:
    """SHA-256 over all decisions, in their order."""
    digest = hashlib.sha256()
    for row in db.execute("select * from decisions order by no"):
        digest.update(_line(row) + b"\n")
    return digest.hexdigest()


def last(db: sqlite3.Connection) -> dict[str, sqlite3.Row]:
    """Target → its verdict in force (`VERDICTS` only)."""
    marks = ",".join("?" * len(VERDICTS))
    sql = f"select * from decisions where decision in ({marks}) order by no"
    return {row["finding_id"]: row for row in db.execute(sql, VERDICTS)}


def history(db: sqlite3.Connection, targets: list[str]) -> Iterator[sqlite3.Row]:
    """Every decision on these things, oldest first."""
    sql = "select * from decisions where finding_id in (select value from json_each(?)) order by no"
    yield from db.execute(sql, (json.dumps(targets),))
