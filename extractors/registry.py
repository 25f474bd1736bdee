"""The closed, ordered tuple of extractors: the set of code that looks for things is listed here and nowhere else."""

from extractors.entities import EXTRACTOR as ENTITIES
from extractors.language import LANGUAGE
from triage.model import Extractor

EXTRACTORS: tuple[Extractor, ...] = (ENTITIES, LANGUAGE)
