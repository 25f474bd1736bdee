"""Links between records: copies of a message, copies of a picture, attachments. Nothing is ever merged or deleted.

Bases, strongest first: `id` (the application's own message id, same application), `exact` (same text, same
instant to the second, in another file), `time+text` (same text of at least `LONG` characters in the same minute,
where one source keeps no seconds). Equal minutes alone never link. A group is linked to its first member only.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

LONG = 20
_Link = tuple[str, str, str, str]


def derive(db: sqlite3.Connection) -> None:
    """Fill `links` and the items of `attachments` anew."""
    db.execute("delete from links")
    for links in (_by_id(db), _by_instant(db), _by_minute(db), _pictures(db)):
        db.executemany("insert or ignore into links values(?,?,?,?)", links)
    db.executemany("insert or ignore into links values(?,?,?,?)", _attachments(db))


def _stars(rows: Iterable[sqlite3.Row], basis: str) -> Iterator[_Link]:
    """Rows (key, unit, item) ordered by key: each later member of a key linked to the first of another item."""
    key, first, items = None, "", set()
    for row in rows:
        if row[0] != key:
            key, first, items = row[0], row[1], {row[2]}
        elif row[2] not in items:
            items.add(row[2])
            yield "same-message", first, row[1], basis


def _by_id(db: sqlite3.Connection) -> list[_Link]:
    sql = """select app || char(0) || native_id, id, item_id from units
      where native_id<>'' and origin in ('message','email')
      and native_id in (select native_id from units where native_id<>'' and origin in ('message','email')
        group by app, native_id having count(distinct item_id)>1) order by 1, item_id, seq"""
    return list(_stars(db.execute(sql), "id"))


_REPEATED = """select text from units where origin in ('message','call','email') and length(text)>{least}
  group by text having count(distinct item_id)>1"""


def _by_instant(db: sqlite3.Connection) -> list[_Link]:
    sql = f"""select text || char(0) || substr(sent_at,1,19), id, item_id from units
      where origin in ('message','call','email') and sent_at is not null and text in ({_REPEATED.format(least=0)})
      order by 1, item_id, seq"""
    return list(_stars(db.execute(sql), "exact"))


def _by_minute(db: sqlite3.Connection) -> list[_Link]:
    sql = f"""select text || char(0) || minute, id, item_id from (
        select text, id, item_id, seq, substr(sent_at,1,16) as minute from units
          where origin='message' and sent_at is not null
        union all select text, id, item_id, seq, 'local ' || substr(sent_at_local,1,16) from units
          where origin='message' and sent_at_local is not null and time_basis in ('device-local','offset'))
      where text in ({_REPEATED.format(least=LONG)}) order by 1, item_id, seq"""
    known = {(a, b) for _, a, b, _ in db.execute("select * from links where kind='same-message'")}
    return [link for link in _stars(db.execute(sql), "time+text") if (link[1], link[2]) not in known]


def _pictures(db: sqlite3.Connection) -> list[_Link]:
    """The same bytes in several places."""
    sql = """select sha256, id from items where media_type like 'image/%' and sha256 in (select sha256 from items
      where media_type like 'image/%' group by sha256 having count(*)>1) order by sha256, source, path"""
    groups: dict[str, list[str]] = defaultdict(list)
    for sha256, item in db.execute(sql):
        groups[sha256].append(item)
    return [("same-picture", ids[0], other, "exact") for ids in groups.values() for other in ids[1:]]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/")).casefold()


def _attachments(db: sqlite3.Connection) -> list[_Link]:
    """Tie stated file names to items of the same folder or archive: by path, else by a name unique there."""
    units: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    sql = """select a.unit_id, a.name, i.source, i.path from attachments a join units u on u.id=a.unit_id
      join items i on i.id=u.item_id order by i.source, i.path, u.seq, a.name"""
    for unit, name, source, path in db.execute(sql):
        units[source, path].append((unit, name))
    found: list[_Link] = []
    carried = _carried(db, units.keys())
    for (source, path), names in units.items():
        folder = path.rsplit("/", 1)[0] + "/" if "/" in path else ""
        found += _tied(db, source, folder, carried.get((source, path), {}), names)
    return found


def _carried(db: sqlite3.Connection, owners: Collection[tuple[str, str]]) -> dict[tuple[str, str], dict[str, str]]:
    """For each item that names files: those inside it, by name. One pass: a folder of mail is large."""
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for source, path, item in db.execute("select source, path, id from items where parent_id is not null order by 2"):
        owner, _, name = path.rpartition("!/")
        if (source, owner) in owners:
            found[source, owner].setdefault(_folded(name), item)
    return found


def resolve(db: sqlite3.Connection, source: str, folder: str, own: str, names: list[tuple[str, str]]) -> list[_Link]:
    """First among the files inside the item itself (a mail's attachments), then beside it.

    A folder of mail holds thousands of items that carry files of their own; what lies beside one is looked at only
    for names that are not inside it.
    """
    path = folder + own.removeprefix(folder)
    sql = "select path, id from items where source=? and path>? and path<? order by path desc"
    rows = db.execute(sql, (source, f"{path}!/", f"{path}!0"))
    return _tied(db, source, folder, {_folded(row[0][len(path) + 2 :]): row[1] for row in rows}, names)


def _tied(
    db: sqlite3.Connection, source: str, folder: str, inside: dict[str, str], names: list[tuple[str, str]]
) -> list[_Link]:  # fmt: skip
    found = {(unit, name): item for unit, name in names if (item := inside.get(_folded(name).lstrip("/")))}
    found |= _beside(db, source, folder, [one for one in names if one not in found])
    links = []
    for unit, name in names:
        if item := found.get((unit, name)):
            db.execute("update attachments set item_id=? where unit_id=? and name=?", (item, unit, name))
            links.append(("attachment", unit, item, "exact"))
    return links


def _beside(
    db: sqlite3.Connection, source: str, folder: str, names: list[tuple[str, str]]
) -> dict[tuple[str, str], str]:  # fmt: skip
    if not names:
        return {}
    by_path: dict[str, str] = {}
    by_name: dict[str, list[str]] = defaultdict(list)
    sql = "select id, path from items where source=? and substr(path,1,?)=? order by path"
    for item, path in db.execute(sql, (source, len(folder), folder)):
        below = _folded(path[len(folder) :])
        by_path[below] = item
        by_name[below.rsplit("/", 1)[-1]].append(item)
    found = {}
    for unit, name in names:
        wanted = _folded(name)
        same = by_name.get(wanted.rsplit("/", 1)[-1], [])
        item = by_path.get(wanted.lstrip("/")) or (same[0] if len(same) == 1 else None)
        if item is not None:
            found[unit, name] = item
    return found
