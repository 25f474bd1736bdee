"""Where times in the custody log come from: wall clock, monotonic clock and the name of this boot.

The wall clock can be set; the monotonic clock cannot, but counts from an arbitrary point. Both together, with the
boot they belong to, show a later reader when the wall clock was moved. Tests put a fixed clock in its place.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What the log asks."""

    def now(self) -> datetime:
        """The wall clock, with its zone."""
        ...

    def mono_ns(self) -> int:
        """Nanoseconds that never go back, from a point fixed for this boot."""
        ...

    def boot_id(self) -> str:
        """Names this boot of the machine; empty where the system does not say."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def boot_id(self) -> str:
        try:
            return _BOOT_ID.read_text("ascii").strip()
        except (OSError, ValueError):
            return ""


SYSTEM = SystemClock()


def utc_text(moment: datetime) -> str:
    """`2024-03-02T22:14:05.000123Z`: fixed width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
