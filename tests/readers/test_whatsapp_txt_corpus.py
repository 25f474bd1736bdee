"""The public WhatsApp exports of the shared corpus, held against its manifest; skipped where the corpus is absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.readers.whatsapp_reading import codes, detect, read_all, tally, units
from triage.model import Conversation

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.tsv"


def rows() -> list[tuple[str, dict[str, object]]]:
    if not MANIFEST.exists():
        return []
    lines = (line.split("\t") for line in MANIFEST.read_text("utf-8").splitlines())
    return [(cells[1], json.loads(cells[-1])) for cells in lines if cells[0] == "whatsapp_txt"]


@pytest.mark.skipif(not MANIFEST.exists(), reason="the shared corpus is not beside the repository")
@pytest.mark.parametrize(("path", "facts"), rows(), ids=lambda v: v if isinstance(v, str) else "")
def test_a_corpus_file_has_its_facts(path: str, facts: dict[str, object]) -> None:
    data = (CORPUS / path).read_bytes()
    found = read_all(data, path=path)
    made = units(found)
    assert detect(data) >= 50
    assert tally(found, "records") == len(made) == facts["header_lines"]
    assert sum(1 for u in made if u.sender) == facts["sender_lines"]
    assert sum(1 for u in made if not u.sender) == facts["system_lines"]
    chat = next(v for v in found if isinstance(v, Conversation))
    assert sorted(chat.participants) == facts["senders"]
    assert made[0].when.source.replace(",", "") == facts["first_raw"]
    assert made[-1].when.source.replace(",", "") == facts["last_raw"]
    assert set(codes(found)) <= {"R-DATE-ORDER"}


@pytest.mark.skipif(not MANIFEST.exists(), reason="the shared corpus is not beside the repository")
def test_the_order_of_the_ambiguous_file_stays_open() -> None:
    path = next(p for p, _ in rows() if p.endswith("_chat 3.txt"))
    made = units(read_all((CORPUS / path).read_bytes(), path=path))
    assert {u.when.at for u in made} == {u.when.local for u in made} == {None}
    assert {u.when.basis for u in made} == {"ambiguous"}
