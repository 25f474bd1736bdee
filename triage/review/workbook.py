"""The review as a workbook, for those who may open no port: decisions go out, are filled in, and come back.

Sheet `Review`: one row a finding. The columns from `decision` on are the reader's; the others are compared when the
workbook comes back, so that a row that was moved or sorted still belongs to its finding (`id`) and a text that was
edited is refused (`text_sha256`).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import BinaryIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from triage.analysis.exhibits import label
from triage.errors import UsageError
from triage.exports.workbook import OPTIONS, sheet
from triage.problems import ReadError
from triage.readers import xlsx_rows
from triage.review import decisions
from triage.review.decisions import VERDICTS, Decision

COLUMNS = (
    "id", "exhibit", "type", "value", "quote", "grade", "toward", "sent", "sender", "conversation", "text", "source",
    "path", "locator", "text_sha256", "decision", "note", "disclosure",
)  # fmt: skip
_SQL = """select f.id, f.type, f.value, f.quote, f.grade, f.toward, coalesce(u.sent_at, u.sent_at_local, '') as sent,
  u.sender, u.conversation, u.text, i.source, i.path, u.locator, x.no from findings f join units u on u.id=f.unit_id
  join items i on i.id=u.item_id left join exhibits x on x.unit_id=u.id where f.reported=1
  order by i.source, i.path, u.seq, f.start, f.id"""


def write(db: sqlite3.Connection, out: BinaryIO) -> None:
    """Every reported finding with the decision in force."""
    book = Workbook(out, OPTIONS)
    sheet(book, "Review", COLUMNS, _rows(db))
    book.close()


def _rows(db: sqlite3.Connection) -> Iterator[list[object]]:
    verdicts = decisions.last(db)
    for row in db.execute(_SQL):
        said = verdicts.get(row["id"])
        values = dict(row) | {
            "exhibit": label(row["no"]) if row["no"] else "", "text_sha256": digest(row["text"]),
            "decision": said["decision"] if said else "", "note": said["note"] if said else "",
            "disclosure": said["disclosure"] if said else "",
        }  # fmt: skip
        yield [values[name] for name in COLUMNS]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def read(db: sqlite3.Connection, handle: BinaryIO, *, author: str, role: str) -> list[Decision]:
    """The decisions of a filled workbook that differ from those in force. UsageError names the row of a mistake."""
    verdicts = decisions.last(db)
    out = []
    for number, cells in _cells(handle):
        if not cells.get("decision"):
            continue
        row = db.execute(
            "select u.text from findings f join units u on u.id=f.unit_id where f.id=?", (cells.get("id", ""),)
        ).fetchone()
        if row is None:
            raise _wrong(number, "names no finding of this case.", "Leave the column id as it was.")
        if digest(row["text"]) != cells.get("text_sha256"):
            raise _wrong(number, "is about another text than the case holds.", "Export the workbook anew.")
        word, note = cells["decision"].strip().lower().replace(" ", "-"), cells.get("note", "")
        if word not in VERDICTS:
            raise _wrong(number, f"{word!r} is no decision.", "Use " + ", ".join(VERDICTS) + ".")
        before = verdicts.get(cells["id"])
        if before is None or (before["decision"], before["note"]) != (word, note):
            out.append(Decision(target=cells["id"], word=word, note=note, author=author, role=role,
                                disclosure=cells.get("disclosure") or "all"))  # fmt: skip
    return out


def _wrong(number: int, what: str, remedy: str) -> UsageError:
    return UsageError(what, where=f"sheet Review, row {number}", remedy=remedy)


def _cells(handle: BinaryIO) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number and cells by the heading of their column."""
    try:
        book = xlsx_rows.Workbook(handle)
        found = next((one for one in book.sheets if one.name == "Review"), None)
        if found is None:
            raise UsageError("the workbook has no sheet Review.", remedy="Give the one that --export wrote.")
        heads: dict[int, str] = {}
        for row in book.rows(found):
            if not heads:
                heads = {cell.column: cell.text for cell in row.cells}
                continue
            yield row.number, {heads[cell.column]: cell.text for cell in row.cells if cell.column in heads}
    except ReadError as error:
        raise UsageError("the workbook cannot be read.", remedy="Save it as .xlsx and try again.") from error
