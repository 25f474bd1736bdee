"""The types of events a custody log holds, and what each must say.

An event is a type and a flat object of ids, digests, counts and fixed words: never text of the evidence, a name out
of it, a number out of it. What a person types (a note) is a file of its own, of which the log holds the digest.
The per-item event is the one that comes a million times; its keys are fixed and its values checked. For the others
the table names the keys that must be there; further ones are allowed. Types under `decision.` belong to the review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from triage.model import Status

Event = tuple[str, Mapping[str, object]]

STATUSES: tuple[str, ...] = get_args(Status)

REQUIRED: dict[str, frozenset[str]] = {
    "case.created": frozenset({"case"}),
    "source.added": frozenset({"label"}),
    "run.start": frozenset({"tool"}),
    "item": frozenset({"id", "sha256", "size", "status", "reader", "units", "findings", "problems"}),
    "item.unlocked": frozenset({"id", "with"}),
    "item.replaced": frozenset({"id", "sha256", "items"}),
    "run.end": frozenset({"walked", "statuses"}),
    "run.aborted": frozenset({"run_id", "start_seq"}),
    "source.reverified": frozenset({"matched", "changed", "moved", "new", "missing"}),
    "hashes.compared": frozenset({"list", "kind", "entries", "files", "hits", "not_compared"}),
    "tables.mapped": frozenset({"tables", "sha256"}),
    "output.written": frozenset({"path", "sha256", "size"}),
    "refresh": frozenset(),
    "checkpoint.made": frozenset({"number", "previous", "manifest_sha256", "index_root"}),
    "checkpoint.void": frozenset({"number"}),
    "log.recovered": frozenset({"bytes", "sha256"}),
    "note.added": frozenset({"path", "sha256"}),
    "transfer.out": frozenset({"from", "to", "means", "seal"}),
    "transfer.in": frozenset({"from", "to", "means", "seal"}),
    "export.made": frozenset({"sha256"}),
    "access.viewed": frozenset(),
    "held.opened": frozenset({"reviewer", "units"}),
    "held.released": frozenset({"reviewer", "units", "reason"}),
    "correction": frozenset({"refers_to"}),
}
"""Types and the keys they must have."""

TYPE_FORM = re.compile(r"[a-z]+(\.[a-z_]+)?")
HEX_64 = re.compile(r"[0-9a-f]{64}")
_ITEM_ID = re.compile(r"i_[0-9a-f]{32}")
_READER = re.compile(r"[a-z0-9_.@+-]{0,64}")
_COUNTS = ("size", "units", "findings", "problems")


def check(kind: str, data: Mapping[str, object]) -> None:
    """ValueError where an event may not stand in the log in this form."""
    needed = REQUIRED.get(kind)
    if kind == "item":
        _check_item(data)
    elif needed is not None:
        if missing := needed - data.keys():
            raise ValueError(f"a {kind} event needs {', '.join(sorted(missing))}")
        if kind == "run.end" and (why := unbalanced(data)):
            raise ValueError(why)
    elif not (kind.startswith("decision.") and TYPE_FORM.fullmatch(kind)):
        raise ValueError(f"{kind!r} is no type of custody event")


def _check_item(data: Mapping[str, object]) -> None:
    if data.keys() != REQUIRED["item"]:
        raise ValueError("an item event has exactly the keys " + ", ".join(sorted(REQUIRED["item"])))
    ident, digest, reader = data["id"], data["sha256"], data["reader"]
    if not (isinstance(ident, str) and _ITEM_ID.fullmatch(ident)):
        raise ValueError("an item event needs an item id")
    if digest is not None and not (isinstance(digest, str) and HEX_64.fullmatch(digest)):
        raise ValueError("an item event needs a SHA-256 in lower-case hex, or null for bytes that could not be read")
    if data["status"] not in STATUSES:
        raise ValueError("an item event needs one of the statuses " + ", ".join(STATUSES))
    if not (isinstance(reader, str) and _READER.fullmatch(reader)):
        raise ValueError("an item event needs the reader's name")
    for key in _COUNTS:
        count = data[key]
        if type(count) is not int or count < 0:
            raise ValueError(f"an item event needs a count as {key}")


def item(
    *,
    id: str,  # the key of the event
    sha256: str | None,
    size: int,
    status: Status,
    reader: str = "",
    units: int = 0,
    findings: int = 0,
    problems: int = 0,
) -> Event:
    """What became of one item: the compact event."""
    return "item", {
        "findings": findings,
        "id": id,
        "problems": problems,
        "reader": reader,
        "sha256": sha256,
        "size": size,
        "status": status,
        "units": units,
    }


def unbalanced(data: Mapping[str, object]) -> str:
    """Why the accounts of a `run.end` do not hold, or an empty string."""
    walked, statuses = data.get("walked"), data.get("statuses")
    if type(walked) is not int or not isinstance(statuses, Mapping):
        return "run.end does not state walked and statuses"
    total = 0
    for status, count in statuses.items():
        if status not in STATUSES or type(count) is not int or count < 0:
            return "run.end states a status that does not exist or a count that is none"
        total += count
    if total != walked:
        return f"the accounts do not balance: walked {walked}, statuses add up to {total}"
    return ""
