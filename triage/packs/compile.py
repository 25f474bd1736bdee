"""Compiling a pack: names to numbers, forms to folded words, patterns to fixed relations, rules to their gate.

The gate of a pattern is made from its rarest elements: every match of the pattern holds one word of each set. For a
form of several words its rarest word stands; for a concept made of relations the rarest element of each relation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from extractors.language.compiled import CompiledPack, Concept, Context, Element, Gap, Pattern, Roles, Rule
from extractors.language.tokens import Short, expand, fold, tokenise
from triage.model import Resources
from triage.packs.grammar import GrammarError, expand_form, number_range, parse_pattern, without_optional
from triage.packs.load import PackError, PackSource, available, load_pack
from triage.packs.schema import ContextSource, GuardSource, RuleSource

Gates = tuple[tuple[frozenset[str], ...], ...]
_SLIP_LENGTH = 8
_GATES = 3
_PLAIN = re.compile(r"(?!.*(?:([a-z])\1\1))[a-z]+(?: [a-z]+)*")
_COMMON_COST = 400
_GATE_LIMIT = 400
"""A set of words dearer than this does not help the gate."""
_CONTEXTS = [f.name for f in fields(Context)]


class _Compiler:
    """One pack on its way."""

    def __init__(self, source: PackSource) -> None:
        self.source = source
        head = source.head
        self._words: dict[str, tuple[str, ...]] = {}
        self.short: Short = _short(head.short)
        self.common = {w for text in head.common for w in self.words(text)}
        self.numbers: dict[str, int] = {}
        self.concepts: list[Concept] = []
        self._stands_for: dict[str, set[tuple[str, ...]]] = {}
        for entries in self.short.values():
            for key, meant in entries:
                for word in meant:
                    self._stands_for.setdefault(word, set()).add(key)
        self._anchors: dict[int, frozenset[str] | None] = {}
        self._open: set[str] = set()

    def words(self, text: str) -> tuple[str, ...]:
        """Folded words of a form, short forms written out."""
        if text in self._words:
            return self._words[text]
        if _PLAIN.fullmatch(text) and self.short.keys().isdisjoint(made := tuple(text.split())):
            return made  # what the tokeniser would give, without its cost: packs hold many forms
        made = self._words[text] = tuple(expand(tokenise(text), self.short).words)
        return made

    # -- concepts

    def concept(self, name: str, where: str) -> int:
        """The number of a concept, word or number element; compiled when first asked for."""
        key = name if name[0] in "@#" else f"={name}"
        if key in self.numbers:
            return self.numbers[key]
        number = self.numbers[key] = len(self.concepts)
        self.concepts.append(Concept(name=key, forms={}))
        if name.startswith("#"):
            self.concepts[number] = Concept(name=key, forms={}, numbers=number_range(name))
        elif name.startswith("@"):
            self.concepts[number] = self._named(name[1:], where)
        else:
            self.concepts[number] = Concept(name=key, forms={self.words(name.replace("_", " ")): False})
        return number

    def _named(self, name: str, where: str) -> Concept:
        if name not in self.source.concepts:
            if where in self.source.shared:
                return Concept(name=f"@{name}", forms={})
            raise PackError(f"concept @{name} is not defined.", where=where)
        source = self.source.concepts[name]
        plain = self._plain(name)
        forms = dict.fromkeys((form for text in plain if "#" not in text for form in self._spellings(text, name)), False)
        if source.slips:
            for form in list(forms):
                for slip in _slips(form):
                    forms.setdefault(slip, True)
        written = [*source.patterns, *(text for text in plain if "#" in text)]
        patterns = [p for text in written for p in self.patterns(text, "sentence", name)]
        for other in source.include:
            included = self.concepts[self.concept(f"@{other}", name)]
            forms = {**included.forms, **forms}
            patterns.extend(included.patterns)
        return Concept(name=f"@{name}", forms=forms, patterns=tuple(patterns))

    def _plain(self, name: str) -> list[str]:
        """The forms of a concept with inflections and alternatives written out; `# years` stays a pattern."""
        try:
            return [p for form in self.source.concepts[name].forms for p in expand_form(form, self.source.inflections)]
        except GrammarError as error:
            raise PackError(f"concept {name}: {error}.", where=self.source.where[name]) from error

    def _spellings(self, text: str, name: str) -> Iterable[tuple[str, ...]]:
        """The folded words of one form, and with the particles this language writes onto words."""
        made = self.words(text)
        if not made:
            raise PackError(f"concept {name}: form {text!r} holds no word.", where=self.source.where[name])
        yield made
        for prefix in self.source.head.prefixes:
            yield (fold(prefix) + made[0], *made[1:])
        for suffix in self.source.head.suffixes:
            yield (*made[:-1], made[-1] + fold(suffix))

    # -- patterns

    def patterns(self, text: str, within: str, where: str) -> list[Pattern]:
        """The fixed patterns `text` stands for."""
        try:
            relation = parse_pattern(text)
        except GrammarError as error:
            raise PackError(f"{where}: {error}.", where=self.source.where.get(where, "")) from error
        out = []
        for fixed in without_optional(relation):
            elements = tuple(
                Element(concepts=tuple(self.concept(n, where) for n in s.names), role=s.role or _role(s.names[0]))
                for s in fixed.slots
            )
            gaps = tuple(Gap(most=k.most, either=k.either) for k in fixed.links)
            out.append(Pattern(elements=elements, gaps=gaps, within=within, source=text))
        return out

    def context(self, source: ContextSource, where: str) -> Context:
        """The patterns around a rule or guard."""
        made = {}
        for name in _CONTEXTS:
            within = "message" if name.endswith("message") else "clause" if name.endswith("clause") else "sentence"
            made[name] = tuple(p for text in getattr(source, name) for p in self.patterns(text, within, where))
        return Context(**made)

    # -- the gate

    def literals(self, word: str) -> set[str]:
        """What may stand in a text where the matcher sees `word`."""
        return {word} | {min(key, key=self.cost) for key in self._stands_for.get(word, ())}

    def cost(self, word: str) -> int:
        """How often a word is met, roughly."""
        return _COMMON_COST if word in self.common else 12 if len(word) < 3 else 3 if len(word) < 5 else 1

    def anchor(self, number: int) -> frozenset[str] | None:
        """Words of which every mention of a concept holds one; None where there are no such words."""
        if number not in self._anchors:
            self._anchors[number] = None  # a concept inside itself
            self._anchors[number] = self._anchor(self.concepts[number])
        return self._anchors[number]

    def _anchor(self, concept: Concept) -> frozenset[str] | None:
        if concept.numbers is not None:
            return None
        out: set[str] = set()
        for form in concept.forms:
            word = min(form, key=lambda w: (self.cost(w), -len(w)))
            out |= self.literals(word)
        for pattern in concept.patterns:
            best = self.rarest(pattern)
            if not best:
                return None
            out |= best[0]
        return frozenset(out)

    def price(self, words: frozenset[str]) -> int:
        return sum(self.cost(w) for w in words)

    def rarest(self, pattern: Pattern) -> list[frozenset[str]]:
        """The sets of words of a pattern's elements, rarest first."""
        sets = []
        for element in pattern.elements:
            found = [self.anchor(c) for c in element.concepts]
            if all(f is not None for f in found):
                sets.append(frozenset[str]().union(*(f for f in found if f is not None)))
        return sorted(sets, key=lambda s: (self.price(s), sorted(s)))

    def gates(
        self, rule: RuleSource, patterns: Iterable[Pattern], context: Context
    ) -> tuple[tuple[frozenset[str], ...], ...]:
        out = set()
        needed = []
        for group in (context.needs_sentence, context.needs_message):
            best = [self.rarest(p) for p in group]
            if best and all(best):
                needed.append(frozenset[str]().union(*(b[0] for b in best)))
        for pattern in patterns:
            sets = sorted([*self.rarest(pattern), *needed], key=self.price)
            kept = [s for s in sets[:_GATES] if self.price(s) < _GATE_LIMIT] or sets[:1]
            if not kept:
                raise PackError(f"rule {rule.id}: pattern {pattern.source!r} has no word to look for.", where=rule.id)
            out.add(tuple(kept))
        return tuple(sorted(out, key=lambda sets: [sorted(s) for s in sets]))

    # -- the pack

    def rule(self, source: RuleSource, guards: list[tuple[GuardSource, Context]]) -> Rule:
        patterns = tuple(p for text in source.patterns for p in self.patterns(text, source.within, source.id))
        own = self.context(source, source.id)
        context = (
            own,
            *(c for guard, c in guards if _covers(guard, source)),
        )
        return Rule(
            id=source.id, code=source.code, label=source.label, claim=source.claim, patterns=patterns, context=context,
            negation=source.negation, strength=source.strength, toward=source.toward, affected=source.affected,
            instead_of=tuple(source.instead_of), split=source.split, answer=source.answer,
            gates=self.gates(source, patterns, own),
        )  # fmt: skip

    def pack(self) -> CompiledPack:
        source, head = self.source, self.source.head
        roles = {f.name: self.concept(f"@{f.name}", f.name) for f in fields(Roles) if f.name in source.concepts}
        guards = [(g, self.context(g, "guard")) for g in source.guards]
        rules = tuple(self.rule(r, guards) for r in source.rules)
        known = {w for c in self.concepts for form in c.forms for w in form}
        known |= {w for entries in self.short.values() for key, _ in entries for w in key}
        return CompiledPack(
            language=head.language, version=head.version, ring=head.ring, sha256=source.sha256,
            concepts=tuple(self.concepts), rules=rules, roles=Roles(**roles), short=self.short,
            numbers={w: n for k, n in head.numbers.items() for w in self.words(k)},
            multipliers={w: n for k, n in head.multipliers.items() for w in self.words(k)},
            function_words=frozenset(w for k in head.function_words for w in self.words(k)),
            script=head.script, negation_after=head.negation_after, known=frozenset(known),
        )  # fmt: skip


def _covers(guard: GuardSource, rule: RuleSource) -> bool:
    return (not guard.codes or rule.code in guard.codes) and rule.id not in guard.not_rules


def _role(name: str) -> str:
    return "number" if name.startswith("#") else name.removeprefix("@")


def _short(table: dict[str, str]) -> Short:
    out: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for key, meant in table.items():
        words = tuple(tokenise(key).words)
        out.setdefault(words[0], []).append((words, tuple(tokenise(meant).words)))
    return {word: tuple(sorted(entries, key=lambda e: (-len(e[0]), e))) for word, entries in sorted(out.items())}


def _slips(form: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """`form` with one letter left out, or two neighbours swapped, in one long word."""
    for i, word in enumerate(form):
        if len(word) < _SLIP_LENGTH:
            continue
        for k in range(1, len(word)):
            yield (*form[:i], word[:k] + word[k + 1 :], *form[i + 1 :])
            if k + 1 < len(word) and word[k] != word[k + 1]:
                yield (*form[:i], word[:k] + word[k + 1] + word[k] + word[k + 2 :], *form[i + 1 :])


def compile_pack(source: PackSource) -> CompiledPack:
    """`source`, ready to run; raises `PackError` for what cannot be compiled."""
    return _Compiler(source).pack()


def compiled_packs(resources: Resources) -> tuple[CompiledPack, ...]:
    """The packs a case asks for (all that ship when it names none), for `Resources.compiled`."""
    root: Path | None = resources.pack_root
    languages = resources.packs or tuple(available(root))
    return tuple(compile_pack(load_pack(language, root)) for language in languages)
