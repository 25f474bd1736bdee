"""Machine-readable zones in text and OCR output: where they stand, and how their lines come together.

A zone is looked for at every place that can begin one (`P<`, `I<`, `V<`, `AC` … not inside a longer row of its
characters). From there the characters of `validators.mrz` are collected over spaces and line ends until the form's
length is reached, so that line breaks, missing breaks and inserted blanks do not matter. Where an engine miscounted the
fillers at a line's end the lines are cut or padded to the form's width. Every check digit must agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extractors.candidates import proved
from extractors.parts import Candidate
from extractors.validators import mrz

_START = re.compile(r"(?<![A-Za-z0-9<])[PVAICpvaic1][ ]?[A-Za-z<«‹][ ]?[A-Za-z0<«‹]")
_FILLERS = {"«": "<<", "‹": "<", "＜": "<", "≤": "<", "(": "<", "[": "<", "{": "<"}
_ZONE_CHARACTER = re.compile(r"[A-Z0-9<]")
_MAX_SPAN = 260
_LINE = re.compile(r"[^\n]+")


def _collect(text: str, start: int) -> tuple[list[str], list[int]]:
    """Zone characters from `start` over blanks, with the offset after each; lower case and other fillers as meant."""
    kept: list[str] = []
    ends: list[int] = []
    for at in range(start, min(len(text), start + _MAX_SPAN)):
        ch = text[at]
        if ch.isspace():
            continue
        for made in _FILLERS.get(ch, ch.upper()):
            if len(made) != 1 or not _ZONE_CHARACTER.match(made):
                return kept, ends
            kept.append(made)
            ends.append(at + 1)
    return kept, ends


def _exact(text: str, start: int) -> tuple[str, bool, int] | None:
    """(normal form, repaired?, end) of the first form that fits from `start`."""
    kept, ends = _collect(text, start)
    if len(kept) < 60 or kept.count("<") < 4:
        return None
    for layout in mrz.layouts("I" if kept[0] == "1" else kept[0]):
        if len(kept) < layout.size:
            continue
        zone = "".join(kept[: layout.size])
        made = mrz.read("I" + zone[1:] if zone[0] == "1" else zone, layout)
        if made is not None:
            return made[0], made[1], ends[layout.size - 1]
    return None


def _fitted(line: str, width: int) -> str | None:
    """`line` cut or padded to `width` at its longest row of fillers; None where it has none to give or is far off."""
    off = width - len(line)
    if not off:
        return line
    rows = sorted(re.finditer(r"<{2,}", line), key=lambda m: m.end() - m.start())
    if not rows or abs(off) > 4:
        return None
    row = rows[-1]
    size = row.end() - row.start() + off
    return line[: row.start()] + "<" * size + line[row.end() :] if size > 0 else None


def _by_lines(text: str, start: int) -> tuple[str, bool, int] | None:
    """As `_exact`, for lines whose fillers were miscounted."""
    lines: list[tuple[str, int]] = []
    for m in _LINE.finditer(text, start):
        cleaned = "".join(_FILLERS.get(c, c.upper()) for c in m.group() if not c.isspace())
        if cleaned:
            lines.append((cleaned, m.end()))
        if len(lines) == 3:
            break
    for layout in mrz.layouts(lines[0][0][0]) if lines else ():
        count = 3 if layout.size == 90 else 2
        fitted = [_fitted(line, layout.size // count) for line, _ in lines[:count]]
        if len(fitted) == count and all(fitted):
            made = mrz.read("".join(line or "" for line in fitted), layout)
            if made is not None:
                return made[0], True, lines[count - 1][1]
    return None


def zones(text: str) -> Iterator[Candidate]:
    """Every zone whose check digits all agree."""
    if sum(text.count(c) for c in "<«‹＜≤") < 3:
        return
    done = 0
    for m in _START.finditer(text):
        if m.start() < done:
            continue
        found = _exact(text, m.start()) or _by_lines(text, m.start())
        if found is not None:
            done = found[2]
            detail = {"country": found[0].split("|", 1)[0]}
            yield proved("MRZ", found[0], (m.start(), done), "documents.mrz@1", repaired=found[1], detail=detail)
