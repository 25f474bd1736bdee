"""The extract pass inside a worker: every extractor over every run, one failing unit never taking others with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from triage.engines.runs import split
from triage.model import Extractor, Hit, Problem, Resources, Run, Scan
from triage.problems import Failure, guarded, problem


@dataclass(slots=True)
class Extraction:
    """The prepared extractors of a case, compiled once per process at first use."""

    extractors: Sequence[Extractor]
    resources: Resources
    spare: Callable[[], bool] = lambda: False
    """Whether another worker would take the next window of the item in hand (`triage.engines.windows`)."""
    _scans: list[tuple[str, Scan]] | None = None

    def scans(self) -> list[tuple[str, Scan]]:
        """Every extractor, ready."""
        if self._scans is None:
            self._compile()
            self._scans = [(e.name, e.prepare(self.resources)) for e in self.extractors]
        return self._scans

    def _compile(self) -> None:
        """Load the rule packs here, in the worker: extractors are given them and may open no file."""
        if not self.resources.compiled:
            from triage.packs.cache import with_packs

            self.resources = with_packs(self.resources)

    def languages(self, run: Run) -> Sequence[str | None]:
        """Language of each unit of a run, None where undecided."""
        from extractors.language import detect_languages

        self._compile()
        return detect_languages(run, self.resources.compiled)  # type: ignore[arg-type]

    def hits(self, run: Run) -> Iterator[Hit | Problem]:
        """Hits with unit indexes within the run; a Problem for each unit on which an extractor failed."""
        for name, scan in self.scans():
            found = list(guarded(scan(run), lambda error, n, name=name: _failed(name)))  # type: ignore[misc]
            if found and isinstance(found[-1], Failure):
                yield from self._one_by_one(name, scan, run)
            else:
                yield from (hit for hit in found if isinstance(hit, Hit))

    def _one_by_one(self, name: str, scan: Scan, run: Run) -> Iterator[Hit | Problem]:
        for index, single in enumerate(split(run)):
            locator = single.units[0].locator
            for hit in guarded(scan(single), lambda error, n: _failed(name, locator)):  # noqa: B023
                yield hit.problem if isinstance(hit, Failure) else _moved(hit, index)


def _moved(hit: Hit, index: int) -> Hit:
    parts = tuple(replace(p, unit=index) for p in hit.finding.parts)
    return Hit(unit=index, finding=replace(hit.finding, parts=parts))


def _failed(name: str, locator: str = "") -> Problem:
    return problem("X-FAILED", "extract", locator, extractor=name)
