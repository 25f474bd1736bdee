"""A mapping for tables that nobody knows, written by the examiner (`--map FILE`): TOML, strict, unknown keys refused.

    [[table]]
    kind = "calls"                     # messages, calls, contacts, locations or accounts
    app = "Operator X"                 # optional: the application or network its units are given
    zone = "+02:00"                    # optional: an offset or an IANA name, where the headings state none
    order = "dmy"                      # optional: dmy, mdy or ymd

    [table.columns]                    # heading as it stands in the file = role
    "Anr." = "caller"
    "Zielnr." = "callee"
    "Beginn" = "time"
    "Sek" = "duration"

A table is taken by this mapping where a row of headings holds every heading named in it; case, accents and separators
do not matter. Columns that are not named are mapped as usual. The roles are those of `table_columns.toml`; the ones
used most: time, date, clock, sender, recipient, caller, callee, partner, body, direction, duration, chat, name, phone,
email, lat, lon, place, imei, imsi, cell, attachment, deleted, native_id, note. The role `ignore` keeps a column as it
is.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from triage.errors import UsageError
from triage.model import Reader
from triage.readers import table_json, table_text, table_xlsx, table_xml, table_xml_excel
from triage.readers.table_columns import column_of, plain, roles, zone_in
from triage.readers.table_mapping import TableKind, TableMap, map_header

SCORE = 96
IGNORE = "ignore"
_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    kind: Literal["messages", "calls", "contacts", "locations", "accounts"]
    app: str = ""
    zone: str = ""
    order: Literal["dmy", "mdy", "ymd"] | None = None
    columns: dict[_Text, _Text] = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    table: list[_Table] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRule:
    """One table of a map file."""

    file: str
    kind: TableKind
    app: str
    zone: str
    order: Literal["dmy", "mdy", "ymd"] | None
    columns: tuple[tuple[str, str], ...]
    """Plain heading and role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFile:
    """A map file as the examiner gave it."""

    name: str
    sha256: str
    rules: tuple[TableRule, ...]
    content: bytes = b""


def parse_map(name: str, content: bytes) -> MapFile:
    """The file's tables; UsageError names the place of a mistake."""
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
        file = _File.model_validate(said)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("the map file is not TOML.", where=name, remedy=_REMEDY) from error
    except ValidationError as error:
        first: Any = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{place}: {first['msg']}.", where=name, remedy=_REMEDY) from error
    rules = tuple(_rule(name, n, table) for n, table in enumerate(file.table, 1))
    return MapFile(name=name, sha256=hashlib.sha256(content).hexdigest(), rules=rules, content=content)


_REMEDY = "See the description of --map: [[table]] with kind and columns."


def _rule(name: str, n: int, table: _Table) -> TableRule:
    known = {*roles().values(), IGNORE}
    for heading, role in table.columns.items():
        if role not in known:
            remedy = f"Use one of {', '.join(sorted(known))}."
            raise UsageError(f"{role!r} is no role of a column ({heading}).", where=f"{name}, table {n}", remedy=remedy)
    zone = zone_in(f"UTC{table.zone}" if table.zone[:1] in ("+", "-") else table.zone) if table.zone else ""
    if table.zone and not zone:
        remedy = "Use an offset such as +02:00 or a name such as Europe/Madrid."
        raise UsageError(f"there is no zone {table.zone!r}.", where=f"{name}, table {n}", remedy=remedy)
    columns = tuple((plain(heading), role) for heading, role in table.columns.items())
    return TableRule(file=name, kind=table.kind, app=table.app, zone=zone, order=table.order, columns=columns)


def mapped(rules: Sequence[TableRule], cells: Sequence[str], hint: str) -> TableMap | None:
    """The mapping by the first rule whose headings are all there; the usual one where none fits."""
    headings = {plain(cell) for cell in cells}
    for rule in rules:
        if all(heading in headings for heading, _ in rule.columns):
            return _by(rule, cells)
    return map_header(cells, hint)


def _by(rule: TableRule, cells: Sequence[str]) -> TableMap:
    said = dict(rule.columns)
    columns = []
    for n, cell in enumerate(cells):
        column = column_of(n, cell)
        role = said.get(plain(cell), column.role)
        role = "" if role == IGNORE else role
        if role in ("time", "date", "clock", "end", "later"):
            column = replace(column, zone=column.zone or rule.zone, order=column.order or rule.order)
        if cell.strip():
            columns.append(replace(column, role=role))
    return TableMap(kind=rule.kind, columns=tuple(columns), score=SCORE, origin=f"map file {rule.file}", app=rule.app)


@dataclass(frozen=True, slots=True)
class RuleMapper:
    """`mapped` with its rules, as the readers ask for it."""

    rules: tuple[TableRule, ...]

    def __call__(self, cells: Sequence[str], hint: str) -> TableMap | None:
        return mapped(self.rules, cells, hint)


_MODULES = (table_text, table_xlsx, table_json, table_xml, table_xml_excel)


def readers(maps: Sequence[MapFile]) -> tuple[Reader, ...]:
    """The readers of tables with the examiner's mappings before the usual ones; none without map files."""
    rules = tuple(rule for one in maps for rule in one.rules)
    if not rules:
        return ()
    return tuple(module.reader(RuleMapper(rules)) for module in _MODULES)
