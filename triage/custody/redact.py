"""The command line as `run.start` may record it: what was asked, without secrets, names, numbers or paths.

Command lines carry passwords, and also people: `--party NAME`, a watch-list called after somebody, a home folder.
So values are recorded only for options with a closed vocabulary (numbers of jobs, zones, languages, days). Every
other value and every plain argument stands as a keyed digest under the case key: the examiner can show later that it
was this path, nobody can guess it. A `LABEL=` before a path stays; labels stand in the log anyway.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

OPEN_OPTIONS = frozenset(
    {"--jobs", "-j", "--tz", "--region", "--packs", "--since", "--until", "--app", "--ocr-lang", "--lang", "--format"}
    | {"--audience", "--to", "--engine", "--fail-on"}
)
"""Options whose values are words of ours, zones, countries, languages, days or counts."""
FLAGS = frozenset(
    {"--json", "--quiet", "-q", "--no-ocr", "--refresh", "--plan", "--include-undated", "--replay", "--with-tool"}
)
_VERB = re.compile(r"[a-z][a-z-]{1,20}")
_LABELLED = re.compile(r"([A-Za-z0-9._ -]{1,64})=(.*)", re.DOTALL)


def argv_for_log(argv: Sequence[str], keyed: Callable[[str], str]) -> list[str]:
    """`argv` (the words after the program's name) with all else replaced by `keyed(word)`, a digest under a key."""
    shown: list[str] = []
    option = ""
    for position, word in enumerate(argv):
        if word.startswith("-") and len(word) > 1:
            name, equals, value = word.partition("=")
            known = name if re.fullmatch(r"--?[a-z][a-z-]*", name) else _hidden(name, keyed)
            shown.append(known + (equals + _value(name, value, keyed) if equals else ""))
            option = "" if equals or name in FLAGS else name
        elif position == 0 and _VERB.fullmatch(word):
            shown.append(word)
        else:
            shown.append(_value(option, word, keyed))
            option = ""
    return shown


def _value(option: str, value: str, keyed: Callable[[str], str]) -> str:
    if option in OPEN_OPTIONS:
        return value
    labelled = _LABELLED.fullmatch(value)
    if labelled and not option:
        return f"{labelled[1]}={_hidden(labelled[2], keyed)}"
    return _hidden(value, keyed)


def _hidden(value: str, keyed: Callable[[str], str]) -> str:
    return f"<hmac-sha256:{keyed(value)[:32]}>"
