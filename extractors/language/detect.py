"""Which language a message is in: script, then function words, smoothed over the sender's last messages.

`detect_languages` gives one code (or None) for each unit of a run. A script that only one language of the packs uses
decides at once. For Latin, Cyrillic and Arabic script the function words of each pack are counted; a short or mixed
message takes the language its sender has been writing. What stays open is asked of py3langid, and only where the
thread has no answer: the classifier costs more than everything else together. None means undecided.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.language.compiled import CompiledPack
from extractors.language.tokens import gate_words
from triage.model import Run

_WINDOW = 20
_OWN_WORDS = 1.5
"""Votes that make a text worth reading in a further language."""
_NONE = frozenset[str]()
_SCRIPTS = (
    ("Devanagari", re.compile(r"[\u0900-\u097f]")), ("Bengali", re.compile(r"[\u0980-\u09ff]")),
    ("Arabic", re.compile(r"[\u0600-\u06ff]")), ("Cyrillic", re.compile(r"[\u0400-\u04ff]")),
    ("Kana", re.compile(r"[\u3040-\u30ff]")), ("Han", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("Thai", re.compile(r"[\u0e00-\u0e7f]")), ("Ethiopic", re.compile(r"[\u1200-\u137f]")),
    ("Khmer", re.compile(r"[\u1780-\u17ff]")), ("Myanmar", re.compile(r"[\u1000-\u109f]")),
)  # fmt: skip
_CLASSIFIER_LANGUAGES = (
    "en", "es", "pt", "fr", "ro", "ru", "uk", "ar", "hi", "ur", "bn", "zh", "tl", "vi", "th", "tr", "bg", "sq", "hu",
    "am", "sw", "id", "it", "de", "nl", "pl",
)  # fmt: skip


class Detector:
    """Languages of single texts, from the function words of the packs."""

    def __init__(self, packs: Iterable[CompiledPack]) -> None:
        self._by_script: dict[str, list[str]] = {}
        self._votes: dict[str, tuple[str, ...]] = {}
        for pack in packs:
            self._by_script.setdefault(pack.script or "Latin", []).append(pack.language)
            for word in pack.function_words:
                self._votes[word] = (*self._votes.get(word, ()), pack.language)

    def scores(self, text: str, words: Iterable[str]) -> dict[str, float]:
        """Votes for each language; a word that several languages share counts in parts."""
        script = "" if text.isascii() else next((name for name, has in _SCRIPTS if has.search(text)), "")
        if script:
            languages = self._by_script.get(script, [])
            if len(languages) == 1:
                return {languages[0]: 9.0}
        out: dict[str, float] = {}
        for word in self._votes.keys() & words:
            shared = self._votes[word]
            for language in shared:
                out[language] = out.get(language, 0.0) + 1.0 / len(shared)
        return out


@dataclass(frozen=True, slots=True)
class Guess:
    """What is known of one text's language."""

    language: str | None
    others: frozenset[str]
    """Other languages with at least two words of their own in it."""


def _decide(scores: dict[str, float], margin: float) -> str | None:
    ranked = sorted(scores.items(), key=lambda kv: (-kv[1], kv[0]))
    if not ranked:
        return None
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return ranked[0][0] if ranked[0][1] - second >= margin else None


def detect(run: Run, words: Sequence[Sequence[str]], detector: Detector, classify: bool = True) -> list[Guess]:
    """A guess for each unit of `run`; `words` are those of `tokens.gate_words`."""
    history: dict[str, deque[str]] = {}
    decided: list[str | None] = []
    others: list[frozenset[str]] = []
    for unit, spoken in zip(run.units, words, strict=True):
        scores = detector.scores(unit.text, spoken)
        language = _decide(scores, 1.0)
        past = history.setdefault(unit.sender, deque(maxlen=_WINDOW))
        if language is not None:
            past.append(language)
        elif past:
            usual, count = Counter(past).most_common(1)[0]
            if count * 2 > len(past) and (not scores or usual in scores):
                language = usual
        decided.append(language)
        if len(scores) > 1:
            rest = frozenset(code for code, votes in scores.items() if votes >= _OWN_WORDS and code != language)
        else:
            rest = _NONE
        others.append(rest)
    if classify:
        decided = _classified(run, decided, history)
    return [Guess(language, rest) for language, rest in zip(decided, others, strict=True)]


def _classified(run: Run, decided: list[str | None], history: dict[str, deque[str]]) -> list[str | None]:
    """Undecided units of senders without any decided message, by the classifier over what they wrote together."""
    silent = {u.sender for u, d in zip(run.units, decided, strict=True) if d is None and not history[u.sender]}
    if not silent:
        return decided
    texts = {s: " ".join(u.text for u in run.units if u.sender == s)[:2000] for s in sorted(silent)}
    answers = {s: _ask(text) for s, text in texts.items()}
    return [answers.get(u.sender) if d is None else d for u, d in zip(run.units, decided, strict=True)]


_IDENTIFIER: list[object] = []


def _ask(text: str) -> str | None:
    """py3langid's answer, or None where it is not sure or has fewer than 12 letters to go by."""
    if sum(ch.isalpha() for ch in text) < 12:
        return None
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    if not _IDENTIFIER:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        identifier.set_languages([code for code in _CLASSIFIER_LANGUAGES if code in identifier.labels])
        _IDENTIFIER.append(identifier)
    language, probability = _IDENTIFIER[0].classify(text)  # type: ignore[attr-defined]
    return str(language) if probability >= 0.9 else None


_DETECTORS: dict[tuple[int, ...], tuple[Sequence[CompiledPack], Detector]] = {}
"""The detector of the packs last asked for, which are kept so that their ids stay theirs."""


def detect_languages(run: Run, packs: Sequence[CompiledPack]) -> list[str | None]:
    """A language code or None for each unit, for `units.lang`."""
    key = tuple(map(id, packs))
    if key not in _DETECTORS:
        _DETECTORS.clear()
        _DETECTORS[key] = (packs, Detector(packs))
    words = [gate_words(u.text, _NONE) for u in run.units]
    return [guess.language for guess in detect(run, words, _DETECTORS[key][1])]
