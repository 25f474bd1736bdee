"""Times of a WhatsApp export's records, each layout by its own proof; how often, and where, they could not be told.

A layout with a single proved order costs one dictionary look-up a record. Undecided stamps keep their source string
only. The zone is the examiner's or none: an export does not say where the phone was.
"""

from __future__ import annotations

from functools import lru_cache

from triage import timestamps
from triage.calendars import Civil
from triage.date_layouts import Order, Proof
from triage.model import Moment, Problem
from triage.problems import problem
from triage.readers.whatsapp_clock import clock_time
from triage.readers.whatsapp_lines import Layout, date_fields
from triage.readers.whatsapp_survey import Survey

_MOST_CHANGES_TOLD = 20
_MOST_KEPT = 100_000


class Times:
    """Moments of records, asked for in file order."""

    def __init__(self, found: Survey, zone: str | None) -> None:
        self._zone = zone
        self._proofs: dict[Layout, Proof] = found.proofs
        self._seen: dict[Layout, int] = {}
        self._split = {layout for layout, proof in found.proofs.items() if len(proof.spans) > 1}
        self._order: Order | None = None
        self.invalid = self.undecided = 0
        self.first_undecided = 0
        self.changes: list[int] = []
        self._day = lru_cache(maxsize=1 << 14)(self._read_day)
        self._main = found.main_layout
        self.plain_days: dict[str, str] = {}
        """Days of the file's own form that are read and in plausible years."""
        self._clocks: dict[str, str] = {}

    def is_split(self, layout: Layout | None) -> bool:
        """Whether the layout's order changes within the file, so that every record must be asked for."""
        return layout in self._split

    def moment(self, layout: Layout, stamp: str, date: str, clock: str, line: int) -> Moment:
        """The time of the record at `line`."""
        order = self._order_of(layout)
        if order is None:
            return timestamps.undecided(stamp)
        if order != self._order:
            if self._order is not None and len(self.changes) < _MOST_CHANGES_TOLD:
                self.changes.append(line)
            self._order = order
        day, time = self._day(layout, order, date), clock_time(clock)
        if day is None or time is None:
            return Moment(source=stamp)
        return timestamps.local_time(*day, *time, source=stamp, zone=self._zone)

    def main_moment(self, stamp: str, date: str, clock: str, line: int) -> Moment:
        """The time of a record in the file's own form: the short way, where no zone is stated and no order changes."""
        day, time = self.plain_days.get(date), self._clocks.get(clock)
        if day is not None and time is not None and self._zone is None:
            return timestamps.wall_time(day, time, stamp)
        if self._main is None:
            return Moment(source=stamp)
        when = self.moment(self._main, stamp, date, clock, line)
        if when.local is not None and len(self._clocks) < _MOST_KEPT and len(self.plain_days) < _MOST_KEPT:
            self._clocks[clock] = when.local[11:]
            if not timestamps.is_absurd(when):
                self.plain_days[date] = when.local[:10]
        return when

    def count(self, moment: Moment, line: int) -> None:
        """Keep account of a record without a time."""
        if moment.basis == "ambiguous" and moment.local is None:
            self.undecided += 1
            self.first_undecided = self.first_undecided or line
        elif moment.basis == "none":
            self.invalid += 1

    def problems(self, records: int) -> list[Problem]:
        """What could not be told, once all records were read."""
        found = [problem("R-DATE-MIXED", "read", f"line={n}", at=f" at line {n}") for n in self.changes]
        if self.undecided:
            where = "" if self.undecided == records else f"line={self.first_undecided}"
            found.append(problem("R-DATE-ORDER", "read", where))
        if self.invalid:
            found.append(problem("R-DATE-VALUE", "read", n=self.invalid))
        return found

    def _order_of(self, layout: Layout) -> Order | None:
        proof = self._proofs[layout]
        if layout not in self._split:
            return proof.spans[0][1]
        n = self._seen.get(layout, 0)
        self._seen[layout] = n + 1
        return proof.order_at(n)

    def _read_day(self, layout: Layout, order: Order, date: str) -> Civil | None:
        return self._proofs[layout].day(order, date_fields(date)[0], layout.year_digits)
