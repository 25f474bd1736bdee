"""The first page: sentences made from counts, and short answers to who, which money, which threats, where, when.

Counts and quotes only. A sum stands beside the writer and the addressee of the message that names it; who owes whom is
for the reader to say. The chart counts dated messages per month (or year, past five years).
"""

from __future__ import annotations

import sqlite3
from collections import Counter

from triage.analysis import calls_for_help
from triage.analysis.dates import FIRST, KNOWN, LAST
from triage.report.model import CaseFacts, Examined, Glance, Limits, MoneyLine, Month, PersonRow, Sentence, Table
from triage.report.model import ThreatLine as Threat
from triage.report.units import either, fetch

MONEY_CODES = ("debt_bondage", "wage_withholding", "earnings_control", "trade_in_persons", "smuggling_transport")
MONEY_ROLES = ("debt", "loan", "fine", "fee", "price", "deposit", "salary")
THREAT_CODES = ("threat_violence", "threat_family", "threat_exposure")
MONTHS = 60


def _in(codes: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"


def build(
    connection: sqlite3.Connection, case: CaseFacts, examined: Examined, people: tuple[PersonRow, ...],
    tables: dict[str, Table], limits: Limits,
) -> Glance:  # fmt: skip
    """Everything of the first page."""
    money, money_more = _money(connection, limits)
    threats, threats_more = _threats(connection, limits)
    months, step = _months(connection)
    return Glance(
        marked=_number(
            connection, "select count(distinct unit_id) from findings where kind = 'indicator' and reported = 1"
        ),
        watched=_number(
            connection,
            "select count(distinct type || char(31) || value) from findings where kind = 'watch' and reported = 1",
        ),
        unread=examined.walked - dict(examined.statuses)["read"],
        sentences=tuple(_sentences(connection, case, examined, tables)),
        who=tuple(person for person in people if person.marked)[: limits.card],
        money=money,
        money_more=money_more,
        threats=threats,
        threats_more=threats_more,
        where=tables["places"].rows[: limits.card],
        months=months,
        step="month" if step == 7 else "year",
    )


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])


def _sentences(
    connection: sqlite3.Connection, case: CaseFacts, examined: Examined, tables: dict[str, Table]
) -> list[Sentence]:
    said = [] if case.complete else [Sentence(key="summary.unfinished", tone="open")]
    said.append(_calls(connection))
    said += _indicators(connection)
    said.append(_material(connection, examined))
    said += _located(tables)
    said += _watch(connection)
    said.append(_not_read(examined))
    said.append(_reviewed(connection))
    return said


def _calls(connection: sqlite3.Connection) -> Sentence:
    calls = calls_for_help.find(connection)
    if not calls:
        return Sentence(key="summary.no_calls")
    newest, numbers = either(calls[0].at), tuple(call.exhibit for call in calls if call.exhibit is not None)
    when = f"{newest.day} {newest.time}".strip()
    key = {"utc": "summary.calls_utc", "local": "summary.calls_local"}.get(newest.zone, "summary.calls")
    return Sentence(key=key, fields={"n": len(calls), "when": when}, exhibits=numbers[:6], tone="urgent")


def _indicators(connection: sqlite3.Connection) -> list[Sentence]:
    codes, messages, conversations = connection.execute(
        """select count(distinct f.type), count(distinct f.unit_id),
             count(distinct i.source || char(31) || u.conversation)
           from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
           where f.kind = 'indicator' and f.reported = 1"""
    ).fetchone()
    if not messages:
        return [Sentence(key="summary.no_indicators")]
    return [Sentence(key="summary.indicators", fields={"n": messages, "codes": codes, "conversations": conversations})]


def _material(connection: sqlite3.Connection, examined: Examined) -> Sentence:
    messages, conversations, first, last = connection.execute(
        f"""select count(*), count(distinct u.item_id || char(31) || u.conversation), {FIRST}, {LAST} from units u
            where u.origin in ('message', 'email', 'call')"""
    ).fetchone()
    sources = connection.execute("select count(*) from sources").fetchone()[0]
    fields: dict[str, str | int] = {
        "n": sources, "files": examined.walked, "messages": messages, "conversations": conversations,
        "first": either(first).day, "last": either(last).day,
    }  # fmt: skip
    return Sentence(key="summary.material" if first else "summary.material_undated", fields=fields)


def _located(tables: dict[str, Table]) -> list[Sentence]:
    counts = [(key, len(table.rows) + table.more_rows) for key, table in tables.items() if key != "watch"]
    parts = tuple((f"located.{key}", n) for key, n in counts if n)
    return [Sentence(key="summary.located", parts=parts) if parts else Sentence(key="summary.nothing_located")]


def _watch(connection: sqlite3.Connection) -> list[Sentence]:
    hits = connection.execute(
        """select count(distinct type || char(31) || value), count(distinct unit_id)
           from findings where kind = 'watch' and reported = 1"""
    ).fetchone()
    return [Sentence(key="summary.watch", fields={"n": hits[0], "places": hits[1]})] if hits[0] else []


def _not_read(examined: Examined) -> Sentence:
    missing = [(status, n) for status, n in examined.statuses if n and status != "read"]
    if not missing:
        return Sentence(key="summary.read_through", fields={"n": examined.walked})
    parts = tuple((f"unread.{status.replace('-', '_')}", n) for status, n in missing)
    return Sentence(key="summary.not_read", fields={"n": sum(n for _, n in missing)}, parts=parts, tone="open")


def _reviewed(connection: sqlite3.Connection) -> Sentence:
    decided, reported = connection.execute(
        """select (select count(distinct finding_id) from decisions),
                  (select count(*) from findings where reported = 1)"""
    ).fetchone()
    if not decided:
        return Sentence(key="summary.not_reviewed", fields={"n": reported}, tone="open")
    return Sentence(key="summary.reviewed", fields={"n": decided, "open": max(0, reported - decided)}, tone="open")


_MONEY = f"""
select f.unit_id, f.start, f."end", coalesce(json_extract(f.detail, '$.role'), ''), f.unit_id in (
    select g.unit_id from findings g
    where g.kind = 'indicator' and g.reported = 1 and g.type in {_in(MONEY_CODES)}) marked
from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
left join reading_order r on r.source = i.source and r.conversation = u.conversation
where f.kind = 'amount' and f.reported = 1 and (marked or json_extract(f.detail, '$.role') in {_in(MONEY_ROLES)})
order by marked desc, coalesce(r.rank, 1 << 60), {KNOWN}, i.source, i.path, u.seq, f.start, f.id"""


def _money(connection: sqlite3.Connection, limits: Limits) -> tuple[tuple[MoneyLine, ...], int]:
    """Sums in messages with a money indicator, then those beside a word for a debt or a price; by rank, by time."""
    rows = connection.execute(_MONEY).fetchall()
    part = rows[: limits.card]
    units, codes = fetch(connection, (row[0] for row in part)), _codes(connection, MONEY_CODES)
    lines = tuple(
        MoneyLine(
            written=units[unit].shown(only=(start, end)), role=role, codes=codes.get(unit, ()),
            at=units[unit].at, sender=units[unit].sender, recipients=units[unit].recipients,
            direction=units[unit].direction, conversation=units[unit].conversation,
            origin=units[unit].trace.origin, source=units[unit].trace.source, exhibit=units[unit].trace.exhibit,
        )
        for unit, start, end, role, _ in part
    )  # fmt: skip
    return lines, len(rows) - len(lines)


def _codes(connection: sqlite3.Connection, wanted: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    query = f"""select distinct unit_id, type from findings where kind = 'indicator' and reported = 1
                and type in {_in(wanted)} order by 1, 2"""
    for unit, code in connection.execute(query):
        codes[unit] = (*codes.get(unit, ()), code)
    return codes


_THREATS = f"""
select u.id, i.source, u.conversation, u.sender, u.sender_name, coalesce({KNOWN}, ''),
  (select min(x.no) from exhibits x where x.unit_id = u.id), max(f.toward = 'self_report')
from findings f join units u on u.id = f.unit_id join items i on i.id = u.item_id
where f.kind = 'indicator' and f.reported = 1 and f.type in {_in(THREAT_CODES)}
group by u.id order by i.source, i.path, u.seq"""


def _threats(connection: sqlite3.Connection, limits: Limits) -> tuple[tuple[Threat, ...], int]:
    """One line for each writer and conversation, those with the most messages first; own situations stand apart."""
    codes = _codes(connection, THREAT_CODES)
    groups: dict[tuple[str, str, str, str, int], list[tuple[str, str, int | None]]] = {}
    for unit, source, conversation, sender, name, at, exhibit, told in connection.execute(_THREATS):
        groups.setdefault((source, conversation, sender, name, told), []).append((unit, at, exhibit))
    ordered = sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    units = fetch(connection, (found[0][0] for _, found in ordered[: limits.card]))
    lines = tuple(
        Threat(
            sender=units[found[0][0]].sender, source=source, conversation=conversation,
            codes=tuple(sorted({code for unit, _, _ in found for code in codes[unit]})), messages=len(found),
            told=bool(told), last=either(max(at for _, at, _ in found) or None),
            exhibits=tuple(number for _, _, number in found if number is not None)[:3],
        )
        for (source, conversation, _, _, told), found in ordered[: limits.card]
    )  # fmt: skip
    return lines, max(0, len(ordered) - limits.card)


def _months(connection: sqlite3.Connection) -> tuple[tuple[Month, ...], int]:
    """Dated messages per month from the first to the last, gaps included; per year where that is too many columns."""
    counts: dict[str, Counter[str]] = {"all": Counter(), "marked": Counter()}
    query = f"""select substr({KNOWN}, 1, 7), count(*), sum(u.id in (
                  select f.unit_id from findings f where f.kind = 'indicator' and f.reported = 1))
                from units u where u.origin in ('message', 'email', 'call') and {KNOWN} is not null group by 1"""
    for month, messages, marked in connection.execute(query):
        counts["all"][month] += messages
        counts["marked"][month] += marked
    step, labels = 7, _range(sorted(counts["all"]))
    if len(labels) > MONTHS:
        step, labels = 4, [str(year) for year in range(int(labels[0][:4]), int(labels[-1][:4]) + 1)]
    totals = {name: Counter[str]() for name in counts}
    for name, counter in counts.items():
        for month, n in counter.items():
            totals[name][month[:step]] += n
    return tuple(Month(label=x, messages=totals["all"][x], marked=totals["marked"][x]) for x in labels), step


def _range(months: list[str]) -> list[str]:
    """Every month between the first and the last."""
    if not months:
        return []
    first, last = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (months[0], months[-1]))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]
