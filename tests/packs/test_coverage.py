"""Coverage of patterns by examples, words no pack knows, and the scaffold of a new rule file."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.errors import UsageError
from triage.packs import compile_pack, load_pack
from triage.packs.coverage import reach, unknown_words
from triage.packs.scaffold import scaffold

_PACK = """
language = "xx"
name = "Test"
version = "1"
ring = 2
review = "test"
function_words = ["the", "my"]
"""
_RULES = """
[concept.keep]
about = "Keep."
forms = ["keeps"]

[[rule]]
id = "papers.kept"
code = "document_retention"
label = "kept"
claim = "Says that a passport is kept."
patterns = ["pred=@keep ..2 passport", "passport ..2 pred=@keep"]
yes = [{ text = "keeps my passport", span = "keeps my passport", strength = "weak" }]
no = [{ text = "my passport", why = "nobody keeps it" }]
"""


def _root(tmp_path: Path) -> Path:
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "pack.toml").write_text(_PACK, encoding="utf-8")
    (tmp_path / "xx" / "papers.toml").write_text(_RULES, encoding="utf-8")
    return tmp_path


def test_a_pattern_that_no_example_reaches_is_named(tmp_path: Path) -> None:
    source = load_pack("xx", _root(tmp_path))
    (rule,) = reach(compile_pack(source), source.rules)
    assert (rule.rule, rule.patterns, rule.unreached) == ("papers.kept", 2, ("passport ..2 pred=@keep",))


def test_words_no_pack_knows_are_named_once_and_in_order(tmp_path: Path) -> None:
    pack = compile_pack(load_pack("xx", _root(tmp_path)))
    assert unknown_words("Zorg keeps my passport, zorg blims 12", [pack]) == ["zorg", "blims"]


def test_a_scaffold_is_written_once(tmp_path: Path) -> None:
    path = scaffold(_root(tmp_path), "xx", "wages", "wage_withholding")
    assert 'code = "wage_withholding"' in path.read_text(encoding="utf-8")
    with pytest.raises(UsageError):
        scaffold(tmp_path, "xx", "wages", "wage_withholding")
    with pytest.raises(UsageError):
        scaffold(tmp_path, "yy", "wages", "wage_withholding")
