"""What may cut against the hits: words of papers returned, pay received, free movement, consent, refusals, jokes.

The language extractor leaves out what it reads as negated or as a joke and keeps no record of it, so that this looks at
the stored texts again, with patterns of its own (`data/against.toml`), in conversations that hold a reported indicator.
Two further kinds come from the index: indicators withheld because the message speaks of films, news or games (flag
`mention`), and findings that a person has decided are not relevant. Each line stands beside the codes it may bear upon.
A negation right before the words takes them out ("no me pagaron").
"""

from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ahocorasick_rs import AhoCorasick

from extractors.cues import folded
from triage.analysis.marks import REJECTED
from triage.analysis.roster import Line, Roster, lines

_NEGATED = re.compile(
    r"(?:\b(?:not|never|no|nor|nunca|nao|jamais|ne|n|sin|sem|sans|without|if|si|se|wont|cant|dont|didnt|hasnt|havent)"
    r"|n't|n')[\s\w']{0,6}\Z"
)
_NEGATED_BEHIND = re.compile(r"\A\s?(?:pas|plus|rien)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One kind of wording, with the codes it may bear upon."""

    name: str
    codes: tuple[str, ...]
    pattern: re.Pattern[str]
    signs: tuple[str, ...]
    needs: re.Pattern[str] | None
    gate: tuple[str, ...]
    """Every match holds one of these strings."""
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """One line that may cut against a hit."""

    category: str
    """Of `data/against.toml`, or `mention`, `rejected`."""
    codes: tuple[str, ...]
    line: Line
    spans: tuple[tuple[int, int], ...]
    note: str = ""
    """Who decided, for a rejected finding."""


@cache
def categories() -> tuple[Category, ...]:
    """As the data file lists them."""
    text = files("triage.analysis").joinpath("data/against.toml").read_text(encoding="utf-8")
    return tuple(_category(name, entry) for name, entry in tomllib.loads(text).items())


def _category(name: str, entry: dict[str, Any]) -> Category:
    needs = entry.get("needs")
    return Category(
        name=name, codes=tuple(entry["codes"]), pattern=_words(entry["patterns"]), signs=tuple(entry.get("signs", ())),
        needs=_words(needs) if needs else None, gate=tuple(entry.get("gate", needs or ())), yes=tuple(entry["yes"]),
        no=tuple(entry["no"]),
    )  # fmt: skip


def _words(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


@cache
def _gates() -> tuple[AhoCorasick, list[tuple[int, ...]]]:
    """One automaton for the gates of all categories, and for each of its strings the categories it may open."""
    owners: dict[str, set[int]] = {}
    for number, category in enumerate(categories()):
        for literal in category.gate:
            owners.setdefault(literal, set()).add(number)
    return AhoCorasick(list(owners)), [tuple(sorted(numbers)) for numbers in owners.values()]


def read(text: str) -> Iterator[tuple[Category, tuple[tuple[int, int], ...]]]:
    """The categories whose wording a text holds, with its places."""
    low = folded(text)
    automaton, of_gate = _gates()
    possible = {
        n for found in automaton.find_matches_as_indexes(f" {low} ", overlapping=True) for n in of_gate[found[0]]
    }
    for number in sorted(possible):
        category = categories()[number]
        if category.needs and not category.needs.search(low):
            continue
        spans = [m.span() for m in category.pattern.finditer(low) if category.needs or not _denied(low, *m.span())]
        spans += [(at, at + len(sign)) for sign in category.signs if (at := text.find(sign)) >= 0]
        if spans:
            yield category, tuple(sorted(spans))


_STARTS_NEGATED = re.compile(r"(?:not?|nada|nao|nunca|nadie|nobody|ninguem|personne|nothing|don'?t|never)\b")


def _denied(low: str, start: int, end: int) -> bool:
    """A negation or a condition right before the words, or a French one behind; words that are themselves one stay."""
    if _STARTS_NEGATED.match(low, start):
        return False
    return bool(_NEGATED.search(low[max(0, start - 14) : start]) or _NEGATED_BEHIND.match(low[end : end + 8]))


def find(db: sqlite3.Connection, roster: Roster) -> tuple[Against, ...]:
    """In reading order of source, file and position; wording first, then mentions, then rejected findings."""
    out = [*_wording(db, roster), *_mentions(db, roster), *_rejected(db, roster)]
    return tuple(sorted(out, key=lambda one: (one.line.order, one.category, one.spans)))


_TEXTS = """
select u.id, u.text from units u where u.origin in ('message', 'email', 'ocr', 'note') and u.text <> ''
and (u.item_id, u.conversation) in (
  select w.item_id, w.conversation from findings f join units w on w.id = f.unit_id
  where f.kind = 'indicator' and f.reported = 1)"""


def _wording(db: sqlite3.Connection, roster: Roster) -> Iterator[Against]:
    found = {unit: held for unit, text in db.execute(_TEXTS) if (held := list(read(text)))}
    for line in lines(db, roster, "u.id in (select value from json_each(?))", [_json(found)]):
        for category, spans in found[line.unit]:
            yield Against(category=category.name, codes=category.codes, line=line, spans=spans)


def _mentions(db: sqlite3.Connection, roster: Roster) -> Iterator[Against]:
    found = _findings(db, """f.reported = 0 and instr(f.flags, '"mention"') > 0""")
    for line in lines(db, roster, "u.id in (select value from json_each(?))", [_json(found)]):
        codes, spans, _ = found[line.unit]
        yield Against(category="mention", codes=codes, line=line, spans=spans)


def _rejected(db: sqlite3.Connection, roster: Roster) -> Iterator[Against]:
    """By the last decision on each finding."""
    last = f"""f.id in (select d.finding_id from decisions d where d.no = (select max(e.no) from decisions e
               where e.finding_id = d.finding_id) and d.decision in {REJECTED})"""
    found = _findings(db, last)
    for line in lines(db, roster, "u.id in (select value from json_each(?))", [_json(found)]):
        codes, spans, note = found[line.unit]
        yield Against(category="rejected", codes=codes, line=line, spans=spans, note=note)


_Found = dict[str, tuple[tuple[str, ...], tuple[tuple[int, int], ...], str]]


def _findings(db: sqlite3.Connection, where: str) -> _Found:
    out: dict[str, tuple[set[str], set[tuple[int, int]], set[str]]] = {}
    query = f"""select f.unit_id, f.type, f.start, f."end", coalesce((select max(d.author) from decisions d
                where d.finding_id = f.id), '') from findings f where f.kind = 'indicator' and {where}"""
    for unit, code, start, end, author in db.execute(query):
        codes, spans, notes = out.setdefault(unit, (set(), set(), set()))
        codes.add(code)
        spans.add((start, end))
        notes.update([author] if author else [])
    return {u: (tuple(sorted(c)), tuple(sorted(s)), ", ".join(sorted(n))) for u, (c, s, n) in out.items()}


def _json(found: Iterable[str]) -> str:
    return "[" + ",".join(f'"{unit}"' for unit in sorted(found)) + "]"
