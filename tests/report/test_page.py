"""The page as a document: one file, a strict policy, readable structure, the same bytes for the same index."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from triage.report.build import build
from triage.report.html import page, render
from triage.report.model import Limits
from triage.report.wording import load


def parse(source: str) -> Any:
    """The page as a tree."""
    return html.document_fromstring(source)


@pytest.fixture(scope="module")
def source(index: sqlite3.Connection) -> str:
    return page(build(index), load())


@pytest.fixture(scope="module")
def tree(source: str) -> Any:
    return parse(source)


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def test_starts_as_a_document_and_loads_nothing(source: str, tree: Any) -> None:
    assert source.startswith("<!DOCTYPE html>")
    assert not tree.xpath("//img|//iframe|//object|//embed|//link|//base|//form|//video|//audio|//source")
    assert not tree.xpath("//@src|//@srcset|//@style|//@action|//@background|//@poster")
    assert all(href.startswith("#") for href in tree.xpath("//@href"))
    assert not [name for node in tree.iter("*") for name in node.attrib if str(name).startswith("on")]
    assert "url(" not in source and "@import" not in source and "http://" not in source and "https://" not in source


def test_policy_names_the_hashes_of_the_one_style_and_the_one_script(source: str, tree: Any) -> None:
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; ")
    assert source.index("Content-Security-Policy") < source.index("<style>")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        assert len(bodies) == 1 and len(tree.xpath(f"//{tag}")) == 1
        digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy


def test_same_index_same_bytes(index: sqlite3.Connection, tmp_path: Path) -> None:
    first, second = render(index, tmp_path / "a.html"), render(index, tmp_path / "deep" / "b.html")
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.html", "deep"] or len(list(tmp_path.iterdir())) == 2


def test_case_folder_is_rendered_in_place(build_index: object, tmp_path: Path) -> None:
    assert callable(build_index)
    build_index(tmp_path / "evidence.sqlite").close()
    assert render(tmp_path) == tmp_path / "report" / "index.html"


def test_landmarks_headings_and_tables(tree: Any) -> None:
    assert tree.get("lang") == "en"
    assert [len(tree.xpath(f"//{name}")) for name in ("main", "nav", "footer", "h1")] == [1, 1, 1, 1]
    assert tree.xpath("//body/*[1]/@href") == ["#main"], "the skip link comes first"
    levels = [int(node.tag[1]) for node in tree.xpath("//h1|//h2|//h3|//h4")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert not tree.xpath("//th[not(@scope)]")
    assert all(tree.xpath(f"//*[@id='{name}']") for name in tree.xpath("//section/@aria-labelledby"))
    ids = Counter(tree.xpath("//@id"))
    assert max(ids.values()) == 1
    assert {href[1:] for href in tree.xpath("//@href")} <= set(ids)


def test_each_section_of_the_contents_has_content(tree: Any) -> None:
    listed = [href[1:] for href in tree.xpath("//nav//@href")]
    assert listed == tree.xpath("//main/section/@id")
    assert len(listed) == 22
    assert all(len(words(section)) > 80 for section in tree.xpath("//main/section"))


def test_no_control_without_script(tree: Any) -> None:
    assert not tree.xpath("//button|//input|//select|//textarea")


def test_evidence_is_isolated_and_carries_its_language(tree: Any) -> None:
    assert set(tree.xpath("//bdi/@dir")) == {"auto"} and not tree.xpath("//bdi[not(@dir)]")
    assert {"ar", "es", "en"} <= set(tree.xpath("//bdi/@lang"))


def test_marks_are_the_exact_quotes(tree: Any, index: sqlite3.Connection) -> None:
    marked = {mark.text_content() for mark in tree.xpath("//section[@id='indicators']//mark")}
    query = "select quote from findings where kind = 'indicator' and reported = 1"
    quotes = {quote for (quote,) in index.execute(query)}
    assert quotes == marked


def test_context_is_three_messages_on_each_side(tree: Any) -> None:
    passage = next(p for p in tree.xpath("//article[@class='passage']") if "me debes" in words(p))
    texts = [words(message) for message in passage.xpath(".//li[starts-with(@class, 'message')]")]
    assert "buenos días" in texts[0] or "Los mensajes" in texts[0]
    hits = [number for number, text in enumerate(texts) if "indicator" in text or "debt bondage" in text]
    assert hits[0] == 3


def test_calls_for_help_come_first_newest_first_and_copies_once(tree: Any) -> None:
    calls = [words(call) for call in tree.xpath("//li[@class='call']")]
    assert len(calls) == 2
    assert "2024-03-05 23:40" in calls[0] and "no nos dejan salir" in calls[1]
    assert "The same message also on recruiter-phone" in calls[1]


def test_severe_passages_are_closed_but_stand_in_the_page(tree: Any) -> None:
    closed = tree.xpath("//details[@class='severe']")
    assert closed and not [node for node in closed if "open" in node.attrib]
    assert any("si te escapas" in words(node) for node in closed)


def test_accounts_and_ids_show_their_last_four_everywhere(source: str) -> None:
    flat = re.sub(r"[\s\u00a0]", "", source)
    assert "9121000418450200051332" not in flat and "AB1234567" not in flat
    assert "•••• •••• •••• •••• •••• 1332" in source and "ES:•••••4567" in source
    assert "+34600555010" in source and "0x52908400098527886E0F7030069857D2E4169EE7" in source


def test_web_addresses_are_defanged(source: str) -> None:
    assert "hxxps://maps[.]google[.]com/?q=40.4089,-3.7010" in source


def test_each_unread_file_is_listed_with_its_reason(tree: Any, index: sqlite3.Connection) -> None:
    section = words(tree.xpath("//section[@id='examined']")[0])
    query = "select path from items where status in ('failed', 'quarantined', 'no-reader')"
    assert all(path in section for (path,) in index.execute(query))
    for (message,) in index.execute("select message from problems"):
        assert message in section


def test_times_say_how_they_are_known(tree: Any) -> None:
    page_words = words(tree)
    assert "2024-03-01 08:31 UTC" in page_words
    assert "2024-03-05 23:40 device time" in page_words
    assert "02/03/24, 22:14 as written" in page_words
    assert "2071" not in words(tree.xpath("//section[@id='devices']")[0])


def test_every_exhibit_has_file_hash_and_locator(tree: Any, index: sqlite3.Connection) -> None:
    rows = tree.xpath("//table[contains(@class, 'register')]/tbody/tr")
    wanted = index.execute(
        """select x.no, i.path, i.sha256, u.locator from exhibits x join units u on u.id = x.unit_id
           join items i on i.id = u.item_id order by x.no"""
    ).fetchall()
    assert len(rows) == len(wanted)
    for row, (number, path, digest, locator) in zip(rows, wanted, strict=True):
        text = words(row)
        assert f"EX-{number:05}" in text and " ".join(path.split()) in text and digest in text and locator in text


def test_long_lists_are_cut_counted_and_point_to_the_rest(index: sqlite3.Connection) -> None:
    report = build(index, limits=Limits(rows=2, passages=2, passages_each=1))
    tree = parse(page(report, load()))
    assert len(tree.xpath("//section[@id='exhibits']//tbody/tr")) == 2
    more = [words(node) for node in tree.xpath("//p[@class='more']")]
    assert any("first 2 of" in text and "triage findings CASE --kind" in text for text in more)
    assert any("further conversations" in text for text in more)
    assert any("sqlite3 CASE/evidence.sqlite" in text for text in more)


def test_an_empty_index_is_a_calm_page(tmp_path: Path) -> None:
    from triage.index import schema

    connection = schema.create(tmp_path / "evidence.sqlite")
    tree = parse(page(build(connection), load()))
    assert len(tree.xpath("//main/section")) == 22
    assert "not finished" in words(tree.xpath("//header")[0])
    assert "marked no message" in words(tree.xpath("//section[@id='calls']")[0])


def test_colours_of_text_reach_the_contrast_of_wcag_aa() -> None:
    style = (Path(__file__).parents[2] / "triage" / "report" / "templates" / "style.css.j2").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[:2]
    for block in (light, light + dark):
        colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for ink in ("ink", "soft", "accent", "urgent", "open"):
            for paper in ("paper", "card", "sunk"):
                assert _contrast(colour[ink], colour[paper]) >= 4.5, (ink, paper)
        pairs = [("mark-ink", "mark"), ("accent", "accent-soft"), ("ink", "accent-soft"), ("soft", "accent-soft")]
        pairs += [("card", "accent"), ("soft", "urgent-soft"), ("urgent", "urgent-soft"), ("open", "open-soft")]
        pairs += [("accent", "urgent-soft"), ("card", "urgent")]
        for ink, paper in pairs:
            assert _contrast(colour[ink], colour[paper]) >= 4.5, (ink, paper)


def _contrast(a: str, b: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)
