"""`run --plan`: what would be read, before anything is."""

from __future__ import annotations

from collections import Counter

from triage.cli import terminal
from triage.containers.directory import walk
from triage.pipeline.request import Request


def print_plan(request: Request) -> None:
    """Files and bytes by ending, for each source; nothing is opened."""
    for source in request.sources:
        files, size, endings = 0, 0, Counter[str]()
        listed = 0
        for entry in walk(source.path):
            files, size = files + 1, size + entry.size
            listed += bool(entry.problems)
            ending = entry.path.rsplit(".", 1)[-1].lower() if "." in entry.path.rsplit("/", 1)[-1] else "(none)"
            endings[ending] += 1
        shown = ", ".join(f"{n} {ending}" for ending, n in endings.most_common(12))
        terminal.text([f"{source.label}: {files:,} files, {size / (1 << 20):,.1f} MiB: {shown}"])
        if listed:
            terminal.text([f"  {listed} links, special or unreadable entries would be listed, not opened"])
    terminal.text([f"case folder: {request.case}"])
