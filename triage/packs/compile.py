"""Compiling a pack: names to numbers, forms to folded words, patterns to fixed relations, rules to their gate.

Forms are written out (inflections, alternatives, particles, spelling slips), tokenised by the same function as the
evidence, and their short forms expanded; the gates are made by `triage.packs.gates`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from extractors.language.compiled import CompiledPack, Concept, Context, Element, Gap, Pattern, Roles, Rule
from extractors.language.tokens import Short, expand, fold, tokenise
from triage.model import Resources
from triage.packs.gates import GateMaker
from triage.packs.grammar import GrammarError, expand_form, number_range, parse_pattern, without_optional
from triage.packs.load import PackError, PackSource, available, load_pack
from triage.packs.schema import ContextSource, GuardSource, RuleSource

_SLIP_LENGTH = 8
_PLAIN = re.compile(r"(?!.*(?:([a-z])\1\1))[a-z]+(?: [a-z]+)*")
_CONTEXTS = [f.name for f in fields(Context)]


class _Compiler:
    """One pack on its way."""

    def __init__(self, source: PackSource) -> None:
        self.source = source
        head = source.head
        self._words: dict[str, tuple[str, ...]] = {}
        self.short: Short = _short(head.short)
        self.numbers: dict[str, int] = {}
        self.concepts: list[Concept] = []
        self.gates = GateMaker(head, self.concepts, self.words)

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
        forms = dict.fromkeys(
            (form for text in plain if "#" not in text for form in self._spellings(text, name)), False
        )
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
            gates=self.gates.of(source.id, patterns, own),
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
