"""What the tests of export readers share: reading bytes, the accounts, and cutting at many places."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from triage.engines.blob import HeldBlob
from triage.model import Head, Problem, Read, ReadContext, Reader, Tally, Unit
from triage.problems import ReadError

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "corpus"


def read(reader: Reader, data: bytes, *, path: str = "x", zone: str | None = None) -> list[Read]:
    """Everything read; the Problem of a ReadError stands at the end."""
    blob = HeldBlob(size=len(data), sha256="", scratch=Path(), data=data)
    found: list[Read] = []
    try:
        for one in reader.read(blob, ReadContext(source="s", path=path, zone=zone)):
            found.append(one)
    except ReadError as error:
        found.append(error.problem)
    return found


def units(found: Iterable[Read]) -> list[Unit]:
    return [one for one in found if isinstance(one, Unit)]


def problems(found: Iterable[Read]) -> list[Problem]:
    return [one for one in found if isinstance(one, Problem)]


def codes(found: Iterable[Read]) -> list[str]:
    return [one.code for one in problems(found)]


def tallies(found: Iterable[Read]) -> dict[str, int]:
    return {one.what: one.n for one in found if isinstance(one, Tally)}


def score(reader: Reader, data: bytes, name: str = "x") -> int:
    return reader.detect(Head(name=name, size=len(data), start=data[: 1 << 16]))


def assert_accounts(found: list[Read]) -> None:
    counted = tallies(found)
    lost = sum(one.records for one in problems(found))
    assert counted["records"] + counted.get("extra_units", 0) == len(units(found)) + lost
    places = [(one.origin, one.locator) for one in units(found)]
    assert len(set(places)) == len(places)


def assert_cuts_are_told(reader: Reader, data: bytes, end: int, step: int = 1) -> None:
    """Cut before `end`, at every `step`th place: a Problem every time, and accounts that add up."""
    for cut in range(1, end, step):
        found = read(reader, data[:cut])
        assert problems(found), cut
        assert_accounts(found)
