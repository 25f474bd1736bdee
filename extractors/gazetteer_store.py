"""The compact gazetteer: names of places as sorted hashes in one memory-mapped file.

File `data/places.bin` (built by `data/build_places.py`; data © GeoNames, CC BY 4.0, see `data/NOTICE`), little-endian:

    magic    b"PLACES01", four uint32: names, cities, bytes of the text block, bytes of the country block
    names    uint64 each, ascending: 44 bits of BLAKE2b of the folded name, 2 bits class, 1 bit primary, 17 bits city
    cities   uint32 geonameid, uint32 population, int32 lat, int32 lon (ten-thousandths of a degree), uint16 country,
    uint16 zero,
             4 bytes admin code, uint32 offset of the name in the text block
    text     names, each closed by a zero byte
    countries two letters each

A first word that begins longer names has an entry of its own under `\\x01` + word whose city field is the greatest
number of words; under `\\x02` the same for plain names of large places, which are believed without a capital,
and under `\\x03` + the first two words that there is such a name. Classes: 0 plain, 1 a common word too, 2 a person's
name too, 3 almost always the word. Nothing is read before the first look-up; pages come in as they are touched, so
opening costs milliseconds and a few megabytes."""

from __future__ import annotations

import mmap
import struct
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

PLAIN, WORD, PERSON, NEVER = 0, 1, 2, 3
MAGIC = b"PLACES01"
CITY = struct.Struct("<IIiiHH4sI")
_HEAD = struct.Struct("<8sIIII")
_CITY_BITS, _CLASS_SHIFT, _HASH_SHIFT = 17, 18, 20
_LETTERS = str.maketrans(
    {
        "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ە": "ه",
        "ہ": "ه", "ھ": "ه", "ـ": None, "ё": "е", "ß": "ss", "ø": "o",
        "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ʻ": None, "ʼ": None,
    }
)  # fmt: skip


@lru_cache(maxsize=32768)
def fold(name: str) -> str:
    """Lower case, accents and vowel points off, spelling variants of a script as one, punctuation as single spaces."""
    if name.isascii():
        low = name.lower()
    else:
        plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        low = unicodedata.normalize("NFC", plain).casefold().translate(_LETTERS)
    return " ".join("".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in low).split())


def hashed(folded: str) -> int:
    """The 44 bits a folded name is filed under."""
    return int.from_bytes(blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") >> 20


def entry(folded: str, city: int, kind: int, *, primary: bool) -> int:
    """The uint64 of a name."""
    return hashed(folded) << _HASH_SHIFT | kind << _CLASS_SHIFT | int(primary) << _CITY_BITS | city


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place a name may mean."""

    value: str
    """`GN:<geonameid>`, or `TP:<id>` for a place of the own list that GeoNames' cities lack."""
    name: str
    country: str
    admin: str
    population: int
    lat: float
    lon: float
    kind: int
    primary: bool
    note: str = ""


class Store:
    """The mapped file."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, names, cities, text, countries = _HEAD.unpack_from(self._map)
        if magic != MAGIC or len(self._map) != _HEAD.size + 8 * names + CITY.size * cities + text + countries:
            raise ValueError("the gazetteer file is not whole")
        view = memoryview(self._map)
        at = _HEAD.size
        self._names = view[at : at + 8 * names].cast("Q")
        self._cities = at + 8 * names
        self._text = self._cities + CITY.size * cities
        self._countries = self._text + text

    def _entries(self, folded: str) -> list[int]:
        key = hashed(folded)
        at = bisect_left(self._names, key << _HASH_SHIFT)
        found = []
        while at < len(self._names) and self._names[at] >> _HASH_SHIFT == key:
            found.append(self._names[at])
            at += 1
        return found

    def longest(self, first: str, *, lower: bool = False) -> int:
        """The greatest number of words of a name that begins with the folded word `first`."""
        made = self._entries(("\x02" if lower else "\x01") + first)
        return max((e & (1 << _CITY_BITS) - 1 for e in made), default=1)

    def begins(self, two: str) -> bool:
        """Whether a plain name of a large place begins with these two folded words."""
        return bool(self._entries("\x03" + two))

    def places(self, folded: str) -> tuple[Place, ...]:
        """Every place with that folded name, greatest first."""
        found = (self._place(e) for e in self._entries(folded))
        return tuple(sorted(found, key=lambda p: (-p.population, p.value)))

    def _place(self, made: int) -> Place:
        at = self._cities + CITY.size * (made & (1 << _CITY_BITS) - 1)
        number, population, lat, lon, country, _, admin, where = CITY.unpack_from(self._map, at)
        begin = self._text + where
        return Place(
            value=f"GN:{number}",
            name=self._map[begin : self._map.find(b"\x00", begin)].decode("utf-8"),
            country=self._map[self._countries + 2 * country : self._countries + 2 * country + 2].decode("ascii"),
            admin=admin.rstrip(b"\x00").decode("ascii", "replace"),
            population=population,
            lat=lat / 10_000,
            lon=lon / 10_000,
            kind=made >> _CLASS_SHIFT & 3,
            primary=bool(made >> _CITY_BITS & 1),
        )


@cache
def store() -> Store:
    """The gazetteer that ships, opened on first use."""
    return Store(Path(__file__).parent / "data" / "places.bin")
