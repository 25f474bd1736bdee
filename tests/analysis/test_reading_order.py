"""Conversations by stated facts, each printed; nothing else moves them."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import replace

from triage.analysis.reading_order import Facts, facts, fill, rank, reasons

PLAIN = Facts(source="a", conversation="x")


def test_facts_count_one_after_the_other() -> None:
    ordered = [
        replace(PLAIN, conversation="1", calls=2, codes=("a",)),
        replace(PLAIN, conversation="2", calls=1, codes=("a", "b"), watched=9),
        replace(PLAIN, conversation="3", codes=("a", "b", "c")),
        replace(PLAIN, conversation="4", codes=("a", "b"), watched=1),
        replace(PLAIN, conversation="5", codes=("a", "b"), others=("x", "y", "z"), shared=1),
        replace(PLAIN, conversation="6", codes=("a",), marked=500),
        replace(PLAIN, conversation="7", watched=1, latest="2020-01-01T00:00:00+00:00"),
        replace(PLAIN, conversation="8", others=("b",), shared=1),
        replace(PLAIN, conversation="9", further=(("phone", 3),), latest="2024-02-01T00:00:00+00:00"),
        replace(PLAIN, conversation="10", further=(("phone", 9),), latest="2024-01-01T00:00:00+00:00"),
        replace(PLAIN, conversation="11", further=(("phone", 9),)),
    ]
    shuffled = ordered[:]
    random.Random(7).shuffle(shuffled)
    assert rank([*shuffled, replace(PLAIN, conversation="silent", latest="2024-12-31T00:00:00+00:00")]) == ordered


def test_ties_follow_the_names() -> None:
    tied = [replace(PLAIN, source=s, conversation=c, codes=("a",)) for s, c in (("b", "a"), ("a", "b"), ("a", "a"))]
    assert [(f.source, f.conversation) for f in rank(tied)] == [("a", "a"), ("a", "b"), ("b", "a")]


def test_reasons_in_words_and_counts() -> None:
    fact = replace(
        PLAIN, calls=1, codes=("debt_bondage", "threat_family"), marked=3, watched=1, others=("b", "c"), shared=2,
        further=(("amount", 1), ("phone", 2)), latest="2024-03-02T22:14:00+00:00",
    )  # fmt: skip
    said = reasons(fact)
    assert said == [
        "1 possible call for help",
        "2 different indicators in 3 messages: debt bondage, threat family",
        "1 watch-list entry located",
        "2 participants' addresses also on 2 other sources: b, c",
        "also located: 1 amount, 2 phone numbers",
        "latest 2024-03-02 22:14 UTC",
    ]
    local = reasons(replace(PLAIN, latest="2024-03-02T22:14:00"))
    assert local == ["latest 2024-03-02 22:14 device time, zone not stated"]


def test_the_table_holds_what_the_facts_say(index: sqlite3.Connection) -> None:
    rows = index.execute("select rank, source, conversation, reasons from reading_order order by rank").fetchall()
    expected = rank(facts(index))
    assert [tuple(row)[:3] for row in rows] == [(n, f.source, f.conversation) for n, f in enumerate(expected, start=1)]
    assert [json.loads(row[3]) for row in rows] == [reasons(fact) for fact in expected]
    assert rows[0][2] == "Hermana" and "possible call for help" in rows[0][3]


def test_weak_and_absurd_values_do_not_count(index: sqlite3.Connection) -> None:
    found = {(fact.source, fact.conversation): fact for fact in facts(index)}
    ramon = found["recruiter-phone", "Ramón M"]
    assert ramon.codes == ("smuggling_transport", "wage_withholding"), "the weak debt wording is withheld"
    assert ramon.latest is not None and ramon.latest.startswith("2024-02-01"), "the year 2071 is not the latest"
    assert ramon.others == ("controller-phone",) and ramon.shared == 1


def test_filling_twice_changes_nothing(index: sqlite3.Connection) -> None:
    before = index.execute("select * from reading_order").fetchall()
    index.execute("begin")
    fill(index)
    assert index.execute("select * from reading_order").fetchall() == before
    index.execute("rollback")
