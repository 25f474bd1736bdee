"""Ids derived from content: the same evidence gives the same ids on every machine.

`i_ u_ f_ p_` + 32 hex digits of SHA-256 over the canonical JSON (RFC 8785) of the identifying fields.
Strings and integers only, so that plain `json` with sorted separators *is* the canonical form of an array
(RFC 8785 §3.2; `tests/test_ids.py` compares with the `rfc8785` package).
"""

from __future__ import annotations

import hashlib
import json

from triage.model import Finding, FindingId, ItemId, Problem, ProblemId, UnitId

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _digest(prefix: str, fields: list[str | int | None]) -> str:
    return prefix + hashlib.sha256(_encode(fields).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def item_id(source: str, path: str, sha256: str | None) -> ItemId:
    """`[source, path, sha256]`; `sha256` is None only for bytes that could not be read."""
    return ItemId(_digest("i_", [source, path, sha256]))


def unit_id(item: ItemId, locator: str, origin: str) -> UnitId:
    """`[item, locator, origin]`."""
    return UnitId(_digest("u_", [item, locator, origin]))


def finding_id(unit: UnitId, finding: Finding) -> FindingId:
    """`[unit, type, start, end, rule, value]`."""
    f = finding
    return FindingId(_digest("f_", [unit, f.type, f.start, f.end, f.rule, f.value]))


def problem_id(item: ItemId, problem: Problem) -> ProblemId:
    """`[item, code, stage, locator]`."""
    return ProblemId(_digest("p_", [item, problem.code, problem.stage, problem.locator]))


def person_id(key: str) -> str:
    """`[key]` of the strongest identifier of a person; stays the same while that identifier stays the strongest."""
    return _digest("n_", [key])


def ledger_id(unit: str, start: int, end: int, kind: str) -> str:
    """`[unit, start, end, kind]` of a line of the ledger."""
    return _digest("l_", [unit, start, end, kind])
