"""Watch-lists as files: read, checked, and identified by their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from triage.errors import UsageError
from triage.pipeline.request import WatchList
from triage.readers.table_map_file import MapFile, parse_map


def read_maps(paths: Sequence[Path]) -> tuple[MapFile, ...]:
    """Every map file, in the order given; UsageError names the file and the place of a mistake."""
    out = []
    for path in paths:
        try:
            out.append(parse_map(path.name, path.read_bytes()))
        except OSError as error:
            raise UsageError("the map file cannot be read.", where=str(path), remedy="Check the path.") from error
    return tuple(out)


def read_lists(paths: Sequence[Path]) -> tuple[WatchList, ...]:
    """Every list, in the order given; UsageError names the file and the line of a mistake."""
    out = []
    for path in paths:
        from triage.watchlists import parse_watchlist

        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError("the watch-list cannot be read.", where=str(path), remedy="Check the path.") from error
        entries = parse_watchlist(path.name, content)
        digest = hashlib.sha256(content).hexdigest()
        out.append(WatchList(name=path.name, sha256=digest, entries=tuple(entries), content=content))
    return tuple(out)
