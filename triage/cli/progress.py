"""Progress on standard error: a bar on a terminal, a plain line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from triage.display import safe_display
from triage.pipeline.request import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

EVERY_SECONDS = 5.0


@contextmanager
def progress_for(quiet: bool) -> Iterator[Progress]:
    """The right drawing for where standard error goes."""
    if quiet:
        yield Silent()
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield Bars(bars)
    else:
        yield Lines()


def _bars() -> RichProgress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[what]}", markup=False),
        console=Console(stderr=True),
    )  # fmt: skip


class Rate:
    """Units a second since the phase began."""

    def __init__(self) -> None:
        self.start, self.units, self.files, self.size = time.monotonic(), 0, 0, 0

    def add(self, files: int, size: int, units: int) -> None:
        self.files, self.size, self.units = self.files + files, self.size + size, self.units + units

    def text(self) -> str:
        seconds = max(time.monotonic() - self.start, 0.001)
        return f"{self.units:,} units, {self.units / seconds:,.0f}/s, {self.size / seconds / (1 << 20):,.1f} MiB/s"


class Bars:
    """One bar a phase."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars, self._rate = bars, Rate()
        self._task: TaskID | None = None

    def phase(self, name: str, files: int, size: int) -> None:
        self._rate = Rate()
        self._task = self._bars.add_task(name, total=files, rate="", what="")

    def more(self, files: int, size: int) -> None:
        if self._task is not None:
            total = self._bars.tasks[-1].total or 0
            self._bars.update(self._task, total=total + files)

    def advance(self, path: str, files: int, size: int, units: int) -> None:
        self._rate.add(files, size, units)
        if self._task is not None:
            shown = safe_display(path)[-48:]
            self._bars.update(self._task, advance=files, rate=self._rate.text(), what=shown)


class Lines:
    """Plain lines, few enough for a log file."""

    def __init__(self) -> None:
        self._name, self._total, self._rate, self._last = "", 0, Rate(), 0.0

    def phase(self, name: str, files: int, size: int) -> None:
        self._name, self._total, self._rate, self._last = name, files, Rate(), time.monotonic()
        if files:
            sys.stderr.write(f"{name}: {files:,} files, {size / (1 << 20):,.1f} MiB\n")

    def more(self, files: int, size: int) -> None:
        self._total += files

    def advance(self, path: str, files: int, size: int, units: int) -> None:
        self._rate.add(files, size, units)
        if time.monotonic() - self._last >= EVERY_SECONDS:
            self._last = time.monotonic()
            sys.stderr.write(f"{self._name}: {self._rate.files:,} of {self._total:,}, {self._rate.text()}\n")
