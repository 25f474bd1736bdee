"""JSON Lines and CSV.

`jsonl` is the exact form: one object a finding, the fields of `triage findings --json`, and `exhibit`. `csv` (RFC 4180,
UTF-8 with its mark, so that spreadsheets read it) puts an apostrophe before a cell that a spreadsheet would take for a
formula (`= + - @`, tab, carriage return): text must stay text. Where that matters, use `jsonl` or `xlsx`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable
from typing import Any, BinaryIO, TextIO

from triage.exports.selection import Chosen, exhibit, words
from triage.index import queries

COLUMNS = (
    "exhibit", "kind", "type", "value", "quote", "grade", "toward", "flags", "sent_at", "sent_at_local", "direction",
    "sender", "recipients", "conversation", "app", "lang", "text", "source", "path", "locator", "item_sha256", "rule",
    "reported", "id",
)  # fmt: skip
_LISTS = ("flags", "recipients")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_jsonl(chosen: Chosen, out: BinaryIO) -> None:
    for row in chosen:
        made = queries.public(row) | {"exhibit": exhibit(row)}
        out.write(json.dumps(made, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace") + b"\n")


def cells(row: Any) -> list[Any]:
    """A finding as the cells of a table."""
    values = {name: row[name] for name in COLUMNS if name != "exhibit"} | {"exhibit": exhibit(row)}
    return [words(values[n]) if n in _LISTS else values[n] for n in COLUMNS]


def write_csv(chosen: Chosen, out: TextIO) -> None:
    out.write("\ufeff")
    table(out, COLUMNS, (cells(row) for row in chosen))


def table(out: TextIO, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """A CSV table whose cells no spreadsheet runs."""
    writer = csv.writer(out)
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])


def safe(cell: Any) -> Any:
    """A cell as text: control characters shown as symbols, and no beginning that makes a formula of it."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    shown = _CONTROL.sub(lambda m: chr(0x2400 + ord(m[0])), cell)
    return "'" + shown if shown[:1] in ("=", "+", "-", "@", "\t", "\r") else shown
