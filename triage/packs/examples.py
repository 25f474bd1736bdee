"""A rule's own examples as checks: every `yes` must be found with its exact span, no `no` may be found.

`check_examples` runs a whole pack and returns what fails in words; the tests of the project and `triage patterns test`
both use it. Each example is read by the whole pack, but only its own rule is asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from extractors.language.scan import Scanner
from triage.model import Conversation, Hit, Run, Unit
from triage.packs.load import PackSource
from triage.packs.schema import RuleSource


def as_run(text: str | list[str], *, answer: bool = False) -> Run:
    """Messages of one sender; with `answer`, of two who alternate."""
    texts = [text] if isinstance(text, str) else text
    units = tuple(
        Unit(origin="message", locator=f"n={i}", text=one, sender=f"sender-{i % 2 if answer else 0}")
        for i, one in enumerate(texts)
    )
    return Run(units=units, conversation=Conversation(name="example"))


def hits_of(scanner: Scanner, rule: RuleSource, text: str | list[str]) -> list[Hit]:
    """What this rule alone finds in an example."""
    return list(scanner.scan(as_run(text, answer=rule.answer and not rule.split), only=rule.id))


def check_examples(source: PackSource, scanner: Scanner) -> Iterator[str]:
    """One sentence for each example that does not hold."""
    for rule in source.rules:
        for yes in rule.yes:
            wrong = _wrong(hits_of(scanner, rule, yes.text), yes.text, yes.span, yes.toward, yes.strength)
            if wrong:
                yield f"{rule.id}: yes {yes.text!r}: {wrong}"
        for no in rule.no:
            if hits := hits_of(scanner, rule, no.text):
                quote = _quote(hits[0], no.text)
                yield f"{rule.id}: no {no.text!r} ({no.why}): found {quote!r}"


def _quote(hit: Hit, text: str | list[str]) -> str:
    return (text if isinstance(text, str) else text[hit.unit])[hit.finding.start : hit.finding.end]


def _wrong(hits: list[Hit], text: str | list[str], span: str, toward: str, strength: str) -> str:
    if not hits:
        return "not found"
    found = [h for h in hits if _quote(h, text) == span]
    if not found:
        return f"found {_quote(hits[0], text)!r} instead of {span!r}"
    finding = found[0].finding
    if finding.grade != strength:
        return f"is {finding.grade}, not {strength}"
    return f"reads as {finding.toward}, not {toward}" if toward and finding.toward != toward else ""
