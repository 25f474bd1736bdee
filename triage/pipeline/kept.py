"""What a case keeps of its own inputs: the lists as given, and the request that made the index.

A case grows; a watch-list that was given once goes on being looked for, until another of the same name takes its
place. With the lists and the last request in the folder (`inputs/`, private, listed in `case.sha256`), a later run, a
release and a replay need nobody's memory. Nothing of it stands in an export.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from triage.case import CaseFolder, SourceArgument, write_private
from triage.errors import CaseError
from triage.index import schema
from triage.model import Resources
from triage.pipeline import hash_matching
from triage.pipeline.request import Request, WatchList
from triage.readers.table_map_file import MapFile, parse_map
from triage.scope import Scope
from triage.watchlists import parse_watchlist

FOLDER = "inputs"
_Listed = TypeVar("_Listed", bound="WatchList | MapFile")
REQUEST = "request.json"


def with_kept(folder: CaseFolder, request: Request) -> Request:
    """The request with the lists of earlier runs; what it gives itself takes the place of lists of the same name."""
    return replace(
        request, watch=_merged(_read(folder, "watch"), request.watch),
        privilege=_merged(_read(folder, "privilege"), request.privilege), maps=_merged(_maps(folder), request.maps),
    )  # fmt: skip


def _merged(kept: Sequence[_Listed], given: Sequence[_Listed]) -> tuple[_Listed, ...]:
    names = {listed.name for listed in given}
    return (*(listed for listed in kept if listed.name not in names), *given)


def keep(folder: CaseFolder, request: Request) -> None:
    """Write the lists and the request that are in force now."""
    home = folder.root / FOLDER
    home.mkdir(mode=0o700, exist_ok=True)
    lists: dict[str, list[dict[str, str]]] = {}
    wanted = {REQUEST}
    given: Sequence[WatchList] | Sequence[MapFile]
    for kind, given in (("watch", request.watch), ("privilege", request.privilege), ("maps", request.maps)):
        for listed in given:
            name = f"{kind}-{listed.sha256[:16]}-{_safe(listed.name)}"
            (home / name).write_bytes(listed.content)
            (home / name).chmod(0o600)
            lists.setdefault(kind, []).append({"name": listed.name, "sha256": listed.sha256, "file": name})
            wanted.add(name)
    for old in home.iterdir():
        if old.name not in wanted:
            old.unlink()
    before = _said(folder)
    labels = [source.label for source in request.sources]
    zones = before.get("zones", {}) | {label: request.zone(label) for label in labels}
    regions = before.get("regions", {}) | {label: list(request.region(label)) for label in labels}
    said = {"lists": lists, "zones": {k: v for k, v in zones.items() if v}, "regions": regions,
            "packs": list(request.packs), "ocr": request.ocr, "ocr_languages": list(request.ocr_languages),
            "scope": _scope(request.scope)}  # fmt: skip
    write_private(home / REQUEST, json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)[-60:] or "list"


def _scope(scope: Scope) -> dict[str, object]:
    return {"since": scope.since, "until": scope.until, "apps": list(scope.apps), "parties": list(scope.parties),
            "include_undated": scope.include_undated}  # fmt: skip


def _said(folder: CaseFolder) -> dict[str, Any]:
    path = folder.root / FOLDER / REQUEST
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _read(folder: CaseFolder, kind: str) -> tuple[WatchList, ...]:
    out = []
    for row in _said(folder).get("lists", {}).get(kind, ()):
        content = (folder.root / FOLDER / row["file"]).read_bytes()
        entries = tuple(parse_watchlist(row["name"], content))
        out.append(WatchList(name=row["name"], sha256=row["sha256"], entries=entries, content=content))
    return tuple(out)


def _maps(folder: CaseFolder) -> tuple[MapFile, ...]:
    rows = _said(folder).get("lists", {}).get("maps", ())
    return tuple(parse_map(row["name"], (folder.root / FOLDER / row["file"]).read_bytes()) for row in rows)


def resources_of(request: Request) -> Resources:
    """What the extractors of a request are given."""
    return Resources(packs=request.packs, watch=tuple(entry for listed in request.watch for entry in listed.entries))


def again(folder: CaseFolder, sources: Sequence[SourceArgument], case: Path, jobs: int) -> Request:
    """The request that made this index, for other places of its sources. CaseError where the case keeps none."""
    said = _said(folder)
    if not said:
        raise CaseError("keeps no request to repeat.", where=folder.root.name, remedy="Run over its sources once more.")
    scope = said["scope"]
    db = schema.open_readonly(folder.index)
    try:
        hits = hash_matching.kept(db)
    finally:
        db.close()
    return Request(
        sources=tuple(sources), case=case, jobs=jobs, zones=said["zones"],
        regions={k: tuple(v) for k, v in said["regions"].items()}, packs=tuple(said["packs"]),
        watch=_read(folder, "watch"), privilege=_read(folder, "privilege"), maps=_maps(folder), hash_hits=hits,
        ocr=said["ocr"], ocr_languages=tuple(said["ocr_languages"]),
        scope=Scope(since=scope["since"], until=scope["until"], apps=tuple(scope["apps"]),
                    parties=tuple(scope["parties"]), include_undated=scope["include_undated"]),
    )  # fmt: skip
