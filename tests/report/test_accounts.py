"""Shown + withheld = index, counted on the page itself, for generous and for tight limits."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from lxml import html

from triage.report.accounts import group_of
from triage.report.build import build
from triage.report.html import page
from triage.report.model import Limits
from triage.report.selectors import TABLES
from triage.report.wording import load


def parse(source: str) -> Any:
    """The page as a tree."""
    return html.document_fromstring(source)


def number(cell: Any) -> int:
    return int(cell.text_content().replace(",", ""))


@pytest.mark.parametrize("limits", [Limits(), Limits(rows=1), Limits(rows=3, passages=3, passages_each=1)])
def test_shown_and_withheld_add_up_to_the_index(index: sqlite3.Connection, limits: Limits) -> None:
    tree = parse(page(build(index, limits=limits), load()))
    rows = tree.xpath("//tr[@data-account]")
    assert [row.get("data-account") for row in rows] == ["indicators", *TABLES]
    for row in rows:
        total, shown, *withheld = map(number, row.xpath("./td"))
        assert total == shown + sum(withheld), row.get("data-account")
    on_page = sum(int(value) for value in tree.xpath("//@data-findings")) + len(tree.xpath("//li[@data-finding]"))
    assert on_page == sum(number(row.xpath("./td")[1]) for row in rows)
    (count,) = index.execute("select count(*) from findings").fetchone()
    assert count == sum(number(row.xpath("./td")[0]) for row in rows)
    (withheld_in_index,) = index.execute("select count(*) from findings where reported = 0").fetchone()
    assert withheld_in_index == sum(number(cell) for row in rows for cell in row.xpath("./td")[3:])


def test_each_reason_prints_the_command_that_lists_it(index: sqlite3.Connection) -> None:
    tree = parse(page(build(index), load()))
    section = tree.xpath("//section[@id='withheld']")[0].text_content()
    for command in ("CASE --kind KIND", "CASE --withheld --kind indicator", "CASE --withheld", "triage search CASE"):
        assert command in section


def test_walked_is_the_sum_of_the_states(index: sqlite3.Connection) -> None:
    examined = build(index).examined
    assert examined.walked == index.execute("select count(*) from items").fetchone()[0]
    assert dict(examined.records)["difference"] == 0


def test_each_kind_of_finding_has_its_table() -> None:
    kinds = ("phone", "payment", "amount", "location", "document", "link", "indicator", "watch")
    groups = {group_of(kind, "X") for kind in kinds} | {group_of("link", "EMAIL")}
    assert groups == {"indicators", *TABLES}
