"""Which patterns of a pack no example reaches: what could be taken out without any test noticing.

A pattern counts as reached when it stands in the text of one of its rule's own `yes` examples, whatever its context
then makes of it. An unreached pattern is not wrong, but nothing shows what it is for: write an example or take it out.
The check reads every example once; it does not recompile the pack for every pattern.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractors.language.compiled import CompiledPack, Rule
from extractors.language.mentions import Spotter
from extractors.language.relations import find
from extractors.language.tokens import WORD, expand, tokenise
from triage.packs.schema import RuleSource, Yes

_JOIN = "\n"
"""Messages of one example are read together with a line break between them, as the extractor does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One rule: how many patterns it has, and those that no example of its own reaches, as written."""

    rule: str
    patterns: int
    unreached: tuple[str, ...]


def reach(pack: CompiledPack, sources: Sequence[RuleSource]) -> Iterator[Reach]:
    """What the examples of each rule reach, in the order of the rules."""
    spotter = Spotter(pack)
    compiled = {rule.id: rule for rule in pack.rules}
    for source in sources:
        reached = {p for example in source.yes for p in _reached(spotter, pack, compiled[source.id], example)}
        missed = tuple(p for p in source.patterns if p not in reached)
        yield Reach(rule=source.id, patterns=len(source.patterns), unreached=missed)


def _reached(spotter: Spotter, pack: CompiledPack, rule: Rule, example: Yes) -> set[str]:
    text = example.text if isinstance(example.text, str) else _JOIN.join(example.text)
    found = spotter.read(expand(tokenise(text, pack.known), pack.short))
    return {pattern.source for pattern in rule.patterns if any(True for _ in find(pattern, found))}


def unknown_words(text: str, packs: Iterable[CompiledPack]) -> list[str]:
    """The words of `text`, folded and in its order, that stand in no form of any of `packs`."""
    known = frozenset[str]().union(*(p.known | p.function_words for p in packs))
    tokens = tokenise(text, known)
    words = [w for w, kind in zip(tokens.words, tokens.kinds, strict=True) if kind == WORD and w not in known]
    return list(dict.fromkeys(words))
