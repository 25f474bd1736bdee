"""The closed, ordered tuple of extractors: the set of code that looks for things is listed here and nowhere else.

`extractors/__init__.py` imports nothing, so that a command that extracts nothing starts at once.
"""

from __future__ import annotations

from extractors import entities, watch
from extractors.language import LANGUAGE
from triage.model import Extractor

EXTRACTORS: tuple[Extractor, ...] = (entities.EXTRACTOR, LANGUAGE, watch.EXTRACTOR)
