"""One pattern out of lists of words, each list a class: what the word tables of phones and sums are compiled to.

Words match folded text (`extractors.cues.folded`). A form counts as a whole word; `*` at its end stands for up to five
more letters; forms in scripts without spaces, and in Arabic with its joined articles, count inside longer words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from extractors.cues import folded

_JOINED = re.compile(
    "[\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1200-\u137f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)


def compile_classes(classes: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """A pattern whose `lastgroup` is the class of the word it found, longest word first within a class."""
    spaced: list[str] = []
    joined: list[str] = []
    for name, forms in classes.items():
        made = sorted({folded(unicodedata.normalize("NFKC", form)) for form in forms}, key=lambda w: (-len(w), w))
        words = [w for w in made if not _JOINED.search(w)]
        if words:
            spaced.append(f"(?P<{name}>{'|'.join(map(_form, words))})")
        inside = [re.escape(w) for w in made if _JOINED.search(w)]
        if inside:
            joined.append(f"(?P<{name}_joined>{'|'.join(inside)})")
    whole = rf"(?<![^\W\d_])(?:{'|'.join(spaced)})(?![^\W\d_])"
    return re.compile("|".join([whole, *joined]))


def class_of(found: re.Match[str]) -> str:
    """The class of a match of such a pattern."""
    return (found.lastgroup or "").removesuffix("_joined")


def _form(word: str) -> str:
    return re.escape(word.removesuffix("*")) + (r"[^\W\d_]{0,5}" if word.endswith("*") else "")
