"""Full-text search: SQLite FTS5 without stored content, ideographs spaced so that two-character words are found.

unicode61 takes an unbroken run of ideographs for one word, and the trigram tokenizer cannot find two-character
words; so every ideograph stands alone in the index and a query for several becomes a phrase. Accents are folded by
the tokenizer (`remove_diacritics 2`).
"""

from __future__ import annotations

import re
import sqlite3

from triage.errors import UsageError
from triage.index.schema import FTS

_IDEOGRAPH = re.compile(r"([\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_BATCH = 10_000


def spaced(text: str) -> str:
    """The text with a space around every ideograph and kana."""
    return text if text.isascii() else _IDEOGRAPH.sub(r" \1 ", text)


def rebuild(db: sqlite3.Connection) -> None:
    """Index the text of every unit anew."""
    db.execute("drop table if exists units_fts")
    db.execute(FTS)
    reading = db.execute("select n, text from units order by n")
    while rows := reading.fetchmany(_BATCH):
        db.executemany("insert into units_fts(rowid, body) values(?,?)", [(n, spaced(text)) for n, text in rows])


def _phrase(word: str) -> str:
    pieces = spaced(word).split()
    return '"' + " ".join(p.replace('"', '""') for p in pieces) + '"'


def match_expression(query: str) -> str:
    """A person's query as an FTS5 expression: words are ANDed, "…" is a phrase, a trailing * is a prefix, OR and
    NOT between words are kept."""
    out: list[str] = []
    for quoted, word in re.findall(r'"([^"]*)"|(\S+)', query):
        if quoted:
            out.append(_phrase(quoted))
        elif word in ("AND", "OR", "NOT"):
            out.append(word)
        elif word.endswith("*") and len(word) > 1:
            out.append(_phrase(word[:-1]) + "*")
        else:
            out.append(_phrase(word))
    if not any(o not in ("AND", "OR", "NOT") for o in out):
        raise UsageError("the query is empty.", remedy="Give at least one word.")
    return " ".join(out)


def search(db: sqlite3.Connection, query: str, limit: int = 1000) -> list[sqlite3.Row]:
    """Units that match, best first and then in a fixed order, with their item."""
    sql = """select u.*, i.source, i.path, i.sha256 as item_sha256 from units_fts f join units u on u.n=f.rowid
      join items i on i.id=u.item_id where units_fts match ? order by rank, u.id limit ?"""
    try:
        return db.execute(sql, (match_expression(query), limit)).fetchall()
    except sqlite3.OperationalError as error:
        if "units_fts" in str(error) and "no such table" in str(error):
            raise UsageError("the case has no search index yet.", remedy="Finish the run first.") from error
        raise UsageError("the query could not be understood.", remedy='Quote it: "…".') from error
