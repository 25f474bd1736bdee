"""A large item's windows give the same rows whoever extracts them, and a window nobody can extract is not lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractors.registry import EXTRACTORS
from triage.case import SourceArgument
from triage.engines import windows, wire
from triage.engines.extraction import Extraction
from triage.engines.task import Task
from triage.engines.wire import WireError
from triage.engines.work import Bench
from triage.index import schema
from triage.model import Resources
from triage.pipeline.request import Request
from triage.pipeline.run import run
from triage.readers.registry import OCR_READERS, READERS

SAID = (
    "ok",
    "You owe me 3000 dollars for the trip",
    "call +1 202-555-0143",
    "see you in Madrid",
    "give me your papers",
)


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12,001 messages: three windows."""
    path = tmp_path_factory.mktemp("chat") / "WhatsApp Chat with Ana.txt"
    lines = [f"12/03/2024, 10:{n % 60:02} - {'Ana' if n % 3 else 'Ben'}: {SAID[n % 5]}" for n in range(12_001)]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def extraction() -> Extraction:
    return Extraction(EXTRACTORS, Resources(packs=("en",)))


def _frames(chat: Path, extraction: Extraction, scratch: Path, *, spare: bool) -> list[list[Any]]:
    extraction.spare = lambda: spare
    bench = Bench(READERS, OCR_READERS, extraction, scratch)
    task = Task(id=1, phase="read", source="s", path=chat.name, real=str(chat))
    return [wire.decode(wire.encode(frame).encode()) for frame in bench.process(task)]


def test_a_window_extracted_elsewhere_gives_what_it_gives_here(
    chat: Path, extraction: Extraction, tmp_path: Path
) -> None:
    here = [f for f in _frames(chat, extraction, tmp_path, spare=False) if f[0] == "unit-batch"]
    frames = _frames(chat, extraction, tmp_path, spare=True)
    shared = [f for f in frames if f[0] == "window"]
    assert [f[0] for f in frames if f[0] in ("window", "unit-batch")] == ["unit-batch"] + ["window"] * 3
    for inline, passed in zip(here[1:], shared, strict=True):
        units, _ = windows.unpack(passed[2], passed[3], ())
        answered = next(windows.answer((passed[2], passed[3]), (), extraction))
        found = windows.read_answer(wire.decode(wire.encode(answered).encode()), units)
        assert [row[19] for row in inline[2]] == found.languages
        expected = [wire.unpack_hit(row, units) for row in inline[3]]
        assert sorted(map(repr, expected)) == sorted(map(repr, found.hits))


@pytest.mark.parametrize("frame", [["hits"], ["hits", [], [], []], ["hits", [None, 1], [], []], ["hits", None, 1, {}]])
def test_an_answer_of_another_form_is_refused(frame: list[Any]) -> None:
    units = [_unit(), _unit()]
    with pytest.raises(WireError):
        windows.read_answer(frame, units)


def _unit() -> Any:
    from triage.model import Unit

    return Unit(origin="message", locator="line=1", text="ok")


@pytest.mark.parametrize("runs", [[["", [], "", [0]]], [["", [], "", [0, 0, 1]]], [["", [], "", [0, 2]]]])
def test_a_window_whose_runs_do_not_cover_it_is_refused(runs: Any) -> None:
    rows = [wire.pack_unit(replace(_unit(), locator=f"line={n}"), None) for n in (1, 2)]
    with pytest.raises(WireError):
        windows.unpack(wire.decode(wire.encode(["w", rows]).encode())[1], runs, ())


def _request(chat: Path, case: Path, jobs: int) -> Request:
    source = SourceArgument(label="phone", path=chat)
    return Request(sources=(source,), case=case, jobs=jobs, packs=("en",), ocr=False)


def test_one_process_and_three_give_the_same_root(chat: Path, tmp_path: Path) -> None:
    roots = {run(_request(chat, tmp_path / f"case{jobs}", jobs)).index_root for jobs in (1, 3)}
    assert len(roots) == 1


def test_units_of_a_window_that_kills_its_workers_stand_with_a_problem(
    chat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker is told that every window's worker died: nothing of the item may be lost."""
    from triage.engines.pool import Pool

    plain = Pool.run

    def dying(self: Pool) -> Any:
        for task, frame in plain(self):
            yield (task, ["died", "crash", False]) if task.phase == "extract" and frame[0] == "hits" else (task, frame)

    monkeypatch.setattr(Pool, "run", dying)
    case = run(_request(chat, tmp_path / "case", 3)).case
    db = schema.open_readonly(case / "evidence.sqlite")
    messages = db.execute("select count(*) from units where origin='message'").fetchone()[0]
    lost = [row["message"] for row in db.execute("select message from problems where code='X-WINDOW'")]
    statuses = [row[0] for row in db.execute("select status from items")]
    db.close()
    assert messages == 12_001
    assert statuses == ["read"]
    assert all("could not be searched" in line for line in lost)
