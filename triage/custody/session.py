"""Who works on the case, where, in which run: said once, in the line that opens a session.

Every line has `data mono_ns prev seq time type`. The first line a process writes, and every `run.start`, also has
`v run_id boot_id boot_us actor host lock`; the lines after it belong to that session until the next such line. A log
of a million items says its context a handful of times (`docs/custody.md` gives the reasons and the cost).
"""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import uuid
from dataclasses import dataclass, field

VERSION = 1
"""`v`: goes up when a line gets another form."""

LINE_KEYS = frozenset({"data", "mono_ns", "prev", "seq", "time", "type"})
SESSION_KEYS = LINE_KEYS | {"v", "run_id", "boot_id", "boot_us", "actor", "host", "lock"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who started the process."""

    os_user: str = ""
    """The account at the operating system."""
    uid: int | None = None
    declared_name: str = ""
    """The name the person gave (`case.toml`, or an option); nothing proves it but a signature."""
    role: str = ""
    key_fpr: str = ""
    """Fingerprint of the key the person signs checkpoints with, where one was named."""

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine, without naming its owner: computers are often called after people."""

    label: str = ""
    """A label the laboratory gave, or the first 16 hex digits of the SHA-256 of the host name."""
    os: str = ""
    kernel: str = ""

    def to_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One process at work on one case."""

    actor: Actor
    host: Host
    boot_id: str = ""
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def to_json(self) -> dict[str, object]:
        """The keys a line that opens a session adds, but for `boot_us`."""
        return {
            "v": VERSION,
            "run_id": self.run_id,
            "boot_id": self.boot_id,
            "actor": self.actor.to_json(),
            "host": self.host.to_json(),
        }


def this_actor(*, declared_name: str = "", role: str = "", key_fpr: str = "") -> Actor:
    """The account this process runs under, and what the person said of themselves."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name: containers, Windows services
        user = ""
    uid = os.getuid() if hasattr(os, "getuid") else None
    return Actor(os_user=user, uid=uid, declared_name=declared_name, role=role, key_fpr=key_fpr)


def this_host(label: str = "") -> Host:
    """This machine."""
    name = label or hashlib.sha256(platform.node().encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Host(label=name, os=platform.system(), kernel=platform.release())
