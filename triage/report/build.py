"""From the open index to the report as data. Reads the index only: no clock, no files, no environment."""

from __future__ import annotations

import json
import sqlite3

from triage.analysis import calls_for_help
from triage.report import accounts, examined, glance, passages, people, register, selectors
from triage.report.model import CallRow, Conversation, Limits, ReadingRow, Report
from triage.report.units import fetch
from triage.report.wording import Wording, load


def build(connection: sqlite3.Connection, *, wording: Wording | None = None, limits: Limits | None = None) -> Report:
    """The whole report of one index; the same index gives the same value."""
    limits, wording = limits or Limits(), wording or load()
    case, seen = register.case_facts(connection), examined.build(connection, limits)
    tables = selectors.build(connection, limits)
    persons, persons_more = people.build(connection, limits)
    conversations, unprinted = passages.build(connection, wording, limits)
    reading, reading_more = _reading(connection, conversations, limits)
    exhibits, exhibits_more = register.exhibits(connection, limits)
    calls = _calls(connection)
    return Report(
        case=case, limits=limits,
        glance=glance.build(connection, case, seen, persons, tables, limits),
        calls=calls, calls_withheld=_calls_withheld(connection),
        reading=reading, reading_more=reading_more,
        devices=examined.device_rows(connection), examined=seen,
        people=persons, people_more=persons_more, tables=tables,
        watch_lists=register.watch_lists(connection, limits),
        conversations=conversations, unprinted=unprinted, codes=_codes(connection),
        exhibits=exhibits, exhibits_more=exhibits_more,
        accounts=accounts.build(connection, tables, conversations),
        units=(_count(connection), len(_printed_units(conversations) | {call.trace.unit for call in calls})),
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
