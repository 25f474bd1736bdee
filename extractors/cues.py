"""Cue words: what must stand beside a token that proves nothing by itself ("MTCN", "chave pix", "رقم الحساب").

Matching is on a folded copy of the same length (lower case, accents off), so that offsets need no second map.
Cues are whole words; in scripts written without spaces, and in Arabic with its joined prefixes, parts of words count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from ahocorasick_rs import AhoCorasick

from extractors.tables import table

WINDOW = 30
"""Characters between a cue and its token, as the entity specification sets it."""

_JOINED = re.compile("[\u0600-\u06ff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FILLER = re.compile(
    r"[\s:;=#.,()\-–—>*_'\"/|]*"
    r"(?:(?:is|was|code|codes|no|nr|nro|num|number|numero|id|es|e|est|era|este|del|de|da|do|di|la|el|le|il|the|my|mi|mio|meu|minha|mon|n|key|token|for|para|pour|con|with|y|and|"
    r"ref|reference|envio|pago|pix|code:|код|номер|رقم|हैं|है|是|号)"
    r"[\s:;=#.,()\-–—>*_'\"/|°º]+){0,4}"
)


class _Folds(dict[int, str]):
    """Character code → its folded form, made when first asked for."""

    def __missing__(self, code: int) -> str:
        ch = chr(code)
        apart = unicodedata.normalize("NFKD", ch)
        base = apart[0].lower()
        if len(base) != 1 or any(not unicodedata.combining(c) for c in apart[1:]):
            base = ch  # a Hangul syllable or a ligature has no bare letter of its own
        self[code] = base
        return base


_FOLDED = _Folds()


@lru_cache(maxsize=256)
def folded(text: str) -> str:
    """`text` in lower case and without accents, every character still in its place."""
    if text.isascii():
        return text.lower()
    return text.translate(_FOLDED)


@dataclass(frozen=True, slots=True)
class Cues:
    """A compiled set of cue words."""

    pattern: re.Pattern[str]
    literals: AhoCorasick
    """The longest word of each: a text that holds none of them holds no cue."""

    def present(self, text: str) -> bool:
        """Whether `text` (untouched or cleaned; folded here) may hold a cue: a cheap and lossless gate."""
        return bool(self.literals.find_matches_as_indexes(folded(text)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where cues stand in `text`."""
        return [m.span() for m in self.pattern.finditer(folded(text))] if self.present(text) else []

    def near(self, text: str, start: int, end: int, *, window: int = WINDOW, before: int | None = None) -> bool:
        """Whether a cue stands within `window` characters after, or `before` (default the same) ahead."""
        low = folded(text)
        ahead = low[max(0, start - (window if before is None else before) - 24) : start]
        limit = len(ahead) - (window if before is None else before)
        if any(m.end() >= limit for m in self.pattern.finditer(ahead)):
            return True
        return bool(window) and any(m.start() <= window for m in self.pattern.finditer(low[end : end + window + 24]))

    def leads(self, text: str, start: int) -> bool:
        """Whether a cue stands directly before `start`: only punctuation and a few filler words between."""
        ahead = folded(text)[max(0, start - 60) : start]
        return any(_FILLER.fullmatch(ahead, m.end()) for m in self.pattern.finditer(ahead))


def compile_cues(words: Iterable[str]) -> Cues:
    """Cues of `words`, which are folded here as well; longer ones win."""
    parts = []
    plain = {folded(unicodedata.normalize("NFKC", w)) for w in words}
    for word in sorted(plain, key=lambda w: (-len(w), w)):
        body = re.escape(word).replace(r"\ ", r"\s{1,2}")
        if _JOINED.search(word):
            parts.append(body)
            continue
        left = r"(?<!\w)" if word[0].isalnum() else ""
        right = r"(?!\w)" if word[-1].isalnum() else ""
        parts.append(f"{left}{body}{right}")
    return Cues(re.compile("|".join(parts)), AhoCorasick(sorted({max(w.split(" "), key=len) for w in plain})))


@cache
def named(name: str) -> Cues:
    """The cues of `extractors/tables/cues.toml` under `name`."""
    return compile_cues(table("cues")[name])
