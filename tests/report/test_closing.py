"""The last lines of a run: calls for help first, counts, what was not read, the path; safe for a terminal."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

from triage.index import schema
from triage.report.closing import lines


class Build(Protocol):
    def __call__(self, path: Path, payloads: tuple[str, ...] = ()) -> sqlite3.Connection: ...


def test_lines(index: sqlite3.Connection) -> None:
    said = lines(index, report="case/report/index.html", case="case")
    assert said[0] == "2 messages read as possible calls for help, newest 2024-03-05 23:40, EX-00012"
    assert said[1] == "Read first:" and said[2].startswith("  1. Hermana (maria): 1 possible call for help; ")
    assert any(line.startswith("13 files walked: 6 read, 2 no reader, ") for line in said)
    assert any(line.startswith("30 findings: 11 indicators, 2 watch-list hits, ") for line in said)
    assert "  failed: maria/copia.zip: The zip archive is cut off" in "\n".join(said)
    assert said[-2:] == ("Report: case/report/index.html", "Next:   triage show case EX-00012")


def test_an_empty_index(tmp_path: Path) -> None:
    connection = schema.create(tmp_path / "evidence.sqlite")
    assert lines(connection, report="r") == ("0 files walked: ", "No finding in the default report.", "Report: r")


def test_nothing_moves_the_cursor(build_index: Build, tmp_path: Path) -> None:
    connection = build_index(
        tmp_path / "evidence.sqlite", ("\x1b[2J\x1b]0;x\x07", "a\nb\rc", "\u202ex\u2066", "\x9b2J")
    )
    connection.execute("update meta set value = 'incomplete' where key = 'run_state'")
    said = lines(connection, report="r")
    assert any("not finished" in line for line in said)
    assert not [line for line in said for ch in line if ch < " " or "\x7f" <= ch < "\xa0" or ch in "\u202e\u2066"]
