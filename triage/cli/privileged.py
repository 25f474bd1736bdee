"""Keys and passphrases of the sealed store, as people give them; never on the command line, never in the log."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from triage.errors import UsageError

VARIABLE = "TRIAGE_FILTER_PASSPHRASE"


@dataclass(frozen=True, slots=True)
class FilterSecret:
    """What a new sealed store is made with."""

    key: str = ""
    passphrase: str = ""
    made: bool = False
    """The passphrase was made here and must be handed over."""


def for_new_store(case: Path, key: Path | None) -> FilterSecret:
    """The reviewer's public key, or a passphrase: of the environment, typed, else made and shown once."""
    from triage.privilege.sealed import path_of

    if path_of(case).is_file():
        return FilterSecret()
    if key is not None:
        return FilterSecret(key=read(key))
    if given := os.environ.get(VARIABLE, ""):
        return FilterSecret(passphrase=given)
    if sys.stdin.isatty() and sys.stderr.isatty():
        import typer

        typed: str = typer.prompt(
            "Passphrase of the filter reviewer", hide_input=True, confirmation_prompt=True, err=True
        )
        return FilterSecret(passphrase=typed)
    raw = secrets.token_hex(16)
    return FilterSecret(passphrase="-".join(raw[i : i + 4] for i in range(0, 32, 4)), made=True)


def from_environment() -> str:
    """The passphrase where it is set, else nothing: nobody is asked."""
    return os.environ.get(VARIABLE, "")


def passphrase() -> str:
    """The passphrase that opens a store: of the environment, else typed."""
    if given := os.environ.get(VARIABLE, ""):
        return given
    if not sys.stdin.isatty():
        return ""
    import typer

    return str(typer.prompt("Passphrase of the filter reviewer", hide_input=True, err=True))


def read(path: Path) -> str:
    """A key file as text."""
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the key file cannot be read.", where=str(path), remedy="Give a PEM file.") from error


def told(secret: FilterSecret) -> list[str]:
    """What to say after the run, once."""
    if not secret.made:
        return []
    return [
        f"Held records are sealed under this passphrase: {secret.passphrase}",
        "It is stored nowhere and shown once. Give it to the filter reviewer, and to nobody who works on the case.",
    ]
