"""Names in a WhatsApp export: where a sender's name ends, and what the conversation is called.

A header is followed by `name: text`, and nothing is escaped: a name may hold `: ` itself, and a line that the app wrote
about the group may too (`Ana changed the subject to “Trip: June”`). The first `: ` ends the name, except that

* a longer name is taken where it is known in the file and every line of the shorter one goes on that way (at least
  twice; in chats of ten lines or more one in ten may differ, for the app writes `Shop: Ana left` without a colon).
  Someone who often writes `PS: …` has other lines as well, and stays one person;
* a name seen once that opens a quotation it does not close, or that reads like a change of the group, is no name.

The conversation is named by the exported file (`WhatsApp Chat with {}.txt`, in the languages of `whatsapp_words.toml`),
by its archive for `_chat.txt`, by the first notice (iOS puts it under the chat's name), else by the file's stem.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import PurePosixPath

from triage.readers.whatsapp_words import file_name_forms, plain, reads_like_event, shown_name

_OPENERS = {"“": "”", "„": "“”", "«": "»", "‹": "›", "「": "」", "『": "』"}
Names = Mapping[str, tuple[str, ...] | None]
"""First part of a name → longer endings that count (most often none); None where it is no name at all."""


def settle_names(counts: Counter[str], longer: Counter[tuple[str, str]]) -> Names:
    """Decide every first part from how often it stands alone and how it goes on."""
    endings: dict[str, list[str]] = {}
    covered: Counter[str] = Counter()
    for (name, ending), n in longer.items():
        if n >= 2:
            endings.setdefault(name, []).append(ending)
            covered[name] += n
    settled: dict[str, tuple[str, ...] | None] = {}
    for name, total in counts.items():
        if total == 1 and _is_sentence(name):
            settled[name] = None
        elif total - covered[name] <= (total // 10 if total >= 10 else 0):
            settled[name] = tuple(sorted(endings.get(name, ()), key=lambda e: (-len(e), e)))
        else:
            settled[name] = ()
    return settled


def _is_sentence(name: str) -> bool:
    for opener, closers in _OPENERS.items():
        if opener in name and not any(c in name[name.rindex(opener) + 1 :] for c in closers):
            return True
    return name.count('"') % 2 == 1 or (" " in name and reads_like_event(name))


def participants(counts: Counter[str], longer: Counter[tuple[str, str]], names: Names) -> tuple[str, ...]:
    """Senders as shown, in order of first appearance."""
    found: dict[str, None] = {}
    for name in counts:
        endings = names.get(name)
        if endings:
            found.update((shown_name(f"{name}: {e}"), None) for (n, e) in longer if n == name and e in endings)
        elif endings is not None:
            found[shown_name(name)] = None
    return tuple(name for name in found if name)


def conversation_name(path: str, notice_name: str) -> str:
    """The chat's name by file name, archive name, notice or stem; `path` as in the contract."""
    parts = [p for p in re.split(r"!?/", path) if p]
    file = PurePosixPath(parts[-1] if parts else "chat").stem
    if hinted := _by_form(file):
        return hinted
    if plain(file).startswith("_chat") or plain(file) == "chat":
        for part in reversed(parts[:-1]):
            stem = part[:-4] if part.lower().endswith(".zip") else part
            if hinted := _by_form(stem):
                return hinted
        archive = next((p[:-4] for p in reversed(parts[:-1]) if p.lower().endswith(".zip")), "")
        return notice_name or archive or file
    return notice_name or file


def looks_like_export_name(name: str) -> bool:
    """Whether a base name is one that the app gives; a hint, never proof."""
    stem = PurePosixPath(name).stem
    return stem.startswith("_chat") or bool(_by_form(stem))


def _by_form(stem: str) -> str:
    """`{}` of the first form that the stem has; mail programs write underscores for blanks."""
    for candidate in (stem, stem.replace("_", " ")):
        for form in _forms():
            m = form.fullmatch(candidate)
            if m and m[1].strip():
                return m[1].strip()
    return ""


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """Longest words first, so that `WhatsApp Chat mit {}` comes before `WhatsApp Chat {}`."""
    forms = sorted(file_name_forms(), key=lambda f: (-len(f), f))
    return tuple(re.compile("(?i)" + "(.+?)".join(map(_loose, form.split("{}")))) for form in forms)


def _loose(words: str) -> str:
    """Blanks and hyphens of the form in any spelling; a hyphen between blanks has to be there."""
    made = re.sub(r" - ", "\0", words)
    pieces = (
        re.escape(p).replace(r"\ ", r"[\s\u00a0\u202f]+").replace(r"\-", r"[-\u2010\u2011\s]") for p in made.split("\0")
    )
    return r"\s*[-\u2013]\s*".join(pieces)
