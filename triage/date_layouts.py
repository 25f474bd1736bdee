"""Proof of a date layout: day, month and year in which order, decided from a whole file or not at all.

`03/04/19` is 3 April or 4 March; nothing in the line says which. A file written by one phone uses one order, so that
all of its dates together can prove it. What counts as proof, and nothing else does:

1. **A year in first place** with three or four digits: year, month, day.
2. **Impossible readings.** A first field above 12 refutes month-first, a second field above 12 refutes day-first. An
   order is proved when it is the only one that no date refutes.
3. **Order of the records**, where no field decides: with at least three different days in a row, one reading never
   steps back and the other does. A chat is written in the order it happened. Two readings that both run forward prove
   nothing, however unlikely one of them looks: a landlord may write on the 2nd of each month.
4. **Dates stated elsewhere**, which a reader may bring (`witness`): a file name that the program wrote with the day in
   it, agreeing with one reading and contradicting none.

Two-digit years in first place (`19. 9. 17.`, some Korean and Basque phones) are believed only where the common orders
are refuted by 2 or step back, and year-first never does. For two-digit years alone a reading must also fall between
2009, when the programs in question first appeared, and 2044.

Where both orders are proved in different places of one layout, the file was pasted together: it is split where the
order changes (`Proof.spans`). Records between two contradicting proofs belong to the part whose reading keeps time
running forward; where both do, they stay undecided. Everything undecided keeps its source string and no time.

Two-digit years of other calendars: 52–87 throughout is the Buddhist era (25xx, 2009–2044), 88–99 throughout the
Persian one (13xx, 2009–2020); neither range can be Gregorian.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.calendars import Civil, Era, civil, era_of

Order = Literal["dmy", "mdy", "ymd"]
YearPlace = Literal["first", "last", "short"]
Fields = tuple[int, int, int]
"""Three numbers as written, from the left."""
FIRST_YEAR, LAST_YEAR = 2009, 2044
MOST_DAYS = 200_000
"""More changes of day than this are not kept in order; the days beyond count for impossible readings alone."""
_MOST_CHANGES = 1_000
_PLACES: dict[Order, tuple[int, int, int]] = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}


def year_place(first_digits: int, last_digits: int) -> YearPlace:
    """Where the year stands, as far as the number of digits says."""
    return "first" if first_digits >= 3 else "last" if last_digits >= 3 else "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the records of one layout prove."""

    spans: tuple[tuple[int, Order | None], ...]
    """(first record, order) in ascending order; None = undecided. The first span starts at record 0."""
    reason: str
    """In words, for the report."""
    short_era: Era = "gregorian"
    """The era of two-digit years."""

    @property
    def decided(self) -> bool:
        return all(order is not None for _, order in self.spans)

    def order_at(self, record: int) -> Order | None:
        """The order that holds for the record of that number (0-based, counted within the layout)."""
        found: Order | None = None
        for first, order in self.spans:
            if first > record:
                break
            found = order
        return found

    def day(self, order: Order, fields: Fields, year_digits: int) -> Civil | None:
        """The civil day of `fields` read in `order`; None where there is none."""
        year, month, day = (fields[place] for place in _PLACES[order])
        if year_digits >= 3:
            return civil(year, month, day, era_of(year, year_digits))
        return civil(_short_year(year, self.short_era), month, day, self.short_era)


def _short_year(year: int, era: Era) -> int:
    if era == "buddhist":
        return 2500 + year
    if era == "persian":
        return 1300 + year
    return 2000 + year if year < 70 else 1900 + year


class DayEvidence:
    """Collects the days of one layout in record order; a run of equal days costs one entry."""

    def __init__(self, place: YearPlace, year_digits: int) -> None:
        self.place: YearPlace = place
        self.year_digits = year_digits
        self.records = 0
        self._fields = array("H")
        self._first = array("Q")
        self._last: Fields | None = None
        self._beyond: set[Fields] = set()
        self._witness: dict[Order, int] = {}

    def add(self, fields: Fields, count: int = 1) -> None:
        """`count` consecutive records of one day."""
        if fields != self._last and self.place != "first":
            self._last = fields
            if len(self._first) < MOST_DAYS:
                self._fields.extend(fields)
                self._first.append(self.records)
            elif len(self._beyond) < MOST_DAYS:
                self._beyond.add(fields)
        self.records += count

    def witness(self, fields: Fields, stated: Civil) -> None:
        """A date stated elsewhere for a record of that day: counts for the one order that agrees with it."""
        agree = [order for order in self._orders() if self._civil(order, fields, "gregorian") == stated]
        if len(agree) == 1:
            self._witness[agree[0]] = self._witness.get(agree[0], 0) + 1

    def prove(self) -> Proof:
        """The proof, once all records were added."""
        if self.place == "first":
            return Proof(spans=((0, "ymd"),), reason="the year stands first")
        if self._beyond:
            return self._prove_unordered()
        days = [(f[0], f[1], f[2]) for f in self._rows()]
        eras = {order: self._era(order, days) for order in self._orders()}
        read = {order: [self._valid(order, d, eras[order]) for d in days] for order in self._orders()}
        spans, reason = self._decide(days, read)
        settled = {order for _, order in spans if order}
        era = eras[min(settled)] if len(settled) == 1 else "gregorian"
        return Proof(spans=spans, reason=reason, short_era=era)

    def _prove_unordered(self) -> Proof:
        """Where the day changes too often to keep the order of records: by impossible readings only."""
        days = sorted(self._beyond.union((f[0], f[1], f[2]) for f in self._rows()))
        era = self._era("dmy", days)
        cast = {vote for d in days if (vote := _vote(self._valid("dmy", d, era), self._valid("mdy", d, era)))}
        only = min(cast) if len(cast) == 1 and len(self._beyond) < MOST_DAYS else None
        return Proof(spans=((0, only),), reason="the date changes too often to follow its order", short_era=era)

    def _orders(self) -> tuple[Order, ...]:
        return ("dmy", "mdy") if self.place == "last" else ("dmy", "mdy", "ymd")

    def _rows(self) -> Iterator[Sequence[int]]:
        return (self._fields[i : i + 3] for i in range(0, len(self._fields), 3))

    def _era(self, order: Order, days: list[Fields]) -> Era:
        if self.place != "short" or not days:
            return "gregorian"
        years = [d[_PLACES[order][0]] for d in days]
        if all(52 <= y <= 87 for y in years):
            return "buddhist"
        return "persian" if all(88 <= y <= 99 for y in years) else "gregorian"

    def _civil(self, order: Order, fields: Fields, era: Era) -> Civil | None:
        return Proof(spans=(), reason="", short_era=era).day(order, fields, self.year_digits)

    def _valid(self, order: Order, fields: Fields, era: Era) -> Civil | None:
        day = self._civil(order, fields, era)
        if day is not None and self.place == "short" and not FIRST_YEAR <= day[0] <= LAST_YEAR:
            return None
        return day

    def _decide(
        self, days: list[Fields], read: dict[Order, list[Civil | None]]
    ) -> tuple[tuple[tuple[int, Order | None], ...], str]:
        dmy, mdy = read["dmy"], read["mdy"]
        votes: list[Order | None] = [_vote(d, m) for d, m in zip(dmy, mdy, strict=True)]
        cast = {vote for vote in votes if vote}
        forward: dict[Order, bool] = {order: _never_back(readings) for order, readings in read.items()}
        enough = len(set(days)) >= 3
        if "ymd" in read and enough and forward["ymd"] and all(read["ymd"]) and not _common_fits(cast, read, forward):
            return ((0, "ymd"),), "year first is the only order in which time never steps back"
        if len(cast) == 2:
            return self._split(votes, read), "the order changes within the file"
        if cast:
            order = min(cast)
            return ((0, order),), f"the {'first' if order == 'dmy' else 'second'} field passes 12"
        if days and all(d == m for d, m in zip(dmy, mdy, strict=True)) and any(dmy):
            return ((0, "dmy"),), "day and month are the same number"
        if enough and forward["dmy"] != forward["mdy"]:
            only: Order = "dmy" if forward["dmy"] else "mdy"
            return ((0, only),), "the only order in which time never steps back"
        if len(self._witness) == 1:
            return ((0, min(self._witness)),), "file names written by the program state the day"
        return ((0, None),), "no date decides the order"

    def _split(
        self, votes: list[Order | None], read: dict[Order, list[Civil | None]]
    ) -> tuple[tuple[int, Order | None], ...]:
        spans: list[tuple[int, Order | None]] = []
        cast = [(i, vote) for i, vote in enumerate(votes) if vote]
        last, current = cast[0]
        spans.append((0, current))
        for i, vote in cast[1:]:
            if vote != current:
                low, high = _turn(read[current], read[vote], last, i)
                if low < high:
                    spans.append((self._first[low], None))
                spans.append((self._first[high], vote))
                current = vote
            last = i
            if len(spans) > _MOST_CHANGES:
                return ((0, None),)
        return tuple(spans)


def _vote(dmy: Civil | None, mdy: Civil | None) -> Order | None:
    if dmy is None:
        return "mdy" if mdy is not None else None
    return "dmy" if mdy is None else None


def _common_fits(cast: set[Order], read: dict[Order, list[Civil | None]], forward: dict[Order, bool]) -> bool:
    """Whether day-first or month-first is left standing, reads every date and keeps time running forward."""
    left: set[Order] = cast or {"dmy", "mdy"}
    return len(cast) < 2 and any(forward[order] and all(read[order]) for order in left)


def _never_back(readings: list[Civil | None]) -> bool:
    known = [r for r in readings if r is not None]
    return all(a <= b for a, b in itertools.pairwise(known))


def _turn(before: list[Civil | None], after: list[Civil | None], last: int, first: int) -> tuple[int, int]:
    """Between day `last` (proved `before`) and day `first` (proved `after`): the undecided days are `low:high`."""
    high = last + 1
    while high < first and _never_back([before[high - 1], before[high]]):
        high += 1
    low = first
    while low > last + 1 and _never_back([after[low - 1], after[low]]):
        low -= 1
    return (low, high) if low <= high else (last + 1, first)
