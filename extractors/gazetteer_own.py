"""The own list: border crossings, ports, stations, camps and route nicknames that a city gazetteer lacks.

`patterns/places/*.toml`, one table a file: `id`, `names` (all spellings and scripts), `country` (both sides of a
crossing as `MX-GT`), rounded `lat`/`lon` (two decimals, absent for a route), `kind`, `note`, and `geonameid` where
GeoNames has the place. Facts from public sources only. The value of a place without a GeoNames id is `TP:<id>`.
"""

from __future__ import annotations

import tomllib
from functools import cache

import patterns
from extractors.gazetteer_store import PLAIN, Place, fold


@cache
def _all() -> dict[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    for path in sorted((patterns.root() / "places").glob("*.toml")):
        for row in tomllib.loads(path.read_text("utf-8"))["place"]:
            number = row.get("geonameid")
            for n, name in enumerate(row["names"]):
                made = Place(
                    value=f"GN:{number}" if number else f"TP:{row['id']}",
                    name=row["names"][0],
                    country=row["country"],
                    admin="",
                    population=row.get("weight", 100_000),
                    lat=row.get("lat", 0.0),
                    lon=row.get("lon", 0.0),
                    kind=PLAIN,
                    primary=n == 0,
                    note=f"{row['kind']}: {row['note']}",
                )
                key = fold(name)
                if made.value not in {p.value for p in found.get(key, ())}:
                    found[key] = (*found.get(key, ()), made)
    return found


@cache
def _first_words() -> dict[str, int]:
    lengths: dict[str, int] = {}
    for name in _all():
        parts = name.split()
        lengths[parts[0]] = max(lengths.get(parts[0], 1), len(parts))
    return lengths


@cache
def _first_pairs() -> frozenset[str]:
    return frozenset(" ".join(name.split()[:2]) for name in _all())


def begins(two: str) -> bool:
    """Whether a name of the own list begins with these two folded words."""
    return two in _first_pairs()


def places(folded: str) -> tuple[Place, ...]:
    """Places of the own list under a folded name."""
    return _all().get(folded, ())


def longest(first: str) -> int:
    """Most words of a name that begins so."""
    return _first_words().get(first, 1)
