"""Which weak indicators the default report shows: those with another code near by in the same thread."""

from __future__ import annotations

import sqlite3

from triage.analysis.corroboration import Mark, corroborate


def derive(db: sqlite3.Connection) -> None:
    """Set `reported` of every indicator anew from its grade and its neighbours; idempotent."""
    sql = """select f.n, u.item_id, u.conversation, u.seq, f.type, f.grade, instr(f.flags, '"mention"') from findings f
      join units u on u.id=f.unit_id where f.kind='indicator' order by u.item_id, u.conversation, u.seq, f.id"""
    rows = db.execute(sql).fetchall()
    positions = _positions(db) if rows else {}
    marks = [_mark(row, positions) for row in rows]
    raised = corroborate(marks)
    db.execute("update findings set reported=(grade='strong') where kind='indicator'")
    db.executemany("update findings set reported=1 where n=?", [(key,) for key in raised])


def _mark(row: sqlite3.Row, positions: dict[tuple[str, str, int], int]) -> Mark:
    number, item, conversation, seq, code, grade, mention = row
    return Mark(
        key=number, thread=(item, conversation), position=positions[item, conversation, seq], code=code,
        strong=grade == "strong", mention=mention > 0,
    )  # fmt: skip


def _positions(db: sqlite3.Connection) -> dict[tuple[str, str, int], int]:
    """Ordinal of each message within its thread, for threads that hold an indicator."""
    sql = """select item_id, conversation, seq, row_number() over (partition by item_id, conversation order by seq)
      from units where origin in ('message','ocr','email','note','page','event') and (item_id, conversation) in
      (select u.item_id, u.conversation from findings f join units u on u.id=f.unit_id where f.kind='indicator')"""
    return {(r[0], r[1], r[2]): r[3] for r in db.execute(sql)}
