"""From the open index to the report as data. Reads the index only: no clock, no files, no environment."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from triage.analysis import calls_for_help
from triage.report import (
    accounts,
    answers,
    case_view,
    course,
    examined,
    glance,
    money,
    passages,
    people,
    register,
    selectors,
)
from triage.report import legal as legal_sections
from triage.report import persons as persons_section
from triage.report.model import Audience, CallRow, Conversation, Limits, ReadingRow, Report
from triage.report.units import fetch
from triage.report.wording import Wording, load

ORDER = (
    "summary", "calls", "reading", "devices", "examined", "people", "persons", "contacts", "payments", "ledger",
    "places", "timeline", "documents", "watch", "indicators", "questions", "elements", "chain", "against", "exhibits",
    "withheld", "method", "custody", "glossary",
)  # fmt: skip
"""All sections, in the order of the page."""


def build(
    connection: sqlite3.Connection, *, wording: Wording | None = None, limits: Limits | None = None,
    audience: Audience = "examiner", folder: Path | None = None,
) -> Report:  # fmt: skip
    """The whole report of one index; the same index gives the same value. `folder`: where further sheets are named."""
    limits, wording = limits or Limits(), wording or load()
    case, seen = register.case_facts(connection), examined.build(connection, limits)
    tables = selectors.build(connection, limits)
    persons, persons_more = people.build(connection, limits)
    conversations, unprinted = passages.build(connection, wording, limits)
    reading, reading_more = _reading(connection, conversations, limits)
    exhibits, exhibits_more = register.exhibits(connection, limits)
    calls = _calls(connection)
    view = case_view.load(connection, wording, limits)
    legal = audience == "prosecution" or case_view.stated(connection).get("elements") is True
    laws = legal_sections.build(view, case_view.element_sheets(connection, folder)) if legal else None
    register_of = persons_section.build(view, legal=legal)
    ledger, asked, cuts = money.build(view), answers.questions(view), answers.against(view)
    run, graph = course.course(view), course.contacts(view)
    return Report(
        case=case, limits=limits, audience=audience,
        sections=tuple(name for name in ORDER if legal or name not in case_view.LEGAL),
        persons=register_of, money=ledger, questions=asked, against=cuts, course=run, contacts=graph, legal=laws,
        glance=glance.build(connection, case, seen, persons, tables, limits),
        calls=calls, calls_withheld=_calls_withheld(connection),
        reading=reading, reading_more=reading_more,
        devices=examined.device_rows(connection), examined=seen,
        people=persons, people_more=persons_more, tables=tables,
        watch_lists=register.watch_lists(connection, limits),
        conversations=conversations, unprinted=unprinted, codes=_codes(connection),
        exhibits=exhibits, exhibits_more=exhibits_more,
        accounts=accounts.build(connection, tables, conversations),
        units=(_count(connection), len(view.printed | _printed_units(conversations) | {c.trace.unit for c in calls})),
        passage_of={
            message.trace.exhibit: passage.number
            for conversation in conversations
            for passage in conversation.passages
            for message in passage.messages
            if message.trace.exhibit is not None
        },
    )  # fmt: skip


def _calls(connection: sqlite3.Connection) -> tuple[CallRow, ...]:
    calls = calls_for_help.find(connection)
    units = fetch(connection, (call.unit_id for call in calls))
    codes: dict[str, tuple[str, ...]] = {}
    query = """select distinct unit_id, type from findings where kind = 'indicator' and reported = 1
               and instr(flags, '"welfare"') > 0 order by 1, 2"""
    for unit, code in connection.execute(query):
        codes[unit] = (*codes.get(unit, ()), code)
    return tuple(
        CallRow(
            at=units[call.unit_id].at, sender=units[call.unit_id].sender, recipients=units[call.unit_id].recipients,
            direction=units[call.unit_id].direction, text=units[call.unit_id].shown(call.spans),
            codes=codes[call.unit_id], conversation=call.conversation, trace=units[call.unit_id].trace,
            copies=tuple((copy.source, copy.conversation) for copy in call.copies),
        )
        for call in calls
    )  # fmt: skip


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("select count(*) from units").fetchone()[0])


def _printed_units(conversations: tuple[Conversation, ...]) -> set[str]:
    return {m.trace.unit for c in conversations for p in c.passages for m in p.messages}


def _calls_withheld(connection: sqlite3.Connection) -> int:
    query = """select count(distinct unit_id) from findings where kind = 'indicator' and reported = 0
               and instr(flags, '"welfare"') > 0"""
    return int(connection.execute(query).fetchone()[0])


def _reading(
    connection: sqlite3.Connection, conversations: tuple[Conversation, ...], limits: Limits
) -> tuple[tuple[ReadingRow, ...], int]:
    printed = {known.rank: known.passages[0].number for known in conversations if known.passages}
    rows = connection.execute(
        "select rank, source, conversation, reasons from reading_order order by rank limit ?", (limits.rows,)
    ).fetchall()
    total = connection.execute("select count(*) from reading_order").fetchone()[0]
    return tuple(
        ReadingRow(
            rank=rank, source=source, conversation=name,
            reasons=tuple(json.loads(reasons)), passage=printed.get(rank),
        )
        for rank, source, name, reasons in rows
    ), total - len(rows)  # fmt: skip


def _codes(connection: sqlite3.Connection) -> tuple[str, ...]:
    query = "select distinct type from findings where kind = 'indicator' order by 1"
    return tuple(row[0] for row in connection.execute(query))
