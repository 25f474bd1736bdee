"""The reported indicators as marks on messages: what, on which message, by whom and to whom.

A message that has copies elsewhere (`links`, kind `same-message`) is taken once, its first copy. What a person decided
is not relevant is left out.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from triage.analysis.ledger_reading import parties
from triage.analysis.roster import Line, Roster, lines

AFFECTED = "affected"
ACTS = ("deception_recruitment", "smuggling_transport", "trade_in_persons", "document_fraud", "money_movement")
"""Codes of acts: "I take six people across" is told of oneself, and no situation somebody is in."""
ORDERS = frozenset({"to_addressee", "by_addressee"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One message with one indicator code."""

    line: Line
    code: str
    toward: str
    spans: tuple[tuple[int, int], ...]

    @property
    def told(self) -> bool:
        """The writer tells of their own situation."""
        return self.toward == "self_report" and self.code not in ACTS


REJECTED = ("not-relevant", "not relevant", "rejected")
"""Decisions after which a finding counts no longer; it is listed under what cuts against."""
_COUNTED = f"""
kind = 'indicator' and reported = 1 and unit_id not in (select b from links where kind = 'same-message')
and id not in (select d.finding_id from decisions d where d.decision in {REJECTED}
  and d.no = (select max(e.no) from decisions e where e.finding_id = d.finding_id))"""


def find(db: sqlite3.Connection, roster: Roster) -> tuple[Mark, ...]:
    """In order of time, then of place; one for each message, code and direction."""
    hits: dict[str, dict[tuple[str, str], list[tuple[int, int]]]] = {}
    query = f"""select unit_id, type, toward, start, "end" from findings where {_COUNTED} order by 1, 2, 3, 4, 5"""
    for unit, code, toward, start, end in db.execute(query):
        hits.setdefault(unit, {}).setdefault((code, toward), []).append((start, end))
    where = f"u.id in (select unit_id from findings where {_COUNTED})"
    out = [
        Mark(line=line, code=code, toward=_toward(line, code, toward, spans), spans=tuple(sorted(set(spans))))
        for line in lines(db, roster, where)
        for (code, toward), spans in hits[line.unit].items()
    ]
    return tuple(sorted(out, key=lambda m: (m.line.order, m.code, m.toward)))


def _toward(line: Line, code: str, toward: str, spans: list[tuple[int, int]]) -> str:
    """Of a debt, who owes whom goes by the verb and its pronoun (`me debes`), as in the ledger."""
    if code != "debt_bondage" or toward != "self_report":
        return toward
    debtor, creditor = parties(line.text, *spans[0])
    return "to_addressee" if debtor == "addressee" or (creditor == "writer" and debtor != "writer") else toward


@cache
def role_codes() -> dict[str, tuple[str, ...]]:
    """Role → the codes that are cues for it."""
    text = files("triage.analysis").joinpath("data/roles.toml").read_text(encoding="utf-8")
    return {role: tuple(codes) for role, codes in tomllib.loads(text).items()}


def roles(marks: Iterable[Mark]) -> dict[str, dict[str, tuple[Mark, ...]]]:
    """Person → role cue → the messages that are the cue; `affected` for those who tell of their own situation."""
    found: dict[str, dict[str, list[Mark]]] = {}
    of_code = {code: role for role, codes in role_codes().items() for code in codes}
    for mark in marks:
        role = of_code.get(mark.code)
        if role == "exploiter" and mark.toward not in ORDERS:
            role = AFFECTED if mark.told else None
        if mark.line.writer and role and mark.toward != "unknown":
            found.setdefault(mark.line.writer, {}).setdefault(role, []).append(mark)
    return {p: {role: tuple(m) for role, m in sorted(by.items())} for p, by in sorted(found.items())}
