"""Loading, checking and compiling packs: what is wrong is refused with file, place and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractors.language import Scanner
from triage.analysis.corroboration import Mark, corroborate
from triage.packs import PackError, available, compile_pack, load_pack
from triage.packs.examples import as_run, check_examples
from triage.packs.grammar import GrammarError, expand_form, parse_pattern, without_optional
from triage.packs.lint import check_pack

HEAD = 'language = "xx"\nname = "Test"\nversion = "1"\nring = 2\nreview = "none"\nfunction_words = ["the"]\n'
RULE = """
[[rule]]
id = "debt.owed"
code = "debt_bondage"
label = "sum owed"
claim = "Says that somebody owes a sum."
patterns = ["pred=@owe ..3 #100-"]
strength = "strong"
yes = [{ text = "you owe me 300", span = "owe me 300" }]
no = [{ text = "you owe me 20", why = "small" }]

[concept.owe]
about = "Owe."
forms = ["{owe}"]
"""


def _root(tmp_path: Path, topic: str, head: str = HEAD, inflections: str = 'owe = ["owe", "owes"]\n') -> Path:
    folder = tmp_path / "xx"
    folder.mkdir()
    (folder / "pack.toml").write_text(head, encoding="utf-8")
    (folder / "inflections.toml").write_text(inflections, encoding="utf-8")
    (folder / "debt.toml").write_text(topic, encoding="utf-8")
    return tmp_path


def test_a_small_pack_compiles_and_its_examples_hold(tmp_path: Path) -> None:
    source = load_pack("xx", _root(tmp_path, RULE))
    assert list(check_pack(source)) == []
    assert list(check_examples(source, Scanner([compile_pack(source)]))) == []
    assert available(tmp_path) == ["xx"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("strength =", "strenght ="), "strenght"),
        (('code = "debt_bondage"', 'code = "debts"'), "code"),
        (('no = [{ text = "you owe me 20", why = "small" }]', ""), "no: Field required"),
        (("@owe", "@owing"), "@owing is not defined"),
        (("{owe}", "{own}"), "{own}"),
        (('"pred=@owe ..3 #100-"', '".. @owe"'), "between two elements"),
        (("[concept.owe]", "[concept.owe"), "not TOML"),
    ],
)
def test_mistakes_are_refused_by_name(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(PackError) as refused:
        compile_pack(load_pack("xx", _root(tmp_path, RULE.replace(*change))))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (("Says that somebody owes a sum.", "Proves that the victim owes a sum."), "claim-words"),
        (("Says that somebody owes a sum.", "Says that somebody owes a sum"), "claim-form"),
        (('forms = ["{owe}"]', 'forms = ["{owe}", "OWED"]'), "upper-case"),
        (('span = "owe me 300"', 'span = "owe me 400"'), "span"),
        (('about = "Owe."', 'about = "Owe."\ninclude = ["owe"]'), "circle"),
    ],
)
def test_the_lint_names_what_to_mend(tmp_path: Path, change: tuple[str, str], check: str) -> None:
    source = load_pack("xx", _root(tmp_path, RULE.replace(*change)))
    assert any(line.startswith(check) for line in check_pack(source))


def test_forms_expand_nested_alternatives_and_inflections() -> None:
    forms = expand_form("{owe} (me|a (big|) favour)", {"owe": ["owe", "owes"]})
    assert forms == ["owe me", "owe a big favour", "owe a favour", "owes me", "owes a big favour", "owes a favour"]
    with pytest.raises(GrammarError):
        expand_form("owe (me", {})


def test_optional_elements_stand_for_fixed_relations() -> None:
    relation = parse_pattern("who=@a? ..2 pred=@b|word <>5 #12-17?")
    assert [[s.names for s in fixed.slots] for fixed in without_optional(relation)] == [
        [("@a",), ("@b", "word"), ("#12-17",)],
        [("@a",), ("@b", "word")],
        [("@b", "word"), ("#12-17",)],
        [("@b", "word")],
    ]


def _flagged(scanner: Scanner, text: str) -> bool:
    hits = list(scanner.scan(as_run(text)))
    marks = [
        Mark(
            key=i,
            thread=0,
            position=0,
            code=h.finding.type,
            strong=h.finding.reported,
            mention="mention" in h.finding.flags,
        )
        for i, h in enumerate(hits)
    ]
    return any(m.strong for m in marks) or bool(corroborate(marks))


BLIND = sorted(Path(__file__).parent.glob("blind_*.jsonl"))
UNSEEN = sorted(Path(__file__).parent.glob("unseen_*.jsonl"))
"""By another author than the rules', who had not seen them; nobody who writes rules reads these texts."""


@pytest.mark.parametrize("path", BLIND, ids=[p.stem for p in BLIND])
def test_messages_written_before_the_rules_are_told_apart(path: Path) -> None:
    """A floor against falling back; the numbers to publish come from `triage bench`."""
    language = path.stem.removeprefix("blind_")
    scanner = Scanner([compile_pack(load_pack(language))])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    flagged = {row["id"] for row in rows if _flagged(scanner, row["text"])}
    positive = {row["id"] for row in rows if not row["benign"]}
    assert len(flagged & positive) >= 0.8 * len(positive)
    assert len(flagged - positive) <= 0.1 * len(flagged)


@pytest.mark.parametrize("path", UNSEEN, ids=[p.stem for p in UNSEEN])
def test_messages_of_another_author_are_told_apart(path: Path) -> None:
    """A floor under what `triage bench` measures (recall 0.76 to 0.84, precision 0.96 to 0.99)."""
    scanner = Scanner([compile_pack(load_pack(path.stem.removeprefix("unseen_")))])
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    flagged = {row["id"] for row in rows if _flagged(scanner, row["text"])}
    positive = {row["id"] for row in rows if not row["benign"]}
    assert len(flagged & positive) >= 0.7 * len(positive)
    assert len(flagged - positive) <= 0.08 * len(flagged)
