"""Every rule of every pack is checked by its own examples; every pack passes the lint."""

from __future__ import annotations

import pytest

from extractors.language import Scanner
from triage.packs import available, compile_pack, load_pack
from triage.packs.examples import check_examples
from triage.packs.lint import check_pack


@pytest.mark.parametrize("language", available())
def test_pack_passes_the_lint(language: str) -> None:
    assert list(check_pack(load_pack(language))) == []


@pytest.mark.parametrize("language", available())
def test_examples_of_every_rule_hold(language: str) -> None:
    source = load_pack(language)
    assert list(check_examples(source, Scanner([compile_pack(source)]))) == []
