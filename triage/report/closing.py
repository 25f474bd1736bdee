"""The last lines of `triage run`: what a person should know before opening the report, as plain lines of text.

Possible calls for help come first. Names and paths come from evidence: they pass `triage.display`, so that no
control or direction character reaches the terminal; the caller prints the lines as text, never as markup.
"""

from __future__ import annotations

import json
import sqlite3

from triage.analysis import calls_for_help
from triage.display import safe_line
from triage.report.examined import STATUSES
from triage.report.units import either, select_in
from triage.report.wording import Wording, load

FIRST = 3
"""Conversations to read first."""
UNREAD = 5
"""Files that were not read."""
KINDS = ("indicator", "watch", "phone", "payment", "amount", "location", "document", "link")
_LISTED = "('failed', 'quarantined', 'no-reader')"


def lines(
    connection: sqlite3.Connection, *, report: str, case: str = "CASE", wording: Wording | None = None
) -> tuple[str, ...]:
    """`report` and `case` are printed as given: the path to open and the case folder for the next command."""
    say = wording or load()
    calls = calls_for_help.find(connection)
    said = [*_calls(say, calls), *_reading(connection, say), *_counts(connection, say), *_unread(connection, say)]
    state = connection.execute("select value from meta where key = 'run_state'").fetchone()
    if state and state[0] != "complete":
        said.append(say.say("closing.unfinished"))
    said.append(say.say("closing.report", path=safe_line(report)))
    if (exhibit := _next(connection, calls)) is not None:
        said.append(say.say("closing.next", case=safe_line(case), id=f"EX-{exhibit:05}"))
    return tuple(said)


def _calls(say: Wording, calls: tuple[calls_for_help.Call, ...]) -> list[str]:
    if not calls:
        return []
    at = either(calls[0].at)
    when = f"{at.day} {at.time}".strip()
    newest = say.say("closing.newest", when=when) if when else ""
    exhibit = "" if calls[0].exhibit is None else f", EX-{calls[0].exhibit:05}"
    return [say.say("closing.calls", n=len(calls), newest=newest, exhibit=exhibit)]


def _reading(connection: sqlite3.Connection, say: Wording) -> list[str]:
    rows = connection.execute(
        "select rank, source, conversation, reasons from reading_order order by rank limit ?", (FIRST,)
    ).fetchall()
    if not rows:
        return []
    outside = say.say("reading.outside")
    return [say.say("closing.read_first")] + [
        f"  {rank}. {safe_line(talk) or outside} ({safe_line(source)}): {safe_line('; '.join(json.loads(reasons)))}"
        for rank, source, talk, reasons in rows
    ]


def _counts(connection: sqlite3.Connection, say: Wording) -> list[str]:
    statuses = dict(connection.execute("select status, count(*) from items group by 1"))
    shown = [f"{say.number(statuses[s])} {say.name('statuses', s)}" for s in STATUSES if statuses.get(s)]
    said = [say.say("closing.files", n=sum(statuses.values()), statuses=", ".join(shown))]
    kinds: dict[str, int] = {}
    withheld = 0
    for kind, reported, n in connection.execute("select kind, reported, count(*) from findings group by 1, 2"):
        kinds[kind] = kinds.get(kind, 0) + (n if reported else 0)
        withheld += 0 if reported else n
    listed = [say.say(f"closing.kind_{kind}", n=kinds[kind]) for kind in KINDS if kinds.get(kind)]
    total = sum(kinds.values())
    said.append(
        say.say("closing.findings", n=total, kinds=", ".join(listed)) if total else say.say("closing.no_findings")
    )
    return said + ([say.say("closing.withheld", n=withheld)] if withheld else [])


def _unread(connection: sqlite3.Connection, say: Wording) -> list[str]:
    total = connection.execute(f"select count(*) from items where status in {_LISTED}").fetchone()[0]
    if not total:
        return []
    rows = connection.execute(
        f"""select id, status, source, path from items where status in {_LISTED}
            order by status = 'no-reader', status, source, path, id limit ?""",
        (UNREAD,),
    ).fetchall()
    query = "select item_id, min(message) from problems where item_id in"
    why = dict(select_in(connection, query, [row[0] for row in rows], "group by item_id"))
    said = [say.say("closing.not_read", n=total)]
    for item, status, source, path in rows:
        reason = safe_line(why.get(item, "")) or say.gloss("statuses", status)
        said.append(f"  {say.name('statuses', status)}: {safe_line(source)}/{safe_line(path)}: {reason}")
    return said + ([say.say("closing.more", n=total - len(rows))] if total > len(rows) else [])


def _next(connection: sqlite3.Connection, calls: tuple[calls_for_help.Call, ...]) -> int | None:
    """The exhibit to look at next: the newest call for help, else the first marked message."""
    if calls and calls[0].exhibit is not None:
        return calls[0].exhibit
    query = """select min(x.no) from exhibits x join findings f on f.unit_id = x.unit_id
               where f.reported = 1 and f.kind = 'indicator'"""
    number: int | None = connection.execute(query).fetchone()[0]
    return number
