"""What the words beside a sum say: what it is, who owes or pays whom, how often. Rules are data (`data/ledger.toml`).

A cue counts inside the sentence of the sum and not beyond the sums before and after it: within 45 characters before,
or 30 behind. A word for a fine or for interest right behind the sum holds; else the cue before, else the one behind.
A payment counts only as told in the past and not denied or asked. Who owes whom is taken from the verb and its pronoun
alone: `me debes` names writer and addressee, `debe` names nobody, and what is not named stays empty.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from extractors.cues import folded

Role = Literal["writer", "addressee", ""]
_BEFORE, _BEHIND, _PARTY_BEFORE, _PARTY_BEHIND = 45, 30, 70, 45
_STOP = re.compile(r"[.!?;\n](?=\s|$)|[。！？]")
_ADJACENT = re.compile(r"\s*(?:euros?|eur|€|\$|usd|dolares|dollars|reais|pesos|lempiras|quetzales)?[\s,]*")
GROUPS = {
    "opening": "debt", "addition": "debt", "fine": "debt", "interest": "debt", "payment": "payment",
    "wage_due": "wage", "wage_paid": "wage", "earning_taken": "earning", "price_paid": "price",
}  # fmt: skip
_VAGUE = frozenset({"mas", "mais", "plus", "another", "extra", "add", "suma", "soma"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The words around one sum."""

    kind: str
    """Of the table `ledger`; empty where no cue says what the sum is."""
    debtor: Role = ""
    creditor: Role = ""
    rate: str = ""
    """`day | week | month | person` where the sum is told for each of them."""


@cache
def _data() -> dict[str, Any]:
    text = files("triage.analysis").joinpath("data/ledger.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rules() -> list[dict[str, Any]]:
    """The party rules with their examples, for the tests."""
    return list(_data()["party"])


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?:(?<!\w)|(?=/))(?:{'|'.join(sorted(patterns, key=lambda p: -len(p)))})(?!\w)")


def _pattern(patterns: Iterable[str]) -> re.Pattern[str]:
    return _compiled(tuple(patterns))


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of the sentence around a span of folded text."""
    low = max((m.end() for m in _STOP.finditer(text, 0, start)), default=0)
    behind = _STOP.search(text, end)
    return low, behind.start() + 1 if behind else len(text)


def read(text: str, start: int, end: int, others: Iterable[tuple[int, int]] = (), *, price: bool = False,
         earning: bool = False, unpaid: bool = False) -> Said:  # fmt: skip
    """The reading of the sum at `start:end`; `others` are the other sums of the text.

    `price`, `earning`, `unpaid`: an indicator of a price of persons or passages, of earnings taken, or of pay held back
    stands on the message.
    """
    low_text = folded(text)
    low, high = sentence(low_text, start, end)
    if _pattern(_data()["refuse"]["sentence"]).search(low_text, low, high):
        return Said(kind="")
    left = max([low, *(b for _, b in others if b <= start)])
    right = min([high, *(a for a, _ in others if a >= end)])
    rate = _rate(low_text, *_clause(low_text, max(low, left), min(high, right), start, end), start, end)
    window = max(left, start - _BEFORE), start, end, min(right, end + _BEHIND)
    kind = _kind(low_text, *window, low_text[low:high], unpaid)
    if price and kind in ("", "payment", "addition", "wage_due") and not earning:
        kind = "price_paid"
    elif earning and kind in ("", "payment", "addition", "wage_due"):
        kind = "earning_taken"
    if rate == "person" and kind in ("", "wage_due", "addition"):
        kind = "price_paid" if price else ""
    if not kind:
        return Said(kind="", rate=rate)
    debtor, creditor = _parties(GROUPS[kind], low_text, low, high, start, end)
    return Said(kind=kind, debtor=debtor, creditor=creditor, rate=rate)


def _clause(text: str, low: int, high: int, start: int, end: int) -> tuple[int, int]:
    """The sentence as far as the next commas."""
    behind = text.find(",", end, high)
    return max(low, text.rfind(",", low, start) + 1), high if behind < 0 else behind


def _kind(text: str, left: int, start: int, end: int, right: int, whole: str, unpaid: bool) -> str:
    lead, cue = _lead(text, left, start)
    tail, adjacent = _tail(text, end, right)
    if tail == "addition" and not adjacent:
        tail = ""
    wages = bool(_pattern(_data()["wages"]["words"]).search(whole))
    paid = _pattern(_data()["kinds"]["payment"]["lead"]).search(text, left, start) or (tail == "payment" and not lead)
    if paid and (lead in ("payment", "") or wages):
        if whole.rstrip().endswith("?"):
            return ""
        if _pattern(_data()["refuse"]["negated"]).search(text, max(0, left - 12), start):
            return "wage_due" if wages or unpaid else ""
        return "wage_paid" if wages else "payment"
    if tail in ("fine", "interest") and adjacent:
        return tail
    if lead == "addition" and cue in _VAGUE and tail and adjacent:
        return tail
    kind = lead or tail
    if kind == "opening" and (wages or unpaid):
        return "wage_due"
    return "" if kind == "payment" else kind


def _lead(text: str, left: int, start: int) -> tuple[str, str]:
    """(kind, its words) of the last cue before the sum."""
    found = [
        (match.end(), match.end() - match.start(), kind, match[0])
        for kind, cues in _data()["kinds"].items()
        for match in _pattern(cues["lead"]).finditer(text, left, start)
    ]
    return max(found)[2:] if found else ("", "")


def _tail(text: str, end: int, right: int) -> tuple[str, bool]:
    """(kind, right behind the sum) of the first cue after it."""
    found = []
    for kind, cues in _data()["kinds"].items():
        if match := _pattern(cues["tail"]).search(text, end, right):
            gap = _ADJACENT.fullmatch(text, end, match.start()) is not None
            found.append((match.start(), -len(match[0]), kind, gap))
    return min(found)[2:] if found else ("", False)


def parties(text: str, start: int, end: int) -> tuple[Role, Role]:
    """(debtor, creditor) of a passage about a debt, as its verb and pronoun name them."""
    low_text = folded(text)
    low, high = sentence(low_text, start, end)
    return _parties("debt", low_text, low, high, start, start)


def _parties(group: str, text: str, low: int, high: int, start: int, end: int) -> tuple[Role, Role]:
    """The rule whose words stand nearest to the sum; of equally near ones the one that names more."""
    found = []
    for number, rule in enumerate(_data()["party"]):
        if rule["for"] != group and not (group == "wage" and rule["for"] == "payment"):
            continue
        for match in _pattern(rule["patterns"]).finditer(text, max(low, start - _PARTY_BEFORE), high):
            if match.start() > end + _PARTY_BEHIND:
                break
            distance = start - match.end() if match.end() <= start else match.start() - end + 8
            named = bool(rule["debtor"]) + bool(rule["creditor"]) if group == "wage" else 0
            found.append((-named, distance - len(match[0]), number, rule["debtor"], rule["creditor"]))
    return min(found)[3:] if found else ("", "")


def _rate(text: str, low: int, high: int, start: int, end: int) -> str:
    """The nearest of the words for "each", those behind the sum first."""
    found = []
    for name, patterns in _data()["rates"].items():
        for match in _pattern(patterns).finditer(text, low, high):
            if match.start() >= end and match.start() - end < _BEHIND:
                found.append((match.start() - end, str(name)))
            elif match.end() <= start and start - match.end() < _BEFORE:
                found.append((start - match.end() + _BEHIND, str(name)))
    return min(found)[1] if found else ""


def charges(text: str, spans: Iterable[tuple[int, int]], *, lists: bool = False) -> list[tuple[int, int]]:
    """Those numbers among `spans` that a word for a charge or a fine stands right beside (`150 de comida`).

    `lists`: lines of a list (`comida 150`), where the word before the number counts too.
    """
    low = folded(text)
    return [span for span in spans if _charged(low, *span) or (lists and _line_cue(low, *span))]


def _charged(low: str, start: int, end: int) -> bool:
    tail, adjacent = _tail(low, end, min(len(low), end + _BEHIND))
    named = tail in ("addition", "fine", "interest")
    return named and adjacent and not low[end:].lstrip().startswith(("mas", "more", "plus"))


_AFTER_CUE = re.compile(r"[\s:=.\-–€$]{1,6}\Z")


def _line_cue(low: str, start: int, end: int) -> bool:
    """`multa 60` or `Total: 3210`, the number last on its line."""
    line = low.rfind("\n", 0, start) + 1
    rest = low[end:].split("\n", 1)[0].strip()
    kind, cue = _lead(low, line, start)
    behind = low[low.rfind(cue, line, start) + len(cue) : start] if cue else ""
    listed = kind in ("addition", "fine", "interest", "opening") and cue not in _VAGUE
    return listed and bool(_AFTER_CUE.match(behind)) and len(rest) <= 4


def per_head(text: str, start: int, end: int) -> bool:
    """Whether the number is told for each person (`900 per head`, `2200 each`)."""
    low = folded(text)
    match = _pattern(_data()["rates"]["person"]).search(low, end, min(len(low), end + 24))
    return match is not None and _ADJACENT.fullmatch(low, end, match.start()) is not None
