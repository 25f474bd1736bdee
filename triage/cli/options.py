"""Values that people type: `KEY=VALUE` pairs, lists, and where the case lies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from triage.errors import UsageError


def keyed(values: Iterable[str], labels: Sequence[str], what: str) -> dict[str, str]:
    """`VALUE` for every source, or `LABEL=VALUE`; the empty key holds the first form."""
    out: dict[str, str] = {}
    for value in values:
        label, sep, rest = value.rpartition("=")
        if sep and label not in labels:
            raise UsageError(
                f"there is no source {label!r}.", where=f"{what} {value}", remedy="Use a label of this run."
            )
        out[label] = rest
    return out


def regions(values: Iterable[str], labels: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """`CC`, repeatable or comma-separated, or `LABEL=CC`."""
    out: dict[str, tuple[str, ...]] = {}
    for value in values:
        for label, codes in keyed([value], labels, "--region").items():
            listed = [c.strip().upper() for c in codes.split(",")]
            for code in listed:
                if not re.fullmatch(r"[A-Z]{2}", code):
                    raise UsageError(
                        f"{code!r} is no ISO 3166 country code.", where="--region", remedy="Use MX, ES, GB …"
                    )
            out[label] = (*out.get(label, ()), *listed)
    return out


def day(value: str, option: str) -> str:
    """`YYYY-MM-DD`, or nothing."""
    try:
        date.fromisoformat(value or "2000-01-01")
    except ValueError as error:
        raise UsageError(f"{value!r} is no day.", where=option, remedy="Use YYYY-MM-DD.") from error
    return value


def split_list(value: str | None) -> tuple[str, ...]:
    return tuple(v.strip() for v in (value or "").split(",") if v.strip())


def case_path(case: Path | None) -> Path:
    """The case named, or the only one in this folder."""
    if case is not None:
        return case.resolve()
    found = [p for p in Path.cwd().glob("triage-case-*") if (p / "evidence.sqlite").is_file()]
    if len(found) != 1:
        why = "no case folder here" if not found else f"{len(found)} case folders here"
        raise UsageError(f"{why}.", remedy="Name the case folder.")
    return found[0].resolve()


def known_labels(case: Path) -> Mapping[str, str]:
    """Labels of an existing case with the paths they had."""
    from triage.index import schema

    if not (case / "evidence.sqlite").is_file():
        return {}
    db = schema.open_readonly(case / "evidence.sqlite")
    try:
        return {row[0]: row[1] for row in db.execute("select label, path_hint from sources")}
    finally:
        db.close()
