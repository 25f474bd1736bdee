"""Moving what is in the index already to the sealed store: attachments of held messages, a list given later, a
decision of a person.

What is moved leaves units, findings, parts and conversations; SQLite overwrites the freed pages (`secure_delete`).
A problem row counts the records and carries their digest, so the accounts and the index root still cover them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from triage.analysis.links import resolve
from triage.containers.names import NESTED
from triage.custody import events
from triage.engines.held import Digest, Privilege
from triage.engines.runs import Grouping
from triage.engines.wire import pack_unit
from triage.index import stored
from triage.index.writer import Writer, forget_units
from triage.model import ItemId, Unit
from triage.privilege.sealed import SealedStore
from triage.problems import problem

Log = Callable[[str, dict[str, object]], object]


@dataclass(frozen=True, slots=True)
class Holding:
    """What moving needs: the index, its writer, the store."""

    db: sqlite3.Connection
    writer: Writer
    store: SealedStore

    def units(self, item: ItemId, wanted: Iterable[str]) -> int:
        """Move these units of an item; gives how many there were."""
        keys = sorted(set(wanted))
        rows = [self.db.execute(stored.UNIT + "where id=? and item_id=?", (k, item)).fetchone() for k in keys]
        found = sorted((row for row in rows if row is not None), key=lambda row: row["seq"])
        if not found:
            return 0
        self.writer.begin()
        self.db.execute("pragma secure_delete=on")
        units = [stored.unit(row) for row in found]
        self.store.add(item, "read", units)
        self._account(item, units)
        for row in found:
            forget_units(self.db, "id=?", (row["id"],))
        self._conversations(item)
        return len(units)

    def _account(self, item: ItemId, units: list[Unit]) -> None:
        digest = Digest()
        digest.add([pack_unit(unit, None) for unit in units])
        sql = "select count(*) from problems where item_id=? and code='H-HELD' and stage='derive'"
        before = self.db.execute(sql, (item,)).fetchone()[0]
        found = problem("H-HELD", "derive", f"held={before + 1}", records=len(units), n=len(units),
                        digest=digest.value())  # fmt: skip
        self.writer.problem(item, found)
        self.db.execute(
            "insert into tallies values(?,'held',?) on conflict(item_id, what) do update set n=n+excluded.n",
            (item, len(units)),
        )

    def _conversations(self, item: ItemId) -> None:
        """Names and participants of conversations of which nothing is left."""
        left = "select distinct conversation from units where item_id=?"
        self.db.execute(f"delete from conversations where item_id=? and name not in ({left})", (item, item))

    def item(self, item: ItemId) -> int:
        """Move everything of an item and mark it held."""
        moved = self.units(item, [r[0] for r in self.db.execute("select id from units where item_id=?", (item,))])
        self.writer.begin()
        self.db.execute("update items set status='held' where id=?", (item,))
        return moved

    def attachments(self) -> list[events.Event]:
        """Hold the files that held messages carry, with what is inside them; their item events anew."""
        out = []
        for owner, names in self.store.attached().items():
            for item in self._carried(ItemId(owner), names):
                if self._row(item)["status"] == "held":
                    continue
                self.item(item)
                self.writer.problem(item, problem("H-ATTACHED", "derive"))
                out.append(self._event(item))
        return out

    def _carried(self, owner: ItemId, names: list[tuple[str, str]]) -> Iterator[ItemId]:
        row = self._row(owner)
        path = row["path"]
        folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
        for _, _, item, _ in resolve(self.db, row["source"], folder, path, names):
            inside = self._row(ItemId(item))["path"] + NESTED
            sql = "select id from items where id=? or (source=? and substr(path,1,?)=?) order by path"
            for (found,) in self.db.execute(sql, (item, row["source"], len(inside), inside)).fetchall():
                yield ItemId(found)

    def listed(self, privilege: Privilege) -> None:
        """Apply a list to everything that is stored: it was given after the items were read."""
        for (item,) in self.db.execute("select distinct item_id from units order by 1").fetchall():
            self.units(ItemId(item), self._hit(ItemId(item), privilege))
            if not self.db.execute("select 1 from units where item_id=?", (item,)).fetchone():
                self.db.execute("update items set status='held' where id=?", (item,))

    def _hit(self, item: ItemId, privilege: Privilege) -> list[str]:
        rows = self.db.execute(stored.UNIT + "where item_id=? order by seq", (item,)).fetchall()
        known = stored.conversations(self.db, item)
        units = [stored.unit(row) for row in rows]
        privilege.survey([*known.values(), *units])
        grouping = Grouping(stored.regions(self.db, item), known)
        grouping.pending = units
        _, runs = grouping.drain()
        return [rows[indexes[i]]["id"] for run, indexes in runs for i in privilege.held(run)]

    def _row(self, item: ItemId) -> sqlite3.Row:
        row: sqlite3.Row = self.db.execute("select * from items where id=?", (item,)).fetchone()
        return row

    def _event(self, item: ItemId) -> events.Event:
        row = self._row(item)
        found = self.db.execute("select count(*) from problems where item_id=?", (item,)).fetchone()[0]
        return events.item(id=row["id"], sha256=row["sha256"], size=row["size"], status="held", reader=row["reader"],
                           problems=found)  # fmt: skip
