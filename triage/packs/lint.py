"""What is wrong with a pack beyond its format. Each check has a name and says what to do.

`check_pack` compiles the pack too, so whatever `compile` refuses is reported here as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.packs.compile import compile_pack
from triage.packs.load import PackError, PackSource
from triage.packs.schema import RuleSource

REQUIRED = (
    "negator", "condition", "actor", "plural_people", "duration_unit", "currency_word", "first_subject", "first_object",
    "second_object", "third_object", "laugh_word", "media_talk",
)  # fmt: skip
"""Concepts that a pack of the first ring must define, by name."""
_REFUSED = re.compile(
    r"\b(traffick\w*|victims?|guilty|guilt|criminals?|offender\w*|perpetrator\w*|suspects?|proves?|proof|slave\w*|"
    r"intend\w*|intent|intention\w*|certainly|definitely|all cases|always)\b",
    re.IGNORECASE,
)
"""Words a claim or label may not hold: they say more than a text can (see the architecture, "words")."""


def check_pack(source: PackSource) -> Iterator[str]:
    """One sentence for each thing to mend: `name: where: what to do`."""
    try:
        pack = compile_pack(source)
    except PackError as error:
        yield f"compile: {error}"
        return
    yield from _concepts(source)
    for rule in source.rules:
        yield from _rule(rule)
    used = {e for c in pack.concepts for e in [c.name.removeprefix("@")]}
    for name in sorted(set(source.concepts) - used - source.shared):
        yield f"unused-concept: {name}: no rule uses it; remove it or use it."


def _concepts(source: PackSource) -> Iterator[str]:
    if source.head.ring == 1:
        for name in REQUIRED:
            if name not in source.concepts:
                yield f"required-concept: {name}: a full pack defines it (see patterns/README.md)."
    for name, concept in source.concepts.items():
        if not (concept.forms or concept.include or concept.patterns) and name not in source.shared:
            yield f"empty-concept: {name}: give it forms, includes or patterns."
        for form in concept.forms:
            if form != form.lower() and form.lower() != form.upper():
                yield f"upper-case: {name}: {form!r} is matched in lower case; write it so."
            if form in source.head.short and name not in source.shared:
                meant = source.head.short[form]
                yield f"short-form: {name}: {form!r} is read as {meant!r}; write that, if it is meant."
        if len(set(concept.forms)) != len(concept.forms):
            twice = sorted({f for f in concept.forms if concept.forms.count(f) > 1})
            yield f"form-twice: {name}: {', '.join(twice)}."
        yield from _circles(source, name)


def _circles(source: PackSource, name: str) -> Iterator[str]:
    seen: set[str] = set()
    ahead = list(source.concepts[name].include)
    while ahead:
        one = ahead.pop()
        if one == name:
            yield f"circle: {name}: it includes itself."
            return
        if one not in seen and one in source.concepts:
            seen.add(one)
            ahead.extend(source.concepts[one].include)


def _rule(rule: RuleSource) -> Iterator[str]:
    for what, text in (("claim", rule.claim), ("label", rule.label)):
        if found := _REFUSED.search(text):
            yield f"claim-words: {rule.id}: the {what} says {found[0]!r}; say what the words are, not what they prove."
    if not rule.claim.endswith("."):
        yield f"claim-form: {rule.id}: the claim is one sentence and ends with a full stop."
    if rule.claim.count(". ") > 0:
        yield f"claim-form: {rule.id}: one sentence only."
    for yes in rule.yes:
        texts = [yes.text] if isinstance(yes.text, str) else yes.text
        if not any(yes.span in t for t in texts):
            yield f"span: {rule.id}: {yes.span!r} does not stand in its text."
