"""Tables as JSON: arrays of objects whose keys are headings (`[{"from": …}, …]`, `{"Calls": […], "Messages": […]}`).

Each array at the top, or one or two names below it, is a table of its own; its headings are the keys of all its
objects. An object within an object gives keys with both names (`sender.name` → *sender name*), a list of plain values
one cell. Arrays whose keys are no table of messages, calls, contacts, places or accounts are counted, not read.

Scores stand below those of every reader that knows its application. Sources: RFC 8259; headings as in `table_columns`.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from triage.model import Blob, Head, Problem, Read, ReadContext, Reader, Tally
from triage.problems import ReadError, problem
from triage.readers.json_export import LIMIT, head_json, open_stream, words
from triage.readers.json_stream import TOO_LARGE, JsonError, JsonStream
from triage.readers.table_mapping import map_header
from triage.readers.table_reading import Accounts, Mapper, SheetReading
from triage.readers.table_row import RawRow

FORMAT = "JSON table"
MAX_KEYS = 500
DEPTH = 3
LOWER = 30
MAPPED = 90
"""Scores above are those of an examiner's own mapping."""
"""Points below the score that the same headings have in a table proper: readers of applications come first."""
Keys = dict[str, dict[str, None]]
"""Pointer of an array → its keys in order."""


def detect_with(mapper: Mapper, head: Head) -> int:
    """The best score of the arrays whose first objects stand in the head."""
    if not head_json(head.start):
        return 0
    keys: Keys = {}
    stream = open_stream(io.BytesIO(head.start))
    try:
        for pointer, _, record in _objects(stream):
            _collect(keys, pointer, record)
    except JsonError:
        pass  # the head ends within a value, as it must
    scores = [table.score for pointer, listed in keys.items() if (table := mapper(list(listed), _name(pointer)))]
    return 0 if not scores else max(scores) if max(scores) > MAPPED else max(10, max(scores) - LOWER)


def _objects(stream: JsonStream) -> Iterator[tuple[str, int, Any]]:
    """Pointer, position and value of every entry of every array that may be a table."""
    yield from _walk(stream, "", 0)
    if stream.peek():
        raise stream.fault()


def _walk(stream: JsonStream, pointer: str, depth: int) -> Iterator[tuple[str, int, Any]]:
    first = stream.peek()
    if first == "[":
        for n, value in enumerate(stream.values()):
            yield pointer, n, value
    elif first == "{" and depth < DEPTH:
        for key in stream.members():
            name = key.replace("~", "~0").replace("/", "~1")
            yield from _walk(stream, f"{pointer}/{name}", depth + 1)
    else:
        stream.skip()


def _collect(keys: Keys, pointer: str, record: Any) -> None:
    if isinstance(record, dict):
        listed = keys.setdefault(pointer, {})
        for key in flat(record):
            if len(listed) < MAX_KEYS:
                listed[key] = None


def _name(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


def flat(record: dict[str, Any], before: str = "") -> dict[str, str]:
    """The cells of an object by heading."""
    cells: dict[str, str] = {}
    for key, value in record.items():
        name = f"{before}{key}"
        if isinstance(value, dict) and before.count(".") < 2:
            cells |= flat(value, f"{name}.")
        elif isinstance(value, list):
            cells[name] = "; ".join(_plain(one) for one in value)
        else:
            cells[name] = _plain(value)
    return cells


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        scalars = [words(one) for one in value.values() if words(one)] if isinstance(value, dict) else []
        return scalars[0] if len(scalars) == 1 else json.dumps(value, ensure_ascii=False)
    return words(value)


def read_with(mapper: Mapper, blob: Blob, ctx: ReadContext) -> Iterator[Read]:
    """The tables in the order of the file, then the accounts."""
    keys, others, error = _survey(blob)
    accounts = Accounts()
    mapped = 0
    for pointer, listed in keys.items():
        name = _name(pointer)
        hint = f"{name} {ctx.path.rpartition('/')[2]}"
        table = mapper(list(listed), name) or mapper(list(listed), hint)
        if table is None:
            continue
        mapped += 1
        rows = partial(_rows, blob, pointer, list(listed))
        yield from SheetReading(rows, name=name, hint=hint, zone=ctx.zone, fixed=table).units(accounts)
        others.pop(pointer, None)
    fault = _fault(error, accounts) if error else None
    if not mapped:
        remedy = "None of its arrays is a table of messages, calls, contacts or places."
        raise ReadError(fault or problem("R-UNKNOWN-FORM", "read", format=FORMAT, remedy=remedy))
    if others:
        n = others.total()
        accounts.lost += n
        yield problem("R-OTHER-RECORDS", "read", records=n, n=n, kinds=len(others))
    yield from accounts.close()
    for pointer, n in sorted(others.items()):
        yield Tally(what=f"unread_{_name(pointer) or 'values'}", n=n)
    if fault is not None:
        yield fault


def _survey(blob: Blob) -> tuple[Keys, Counter[str], JsonError | None]:
    """The keys of every array, how many entries it has, and why the text could not be read to its end."""
    keys: Keys = {}
    entries: Counter[str] = Counter()
    with blob.open() as handle:
        try:
            for pointer, _, record in _objects(open_stream(handle)):
                entries[pointer] += 1
                _collect(keys, pointer, record)
        except JsonError as error:
            return keys, entries, error
    return keys, entries, None


def _rows(blob: Blob, wanted: str, keys: list[str]) -> Iterator[RawRow | Problem]:
    """A row for each entry of the array at `wanted`."""
    with blob.open() as handle:
        try:
            for pointer, n, record in _objects(open_stream(handle)):
                if pointer != wanted:
                    continue
                locator = f"ptr={pointer}/{n}"
                if isinstance(record, dict):
                    cells = flat(record)
                    yield RawRow(locator, [cells.get(key, "") for key in keys])
                elif record is TOO_LARGE:
                    yield problem("R-LIMIT", "read", locator, records=1, format="record", limit=LIMIT)
                else:
                    why = f"not an object but {type(record).__name__}"
                    yield problem("R-RECORD", "read", locator, records=1, why=why)
        except JsonError:
            return


def _fault(error: JsonError, accounts: Accounts) -> Problem:
    code = "R-TRUNCATED" if error.kind == "truncated" else "R-MALFORMED"
    begun = int(error.inside)
    accounts.lost += begun
    at = f" at line {error.line}, column {error.column}"
    return problem(code, "read", records=begun, format=FORMAT, at=at, n=accounts.records)


def reader(mapper: Mapper = map_header, *, name: str = "table_json") -> Reader:
    """The reader with the built-in names of columns, or with an examiner's own mapping."""
    return Reader(
        name=name, version="1", media_type="application/json",
        detect=partial(detect_with, mapper), read=partial(read_with, mapper),
    )  # fmt: skip


READER = reader()
