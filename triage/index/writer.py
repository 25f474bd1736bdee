"""The one writer of the index: takes validated nouns, masks, numbers, and groups its commits.

Rows of an item that never reached its end are removed at the next start (`recover`), so that a killed run leaves
nothing half-read behind: an item row is written last, in the same transaction as the mark that its task is done.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from triage import ids
from triage.index.canonical import dumps
from triage.index.rows import finding_row, mask_units, part_rows, unit_row
from triage.model import Hit, ItemId, Problem, Status, Unit, UnitId

OCR_SEQ = 1 << 40
"""Positions (`units.seq`) of what the second phase adds to an item: after all of the first."""
_UNIT = f"insert into units values(null,{','.join('?' * 22)})"
_FINDING = f"insert or ignore into findings values(null,{','.join('?' * 14)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One file, as far as its worker could say."""

    id: ItemId
    parent: ItemId | None
    source: str
    path: str
    size: int
    sha256: str | None
    media_type: str
    reader: str
    status: Status
    flags: tuple[str, ...] = ()


class Sealed(Protocol):
    """Where held units go (`triage.privilege.sealed`)."""

    def add(self, item: str, stage: str, units: Sequence[Unit]) -> None: ...
    def forget(self, items: Iterable[str]) -> None: ...
    def forget_ocr(self, item: str) -> None: ...
    def keep_only(self, items: Iterable[str]) -> None: ...
    def commit(self) -> None: ...


class Writer:
    """Writes rows; `commit` makes them durable. Used by one thread of the broker."""

    def __init__(self, db: sqlite3.Connection, key: bytes, sealed: Sealed | None = None) -> None:
        self.db = db
        self._key = key
        self._sealed = sealed
        self._open = False
        self.pending = 0

    def begin(self) -> None:
        if not self._open:
            self.db.execute("begin immediate")
            self._open = True

    def commit(self) -> None:
        if self._sealed:
            self._sealed.commit()  # before the rows that count its content
        if self._open:
            self.db.execute("commit")
            self._open, self.pending = False, 0

    def units(
        self, item: ItemId, units: Sequence[Unit], langs: Sequence[str | None], hits: Sequence[Hit], first_seq: int
    ) -> None:
        """A batch of an item's units with what was found in them."""
        self.begin()
        texts = mask_units(units, hits)
        units = self._insert_units(item, units, texts, langs, first_seq)
        unit_ids = [ids.unit_id(item, u.locator, u.origin) for u in units]
        names = [(unit_ids[i], name) for i, u in enumerate(units) for name in u.attachments]
        if names:
            self.db.executemany("insert or ignore into attachments values(?,?,null)", names)
        if hits:
            self._insert_hits(hits, unit_ids, texts)
        self.pending += len(units)

    def _insert_units(
        self, item: ItemId, units: Sequence[Unit], texts: list[str], langs: Sequence[str | None], first_seq: int
    ) -> Sequence[Unit]:
        rows = [unit_row(u, item, texts[i], langs[i], first_seq + i) for i, u in enumerate(units)]
        self.db.execute("savepoint batch")
        try:
            self.db.executemany(_UNIT, rows)
        except sqlite3.IntegrityError:
            self.db.execute("rollback to batch")
            units = [self._insert_one(item, u, texts[i], langs[i], first_seq + i) for i, u in enumerate(units)]
        self.db.execute("release batch")
        return units

    def _insert_one(self, item: ItemId, unit: Unit, text: str, lang: str | None, seq: int) -> Unit:
        """A locator that occurs twice in its item (a message id used again) gets `;n=2`, in the item's order."""
        plain, n = unit.locator, 1
        while True:
            row = unit_row(unit, item, text, lang, seq)
            if self.db.execute("select 1 from units where id=?", (row[0],)).fetchone() is None:
                self.db.execute(_UNIT, row)
                return unit
            n += 1
            unit = replace(unit, locator=f"{plain};n={n}")

    def _insert_hits(self, hits: Sequence[Hit], unit_ids: Sequence[UnitId], texts: Sequence[str]) -> None:
        self.db.executemany(_FINDING, [finding_row(h.finding, unit_ids[h.unit], texts[h.unit]) for h in hits])
        for hit in hits:
            found = hit.finding
            if not found.parts and not found.secret:
                continue
            finding = ids.finding_id(unit_ids[hit.unit], found)
            rows = part_rows(found, finding, unit_ids)
            self.db.executemany("insert or ignore into finding_parts values(?,?,?,?,?,?)", rows)
            if found.secret:
                digest = hmac.new(self._key, found.secret.encode(), hashlib.sha256).hexdigest()
                self.db.execute("insert or ignore into secrets values(?,?)", (finding, digest))

    def hits(self, item: ItemId, units: Sequence[Unit], hits: Sequence[Hit]) -> None:
        """Further findings in units that are stored already."""
        self.begin()
        unit_ids = [ids.unit_id(item, u.locator, u.origin) for u in units]
        self._insert_hits(hits, unit_ids, [u.text for u in units])

    def held(self, item: ItemId, stage: str, units: Sequence[Unit]) -> None:
        """Units the privilege list hits: to the sealed store, and nowhere else."""
        if self._sealed is None:
            raise ValueError("units are held and there is no sealed store")
        self._sealed.add(item, stage, units)
        self.pending += len(units)

    def item(self, row: ItemRow) -> None:
        """The item's end: written after everything it yielded."""
        self.begin()
        self.db.execute(
            "insert or replace into items values(null,?,?,?,?,?,?,?,?,?,?)",
            (row.id, row.parent, row.source, row.path, row.size, row.sha256, row.media_type, row.reader, row.status,
             dumps(sorted(row.flags))),
        )  # fmt: skip
        self.pending += 1

    def problem(self, item: ItemId, found: Problem) -> None:
        self.begin()
        row = (ids.problem_id(item, found), found.code, found.stage, item, found.locator, found.message, found.records)
        self.db.execute("insert or ignore into problems values(?,?,?,?,?,?,?)", row)

    def rows(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Plain rows of one of the side tables (`tallies`, `conversations`, `vendor_hashes`, …)."""
        listed = list(rows)
        if listed:
            self.begin()
            marks = ",".join("?" * len(listed[0]))
            self.db.executemany(f"insert or replace into {table} values({marks})", listed)

    def forget(self, items: Iterable[ItemId]) -> None:
        """Remove every row of these items: their task will be done again."""
        self.begin()
        for item in items:
            forget_units(self.db, "item_id=?", (item,))
            for table in ("problems", "tallies", "item_hashes", "source_facts", "conversations", "item_chains"):
                self.db.execute(f"delete from {table} where item_id=?", (item,))
            self.db.execute("delete from vendor_hashes where report_item=?", (item,))
            self.db.execute("delete from items where id=?", (item,))
            if self._sealed:
                self._sealed.forget([item])

    def add_records(self, item: ItemId, n: int) -> None:
        """Records that the second phase found in an item, on top of the first phase's."""
        self.begin()
        self.db.execute("update tallies set n=n+? where item_id=? and what='records'", (n, item))

    def forget_ocr(self, item: ItemId) -> None:
        """Remove what the second phase added to an item."""
        self.begin()
        forget_units(self.db, "item_id=? and seq>=?", (item, OCR_SEQ))
        if self._sealed:
            self._sealed.forget_ocr(item)
        self.db.execute("delete from problems where item_id=? and stage='ocr'", (item,))
        added = "select n from tallies where item_id=? and what='ocr_records'"
        self.db.execute(
            f"update tallies set n=n-coalesce(({added}),0) where item_id=? and what='records'",
            (item, item),
        )
        self.db.execute("delete from tallies where item_id=? and what like 'ocr\\_%' escape '\\'", (item,))

    def meta(self, **values: str) -> None:
        self.rows("meta", values.items())

    def recover(self) -> None:
        """After a run that did not end: remove what belongs to no finished item."""
        self.begin()
        forget_units(self.db, "item_id not in (select id from items)", ())
        for table in ("problems", "tallies", "item_hashes", "source_facts", "conversations", "item_chains"):
            self.db.execute(f"delete from {table} where item_id not in (select id from items)")
        self.db.execute("delete from vendor_hashes where report_item not in (select id from items)")
        if self._sealed:
            self._sealed.keep_only(row[0] for row in self.db.execute("select id from items"))
        self.commit()


def forget_units(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> None:
    """Remove units that match, with their findings, parts and attachments."""
    units = f"select id from units where {where}"
    found = f"select id from findings where unit_id in ({units})"
    db.execute(f"delete from finding_parts where finding_id in ({found})", values)
    db.execute(f"delete from secrets where finding_id in ({found})", values)
    db.execute(f"delete from findings where unit_id in ({units})", values)
    db.execute(f"delete from attachments where unit_id in ({units})", values)
    db.execute(f"delete from units where {where}", values)


def forget_findings(db: sqlite3.Connection, rule_prefix: str) -> None:
    """Remove the findings of one extractor."""
    where = "substr(rule,1,?)=?"
    values = (len(rule_prefix), rule_prefix)
    for table in ("finding_parts", "secrets"):
        sql = f"delete from {table} where finding_id in (select id from findings where {where})"
        db.execute(sql, values)
    db.execute(f"delete from findings where {where}", values)
