"""Indicators of debt and coercion in messages: what a compiled rule pack finds in a run of units.

    text ─tokens─▶ words ─gate─▶ candidate rules ─mentions─▶ concepts ─relations─▶ matches ─reading─▶ findings

Rules are data (`patterns/`, compiled by `triage.packs`) and reach this package as an argument
(`Resources.compiled`); nothing here knows a word of any language.
"""

from extractors.language.detect import detect_languages
from extractors.language.scan import LANGUAGE, Scanner

__all__ = ["LANGUAGE", "Scanner", "detect_languages"]
