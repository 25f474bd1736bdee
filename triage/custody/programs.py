"""Running `ssh-keygen` and `openssl`: fixed arguments, no shell, no words of the user's locale, a time limit.

These two programs, not this one, are the authority on signatures and stamps, so that the other side can ask them too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program ended."""

    code: int
    out: bytes
    err: str

    @property
    def last_words(self) -> str:
        """The last line it wrote, for people."""
        lines = (self.out.decode("utf-8", "replace") + self.err).strip().splitlines()
        return lines[-1].strip()[:200] if lines else f"exit code {self.code}"


def have(program: str) -> bool:
    """Whether the program is installed."""
    return shutil.which(program) is not None


def run(program: str, *arguments: str | Path, data: bytes = b"", interactive: bool = False) -> Ran | None:
    """Run a program with `data` as its input; None where it is missing, cannot start or takes too long.

    `interactive`: it may ask the person at the terminal (passphrase, touch of a token) and gets all the time and the
    whole environment (agent, askpass); what it says goes to standard error.
    """
    found = shutil.which(program)
    if found is None:
        return None
    names = ("PATH", "SystemRoot", "HOME", "TMPDIR", "TEMP", "OPENSSL_CONF", "OPENSSL_MODULES")
    env = dict(os.environ) if interactive else {name: os.environ[name] for name in names if name in os.environ}
    try:
        ended = subprocess.run(
            [found, *map(str, arguments)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=None if interactive else subprocess.PIPE,
            timeout=None if interactive else _SECONDS,
            check=False,
            env={**env, "LC_ALL": "C", "TZ": "UTC"},
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Ran(code=ended.returncode, out=ended.stdout, err=(ended.stderr or b"").decode("utf-8", "replace"))
