"""Compiling a pack: names to numbers, forms to folded words, patterns to fixed relations, rules to their gate.

The gate of a pattern is made from its rarest elements: every match of the pattern holds one word of each set. For a
form of several words its rarest word stands; for a concept made of relations the rarest element of each relation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields
from itertools import product
from math import prod
from pathlib import Path

from extractors.language.compiled import CompiledPack, Concept, Context, Element, Gap, Gates, Pattern, Roles, Rule
from extractors.language.tokens import A_NUMBER, Short, expand, fold, tokenise
from triage.model import Resources
from triage.packs.grammar import GrammarError, expand_form, number_range, parse_pattern, without_optional
from triage.packs.load import PackError, PackSource, available, load_pack
from triage.packs.schema import ContextSource, GuardSource, RuleSource

Ways = tuple[tuple[frozenset[str], ...], ...]
"""Alternatives; each a tuple of sets of literals of which a text must hold one each."""
_WAYS = 64
"""At most so many alternatives a pattern; beyond, an element's are merged into one set."""
_SLIP_LENGTH = 8
_GATES = 6
"""At most so many sets a pattern: further ones hold common words and rarely decide."""
_PLAIN = re.compile(r"(?!.*(?:([a-z])\1\1))[a-z]+(?: [a-z]+)*")
_GATE_LIMIT = 40_000
"""Sets dearer than this are in most messages and do not help, unless there is no other."""
_WORD_COSTS = (10, 50, 600)
_PAIR_COSTS = (0, 3, 40)
_NUMBER_COST, _DIGIT_COST = 2000, 20
_LONG_RANGE = 60
"""Rough frequencies, in messages of ten thousand, of rare, frequent and very common words, alone and in a row."""
_CONTEXTS = [f.name for f in fields(Context)]


class _Compiler:
    """One pack on its way."""

    def __init__(self, source: PackSource) -> None:
        self.source = source
        head = source.head
        self._words: dict[str, tuple[str, ...]] = {}
        self.short: Short = _short(head.short)
        self.common = {w for text in head.common for w in self.words(text)}
        self.frequent = {w for text in head.frequent for w in self.words(text)}
        self.numbers: dict[str, int] = {}
        self.concepts: list[Concept] = []
        self._prices: dict[frozenset[str], int] = {}
        self._ways: dict[int, Ways] = {}
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

    # -- the gate

    def cost(self, literal: str) -> int:
        """How often a literal is met, roughly: the rarer, the better the gate."""
        if literal == A_NUMBER:
            return _NUMBER_COST
        if literal.isdigit():
            return _DIGIT_COST
        ranks = [self.rank(word) for word in literal.split()]
        if len(ranks) == 1:
            return _WORD_COSTS[ranks[0]]
        return 1 + sum(_PAIR_COSTS[r] for r in ranks) // (1 if len(ranks) == 2 else 8)

    def rank(self, word: str) -> int:
        """0 rare, 1 frequent, 2 very common."""
        return 2 if word in self.common else 1 if word in self.frequent or len(word) < 3 or word.isdigit() else 0

    def literal(self, form: tuple[str, ...]) -> str:
        """The rarest word, or two or three words in a row, of a form."""
        out = [w for w in form if w.isdigit() or w[0].isalpha()]
        for size in (2, 3):
            rows = [form[i : i + size] for i in range(len(form) - size + 1)]
            out += [" ".join(row) for row in rows if all(w.isdigit() or w[0].isalpha() for w in row)]
        return min(out, key=lambda text: (self.cost(text), -len(text), text), default="")

    def ways(self, number: int) -> Ways:
        """The ways a concept can stand in a text: for each, sets of literals of which one each must be there."""
        if number not in self._ways:
            self._ways[number] = ((),)  # a concept inside itself promises nothing
            self._ways[number] = self._concept_ways(self.concepts[number])
        return self._ways[number]

    def _concept_ways(self, concept: Concept) -> Ways:
        if concept.numbers is not None:
            return ((self._number_literals(*concept.numbers),),)
        literals = frozenset(self.literal(form) for form in concept.forms)
        if "" in literals:  # a form of signs only
            return ((),)
        by_forms: Ways = ((literals,),) if literals else ()
        return tuple(dict.fromkeys((*by_forms, *(way for p in concept.patterns for way in self.pattern_ways(p)))))

    def pattern_ways(self, pattern: Pattern) -> Ways:
        """The ways a pattern can stand in a text: those of its elements, combined."""
        rows = [self._element_ways(element) for element in pattern.elements]
        while prod(len(row) for row in rows) > _WAYS:
            longest = max(range(len(rows)), key=lambda i: len(rows[i]))
            rows[longest] = self._merged(rows[longest])
        out = dict.fromkeys(self._cheapest({s for way in chosen for s in way}) for chosen in product(*rows))
        return tuple(out)

    def _element_ways(self, element: Element) -> Ways:
        """The ways of any of an element's concepts; single sets are put together."""
        ways = [way for concept in element.concepts for way in self.ways(concept)]
        single = frozenset[str]().union(*(way[0] for way in ways if len(way) == 1))
        longer = dict.fromkeys(way for way in ways if len(way) != 1)
        return ((single,), *longer) if single else tuple(longer)

    def _merged(self, ways: Ways) -> Ways:
        """One set instead of several ways: the rarest of each."""
        if not all(ways):
            return ((),)
        return ((frozenset[str]().union(*(min(way, key=self._by_price) for way in ways)),),)

    def _by_price(self, literals: frozenset[str]) -> tuple[int, list[str]]:
        return self.price(literals), sorted(literals)

    def _cheapest(self, sets: Iterable[frozenset[str]]) -> tuple[frozenset[str], ...]:
        ordered = sorted(sets, key=self._by_price)
        return tuple([s for s in ordered[:_GATES] if self.price(s) < _GATE_LIMIT] or ordered[:1])

    def _number_literals(self, least: int, most: int) -> frozenset[str]:
        """The digits of a short range, and every number word: words add up and may multiply."""
        if most - least > _LONG_RANGE:
            return frozenset({A_NUMBER})
        written = {form for n in range(least, most + 1) for form in (str(n), f"0{n}")}
        spoken = {w for k in (*self.source.head.numbers, *self.source.head.multipliers) for w in self.words(k)}
        return frozenset(written | spoken)

    def price(self, literals: frozenset[str]) -> int:
        """How often a text holds one of `literals`, roughly."""
        if literals not in self._prices:
            self._prices[literals] = sum(map(self.cost, literals))
        return self._prices[literals]

    def gates(self, rule: RuleSource, patterns: Iterable[Pattern], context: Context) -> Gates:
        """The ways the rule's patterns and what it needs beside them can stand in a text."""
        needed: list[frozenset[str]] = []
        for group in (context.needs_sentence, context.needs_message):
            merged = self._merged(tuple(way for p in group for way in self.pattern_ways(p))) if group else ((),)
            needed.extend(merged[0])
        out: dict[tuple[int, tuple[frozenset[str], ...]], None] = {}
        for number, pattern in enumerate(patterns):
            for way in self.pattern_ways(pattern):
                if not way:
                    raise PackError(f"pattern {pattern.source!r} has no word to look for.", where=rule.id)
                out[number, self._cheapest({*way, *needed})] = None
        return tuple(out)

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
