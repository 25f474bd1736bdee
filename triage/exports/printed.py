"""The printed report: a PDF of at most a few dozen pages, and one sheet for a single exhibit.

Set by typst (Apache-2.0), which takes the evidence as JSON data, never as markup, opens no network and gives the same
bytes for the same index (its date is fixed). PDF/A-2b. Long tables are cut after `ROWS` rows with the number that is
left out and the command that lists them: paper is for reading, the workbook and the index are for looking up.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from triage.analysis.exhibits import label
from triage.errors import PrerequisiteError, UsageError
from triage.exports.selection import Chosen, Selection, exhibit, meta
from triage.index import queries

ROWS = 600
AROUND = 6
"""Messages before and after the one of an exhibit sheet."""
HANDLING = "Leads for review, not an expert opinion"
_LEAD = (
    "What this tool located in the evidence by its rules. An indicator is a reason to look, never a verdict; what was "
    "not located may still be there. Read each line in its conversation before relying on it."
)
_MEANING = (
    "Grades: checksum = arithmetic proves the form; format = well formed; context = beside its cue word; strong, weak."
)
Section = dict[str, Any]


def write_report(db: sqlite3.Connection, out: Path) -> None:
    """The whole report as a PDF."""
    chosen = Chosen(db, Selection())
    findings = [_finding(row) for row in chosen]
    account = chosen.account()
    withheld = sum(chosen.withheld.values())
    data = _data(db, "Report", _LEAD)
    data["facts"] += [["Findings shown", str(account["shown"])],
                      ["Withheld", f"{withheld} (weak or candidates): triage findings CASE --withheld"]]  # fmt: skip
    data["sections"] = [
        _section("Read first", ("no", "conversation", "source", "why"), (1, 4, 3, 10), _reading(db)),
        _section(
            "Findings", ("exhibit", "time", "what", "quote", "who", "where"), (3, 4, 4, 8, 4, 7), findings, _MEANING
        ),
        _section("What people decided", ("no", "what", "decision", "by"), (1, 6, 4, 5), _decisions(db)),
        _section("Not read", ("status", "file", "reason"), (3, 8, 12), _unread(db)),
        _section("Method", ("what", "value"), (3, 9), _method(db)),
    ]
    _compile(data, out)


def write_exhibit(db: sqlite3.Connection, wanted: str, out: Path) -> None:
    """One exhibit with the conversation around it, hash, place, both times, and room for a translation."""
    unit, _ = queries.find(db, wanted)
    if unit is None:
        raise UsageError(f"{wanted!r} is no exhibit of this case.", where="--exhibit", remedy="See `triage findings`.")
    number = db.execute("select no from exhibits where unit_id=?", (unit["id"],)).fetchone()
    name = label(number[0]) if number else wanted
    data = _data(db, f"Exhibit {name}", "One record of the evidence in its conversation, as it stands there.")
    data["facts"] += [
        ["Source", unit["source"]], ["File", unit["path"]], ["SHA-256 of the file", unit["item_sha256"] or "none"],
        ["Exact place", unit["locator"]], ["Time as written", unit["sent_at_source"] or "none"],
        ["Time in UTC or with offset", unit["sent_at"] or "not known"], ["Known by", unit["time_basis"]],
    ]  # fmt: skip
    rows = [
        [">" if row["id"] == unit["id"] else "", row["sent_at"] or row["sent_at_local"] or row["sent_at_source"],
         row["sender_name"] or row["sender"], row["text"], ""]
        for row in queries.neighbours(db, unit, AROUND, AROUND)
    ]  # fmt: skip
    head = ("", "time", "from", "text (original)", "certified translation")
    data["sections"] = [_section("In its conversation", head, (1, 4, 4, 9, 8), rows)]
    _compile(data, out)


def _data(db: sqlite3.Connection, what: str, lead: str) -> dict[str, Any]:
    said = json.loads(meta(db, "case") or "{}")
    number = str(said.get("number", "")).strip()
    state = meta(db, "run_state")
    return {
        "title": f"{what}{f' – case {number}' if number else ''}", "handling": HANDLING, "lead": lead,
        "index_root": meta(db, "index_root") or "0" * 64,
        "facts": [
            ["Case", number or "no number given"], ["Examiner", str(said.get("examiner", "")) or "not stated"],
            ["Index root", meta(db, "index_root")], ["State", state],
            ["Tool", f"evidence-triage {meta(db, 'tool_version')}"],
            ["To verify", "triage verify CASE, or sh verify.sh in the case folder"],
        ],
    }  # fmt: skip


def _section(
    title: str, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Any]], note: str = ""
) -> Section:
    left = len(rows) - ROWS
    if left > 0:
        note = f"{note} {left} further rows are not printed: `triage export CASE --to xlsx` has them all.".strip()
    shown = [["" if cell is None else str(cell) for cell in row] for row in rows[:ROWS]]
    return {"title": title, "head": list(head), "widths": list(widths), "rows": shown, "note": note}


def _finding(row: sqlite3.Row) -> list[str]:
    who = row["sender_name"] or row["sender"]
    what = f"{row['type'].replace('_', ' ')} ({row['grade']})"
    value = row["quote"] or row["value"]
    return [exhibit(row), (row["sent_at"] or row["sent_at_local"] or "")[:19], what, " ".join(value.split())[:400], who,
            f"{row['source']}/{row['path']} {row['locator']}"]  # fmt: skip


def _reading(db: sqlite3.Connection) -> list[list[str]]:
    sql = "select rank, conversation, source, reasons from reading_order order by rank"
    return [
        [str(r[0]), r[1] or "(outside conversations)", r[2], "; ".join(map(str, json.loads(r[3])))]
        for r in db.execute(sql)
    ]


def _decisions(db: sqlite3.Connection) -> list[list[str]]:
    sql = "select no, finding_id, decision, author, role, at from decisions where disclosure='all' order by no"
    return [[str(r[0]), r[1], r[2], f"{r[3]} ({r[4]}), {r[5]}"] for r in db.execute(sql)]


def _unread(db: sqlite3.Connection) -> list[list[str]]:
    sql = """select i.status, i.source || '/' || i.path, coalesce((select message from problems p where p.item_id=i.id
      order by code, locator limit 1), '') from items i where i.status<>'read' order by 2"""
    return [list(row) for row in db.execute(sql)]


def _method(db: sqlite3.Connection) -> list[list[str]]:
    rows = [["Settings", meta(db, "settings")], ["Rule packs", meta(db, "pack_hash")]]
    rows += [[name, str(value)] for name, value in json.loads(meta(db, "versions") or "{}").items()]
    return [*rows, ["Custody head when written", meta(db, "custody_head")],
            ["Error rates", "Measured on invented messages (README); not an error rate for this case"]]  # fmt: skip


def _compile(data: dict[str, Any], out: Path) -> None:
    try:
        import typst
    except ImportError as error:
        raise PrerequisiteError("typst is not installed.", remedy="Install it, or use --format html.") from error
    with tempfile.TemporaryDirectory(prefix="triage-pdf-") as scratch:
        home = Path(scratch)
        (home / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8", errors="replace")
        (home / "report.typ").write_bytes(files("triage.exports").joinpath("report.typ").read_bytes())
        typst.compile(str(home / "report.typ"), output=str(home / "out.pdf"), root=str(home), pdf_standards=["a-2b"])
        shutil.copyfile(home / "out.pdf", out)
