"""Which language packs to read a picture with: decided on a few of its longest lines.

Reading with the right single pack is faster and makes fewer errors than reading with several at once. So the longest
lines are read first, once per script that the case asks for, and the script whose reading the engine is surest of
wins; within a script the language of that first reading is named by its small words (English, Spanish, Portuguese,
French) or, for other packs, by py3langid. Where two languages are both likely, both packs are used, never more.
The same look tells a picture that is upside down: its lines read poorly one way and well the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from triage.readers.ocr_engine import Word
from triage.readers.ocr_panels import Pixels

Run = Callable[[Pixels, Sequence[str], str], tuple[Word, ...]]
"""Canvas, packs, page mode: the words."""

SURE = 78.0
"""Mean confidence above which no other script or direction is tried."""
DOUBTFUL = 62.0
"""Below which the lines are tried upside down."""
LIKELY = 0.85
"""Probability above which one language is enough."""

_NOT_LATIN = {
    "Cyrillic": "rus ukr bel bul srp mkd kaz uzb_cyrl mon kir tgk", "Arabic": "ara fas urd pus uig snd ckb",
    "Devanagari": "hin nep mar san", "Bengali": "ben asm", "Han": "chi_sim chi_tra jpn", "Hangul": "kor",
    "Thai": "tha", "Ethiopic": "amh tir", "Burmese": "mya", "Greek": "ell", "Hebrew": "heb yid", "Khmer": "khm",
    "Lao": "lao", "Tamil": "tam", "Telugu": "tel", "Gurmukhi": "pan", "Gujarati": "guj", "Sinhala": "sin",
    "Georgian": "kat", "Armenian": "hye",
}  # fmt: skip
SCRIPTS = {code: script for script, codes in _NOT_LATIN.items() for code in codes.split()}
"""Script of a Tesseract pack; those not listed are Latin."""

_CODES = (
    "eng:en spa:es por:pt fra:fr deu:de ita:it nld:nl cat:ca ron:ro pol:pl tur:tr vie:vi hun:hu ces:cs slk:sk slv:sl "
    "hrv:hr sqi:sq swe:sv dan:da nor:no fin:fi est:et lav:lv lit:lt ind:id msa:ms tgl:tl swa:sw hat:ht rus:ru ukr:uk "
    "bul:bg srp:sr mkd:mk bel:be ara:ar fas:fa urd:ur hin:hi nep:ne mar:mr ben:bn chi_sim:zh chi_tra:zh jpn:ja kor:ko "
    "tha:th amh:am ell:el heb:he khm:km lao:lo tam:ta tel:te pan:pa guj:gu sin:si kat:ka hye:hy glg:gl eus:eu"
)
ISO = dict(pair.split(":") for pair in _CODES.split())
"""ISO 639-1 code of a Tesseract pack, as py3langid names languages."""

_FUNCTION_WORDS = {
    "eng": "the you to and is of in it i my me for on with your do not dont are we he she they this that will have at "
    "be what when who where how can from was has but if so there her his him them as an or out up no yes its until am",
    "spa": "el la los las de que y en un una no se por con para te me mi tu su es lo le ya si del al como pero muy "
    "hoy donde cuando quien esta este aqui mas yo ella nos hay porque todo cada sin desde hasta son fue ser tengo",
    "por": "o a os as de que e em um uma nao se por com para voce me meu minha seu sua do da dos das no na ja sim "
    "como mas muito hoje onde quando quem esta este pra ate foi vou tem ele ela aqui ao pelo pela isso nos ainda sem",
    "fra": "le la les de des du que et en un une ne pas se par avec pour tu je il elle nous vous mon ma mes ton ta sa "
    "est ce ca oui comme mais tres ou quand qui cette sur dans au aux on lui son ses ici si sans chez plus a suis",
}
_LETTERS = {"spa": "ñ¿¡", "por": "ãõ", "fra": "èêùœ"}
"""Letters that only one of the four uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the first look found."""

    languages: tuple[str, ...]
    upside_down: bool = False


def script_of(language: str) -> str:
    """The script of a language pack."""
    return SCRIPTS.get(language, "Latin")


def mean_confidence(words: Sequence[Word]) -> float:
    """Mean over letters and digits: a long word counts for more than a stray mark."""
    weights = [sum(ch.isalnum() for ch in word.text) for word in words]
    total = sum(weights)
    return sum(w * word.confidence for w, word in zip(weights, words, strict=True)) / total if total else 0.0


def look(strip: Pixels, candidates: Sequence[str], run: Run) -> Look:
    """Languages and direction by reading a strip of lines."""
    best, words = _surest(strip, candidates, run)
    turned = False
    if mean_confidence(words) < DOUBTFUL:
        other, again = _surest(np.ascontiguousarray(np.rot90(strip, 2)), candidates, run)
        if mean_confidence(again) > mean_confidence(words) + 5:
            best, words, turned = other, again, True
    same_script = [code for code in candidates if script_of(code) == script_of(best)]
    return Look(languages=likely(" ".join(word.text for word in words), same_script), upside_down=turned)


def _surest(strip: Pixels, candidates: Sequence[str], run: Run) -> tuple[str, tuple[Word, ...]]:
    """The first pack of each script, until one is read with confidence."""
    first = {script_of(code): code for code in reversed(candidates)}
    readings = []
    for code in sorted(first.values(), key=list(candidates).index):
        readings.append((code, run(strip, (code,), "block")))
        if mean_confidence(readings[-1][1]) >= SURE:
            return readings[-1]
    return max(readings, key=lambda reading: mean_confidence(reading[1]))


def likely(text: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """One or two of the candidates for a text; the first of them where there is too little to tell."""
    if len(candidates) == 1 or sum(ch.isalpha() for ch in text) < 12:
        return (candidates[0],)
    if set(candidates) <= set(_FUNCTION_WORDS):
        shares = _by_function_words(text, candidates)
    else:
        shares = _by_classifier(text, candidates)
    (first, most), (second, next_most) = sorted(shares.items(), key=lambda item: -item[1])[:2]
    if most == 0:
        return (candidates[0],)
    return (first,) if next_most <= (1 - LIKELY) / LIKELY * most or most - next_most >= 3 else (first, second)


def _by_function_words(text: str, candidates: Sequence[str]) -> dict[str, float]:
    """How many small words of each language there are, one that several share counting less."""
    plain = "".join(ch for ch in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(ch))
    found = re.findall(r"[a-z]+", plain.replace("'", ""))
    scores = dict.fromkeys(candidates, 0.0)
    for word in found:
        owners = [code for code in candidates if word in _words_of(code)]
        for code in owners:
            scores[code] += 1 / len(owners) ** 2
    for code in candidates:
        scores[code] += 2 * sum(ch in _LETTERS.get(code, "") for ch in text.lower())
    return scores


@lru_cache(maxsize=8)
def _words_of(language: str) -> frozenset[str]:
    return frozenset(_FUNCTION_WORDS[language].split())


def _by_classifier(text: str, candidates: Sequence[str]) -> dict[str, float]:
    known = {ISO[code]: code for code in reversed(candidates) if code in ISO}
    shares = dict.fromkeys(candidates, 0.0)
    if len(known) > 1:
        shares |= {known[iso]: float(p) for iso, p in _identifier(tuple(sorted(known))).rank(text) if iso in known}
    return shares


@lru_cache(maxsize=8)
def _identifier(codes: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in codes if code in identifier.labels])
    return identifier
