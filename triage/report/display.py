"""Evidence text made fit for display: masked, defanged, with what is invisible made visible. Offsets are respected.

Four things are done to a copy of the text, character by character, so that the offsets of findings still hold:
- digits of accounts and personal ids become `•`, all but the last four (entity specification, section 7);
- web addresses are defanged (`hxxps://host[.]example`): no program can turn them into links;
- control characters, embeddings and overrides of the writing direction, tag characters and noncharacters are printed
  as `[U+202E]`: they could hide text or reorder what stands beside it (UTS #39, UAX #9). Joiners and direction marks
  stay, since Persian, Indic scripts and emoji need them; each text is isolated by `<bdi>` anyway;
- a long text is cut around what is quoted, and says how many characters were left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from triage.report.model import Segment, Text

MASKED_TYPES = frozenset(
    {"IBAN", "CLABE", "AR_CBU", "CVU", "BANK_ACCOUNT", "BR_CPF", "BR_CNPJ", "CARD_PAN", "PIX_KEY"}
    | {"NATIONAL_ID", "PASSPORT_NO", "VISA", "MRZ"}
    | {"ACCOUNT"}  # of a watch-list
)
"""Accounts and personal ids: printed with their last four characters. Phones and wallets are printed in full."""
KEPT = 4
LONG = 900
"""Characters of one text that are printed at most, and …"""
AROUND = 350
"""… how many are kept on each side of a quote in a longer one."""

Span = tuple[int, int]

_URL = re.compile(r"\b(?:h(tt)ps?|f(t)ps?)(?=://)|(?<=://)[^\s/?#<>\"'`]+|\bwww\.[^\s/?#<>\"'`]+", re.IGNORECASE)
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}\Z")


_PLANE_ENDS = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\U000e0000-\U000e007f"
    f"{_PLANE_ENDS}]"
)
"""C0 and C1 controls but tab and line feed, embeddings and overrides, surrogates, noncharacters, annotations, tags."""


def visible(text: str) -> str:
    """Evidence text for the page."""
    return _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def language(code: str | None) -> str:
    """A language tag that may stand in an attribute, or '' (BCP 47 form only)."""
    return code if code and _LANG.match(code) else ""


def defang(text: str) -> str:
    """One line with its web addresses defanged."""
    changed = _defanged(text)
    return "".join(changed.get(i, visible(ch)) for i, ch in enumerate(text))


def mask_value(kind: str, value: str) -> str:
    """A normal form for display: the last four of accounts and ids, web addresses defanged."""
    if kind not in MASKED_TYPES or (kind == "PIX_KEY" and ("@" in value or value.startswith("+"))):
        return defang(value)
    if kind == "MRZ":
        country, _, rest = value.partition("|")
        return f"{country}:{_tail(rest.split('|')[0])}"
    prefix, colon, number = value.rpartition(":")
    return visible(f"{prefix}{colon}{_tail(number)}")


_ACCOUNT_LIKE = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}\Z|\d{16,24}\Z")


def mask_untyped(value: str) -> str:
    """A list entry of unknown type: the last four of what has the form of an IBAN, a card or an account."""
    return _tail(value) if _ACCOUNT_LIKE.match(re.sub(r"[\s.-]", "", value)) else defang(value)


def _tail(value: str) -> str:
    hidden = _hidden(value, 0, len(value))
    return "".join("•" if i in hidden else ch for i, ch in enumerate(value))


def _hidden(text: str, start: int, end: int) -> set[int]:
    """Positions to overwrite: letters, digits and earlier masks, but for the last four."""
    places = [i for i in range(start, end) if text[i].isalnum() or text[i] in "*•"]
    return set(places[:-KEPT] if len(places) > KEPT else places)


def compose(
    text: str, *, marks: Iterable[Span] = (), masks: Iterable[Span] = (), lang: str | None = None, full: bool = False
) -> Text:
    """`text` ready for display, with the spans of `marks` as marked segments and those of `masks` overwritten."""
    spans = merge(marks, len(text))
    start, end = (0, len(text)) if full else window(text, spans)
    changed = _defanged(text)
    for low, high in masks:
        changed.update(dict.fromkeys(_hidden(text, max(low, 0), min(high, len(text))), "•"))
    cuts = sorted({start, end, *(edge for span in spans for edge in span if start < edge < end)})
    segments = []
    for low, high in pairwise(cuts):
        marked = any(first <= low < last for first, last in spans)
        shown = "".join(changed.get(i) or visible(text[i]) for i in range(low, high))
        segments.append(Segment(text=shown, mark=marked))
    return Text(segments=tuple(segments), lang=language(lang), before=start, after=len(text) - end)


def merge(spans: Iterable[Span], length: int) -> list[Span]:
    """Spans within the text, in order, overlapping and touching ones joined."""
    out: list[Span] = []
    for low, high in sorted((max(low, 0), min(high, length)) for low, high in spans):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        elif low < high:
            out.append((low, high))
    return out


def window(text: str, spans: list[Span]) -> Span:
    """Which part of the text is printed: all of a short one, else what surrounds the quotes."""
    if len(text) <= LONG:
        return 0, len(text)
    if not spans:
        return 0, LONG
    low, high = spans[0][0], min(spans[-1][1], spans[0][0] + LONG)
    return max(0, low - AROUND), min(len(text), high + AROUND)


def _defanged(text: str) -> dict[int, str]:
    """Position → replacement, for the schemes and the dots of the hosts of web addresses."""
    changed: dict[int, str] = {}
    if "://" not in text and "www." not in text.lower():
        return changed
    for found in _URL.finditer(text):
        for group in (1, 2):
            changed.update(dict.fromkeys(range(*found.span(group)), "x"))
        if found[1] is None and found[2] is None:
            changed.update({i: "[.]" for i in range(*found.span()) if text[i] == "."})
    return changed
