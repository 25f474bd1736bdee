"""Passwords and key files for `triage run`: from the environment, files and a prompt, never from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

from triage.errors import UsageError
from triage.keyring import Keyring, from_environment, read_key_files, read_passwords


def keyring(labels: Sequence[str], password_file: Path | None, key_files: Sequence[Path], *, ask: bool) -> Keyring:
    """Everything that was supplied."""
    found = from_environment(os.environ, labels)
    passwords = [*found.passwords]
    if password_file is not None:
        passwords += read_passwords(password_file)
    if ask:
        passwords += _asked()
    return replace(found, passwords=tuple(dict.fromkeys(passwords)), files=read_key_files(key_files))


def _asked() -> list[str]:
    """Hidden input, one after the other, until an empty one."""
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask at.", where="--ask-password", remedy="Use --password-file or TRIAGE_PASSWORD."
        )
    out: list[str] = []
    while said := typer.prompt("Password (empty: no more)", default="", hide_input=True, show_default=False, err=True):
        out.append(said)
    return out
