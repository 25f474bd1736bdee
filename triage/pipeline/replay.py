"""`triage verify --replay`: every row of the index derived once more from the original bytes, and compared.

The evidence is read again with the settings and lists the case keeps, into a scratch case that is thrown away, by the
tool that is installed now. Rows have content-derived ids, so two indexes are compared as sets:

- **identical**: the same id with the same columns;
- **differs**: missing, new, or with other columns; each is listed;
- **not comparable**: text out of pictures where Tesseract or its language data are not those of the record, and
  indicators where the rule packs are others. They are counted apart: another engine may read other words.

Records that were released or held by a decision differ, and are listed: the replay follows the rules alone.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from triage.case import SourceArgument, open_case
from triage.custody import run_context
from triage.custody.log import NAME
from triage.errors import UsageError
from triage.exports.comparing import paired
from triage.index import schema
from triage.model import Resources
from triage.packs.identity import pack_hash
from triage.pipeline.kept import again
from triage.pipeline.request import Request
from triage.pipeline.run import ocr_engine, run

LISTED = 50
_PLACE = "i.source || '/' || i.path"
_QUERIES = {
    "items": f"""select i.id, json_array(i.sha256, i.status, i.reader, i.size, i.flags), '' as apart, {_PLACE} as place
      from items i where i.source in""",
    "units": f"""select u.id, json_array(u.text, u.sender, u.recipients, u.sent_at, u.sent_at_local, u.direction,
        u.deleted, u.flags), case when u.seq >= (1<<40) then 'ocr' else '' end as apart,
        {_PLACE} || ' ' || u.locator as place
      from units u join items i on i.id=u.item_id where i.source in""",
    "findings": f"""select f.id, json_array(f.quote, f.grade, f.reported, f.toward, f.flags, f.detail),
        case when u.seq >= (1<<40) then 'ocr' when f.kind='indicator' then 'packs' else '' end as apart,
        {_PLACE} || ' ' || u.locator || ' ' || f.type as place
      from findings f join units u on u.id=f.unit_id join items i on i.id=u.item_id where i.source in""",
}
"""Id, columns that are compared, what makes a row incomparable, where it is."""


@dataclass(slots=True)
class Compared:
    """One table, row by row."""

    table: str
    identical: int = 0
    differs: list[str] = field(default_factory=list)
    not_comparable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The whole comparison."""

    tables: tuple[Compared, ...]
    conditions: tuple[str, ...]
    """What is not as it was recorded: tool, packs, engine, in words."""

    @property
    def same(self) -> bool:
        return not any(t.differs for t in self.tables)

    def lines(self) -> Iterator[str]:
        for said in self.conditions:
            yield f"note  replay: {said}"
        for t in self.tables:
            verdict = "fail" if t.differs else "ok"
            apart = f", {t.not_comparable} not comparable" if t.not_comparable else ""
            yield f"{verdict:<5} replay: {t.table}: {t.identical} identical, {len(t.differs)} differ{apart}"
            for place in t.differs[:LISTED]:
                yield f"      {place}"
            if len(t.differs) > LISTED:
                yield f"      … and {len(t.differs) - LISTED} more; --json lists them all"

    def to_json(self) -> dict[str, object]:
        return {
            "conditions": list(self.conditions),
            "tables": [
                {"table": t.table, "identical": t.identical, "differs": t.differs, "not_comparable": t.not_comparable}
                for t in self.tables
            ],
        }


def replay(case: Path, given: Sequence[tuple[str | None, Path]], jobs: int) -> Replay:
    """Read the evidence again and compare. `given` says where sources lie now; the others where they were."""
    folder = open_case(case)
    db = schema.open_readonly(folder.index)
    try:
        sources = _sources(db, given)
        with tempfile.TemporaryDirectory(prefix="triage-replay-") as scratch:
            request = again(folder, sources, Path(scratch) / "case", jobs)
            if request.privilege:
                request = _with_passphrase(request)
            made = run(request)
            other = schema.open_readonly(made.case / "evidence.sqlite")
            try:
                changed = _changed(_recorded(folder.root), request.packs)
                return _compare(db, other, [s.label for s in sources], changed)
            finally:
                other.close()
    finally:
        db.close()


def _with_passphrase(request: Request) -> Request:
    """What is held is held again, under a passphrase nobody needs."""
    return replace(request, filter_passphrase=secrets.token_hex(16))


def _sources(db: sqlite3.Connection, given: Sequence[tuple[str | None, Path]]) -> list[SourceArgument]:
    known = {row["label"]: Path(row["path_hint"] or "") for row in db.execute("select label, path_hint from sources")}
    for label, path in given:
        name = label or next((k for k, p in known.items() if p.name == path.name), path.name)
        if name not in known:
            raise UsageError(f"the case has no source {name!r}.", where=str(path), remedy="Give it as LABEL=PATH.")
        known[name] = path.resolve()
    for label, path in known.items():
        if not path.exists():
            raise UsageError(f"the source {label!r} is not where it was.", remedy=f"Give --source {label}=PATH.")
    return [SourceArgument(label=label, path=path) for label, path in sorted(known.items())]


def _recorded(case: Path) -> dict[str, Any]:
    """The last `run.start` of the log."""
    found: dict[str, Any] = {}
    with (case / NAME).open("rb") as lines:
        for line in lines:
            if b'"type":"run.start"' in line:
                found = json.loads(line)["data"]
    return found


def _changed(recorded: dict[str, Any], packs: tuple[str, ...]) -> dict[str, str]:
    """What is not as recorded: `tool`, `packs`, `ocr` → in words."""
    out = {}
    tool = recorded.get("tool", {})
    if tool.get("code_sha256") != run_context.code_hash():
        out["tool"] = f"the record was made by version {tool.get('version', '?')} with other code than this"
    if recorded.get("packs_sha256") != pack_hash(Resources(packs=packs)):
        out["packs"] = "the rule packs are not those of the record: indicators are not comparable"
    if recorded.get("ocr") and recorded["ocr"] != ocr_engine():
        out["ocr"] = "Tesseract or its language data are not those of the record: text in pictures is not comparable"
    return out


def _compare(
    ours: sqlite3.Connection, theirs: sqlite3.Connection, labels: list[str], changed: dict[str, str]
) -> Replay:
    tables = tuple(_table(name, ours, theirs, labels, changed) for name in _QUERIES)
    return Replay(tables=tables, conditions=tuple(changed.values()))


def _table(
    name: str, ours: sqlite3.Connection, theirs: sqlite3.Connection, labels: list[str], changed: dict[str, str]
) -> Compared:
    sql = f"{_QUERIES[name]} ({','.join('?' * len(labels))}) order by 1"
    out = Compared(name)
    for old, new in paired(ours.execute(sql, labels), theirs.execute(sql, labels)):
        row = old or new
        assert row is not None
        if old and new and old[1] == new[1]:
            out.identical += 1
        elif row[2] in changed:
            out.not_comparable += 1
        else:
            out.differs.append(f"{'changed' if old and new else 'only in the record' if old else 'new'}: {row[3]}")
    return out
