"""The case folder: where things lie, who may read them, and what was said about the case.

The folder is private (0700, files 0600), never inside a source, and holds everything the reports and exports need.
`case.toml` is for people: number, examiner, authority, scope, and for each source its exhibit and seal number; the
tool writes it once and afterwards only adds sources.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.errors import CaseError, SourceError, UsageError

_LABEL = re.compile(r"[^/\\\0=]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceArgument:
    """One SOURCE of the command line."""

    label: str
    path: Path
    """Absolute; links that the examiner named are followed."""


@dataclass(frozen=True, slots=True)
class CaseFolder:
    """Paths inside a case."""

    root: Path

    @property
    def index(self) -> Path:
        return self.root / "evidence.sqlite"

    @property
    def stream(self) -> Path:
        return self.root / "index.jsonl"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.sha256"

    @property
    def report(self) -> Path:
        return self.root / "report" / "index.html"

    @property
    def settings(self) -> Path:
        return self.root / "case.toml"

    @property
    def work(self) -> Path:
        return self.root / ".work"

    def relative(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def create(root: Path) -> CaseFolder:
    """A new case folder; CaseError where something else is already there."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise CaseError("exists and is not a case folder.", where=str(root), remedy="Name another with --case.")
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    folder = CaseFolder(root)
    for part in (folder.work, root / "report", root / "checkpoints"):
        part.mkdir(mode=0o700, exist_ok=True)
    write_private(folder.settings, _TEMPLATE.format(uuid=uuid.uuid4()))
    return folder


def is_case(root: Path) -> bool:
    return (root / "evidence.sqlite").is_file() and (root / "case.toml").is_file()


def open_case(root: Path) -> CaseFolder:
    """An existing case; CaseError where `root` is not one."""
    if not is_case(root):
        raise CaseError("is not a case folder.", where=str(root), remedy="Give the folder that `triage run` made.")
    return CaseFolder(root)


def read_settings(folder: CaseFolder) -> dict[str, object]:
    """What `case.toml` says; UsageError with the place where a person broke it."""
    try:
        return tomllib.loads(folder.settings.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"case.toml cannot be read ({error}).", where=str(folder.settings), remedy="Mend it."
        ) from error


def add_source(folder: CaseFolder, label: str) -> None:
    """Give a source its table in `case.toml`, for a person to fill in."""
    known = read_settings(folder).get("source", {})
    if isinstance(known, dict) and label in known:
        return
    text = folder.settings.read_text(encoding="utf-8")
    name = json.dumps(label, ensure_ascii=False)
    write_private(
        folder.settings, text + f'\n[source.{name}]\nexhibit = ""\nseal = ""\nseized_from = ""\nreceived = ""\n'
    )


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def parse_sources(arguments: Sequence[str], known: Mapping[str, str]) -> list[SourceArgument]:
    """`PATH` or `LABEL=PATH`; the label defaults to the base name, with -2, -3 … when taken.

    `known` are the labels of the case with their paths: the same path keeps its label.
    """
    out: list[SourceArgument] = []
    for argument in arguments:
        label, path = _split(argument)
        if not path.exists():
            raise SourceError("there is no such file or folder.", where=argument, remedy="Check the path.")
        real = path.resolve()
        wanted = label or real.name or "source"
        if label is None and (same := next((s for s in out if s.path == real), None)):
            raise UsageError(f"is named twice (as {same.label}).", where=argument, remedy="Name it once.")
        final, n = wanted, 2
        while final in {s.label for s in out} or (label is None and known.get(final, str(real)) != str(real)):
            if label is not None:
                raise UsageError(f"the label {label!r} is used twice.", where=argument, remedy="Choose another.")
            final, n = f"{wanted}-{n}", n + 1
        out.append(SourceArgument(label=final, path=real))
    return out


def _split(argument: str) -> tuple[str | None, Path]:
    if "=" in argument and not Path(argument).exists():
        label, _, path = argument.partition("=")
        if not _LABEL.match(label):
            raise UsageError(f"{label!r} cannot be a label.", where=argument, remedy="Use letters, digits and -.")
        return label, Path(path)
    return None, Path(argument)


def default_case(sources: Sequence[SourceArgument]) -> Path:
    """`./triage-case-<first label>[-and-N]`."""
    first = re.sub(r"[^\w.-]+", "-", sources[0].label).strip("-") or "source"
    more = f"-and-{len(sources) - 1}" if len(sources) > 1 else ""
    return Path(f"triage-case-{first}{more}").resolve()


def refuse_inside(case: Path, sources: Sequence[SourceArgument]) -> None:
    """A case never lies inside a source, nor a source inside the case: neither may change the other."""
    for source in sources:
        if case == source.path or case.is_relative_to(source.path) or source.path.is_relative_to(case):
            raise SourceError(
                f"the case folder and the source {source.label!r} lie inside one another.", where=str(case),
                remedy="Name another case folder with --case.",
            )  # fmt: skip


_TEMPLATE = """# What people know about this case. The tool adds sources below and changes nothing else.
uuid = "{uuid}"
number = ""
examiner = ""
authority = ""
scope = ""
"""
