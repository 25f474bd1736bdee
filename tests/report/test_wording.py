"""Words that the data cannot support are refused: guilt, intent, certainty, completeness, scores.

Three bodies of text are read: the fixed sentences (`wording.toml`), the templates, and the labels and claims of each
rule pack.
An exception needs its sentence here with the reason; one that no longer occurs makes the test fail.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from triage.analysis import reading_order
from triage.problems import CODES
from triage.report.wording import load

ROOT = Path(__file__).parents[2]
GUILT = (
    r"guilt\w*|innocen\w*|culprits?|perpetrators?|offenders?|criminals?|traffickers?|smugglers?|victims?|suspects?"
    r"|accused|abusers?"
)
INTENT = r"inten(?:t|ts|tion|tions|tional|tionally|ds?|ded|ding)|deliberate\w*|knowingly|wilful\w*|on purpose|motives?"
CERTAINTY = (
    r"prove[sdn]?|proofs?|certain(?:ly|ty)?|definite\w*|undoubted\w*|doubtless|undeniabl\w*|obvious\w*|evidently|clearly"
    r"|confirm(?:s|ed)\b(?! its)|conclusive\w*|establish(?:es|ed)|unquestionabl\w*|guaranteed?|always|never lies"
    r"|likel(?:y|ihood)|probabl[ey]|probability|confidence|scor(?:e|es|ed|ing)|risk level"
)
COMPLETENESS = (
    r"complete(?:ly|ness)?|exhaustive\w*|nothing was missed|nothing (?:was|is) overlooked|no evidence|absent|absence of"
    r"|every(?:thing)? (?:was|is|has been) found|all (?:messages|hits|evidence|findings|numbers|threats|indicators)"
)
PERSONS = re.compile(rf"\b(?:{GUILT}|{INTENT}|{CERTAINTY})\b", re.IGNORECASE)
REPORT = re.compile(rf"\b(?:{GUILT}|{INTENT}|{CERTAINTY}|{COMPLETENESS})\b", re.IGNORECASE)

ALLOWED = {
    "leads.reading": "says that there is no score",
}


def sentences() -> Iterator[tuple[str, str]]:
    yield from load().sentences()


def test_fixed_sentences_claim_nothing_the_data_cannot_support() -> None:
    refused = {key for key, sentence in sentences() if REPORT.search(sentence)}
    assert refused - set(ALLOWED) == set()


def test_exceptions_are_still_needed() -> None:
    stale = {key for key in ALLOWED if not REPORT.search(dict(sentences()).get(key, ""))}
    assert stale == set()


@pytest.mark.parametrize("sentence", [
    "This proves the debt.", "The victim was held.", "He intended to harm her.", "Certainly a threat.",
    "The trafficker",
    "All messages were read.", "A likelihood of 0.8", "no evidence of threats", "He is guilty", "The suspect knowingly",
])  # fmt: skip
def test_the_refusal_refuses(sentence: str) -> None:
    assert REPORT.search(sentence)


def test_templates_hold_no_sentences_of_their_own() -> None:
    for file in sorted((ROOT / "triage" / "report" / "templates").rglob("*.html.j2")):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", file.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"[A-Za-z]{3,}", text.replace("nbsp", "").replace("EX-", "")), file.name


def test_reasons_of_the_reading_order() -> None:
    everything = reading_order.Facts(
        source="a", conversation="b", calls=2, codes=("debt_bondage", "threat_family"), marked=3, watched=2,
        others=("c", "d"), shared=2, further=tuple((kind, 2) for kind in reading_order._KIND_WORDS),
        latest="2024-01-02",
    )  # fmt: skip
    for reason in reading_order.reasons(everything):
        assert not REPORT.search(reason), reason


def test_problem_messages_blame_nobody() -> None:
    assert {code for code, message in CODES.items() if PERSONS.search(message)} == set()


PACKS = sorted((ROOT / "patterns").glob("**/*.toml"))


@pytest.mark.parametrize("file", PACKS, ids=[str(file.relative_to(ROOT)) for file in PACKS])
def test_rule_packs_claim_no_guilt_intent_or_certainty(file: Path) -> None:
    for key, value in _claims("", tomllib.loads(file.read_text(encoding="utf-8"))):
        assert not PERSONS.search(value), f"{key}: {value}"


def _claims(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("claim", "label") and isinstance(inner, str):
                yield f"{prefix}.{key}", inner
            yield from _claims(f"{prefix}.{key}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _claims(f"{prefix}[{number}]", inner)


def test_every_sentence_is_used_and_every_used_one_exists() -> None:
    package = ROOT / "triage" / "report"
    used = "\n".join(file.read_text("utf-8") for file in [*package.rglob("*.j2"), *package.rglob("*.py")])
    open_lists = {"indicators", "statuses", "origins", "toward", "provenance", "roles", "flags", "tallies", "types"}
    open_lists |= {"facts", "amount_roles", "located", "unread", "identifiers", "bases", "certainties", "role_cues"}
    open_lists |= {"ledger_kinds", "ledger_groups", "rates", "because", "question_titles", "against_kinds"}
    open_lists |= {"place_kinds", "trace_kinds", "sim_kinds"}
    open_lists |= {"grades", "withheld", "languages", "stated", "sections", "leads", "accounts", "format"}
    unused = set()
    for key, _ in sentences():
        section, _, name = key.partition(".")
        name = name.removesuffix(".one").removesuffix(".other")
        prefixes = ("step_", "kind_", "when_", "time_", "mark_")
        if section in open_lists or name.startswith(prefixes) or section in ("time", "tiles", "values"):
            continue
        forms = (f"{section}.{name}", *([name] if section in ("commands", "glossary") else []))
        if not any(f"{mark}{form}{mark}" in used for form in forms for mark in "\"'"):
            unused.add(key)
    assert unused == set()
    for key in re.findall(r"say\(\s*[\"']([a-z]+\.[a-z_]+)[\"']\s*[,)]", used):
        assert any(known == key or known.startswith(f"{key}.") for known, _ in sentences()), key


def test_plural_forms_come_in_pairs_with_the_same_fields() -> None:
    forms = dict(sentences())
    for key in forms:
        if key.endswith(".one"):
            one, other = (_fields(forms[key]), _fields(forms[f"{key.removesuffix('one')}other"]))
            assert one - {"n"} <= other - {"n"}, key


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_indicator_code_has_a_label_and_a_gloss() -> None:
    wording = load()
    codes = wording.names("indicators")
    assert len(codes) == 21
    assert all(wording.gloss("indicators", code) and wording.name("indicators", code) for code in codes)
