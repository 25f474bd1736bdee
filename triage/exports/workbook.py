"""XLSX through XlsxWriter: strings stay strings, whatever they begin with.

Sheets: `About` (case, filter, index root, counts), `Findings`, `Read first`, `Not read`. Constant memory, a fixed date
in the properties: the same index gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from triage.exports import plain
from triage.exports.selection import Chosen, meta

CELL = 32_767
"""Characters a cell holds (ECMA-376); longer text is cut and says so."""
ROWS = 1_048_575
_FIXED = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""XlsxWriter wants a time without zone; the file's own time says nothing about the evidence."""
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip
_CUT = " … [cut; the whole text stands in the index]"


def write_xlsx(chosen: Chosen, out: BinaryIO) -> None:
    """The workbook of a selection."""
    book = Workbook(out, OPTIONS)
    book.set_properties({"created": _FIXED, "title": "evidence-triage: findings", "author": "", "company": ""})
    about = book.add_worksheet("About")
    sheet(book, "Findings", plain.COLUMNS, (plain.cells(row) for row in chosen))
    sheet(book, "Read first", ("rank", "source", "conversation", "reasons"), _reading(chosen.db))
    sheet(book, "Not read", ("status", "source", "path", "reason", "code"), _problems(chosen.db))
    for n, (name, value) in enumerate(_about(chosen)):
        about.write_string(n, 0, name)
        about.write_string(n, 1, value)
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    book.close()


def sheet(book: Workbook, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One table: a frozen bold header, every cell a string or a whole number."""
    made = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    made.freeze_panes(1, 0)
    for column, title in enumerate(header):
        made.write_string(0, column, title, bold)
    for n, row in enumerate(rows, start=1):
        if n > ROWS:
            break
        for column, cell in enumerate(row):
            write(made, n, column, cell)


def write(made: Any, row: int, column: int, cell: Any) -> None:
    """A whole number as a number, everything else as a string."""
    if isinstance(cell, int) and abs(cell) < 10**15:
        made.write_number(row, column, int(cell))
    elif cell is not None and cell != "":
        made.write_string(row, column, fitting(str(cell)))


def fitting(text: str) -> str:
    """Text a cell can hold: control characters as symbols, at most `CELL` characters."""
    shown = plain._CONTROL.sub(lambda m: chr(0x2400 + ord(m[0])), text)
    return shown if len(shown) <= CELL else shown[: CELL - len(_CUT)] + _CUT


def _about(chosen: Chosen) -> list[tuple[str, str]]:
    said = json.loads(meta(chosen.db, "case") or "{}")
    account = chosen.account()
    withheld = account["withheld"] if isinstance(account["withheld"], dict) else {}
    return [
        ("Case", str(said.get("number", ""))),
        ("Examiner", str(said.get("examiner", ""))),
        ("Index root", meta(chosen.db, "index_root")),
        ("State", meta(chosen.db, "run_state")),
        ("Filter", json.dumps(chosen.selection.words(), ensure_ascii=False)),
        ("Findings in this file", str(account["shown"])),
        *((f"Left out: {why}", str(n)) for why, n in withheld.items()),
        ("To list everything", "triage findings CASE --all"),
        ("Meaning", "Findings are reasons to look, not conclusions. Times are the evidence's own; see Method in the "
                    "report."),
    ]  # fmt: skip


def _reading(db: sqlite3.Connection) -> Iterable[Sequence[Any]]:
    for row in db.execute("select rank, source, conversation, reasons from reading_order order by rank"):
        yield row[0], row[1], row[2], "; ".join(map(str, json.loads(row[3])))


def _problems(db: sqlite3.Connection) -> Iterable[Sequence[Any]]:
    sql = """select i.status, i.source, i.path, p.message, p.code from items i left join problems p on p.item_id=i.id
      where i.status<>'read' or p.id is not null order by i.source, i.path, p.code, p.locator"""
    return db.execute(sql)
