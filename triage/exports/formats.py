"""The closed tuple of export formats, and the one way to make an export: write, hash, record, seal.

Every export is a derivative with a root of its own: the SHA-256 of its bytes (of the sorted list of its files, where
it has several). `export.made` in the custody log names format, filter, counts, that root and the index root it came
from, so a file that turns up later can be tied to the case it was made from.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from triage.errors import UsageError
from triage.exports import case_uco, country_leads, geo, graphml, plain, timesketch, workbook
from triage.exports.selection import Chosen, Selection, meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: a single stream (`write`) or a folder of files (`shards`)."""

    name: str
    suffix: str
    binary: bool = False
    write: Callable[[Chosen, BinaryIO], None] | None = None
    shards: Callable[[Chosen, Path], None] | None = None


def _csv(chosen: Chosen, out: BinaryIO) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="", write_through=True)
    plain.write_csv(chosen, text)
    text.detach()


FORMATS: tuple[Format, ...] = (
    Format(name="jsonl", suffix=".jsonl", write=plain.write_jsonl),
    Format(name="csv", suffix=".csv", write=_csv),
    Format(name="xlsx", suffix=".xlsx", binary=True, write=workbook.write_xlsx),
    Format(name="case", suffix="", shards=case_uco.write),
    Format(name="timesketch", suffix=".jsonl", write=timesketch.write),
    Format(name="kml", suffix=".kml", write=geo.write_kml),
    Format(name="geojson", suffix=".geojson", write=geo.write_geojson),
    Format(name="graphml", suffix=".graphml", write=graphml.write),
    Format(name="country-leads", suffix=".json"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished export."""

    format: str
    root: str
    size: int
    account: dict[str, object]
    index_root: str


def named(name: str) -> Format:
    """UsageError where there is no such format."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise UsageError(f"there is no format {name!r}.", where="--to", remedy="Use " + ", ".join(f.name for f in FORMATS))


def export(db: sqlite3.Connection, format: Format, selection: Selection, out: Path, country: str = "") -> Made:
    """Write one export to `out`, which must not exist."""
    if out.exists():
        raise UsageError("exists already.", where=str(out), remedy="Name another place with --out.")
    chosen = Chosen(db, selection)
    write = _with_country(country) if format.name == "country-leads" else format.write
    if write is not None:
        with out.open("xb") as stream:
            write(chosen, stream)
    elif format.shards is not None:
        out.mkdir(parents=True)
        format.shards(chosen, out)
    root, size = root_of(out)
    return Made(format=format.name, root=root, size=size, account=chosen.account(), index_root=meta(db, "index_root"))


def _with_country(country: str) -> Callable[[Chosen, BinaryIO], None]:
    if len(country) != 2 or not country.isalpha():
        raise UsageError("country-leads needs a country.", where="--country", remedy="Give it as CC, such as RO.")
    return lambda chosen, out: country_leads.write(chosen, out, country)


def root_of(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file; for a folder of the lines `<sha256>  <name>` of its files, sorted by name."""
    if path.is_file():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size
    lines, size = [], 0
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest, n = root_of(file)
        lines.append(f"{digest}  {file.relative_to(path).as_posix()}\n")
        size += n
    return hashlib.sha256("".join(lines).encode()).hexdigest(), size
