"""The sections made from the analyses: who sees which, what they say of a stated case; evidence stays inert."""

from __future__ import annotations

import json
import re
import sqlite3
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest
from lxml import html

from triage.analysis import identities, ledger, sheets
from triage.errors import UsageError
from triage.report.build import ORDER, build
from triage.report.html import page, render
from triage.report.model import Limits
from triage.report.wording import load

NEW = ("persons", "contacts", "ledger", "timeline", "questions", "against")
LEGAL = ("elements", "chain")


class Build(Protocol):
    def __call__(self, path: Path, payloads: tuple[str, ...] = ()) -> sqlite3.Connection: ...


@pytest.fixture(scope="module")
def prosecution(index: sqlite3.Connection) -> Any:
    return html.document_fromstring(page(build(index, audience="prosecution"), load()))


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def section(tree: Any, name: str) -> str:
    return words(tree.xpath(f"//main/section[@id='{name}']")[0])


def test_elements_roles_and_chain_are_for_the_prosecution(index: sqlite3.Connection, prosecution: Any) -> None:
    plain: Any = html.document_fromstring(page(build(index), load()))
    shown = plain.xpath("//main/section/@id")
    assert set(NEW) <= set(shown) and not set(LEGAL) & set(shown)
    assert "Cues of a role" not in words(plain)
    assert prosecution.xpath("//main/section/@id") == list(ORDER)
    assert "Cues of a role" in section(prosecution, "persons")


def test_a_case_can_enable_them(build_index: Build, tmp_path: Path) -> None:
    db = build_index(tmp_path / "evidence.sqlite")
    db.execute("update meta set value = ? where key = 'case'", (json.dumps({"elements": True}),))
    assert build(db).sections == ORDER


def test_a_sheet_of_the_case_is_printed_and_a_broken_one_refused(build_index: Build, tmp_path: Path) -> None:
    db = build_index(tmp_path / "evidence.sqlite")
    stated = {"element_sheets": ["ours.toml"]}
    db.execute("update meta set value = ? where key = 'case'", (json.dumps(stated),))
    (tmp_path / "ours.toml").write_text(
        'id = "ours"\ntitle = "Office sheet"\nlaw = "Code 1"\nstatus = "Draft"\n[[element]]\nid = "a"\n'
        'title = "Papers"\ntext = "t"\nparts = [{ id = "p", title = "P", codes = ["document_retention"] }]\n'
    )
    tree: Any = html.document_fromstring(page(build(db, audience="prosecution", folder=tmp_path), load()))
    assert "Office sheet" in section(tree, "elements")
    (tmp_path / "ours.toml").write_text("id = 1")
    with pytest.raises(UsageError, match=r"ours\.toml"):
        build(db, audience="prosecution", folder=tmp_path)


def test_the_page_stays_a_document(prosecution: Any) -> None:
    levels = [int(node.tag[1]) for node in prosecution.xpath("//h1|//h2|//h3|//h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not prosecution.xpath("//th[not(@scope)]") and not prosecution.xpath("//@style")
    ids = prosecution.xpath("//@id")
    assert len(ids) == len(set(ids)) and {href[1:] for href in prosecution.xpath("//@href")} <= set(ids)
    assert all(len(section(prosecution, name)) > 120 for name in (*NEW, *LEGAL))


def test_the_ledger_of_the_stated_case(prosecution: Any) -> None:
    said = section(prosecution, "ledger")
    assert re.search(r"Debt P\d+ María nueva → P\d+ Ramón · EUR adds up to 2550 EUR", said)
    rows = [words(row) for row in prosecution.xpath("//section[@id='ledger']//article[1]//tbody/tr")]
    assert "statement of a debt 2.400 euros" in rows[0] and "fine" in rows[1]
    assert "sides taken from this conversation" in rows[1]


def test_persons_read_saved_as_on_a_device(prosecution: Any) -> None:
    said = section(prosecution, "persons")
    assert "María nueva on controller-phone" in said and "•1332" in said
    assert "9121000418450200051332" not in said.replace(" ", "")


def test_elements_say_for_silent_and_nothing_more(prosecution: Any) -> None:
    said = section(prosecution, "elements")
    assert "Trafficking in persons" in said and "18 U.S.C. 1589-1592" in said
    assert "Nothing located by this tool." in said and "to be checked by counsel" in said
    assert not re.search(r"\babsent\b|no evidence", said)


def test_severe_words_are_printed_closed(prosecution: Any) -> None:
    found = [
        node for name in (*NEW, *LEGAL) for node in prosecution.xpath(f"//section[@id='{name}']//bdi")
        if "si te escapas" in words(node)
    ]  # fmt: skip
    assert found
    assert all(node.xpath("ancestor::details[contains(@class, 'severe')][not(@open)]") for node in found)


def test_a_name_never_leaves_its_isolation(build_index: Build, tmp_path: Path) -> None:
    payloads = ("<b>@zq</b>", '"><script>@zq</script>', "\u202e@zq", "{{ @zq }}")
    db = build_index(tmp_path / "evidence.sqlite", payloads)
    tree: Any = html.document_fromstring(page(build(db, audience="prosecution"), load()))
    mine = [node for name in (*NEW, *LEGAL) for node in tree.xpath(f"//main/section[@id='{name}']//*")]
    holding = [node for node in mine if "@zq" in (node.text or "")]
    assert holding and {node.tag for node in holding} <= {"bdi", "mark"}
    assert not [value for node in tree.iter("*") for value in node.attrib.values() if "@zq" in value]
    tails = [node.getparent() for node in mine if "@zq" in (node.tail or "")]
    assert {node.tag for node in tails} <= {"bdi", "mark"}


def test_lists_are_cut_and_counted(index: sqlite3.Connection) -> None:
    tree: Any = html.document_fromstring(page(build(index, limits=Limits(rows=1, passages=1)), load()))
    assert len(tree.xpath("//section[@id='persons']//table[1]/tbody/tr")) <= 2
    assert "further account" in section(tree, "ledger")


def test_same_index_same_bytes_for_the_prosecution(index: sqlite3.Connection, tmp_path: Path) -> None:
    first = render(index, tmp_path / "a.html", audience="prosecution")
    second = render(index, tmp_path / "b.html", audience="prosecution")
    assert first.read_bytes() == second.read_bytes()


def test_derived_tables_do_not_change_when_they_are_filled_again(build_index: Build, tmp_path: Path) -> None:
    db = build_index(tmp_path / "evidence.sqlite")

    def rows() -> list[tuple[object, ...]]:
        tables = ("persons", "identifiers", "ledger")
        return [row for t in tables for row in sorted(tuple(r) for r in db.execute(f"select * from {t}"))]

    before = rows()
    identities.fill(db)
    ledger.fill(db)
    assert before and rows() == before


def test_the_sheets_claim_nothing_of_persons() -> None:
    claims = re.compile(
        r"\b(?:guilt\w*|victims?|traffickers?|smugglers?|knowingly|prove\w*|certain\w*)\b", re.IGNORECASE
    )
    for sheet in sheets.load():
        text = " ".join(
            [sheet.status, *(e.text for e in sheet.element), *(p.title for e in sheet.element for p in e.parts)]
        )
        assert not claims.search(text), sheet.id
