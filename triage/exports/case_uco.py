"""CASE/UCO JSON-LD in shards (CASE 1.4 / UCO 1.4: caseontology.org, unifiedcyberontology.org).

    manifest.jsonld        investigation, tool, action, the files of evidence with their hashes
    findings-00001.jsonld  at most `SHARD` units with findings each, with stubs of the nodes they point to

    file of evidence     observable:File + FileFacet, ContentDataFacet (size, MIME type, SHA-256)
    message or call      observable:Message + MessageFacet (application, from, to, sentTime, messageText, sessionID)
    any other unit       observable:ContentData + ContentDataFacet (dataPayload)
    address              observable:ApplicationAccount + AccountFacet, ApplicationAccountFacet
    where it was found   observable:ObservableRelationship, Contained_Within, with the locator as description
    a finding            analysis:AnalyticResult: "matches pattern …"; never what it means

IRIs are UUIDs of version 5 over the index's own ids: the same index gives the same graph. A time without a zone is no
`xsd:dateTime` a reader could compare, so `sentTime` stands only where the instant is known; what the evidence says
stands in the description. Small shards, because validation grows faster than the graph.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from triage import __version__
from triage.exports.selection import Chosen, exhibit, meta

SHARD = 200
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "tag:evidence-triage,2026:case-uco")
_CONTEXT = {
    "kb": "http://example.org/kb/",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
    "uco-analysis": "https://ontology.unifiedcyberontology.org/uco/analysis/",
    "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
    "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
    "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
    "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Node = dict[str, Any]


def iri(kind: str, key: str) -> str:
    """`kb:Kind-<uuid5>` over the kind and the index's own id."""
    return f"kb:{kind}-{uuid.uuid5(_SPACE, f'{kind}:{key}')}"


def node(kind: str, type: str, key: str, **more: Any) -> Node:
    return {"@id": iri(kind, key), "@type": type, **more}


def ref(kind: str, key: str) -> Node:
    return {"@id": iri(kind, key)}


def _facet(type: str, of: str, **more: Any) -> Node:
    name = type.split(":")[1]
    return {"@id": iri(name, of), "@type": type, **{k: v for k, v in more.items() if v not in (None, "")}}


def _hash(key: str, sha256: str) -> Node:
    return {
        "@id": iri("Hash", key), "@type": "uco-types:Hash",
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": sha256},
    }  # fmt: skip


def file_node(row: sqlite3.Row) -> Node:
    """One item of the index."""
    key = row["id"]
    content = _facet(
        "uco-observable:ContentDataFacet", key, **{"uco-observable:sizeInBytes": row["size"],
        "uco-observable:mimeType": row["media_type"]},
    )  # fmt: skip
    if row["sha256"]:
        content["uco-observable:hash"] = [_hash(key, row["sha256"])]
    named = _facet(
        "uco-observable:FileFacet", key, **{"uco-observable:fileName": row["path"].rsplit("/", 1)[-1],
        "uco-observable:filePath": f"{row['source']}/{row['path']}", "uco-observable:sizeInBytes": row["size"]},
    )  # fmt: skip
    said = f"status: {row['status']}; reader: {row['reader'] or 'none'}"
    return node("File", "uco-observable:File", key, **{"uco-core:description": said,
                "uco-core:hasFacet": [named, content]})  # fmt: skip


def _account(app: str, address: str) -> Node:
    return ref("ApplicationAccount", f"{app}\x00{address}")


def account_node(app: str, address: str) -> Node:
    """An address in an application, as the evidence writes it."""
    key = f"{app}\x00{address}"
    facets = [_facet("uco-observable:AccountFacet", key, **{"uco-observable:accountIdentifier": address})]
    if app:
        facets.append(_facet("uco-observable:ApplicationAccountFacet", key, **{
            "uco-observable:application": ref("Application", app)}))  # fmt: skip
    return node("ApplicationAccount", "uco-observable:ApplicationAccount", key, **{"uco-core:hasFacet": facets})


def _application(app: str) -> Node:
    facet = _facet("uco-observable:ApplicationFacet", app, **{"uco-observable:applicationIdentifier": app})
    return node("Application", "uco-observable:Application", app, **{"uco-core:name": app,
                "uco-core:hasFacet": [facet]})  # fmt: skip


def _unit_nodes(rows: list[sqlite3.Row]) -> Iterator[Node]:
    row = rows[0]
    key, mark = row["unit_id"], exhibit(row)
    said = f"{mark + '; ' if mark else ''}time as written: {row['sent_at_source'] or 'none'}"
    if row["origin"] in ("message", "email"):
        recipients = json.loads(row["recipients"])
        people = [a for a in dict.fromkeys((row["sender"], *recipients)) if a]
        yield from (account_node(row["app"], a) for a in people)
        if row["app"]:
            yield _application(row["app"])
        facet = _facet("uco-observable:MessageFacet", key, **{
            "uco-observable:application": ref("Application", row["app"]) if row["app"] else None,
            "uco-observable:from": _account(row["app"], row["sender"]) if row["sender"] else None,
            "uco-observable:to": [_account(row["app"], a) for a in recipients] or None,
            "uco-observable:messageText": row["text"], "uco-observable:sessionID": row["conversation"],
            "uco-observable:sentTime": {"@type": "xsd:dateTime", "@value": row["sent_at"]} if row["sent_at"] else None,
        })  # fmt: skip
        kind = "Message"
    else:
        facet = _facet("uco-observable:ContentDataFacet", key, **{"uco-observable:dataPayload": row["text"]})
        kind = "ContentData"
    yield node(kind, f"uco-observable:{kind}", key, **{"uco-core:description": said, "uco-core:hasFacet": [facet]})
    yield node("ObservableRelationship", "uco-observable:ObservableRelationship", key, **{
        "uco-core:source": ref(kind, key), "uco-core:target": ref("File", row["item_id"]),
        "uco-core:kindOfRelationship": "Contained_Within",
        "uco-core:isDirectional": {"@type": "xsd:boolean", "@value": True},
        "uco-core:description": row["locator"]})  # fmt: skip
    yield from (_finding(r, kind) for r in rows)


def _finding(row: sqlite3.Row, kind: str) -> Node:
    said = f"matches pattern {row['rule']} ({row['type']}, grade {row['grade']}) at {row['start']}-{row['end']}"
    return node("AnalyticResult", "uco-analysis:AnalyticResult", row["id"], **{
        "uco-core:name": row["type"], "uco-core:description": f"{said}: {row['value']}",
        "uco-core:object": [ref(kind, row["unit_id"])]})  # fmt: skip


def write(chosen: Chosen, folder: Path) -> None:
    """The manifest and the shards."""
    units = (list(rows) for _, rows in itertools.groupby(chosen, key=lambda row: row["unit_id"]))
    for n in itertools.count(1):
        batch = list(itertools.islice(units, SHARD))
        if not batch:
            break
        _shard(folder / f"findings-{n:05}.jsonld", chosen.db, batch)
    rows = chosen.db.execute("select * from items order by source, path").fetchall()
    graph = [*_investigation(chosen), *(file_node(row) for row in rows)]
    _write(folder / "manifest.jsonld", graph)


def _shard(path: Path, db: sqlite3.Connection, batch: list[list[sqlite3.Row]]) -> None:
    items = sorted({rows[0]["item_id"] for rows in batch})
    files = [db.execute("select * from items where id=?", (item,)).fetchone() for item in items]
    nodes = [*map(file_node, files), *(n for rows in batch for n in _unit_nodes(rows))]
    _write(path, {n["@id"]: n for n in nodes}.values())


def _investigation(chosen: Chosen) -> Iterator[Node]:
    uuid_ = meta(chosen.db, "case_uuid")
    said = json.loads(meta(chosen.db, "case") or "{}")
    tool = node("Tool", "uco-tool:Tool", "tool", **{"uco-core:name": "evidence-triage",
                "uco-tool:version": __version__})  # fmt: skip
    yield tool
    stated = json.dumps({"filter": chosen.selection.words(), "account": chosen.account()}, sort_keys=True)
    yield node("InvestigativeAction", "case-investigation:InvestigativeAction", uuid_, **{
        "uco-core:name": "triage run",
        "uco-core:description": f"index root {meta(chosen.db, 'index_root')}; {stated}",
        "uco-action:instrument": [{"@id": tool["@id"]}]})  # fmt: skip
    yield node("Investigation", "case-investigation:Investigation", uuid_, **{
        "uco-core:name": str(said.get("number") or "case"), "case-investigation:focus": "",
        "uco-core:object": [ref("InvestigativeAction", uuid_)]})  # fmt: skip


def _write(path: Path, graph: Iterable[Node]) -> None:
    made = {"@context": _CONTEXT, "@graph": [{k: v for k, v in n.items() if v != ""} for n in graph]}
    path.write_text(json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
