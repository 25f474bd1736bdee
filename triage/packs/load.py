"""Reading a pack from its folder: TOML to the models of `schema`, with errors that name file, place and remedy."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from triage.errors import UsageError
from triage.packs.schema import ConceptSource, GuardSource, Head, RuleSource, Strict, Topic

EVERY = "every"
"""The folder of topic files that belong to every pack."""
_Model = TypeVar("_Model", bound=Strict)
_INFLECTIONS = TypeAdapter(dict[str, list[str]])


class PackError(UsageError):
    """A pack that is not in the format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSource:
    """A pack as its authors wrote it."""

    head: Head
    inflections: Mapping[str, list[str]]
    concepts: Mapping[str, ConceptSource]
    rules: tuple[RuleSource, ...]
    guards: tuple[GuardSource, ...]
    where: Mapping[str, str]
    """Name of a concept or id of a rule → file it stands in."""
    shared: frozenset[str]
    """Names of the concepts that come from `every/`."""
    sha256: str


def default_root() -> Path:
    """The packs that ship with the tool."""
    import patterns

    return patterns.root()


def available(root: Path | None = None) -> list[str]:
    """Language codes of the packs under `root`, the first ring first."""
    base = root or default_root()
    found = [p.parent.name for p in base.glob("*/pack.toml")]
    return sorted(found, key=lambda code: (_head(base / code).ring, code))


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PackError("cannot be read as UTF-8 text.", where=path.name, remedy="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"is not TOML: {error}.", where=f"{path.parent.name}/{path.name}") from error


def _checked(model: type[_Model], path: Path) -> _Model:
    try:
        return model.model_validate(_toml(path))
    except ValidationError as error:
        raise PackError(_explained(error), where=f"{path.parent.name}/{path.name}") from error


def _explained(error: ValidationError) -> str:
    lines = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors(include_url=False)]
    return "; ".join(lines[:5]) + "."


def _head(folder: Path) -> Head:
    return _checked(Head, folder / "pack.toml")


def _topics(folder: Path) -> Iterator[tuple[str, Topic]]:
    for path in sorted(folder.glob("*.toml")):
        if path.name not in ("pack.toml", "inflections.toml"):
            yield f"{folder.name}/{path.name}", _checked(Topic, path)


def load_pack(language: str, root: Path | None = None) -> PackSource:
    """The pack of `language` with what belongs to every pack."""
    base = root or default_root()
    folder = base / language
    if not (folder / "pack.toml").is_file():
        raise PackError(f"there is no pack {language!r}.", remedy=f"There are: {', '.join(available(base))}.")
    inflections: dict[str, list[str]] = {}
    if (folder / "inflections.toml").is_file():
        try:
            inflections = _INFLECTIONS.validate_python(_toml(folder / "inflections.toml"), strict=True)
        except ValidationError as error:
            raise PackError(_explained(error), where=f"{language}/inflections.toml") from error
    concepts: dict[str, ConceptSource] = {}
    rules: list[RuleSource] = []
    guards: list[GuardSource] = []
    where: dict[str, str] = {}
    shared: set[str] = set()
    own = list(_topics(folder))
    for name, topic in [*own, *_topics(base / EVERY)]:
        for key, concept in topic.concept.items():
            if name.startswith(f"{EVERY}/"):
                if key in concepts:  # a pack may say it better than the shared one
                    continue
                shared.add(key)
            elif key in concepts:
                raise PackError(f"concept {key!r} stands in {where[key]} already.", where=name)
            concepts[key] = concept
            where[key] = name
        for rule in topic.rule:
            if rule.id in where:
                raise PackError(f"rule {rule.id!r} stands in {where[rule.id]} already.", where=name)
            rules.append(rule)
            where[rule.id] = name
        guards.extend(topic.guard)
    return PackSource(
        head=_head(folder), inflections=inflections, concepts=concepts, rules=tuple(rules), guards=tuple(guards),
        where=where, shared=frozenset(shared), sha256=_identity(base, folder),
    )  # fmt: skip


def _identity(base: Path, folder: Path) -> str:
    """SHA-256 over names and bytes of the files the pack is made of."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.glob("*.toml")), *sorted((base / EVERY).glob("*.toml"))]:
        digest.update(f"{path.parent.name}/{path.name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
