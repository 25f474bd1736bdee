"""Passwords and key files that the examiner supplies: where they come from, and for which source each is tried.

Passwords come from the environment (`TRIAGE_PASSWORD` for every source, `TRIAGE_PASSWORD_<LABEL>` for one), from a
file with one on each line, or from a prompt; never from the command line, which every process of the machine can
read. They cross to the workers through the pipe that starts them. Nothing of this stands in the log, the index or
`case.toml`: there only their number is stated, and which items were opened with one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from triage.errors import UsageError

VARIABLE = "TRIAGE_PASSWORD"
MAX_PASSWORD_FILE = 1 << 20
MAX_KEY_FILE = 64 << 10


@dataclass(frozen=True, slots=True)
class Keys:
    """What may be tried on the items of one source. Not shown when printed."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    files: tuple[bytes, ...] = field(default=(), repr=False)
    """The contents of key files."""

    def __bool__(self) -> bool:
        return bool(self.passwords or self.files)

    def with_files(self, found: Iterable[bytes]) -> Keys:
        """These and further key files, each once."""
        return Keys(self.passwords, tuple(dict.fromkeys((*self.files, *found))))


NO_KEYS = Keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Everything that was supplied for a run."""

    passwords: tuple[str, ...] = field(default=(), repr=False)
    """For every source."""
    by_label: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    files: tuple[bytes, ...] = field(default=(), repr=False)

    def keys(self, label: str) -> Keys:
        """A source's own passwords first."""
        return Keys(tuple(dict.fromkeys((*self.by_label.get(label, ()), *self.passwords))), self.files)

    def counts(self) -> dict[str, int]:
        """All that a record may say of them."""
        every = {*self.passwords, *(one for some in self.by_label.values() for one in some)}
        return {"passwords": len(every), "key_files": len(self.files)}


def variable_of(label: str) -> str:
    """The variable for one source: its label in capitals, everything but letters and digits as `_`."""
    return f"{VARIABLE}_{re.sub(r'[^A-Z0-9]', '_', label.upper())}"


def from_environment(environment: MutableMapping[str, str], labels: Iterable[str]) -> Keyring:
    """What the environment supplies; the variables are removed from it, so that no child process inherits them."""
    common = environment.pop(VARIABLE, "")
    own = {label: environment.get(variable_of(label), "") for label in labels}
    for name in [n for n in environment if n.startswith(VARIABLE + "_")]:
        del environment[name]
    return Keyring(passwords=(common,) if common else (), by_label={label: (one,) for label, one in own.items() if one})


def read_passwords(path: Path) -> tuple[str, ...]:
    """One password a line, as it stands; empty lines are skipped."""
    try:
        text = _content(path, MAX_PASSWORD_FILE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("the password file is not UTF-8.", where=str(path), remedy="Save it as UTF-8.") from error
    return tuple(dict.fromkeys(line for line in text.replace("\r\n", "\n").split("\n") if line))


def read_key_files(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """The contents of key files, each once."""
    return tuple(dict.fromkeys(_content(path, MAX_KEY_FILE) for path in paths))


def _content(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(limit + 1)
    except OSError as error:
        raise UsageError("the file cannot be read.", where=str(path), remedy="Check the path.") from error
    if len(content) > limit:
        raise UsageError("the file is too large for what it should hold.", where=str(path), remedy="Check the path.")
    return content
